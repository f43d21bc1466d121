#include "search-indexer.h"

#include "catalogue.h"
#include "field-rules.h"
#include "log.h"
#include "model/model.h"
#include "problem.h"

/* Looked for this often when there was nothing; a search page is not waited for longer. */
#define IDLE_MS 500
/* About a hundred terms a visit, two statements each: 10 ms of the store thread. */
#define BATCH 4

struct SearchIndexer {
    Server *server;
};

SearchIndexer *
search_indexer_new(Server *server)
{
    SearchIndexer *indexer = g_new0(SearchIndexer, 1);

    indexer->server = server;
    return indexer;
}

void
search_indexer_free(SearchIndexer *indexer)
{
    g_free(indexer);
}

static void
look(gpointer data)
{
    search_indexer_start(data);
}

static void
look_later(SearchIndexer *indexer)
{
    if (!indexer->server->stopping)
        http_loop_after(indexer->server->loop, IDLE_MS, look, indexer);
}

static void
visits_indexed(json_t *output, const GError *error, gpointer user)
{
    SearchIndexer *indexer = user;

    if (error) {
        log_error("search", "visits could not be indexed: %s", problem_entry(problem_of(error))->code);
        look_later(indexer);
    } else if (!indexer->server->stopping) {
        search_indexer_start(indexer);
    }
}

static void
add_names(json_t *texts, const json_t *named, const char *zh, const char *en)
{
    if (field_string(named, zh))
        json_array_append(texts, json_object_get(named, zh));
    if (field_string(named, en))
        json_array_append(texts, json_object_get(named, en));
}

/* What the item and those of its check points that came up are called. */
static json_t *
names_of(const Catalogue *catalogue, const json_t *visit)
{
    const json_t *item = catalogue_item_of(catalogue, visit);
    json_t *texts = json_array();
    gsize i, n;
    json_t *shown, *checkpoint;

    if (!item)
        return texts;
    add_names(texts, item, "name_zh", "name_en");
    json_array_foreach(json_object_get(visit, "checkpoints"), i, shown)
        json_array_foreach(json_object_get(item, "checkpoints"), n, checkpoint)
            if (g_strcmp0(field_string(checkpoint, "code"), field_string(shown, "checkpoint")) == 0)
                add_names(texts, checkpoint, "title_zh", "title_en");
    return texts;
}

static void
pending_known(json_t *output, const GError *error, gpointer user)
{
    SearchIndexer *indexer = user;
    json_t *visits = json_object_get(output, "visits");
    gsize i;
    json_t *visit;

    if (error || json_array_size(visits) == 0) {
        look_later(indexer);
        return;
    }
    json_array_foreach(visits, i, visit)
        json_object_set_new(visit, "texts", names_of(indexer->server->catalogue, visit));
    server_store(indexer->server, model_search_index, json_pack("{s:O}", "visits", visits), visits_indexed, indexer);
}

void
search_indexer_start(SearchIndexer *indexer)
{
    if (!indexer->server->stopping)
        server_store(indexer->server, model_search_pending, json_pack("{s:i}", "limit", BATCH), pending_known, indexer);
}
