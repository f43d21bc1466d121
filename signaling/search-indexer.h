/**
 * SearchIndexer — makes visits findable soon after something about them changed, a few at a time, so that the store thread is never held up long.
 *
 * What changed is in the store (model_search_changed()), so nothing is forgotten over a restart. The names of items and check points come from the
 * catalogue here. Loop thread.
 */
#pragma once

#include "server.h"

SearchIndexer *search_indexer_new(Server *server);
void search_indexer_free(SearchIndexer *indexer);
/** Begins; from now on it looks by itself. */
void search_indexer_start(SearchIndexer *indexer);
