/**
 * The record of an inspection: statements, as works for the store thread (see model.h).
 *
 * A record's `content` is one JSON text, made once from what the store knows at that moment and never touched again; its SHA-256 is what everybody
 * signs. It is complete (`signed`) when the applicant has signed or refused and as many inspectors as the item asks for have signed.
 */
#pragma once

#include "store-connection.h"

/* A visit that is concluded for the hundredth time is being played with. */
#define MODEL_RECORDS_MAX 100

/** {visit, user, present: [participants], item, decision, remark, deadline_days (or null), gaps: [{from, to, reason}], now}
 *  → {room, version}; PROBLEM_CONCLUSION_… when law or check list are not satisfied. */
json_t *model_conclude(StoreConnection *db, json_t *input, GError **error);
/** {visit, participant, version, digest, strokes (or null), words, now} → {room, complete}: the applicant signs, or refuses without strokes. */
json_t *model_record_sign(StoreConnection *db, json_t *input, GError **error);
/** {visit, user, version, digest, now} → {room, complete}: an inspector signs; who asks has checked the password. */
json_t *model_record_countersign(StoreConnection *db, json_t *input, GError **error);
/** {visit, user, version, digest, reason, now} → {room, complete}: an inspector notes that the applicant will not sign. */
json_t *model_record_refuse(StoreConnection *db, json_t *input, GError **error);
/** {visit, user | participant, version (0 = the newest)} → {version, state, decision, …, content, signatures: […], recording} */
json_t *model_record_get(StoreConnection *db, json_t *input, GError **error);
/** {visit, user} → {records: […]} without contents */
json_t *model_record_list(StoreConnection *db, json_t *input, GError **error);
/** {record, pdf_sha256, pdf_bytes, signature_sha256, certificate, now} → {room}: the file has been made. */
json_t *model_record_made(StoreConnection *db, json_t *input, GError **error);
/** {} → {records: [{visit, version}]}: complete ones whose file is not made yet. */
json_t *model_records_unmade(StoreConnection *db, json_t *input, GError **error);

/** The newest record as `room` tells it, or a JSON null. */
json_t *model_record_of_room(StoreConnection *db, const char *visit, GError **error);
