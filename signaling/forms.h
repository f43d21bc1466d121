/**
 * Forms — the forms that are shipped (data/forms) and the documents that lie open in visits.
 *
 * A patch is applied in memory at once, and told, to its author too, when the store has it: whatever came while the store was writing goes into
 * the next transaction together. When the store fails, the documents in question are forgotten and everybody reads what the store has. Loop thread.
 */
#pragma once

#include "call.h"
#include "form-document.h"
#include "server.h"

/** Reads every CODE.VERSION.json of the folder. */
Forms *forms_new(Server *server, const char *directory, GError **error);
void forms_free(Forms *forms);

/** [{code, version, title_zh, title_en, lead_zh, lead_en, items}] of the newest versions in use; borrowed. */
json_t *forms_summary(const Forms *forms);
/** `version` 0: the newest in use. NULL when there is none. */
FormSchema *forms_schema(const Forms *forms, const char *code, gint64 version);

/** The document that lies open in the visit, NULL when none was read yet. */
FormDocument *forms_document(const Forms *forms, const char *visit);
/** Reads what lies open in the visit from the store, if that has not been done, then `then`; a failure ends the call. */
void forms_load(Forms *forms, Call *call, CallThen then);
/** Puts the newest form of that code on the table of the visit: the case's draft or a new one. Ends the call. */
void forms_open(Forms *forms, Call *call, const char *code);

/** Takes a change of the visit's document over and ends the call when it is told. `entry` (or NULL) goes into the ledger with it: {type, data}. */
void forms_changed(Forms *forms, Call *call, json_t *change, json_t *entry);
/** The whole document, as this participant may see it. */
json_t *forms_message(const Forms *forms, const Room *room, const char *participant);
/** Sends that to one who has just been let in; nothing when no document is open. */
void forms_tell_admitted(Forms *forms, Room *room, const char *participant);
/** The room is gone from memory. */
void forms_close(Forms *forms, const char *visit);
