/**
 * The model — every statement of signaling, as works for the store thread (StoreWork of store.h).
 *
 * JSON in, JSON out, one transaction each. Inputs are checked by their callers (field tables), times come in as `now`; what can be wrong in the
 * store's terms comes back as a PROBLEM. The functions are grouped by the noun they are about, one file each.
 *
 * A *room* here is the visit's whole durable state in one object, model_room(): every work that changes it returns the new one, so
 * that a daemon that was killed and one that was not know the same.
 */
#pragma once

#include "store-connection.h"

/* Bounds that the store enforces, because only it sees the whole. */
#define MODEL_PARTICIPANTS_MAX 16
#define MODEL_ROOM_MARKS_MAX   200
#define MODEL_ROOM_STILLS_MAX  500
#define MODEL_MARKS_MAX        5000
#define MODEL_CAMERAS_MAX      4 /* as the media server's ROOM_CAMERAS_MAX */

/* --- users and sign-ins (model-users.c) --- */
/** {account, name, role, password (hash), now} → {id, account, name, role} */
json_t *model_user_add(StoreConnection *db, json_t *input, GError **error);
/** {account} → {id, account, name, role, password, disabled} or null */
json_t *model_user_find(StoreConnection *db, json_t *input, GError **error);
/** {} → {users: […]} */
json_t *model_user_list(StoreConnection *db, json_t *input, GError **error);
/** {id, user, now, expires_at} → {} */
json_t *model_sign_in_add(StoreConnection *db, json_t *input, GError **error);
/** {id} → {} */
json_t *model_sign_in_remove(StoreConnection *db, json_t *input, GError **error);
/** {now} → [{id, expires_at, user: …}]; forgets the expired ones */
json_t *model_sign_in_list(StoreConnection *db, json_t *input, GError **error);

/* --- cases and visits (model-visits.c) --- */
/** {case_number, item_code, item_version, applicant, premises, phone, now} → {created, case} or PROBLEM_CASE_CONFLICT */
json_t *model_case_open(StoreConnection *db, json_t *input, GError **error);
/** {case, user} → case with visits; `user` is null for those who see all */
json_t *model_case_get(StoreConnection *db, json_t *input, GError **error);
/** {q, items, case_number, applicant, item, from, to, before, limit, user} → {cases, next} */
json_t *model_case_search(StoreConnection *db, json_t *input, GError **error);
/** {case, kind, scheduled_at, staff, now} → visit */
json_t *model_visit_schedule(StoreConnection *db, json_t *input, GError **error);
/** {visit, revision, scheduled_at?, staff?, now} → visit */
json_t *model_visit_change(StoreConnection *db, json_t *input, GError **error);
/** {from, to, state, limit, user} → {visits} */
json_t *model_visit_list(StoreConnection *db, json_t *input, GError **error);
/** {visit, user} → visit with participants, findings, stills, marks, pending */
json_t *model_visit_get(StoreConnection *db, json_t *input, GError **error);
/** {visit, user} → {visit, recording} or PROBLEM_VISIT_NOT_FOUND, PROBLEM_VISIT_NOT_ASSIGNED; `user` null for those who may see all */
json_t *model_visit_check(StoreConnection *db, json_t *input, GError **error);
/** {recording, user} → the same by the recording; PROBLEM_RECORDING_NOT_FOUND */
json_t *model_recording_check(StoreConnection *db, json_t *input, GError **error);
/** {user, from, to} → {visits: [{visit, waiting: […]}]} */
json_t *model_lobby(StoreConnection *db, json_t *input, GError **error);
/** {} → {visits: [id…]}: those that are live, for the start of the daemon */
json_t *model_visits_live(StoreConnection *db, json_t *input, GError **error);

/** Parts of the above for other works: a visit row with staff, or a JSON null. */
json_t *model_visit_row(StoreConnection *db, const char *visit, GError **error);
/** The visits of a case that the user may see (all of them when NULL). */
json_t *model_visits_of_case(StoreConnection *db, const char *case_id, const char *user, GError **error);

