/**
 * The catalogue's versions and drafts in the store; works as in model.h.
 */
#pragma once

#include "store-connection.h"

/** For SELECTs over visits v and cases c: the version that the visit is held under. It is kept from the first time anybody enters; before that it is the one
 *  that will be in effect when the visit is due. */
#define MODEL_VISIT_ITEM_VERSION                                                                                       \
    "COALESCE(v.item_version, (SELECT MAX(iv.version) FROM item_versions iv WHERE iv.code = c.item_code AND iv.effective_at <= v.scheduled_at), " \
    "c.item_version)"

/** For other works: the visit keeps from now on the version that is in effect when it is due, or now if that is later. */
gboolean model_visit_keeps_item(StoreConnection *db, const char *visit, gint64 now, GError **error);

/** {items: [as shipped], now} → {versions: [{effective_at, item}]}: stores those whose code and version are new, returns all. A shipped version of an item that is
 *  known takes effect now, a new item's since ever. */
json_t *model_items_sync(StoreConnection *db, json_t *input, GError **error);
/** {code} → {versions: [{version, effective_at, published_at, published_by}]}, newest first */
json_t *model_item_versions(StoreConnection *db, json_t *input, GError **error);
/** {code} → {code, item, revision, changed_at, changed_by} or PROBLEM_ITEM_NO_DRAFT */
json_t *model_item_draft_get(StoreConnection *db, json_t *input, GError **error);
/** {} → {drafts: [{code, revision, changed_at, changed_by}]} */
json_t *model_item_draft_list(StoreConnection *db, json_t *input, GError **error);
/** {code, item, revision (0: there is none yet; -1: whatever there is), user, now} → the draft, or PROBLEM_ITEM_CHANGED */
json_t *model_item_draft_put(StoreConnection *db, json_t *input, GError **error);
/** {code} → {} */
json_t *model_item_draft_drop(StoreConnection *db, json_t *input, GError **error);
/** {code, revision, effective_at, user, now} → {version, effective_at, item}; the draft is gone. PROBLEM_ITEM_CHANGED, PROBLEM_ITEM_EFFECTIVE */
json_t *model_item_publish(StoreConnection *db, json_t *input, GError **error);
