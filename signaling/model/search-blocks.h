/**
 * Blocks of postings in the store: for a term, which documents of a block have it (docs/decisions/020-search-by-blocks.md). Store thread.
 */
#pragma once

#include "../search/posting-block.h"
#include "store-connection.h"

/** Empty if no document of the block has the term. */
gboolean search_block_read(StoreConnection *db, const char *term, gint64 number, PostingBlock *ret_block, GError **error);
/** Notes that a document has the term. */
gboolean search_block_post(StoreConnection *db, const char *term, gint64 document, GError **error);