/* --- finding visits by what was seen (model-search.c, docs/decisions/020-search-by-blocks.md) --- */
/** For other works: something changed by which the visit can be found. */
gboolean model_search_changed(StoreConnection *db, const char *visit, GError **error);
/** {limit} → {visits: [{visit, item_code, checkpoints: [{checkpoint}]}]} of which something changed */
json_t *model_search_pending(StoreConnection *db, json_t *input, GError **error);
/** {visits: [{visit, texts: [names of item and check points]}]} → {}; they can be found then */
json_t *model_search_index(StoreConnection *db, json_t *input, GError **error);
/** {words: [{text, items, checkpoints}] (at most 16; codes whose names hold the word), case_number?, applicant?, place?, item?, checkpoint?, result?,
 *  inspector?, from, to, before (number of a document), limit (of check points), user} →
 *  {visits: [visit with checkpoints: [{checkpoint, result, note, at, still}]], next}, newest first */
json_t *model_search(StoreConnection *db, json_t *input, GError **error);

/* --- who looked at a recording (model-accesses.c) --- */
/** {recording, user, kind (review, play, export), reason (or null), now} → the access */
json_t *model_access_add(StoreConnection *db, json_t *input, GError **error);
/** {recording?, account?, from, to, before?, limit} → {accesses, next}, newest first */
/** {visit, user, name, role, now}: somebody who is not in the visit looks at it. An entry of the ledger. */
json_t *model_watch(StoreConnection *db, json_t *input, GError **error);
json_t *model_access_list(StoreConnection *db, json_t *input, GError **error);

/* --- invitations (model-invitations.c) --- */
/** {visit, name?, created_by, user, now, expires_at} → invitation */
json_t *model_invitation_add(StoreConnection *db, json_t *input, GError **error);
/** {visit, user} → {invitations} */
json_t *model_invitation_list(StoreConnection *db, json_t *input, GError **error);
/** {invitation, user, now} → {visit, participant (or null)} */
json_t *model_invitation_revoke(StoreConnection *db, json_t *input, GError **error);

/* --- participants (model-participants.c); all return {participant: {…}, room: {…}} --- */
/** {visit, user, now} */
json_t *model_enter_staff(StoreConnection *db, json_t *input, GError **error);
/** {invitation, now}: PROBLEM_INVITATION_…, PROBLEM_VISIT_ENDED, PROBLEM_VISIT_FULL */
json_t *model_enter_applicant(StoreConnection *db, json_t *input, GError **error);
/** {participant, now} */
json_t *model_resume(StoreConnection *db, json_t *input, GError **error);
/** {visit, name, role, now}: a stream's participant */
json_t *model_enter_stream(StoreConnection *db, json_t *input, GError **error);
/** {participant, notice, now} */
json_t *model_consent(StoreConnection *db, json_t *input, GError **error);
/** {participant, camera, microphone, network, location, now} */
json_t *model_device_check(StoreConnection *db, json_t *input, GError **error);
/** {participant, now} */
json_t *model_wait(StoreConnection *db, json_t *input, GError **error);
/** {participant, now} */
json_t *model_leave(StoreConnection *db, json_t *input, GError **error);
/** {visit, participant (to admit), by, present: [ids], recording (id to use), title, retention (class, or null), now}: opens the room the first time */
json_t *model_admit(StoreConnection *db, json_t *input, GError **error);

/* --- what happens in a room (model-room.c); all return {room, …} --- */
/** {visit} → {room}, PROBLEM_VISIT_NOT_FOUND */
json_t *model_room_get(StoreConnection *db, json_t *input, GError **error);
/** {visit, participant, checkpoint, now} */
json_t *model_checkpoint_start(StoreConnection *db, json_t *input, GError **error);
json_t *model_checkpoint_end(StoreConnection *db, json_t *input, GError **error);
/** {visit, participant, checkpoint, result, note, revision, now} → {room, revision} or {conflict: the current finding} */
json_t *model_finding(StoreConnection *db, json_t *input, GError **error);
/** {visit, participant, paused, now} */
json_t *model_pause(StoreConnection *db, json_t *input, GError **error);
/** For other works: a mark of the timeline, and with `ledger` an entry of it. */
gboolean model_mark_add(StoreConnection *db, const char *visit, const char *kind, const char *checkpoint, const char *participant, gint64 now, gboolean ledger,
                        GError **error);
