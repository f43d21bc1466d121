/**
 * What goes out: events to other systems, messages to the applicant; works as in model.h.
 *
 * A delivery is written in the transaction of what it tells about, so neither is there without the other. The courier (courier.h) takes what is due. Events to one
 * address keep their order within a case: the next one waits until the one before is sent or given up.
 */
#pragma once

#include "store-connection.h"

/** For other works: something about a case has changed. `data` is taken over; it names ids, states and times, no person. `visit` may be NULL. */
gboolean model_event(StoreConnection *db, const char *case_id, const char *visit, const char *kind, json_t *data, gint64 now, GError **error);
/** The same by the visit; nothing happens when there is none. */
gboolean model_visit_event(StoreConnection *db, const char *visit, const char *kind, json_t *data, gint64 now, GError **error);
/** For other works: the applicant is to be told; goes by mail where there is an address, and to every gateway. `data` is taken over. */
gboolean model_message(StoreConnection *db, const char *case_id, const char *kind, json_t *data, gint64 now, GError **error);

/** {now} → {delivery: {id, seq, channel, kind, data, recipient, attempts, created_at, url, secret, case: {…}, link, link_expires_at} or null, next_at: when to look again, or 0} */
json_t *model_delivery_due(StoreConnection *db, json_t *input, GError **error);
/** {id, problem (null: it was sent), now} → {} */
json_t *model_delivery_settle(StoreConnection *db, json_t *input, GError **error);
/** {case?, state?, channel?, before?, limit} → {deliveries, next} newest first, without secrets */
json_t *model_delivery_list(StoreConnection *db, json_t *input, GError **error);
/** {delivery, now} → {}: to be sent again */
json_t *model_delivery_repeat(StoreConnection *db, json_t *input, GError **error);

/** {name, purpose, url, kinds, secret, user, now} → the hook with its secret */
json_t *model_hook_add(StoreConnection *db, json_t *input, GError **error);
/** {} → {hooks} without secrets */
json_t *model_hook_list(StoreConnection *db, json_t *input, GError **error);
/** {hook, now} → {} */
json_t *model_hook_remove(StoreConnection *db, json_t *input, GError **error);
/** {hook, from (seq), now} → {count}: everything since then once more, in order */
json_t *model_hook_repeat(StoreConnection *db, json_t *input, GError **error);
