#include "search-blocks.h"

#include "problem.h"

gboolean
search_block_read(StoreConnection *db, const char *term, gint64 number, PostingBlock *ret_block, GError **error)
{
    StoreStatement *statement = store_prepare(db, "SELECT documents FROM search_postings WHERE term = $1 AND block = $2", error);
    gboolean good = TRUE;

    *ret_block = (PostingBlock){ { 0 } };
    if (!statement)
        return FALSE;
    store_bind_text(statement, 1, term);
    store_bind_int64(statement, 2, number);

    StoreStep step = store_step(statement, error);

    if (step == STORE_ROW && !posting_block_decode(store_column_text(statement, 0), ret_block))
        good = problem_set(error, PROBLEM_INTERNAL, "a block of postings is damaged");
    store_reset(statement);
    return good && step != STORE_FAILED;
}

gboolean
search_block_post(StoreConnection *db, const char *term, gint64 document, GError **error)
{
    gint64 number = document / POSTING_BLOCK_BITS;
    guint bit = (guint) (document % POSTING_BLOCK_BITS);
    PostingBlock block;

    if (!search_block_read(db, term, number, &block, error))
        return FALSE;
    if (posting_block_has(&block, bit))
        return TRUE;
    posting_block_add(&block, bit);

    g_autofree char *text = posting_block_encode(&block);

    return store_execute(db, error,
                         "INSERT INTO search_postings (term, block, documents) VALUES ($1, $2, $3) "
                         "ON CONFLICT (term, block) DO UPDATE SET documents = excluded.documents",
                         "tit", term, number, text);
}