/** {visit, participant, conclusion, now} */
json_t *model_visit_end(StoreConnection *db, json_t *input, GError **error);

/* --- fixed cameras (model-cameras.c); both return {camera, room} --- */
/** {visit, user (who adds it), camera (id to use), name, url, address (for people), now}: PROBLEM_CAMERA_LIMIT, _VISIT_FULL, _MESSAGE_VISIT_STATE */
json_t *model_camera_add(StoreConnection *db, json_t *input, GError **error);
/** {visit, user, camera, now}: PROBLEM_CAMERA_NOT_FOUND */
json_t *model_camera_remove(StoreConnection *db, json_t *input, GError **error);
/** For other works: [{participant, url, address}]. */
json_t *model_cameras_of_visit(StoreConnection *db, const char *visit, GError **error);
/** For other works: the visit ends, no password stays. */
gboolean model_cameras_forget(StoreConnection *db, const char *visit, gint64 now, GError **error);

/** The durable state of a visit: {visit, participants, findings, stills, marks, checkpoint, recording}; NULL on an error. */
json_t *model_room(StoreConnection *db, const char *visit, GError **error);

/* --- the assistance queue (model-queue.c) --- */
/** {subject, name, phone, language, item, now, day_start, expires_at} → {ticket, visit, invitation, number} */
json_t *model_ticket_add(StoreConnection *db, json_t *input, GError **error);
/** {} → {tickets, duties} that are not done */
json_t *model_queue_load(StoreConnection *db, json_t *input, GError **error);
/** {ticket, state, head, user, notes, now} → {}; the user may enter the ticket's visit */
json_t *model_ticket_save(StoreConnection *db, json_t *input, GError **error);
/** {user, subjects, languages (comma between), on, now} → {} */
json_t *model_duty_set(StoreConnection *db, json_t *input, GError **error);

/* --- forms (model-forms.c) --- */
/* A document with every field at its longest, 30 rows in each group. */
#define MODEL_FORM_BYTES_MAX (1024 * 1024)
/** {visit} → {id, code, version, state, document} of the form that lies open in it, or null */
json_t *model_form_of_visit(StoreConnection *db, json_t *input, GError **error);
/** {visit, code} → {draft (as above, or null), visit, case: {applicant, premises, phone}} */
json_t *model_form_draft(StoreConnection *db, json_t *input, GError **error);
/** {forms: [{id, code, version, state, revision, document, visit, entries: [{type, data}], sha256?}], now} → {} */
json_t *model_forms_save(StoreConnection *db, json_t *input, GError **error);
/** {case, user} → {forms: […]} without their contents */
json_t *model_forms_of_case(StoreConnection *db, json_t *input, GError **error);
/** {form, user} → {id, case, code, version, state, document, sha256} or PROBLEM_FORM_UNKNOWN */
json_t *model_form_get(StoreConnection *db, json_t *input, GError **error);

/* --- the outbox (model-outbox.c) --- */
/** For other works: adds a ledger entry `{id, type, at, data}`; takes `data` over. */
gboolean model_outbox_entry(StoreConnection *db, const char *visit, const char *type, gint64 at, json_t *data, GError **error);
/** For other works: adds a row of another kind; `position` < 0 = after the last. Takes `body` over. */
gboolean model_outbox_add(StoreConnection *db, const char *visit, gint64 position, const char *kind, json_t *body, gint64 now,
                          GError **error);
/** {} → {visits: [id…]} that have something pending and a recording */
json_t *model_outbox_visits(StoreConnection *db, json_t *input, GError **error);
/** {visit} → {position, kind, body (object), recording, visit} or null when nothing is pending */
json_t *model_outbox_next(StoreConnection *db, json_t *input, GError **error);
/** {visit, position, refused (code or null), now} → what model_outbox_next() returns */
json_t *model_outbox_settle(StoreConnection *db, json_t *input, GError **error);
