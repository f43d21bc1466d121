#include "model-records.h"

#include "bounded-json.h"
#include "clock.h"
#include "field-rules.h"
#include "model.h"
#include "model-after.h"
#include "model-deliveries.h"
#include "model-rectifications.h"
#include "problem.h"
#include "record-content.h"
#include "uuid7.h"

/* The applicant gets the day's end of the last day; the clock is the bureau's (UTC+8). */
#define DAY_US  (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)
#define ZONE_US (G_GINT64_CONSTANT(8) * 3600 * G_USEC_PER_SEC)

static gint64
deadline_of(const json_t *input)
{
    json_t *days = json_object_get(input, "deadline_days");
    gint64 now = field_integer(input, "now");

    if (!json_is_integer(days))
        return 0;
    return (now + ZONE_US) / DAY_US * DAY_US + (json_integer_value(days) + 1) * DAY_US - ZONE_US - G_USEC_PER_SEC;
}

/* --- reading --- */

static json_t *
signatures_of(StoreConnection *db, const char *record, GError **error)
{
    return store_select(db, error,
                        "SELECT s.participant_id AS participant, p.name, p.role, s.act, s.words, s.strokes, s.at, n.name AS noted_by "
                        "FROM record_signatures s JOIN participants p ON p.id = s.participant_id LEFT JOIN participants n ON n.id = s.noted_by "
                        "WHERE s.record_id = $1 ORDER BY s.at, s.participant_id",
                        "t", record);
}

#define RECORD_SELECT                                                                                                  \
    "SELECT r.id, r.visit_id AS visit, r.version, r.state, r.decision, r.remark, r.deadline_at, r.inspectors_min, r.content, r.digest, "            \
    "r.created_at, r.signed_at, r.pdf_sha256, r.pdf_bytes, r.signature_sha256, p.name AS \"by\", "                       \
    "(SELECT COUNT(*) FROM findings f WHERE f.visit_id = r.visit_id AND f.at > r.created_at) AS later "                 \
    "FROM records r JOIN participants p ON p.id = r.created_by "

/* The newest when `version` is 0; a JSON null when there is none. */
static json_t *
record_row(StoreConnection *db, const char *visit, gint64 version, GError **error)
{
    return store_select_one(db, error, RECORD_SELECT "WHERE r.visit_id = $1 AND ($2 = 0 OR r.version = $2) ORDER BY r.version DESC LIMIT 1", "ti", visit,
                            version);
}

static json_t *
without_strokes(json_t *signatures)
{
    gsize i;
    json_t *signature;

    json_array_foreach(signatures, i, signature)
        json_object_del(signature, "strokes");
    return signatures;
}

json_t *
model_record_of_room(StoreConnection *db, const char *visit, GError **error)
{
    g_autoptr(json_t) row = record_row(db, visit, 0, error);

    if (!row || json_is_null(row))
        return row ? json_null() : NULL;

    json_t *signatures = without_strokes(signatures_of(db, field_string(row, "id"), error));

    if (!signatures)
        return NULL;
    json_object_set_new(row, "signatures", signatures);
    json_object_set_new(row, "stale", json_boolean(field_integer(row, "later") > 0));
    json_object_set_new(row, "made", json_boolean(field_string(row, "pdf_sha256") != NULL));
    for (const char *const *field = (const char *const[]){ "id", "visit", "content", "later", "pdf_sha256", "pdf_bytes", "signature_sha256", NULL }; *field; field++)
        json_object_del(row, *field);
    return g_steal_pointer(&row);
}

static gboolean
participant_is_of(StoreConnection *db, const json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT id FROM participants WHERE id = $1 AND visit_id = $2", "tt",
                                             field_string(input, "participant"), field_string(input, "visit"));

    return row && (json_is_object(row) || problem_set(error, PROBLEM_VISIT_NOT_FOUND, NULL));
}

/* Staff by assignment, a participant by being one. */
static gboolean
may_read(StoreConnection *db, json_t *input, GError **error)
{
    if (field_string(input, "participant"))
        return participant_is_of(db, input, error);

    g_autoptr(json_t) checked = model_visit_check(db, input, error);

    return checked != NULL;
}

static json_t *
record_or_problem(StoreConnection *db, const json_t *input, GError **error)
{
    g_autoptr(json_t) row = record_row(db, field_string(input, "visit"), field_integer(input, "version"), error);

    if (row && json_is_null(row)) {
        problem_set(error, PROBLEM_RECORD_NOT_FOUND, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

json_t *
model_record_get(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) row = may_read(db, input, error) ? record_or_problem(db, input, error) : NULL;
    json_t *signatures = row ? signatures_of(db, field_string(row, "id"), error) : NULL;
    g_autoptr(json_t) recording =
        signatures ? store_select_one(db, error, "SELECT id FROM recordings WHERE visit_id = $1", "t", field_string(input, "visit")) : NULL;

    if (!recording) {
        json_decref(signatures);
        return NULL;
    }

    json_t *content = bounded_json_parse(field_string(row, "content"), strlen(field_string(row, "content")), RECORD_CONTENT_MAX, error);

    json_object_set_new(row, "signatures", signatures);
    json_object_set(row, "recording", json_is_object(recording) ? json_object_get(recording, "id") : json_null());
    if (!content)
        return NULL;
    json_object_set_new(row, "content", content);
    return g_steal_pointer(&row);
}

json_t *
model_record_list(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) checked = model_visit_check(db, input, error);
    json_t *rows = checked ? store_select(db, error, RECORD_SELECT "WHERE r.visit_id = $1 ORDER BY r.version", "t", field_string(input, "visit")) : NULL;
    gsize i;
    json_t *row;

    if (!rows)
        return NULL;
    json_array_foreach(rows, i, row) {
        json_object_del(row, "content");
        json_object_del(row, "later");
    }
    return json_pack("{s:o}", "records", rows);
}

json_t *
model_records_unmade(StoreConnection *db, json_t *input, GError **error)
{
    json_t *rows = store_select(db, error, "SELECT visit_id AS visit, version FROM records WHERE state = 'signed' AND pdf_sha256 IS NULL LIMIT 1000", "");

    return rows ? json_pack("{s:o}", "records", rows) : NULL;
}

/* --- concluding --- */

/* The inspector's participant row, PROBLEM_ACCESS_DENIED when this user is none here. */
static json_t *
inspector_of(StoreConnection *db, const json_t *input, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT id, name FROM participants WHERE visit_id = $1 AND user_id = $2 AND role = 'inspector'", "tt",
                                             field_string(input, "visit"), field_string(input, "user"));

    if (row && json_is_null(row)) {
        problem_set(error, PROBLEM_ACCESS_DENIED, NULL);
        return NULL;
    }
    return g_steal_pointer(&row);
}

static gboolean
add_record(StoreConnection *db, const json_t *input, const json_t *content, gint64 version, const char *by, GError **error)
{
    g_autofree char *id = uuid7_new(clock_system());
    g_autofree char *text = bounded_json_dump(content);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    const char *visit = field_string(input, "visit");
    gint64 now = field_integer(input, "now"), deadline = deadline_of(input);

    if (!store_execute(db, error, "UPDATE records SET state = 'superseded' WHERE visit_id = $1 AND state = 'open'", "t", visit) ||
        !store_execute(db, error,
                       "INSERT INTO records (id, visit_id, version, state, decision, remark, deadline_at, inspectors_min, content, digest, created_by, created_at) "
                       "VALUES ($1, $2, $3, 'open', $4, $5, CASE WHEN $6 = 0 THEN NULL ELSE $6 END, $7, $8, $9, $10, $11)",
                       "ttittiittti", id, visit, version, field_string(input, "decision"), field_string(input, "remark"), deadline,
                       record_inspectors_min(json_object_get(input, "item")), text, digest, by, now))
        return FALSE;
    return model_outbox_entry(db, visit, "conclusion", now,
                              json_pack("{s:s, s:s, s:s, s:I, s:s}", "participant", by, "decision", field_string(input, "decision"), "conclusion",
                                        field_string(input, "remark"), "version", (json_int_t) version, "record", digest),
                              error);
}

json_t *
model_conclude(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    g_autoptr(json_t) inspector = inspector_of(db, input, error);
    g_autoptr(json_t) newest = inspector ? record_row(db, visit, 0, error) : NULL;
    g_autoptr(json_t) detail = newest ? model_visit_get(db, input, error) : NULL;
    gint64 version = newest ? field_integer(newest, "version") + 1 : 0;

    if (!detail)
        return NULL;
    if (!g_str_equal(field_string(detail, "state"), "live")) {
        problem_set(error, PROBLEM_MESSAGE_VISIT_STATE, NULL);
        return NULL;
    }
    if (version > MODEL_RECORDS_MAX) {
        problem_set(error, PROBLEM_BUSY, "at most %d records", MODEL_RECORDS_MAX);
        return NULL;
    }
    json_object_set_new(input, "deadline_at", deadline_of(input) ? json_integer(deadline_of(input)) : json_null());
    if (!record_check(input, detail, error))
        return NULL;

    g_autoptr(json_t) content = record_content(input, detail, version);

    if (!add_record(db, input, content, version, field_string(inspector, "id"), error))
        return NULL;

    json_t *room = model_room(db, visit, error);

    return room ? json_pack("{s:o, s:I}", "room", room, "version", (json_int_t) version) : NULL;
}

/* --- signing --- */

/* The record that may be signed now: open, the one that was read, and nothing has been changed since. */
static json_t *
signable(StoreConnection *db, const json_t *input, GError **error)
{
    g_autoptr(json_t) row = record_or_problem(db, input, error);

    if (!row)
        return NULL;
    if (g_str_equal(field_string(row, "state"), "signed"))
        problem_set(error, PROBLEM_RECORD_SIGNED, NULL);
    else if (!g_str_equal(field_string(row, "state"), "open") || g_strcmp0(field_string(row, "digest"), field_string(input, "digest")) != 0 ||
             field_integer(row, "later") > 0)
        problem_set(error, PROBLEM_RECORD_STALE, NULL);
    else
        return g_steal_pointer(&row);
    return NULL;
}

/* Who has to correct something is asked when that is done. */
static gboolean
ask_for_evaluation(StoreConnection *db, const char *visit, gint64 now, GError **error)
{
    g_autoptr(json_t) row = store_select_one(db, error, "SELECT case_id AS \"case\" FROM visits WHERE id = $1 AND decision <> 'rectify'", "t", visit);

    return row && (json_is_null(row) || model_message(db, field_string(row, "case"), "evaluation-asked", json_object(), now, error));
}

/* Whether nobody's signature is missing any more; then the record is complete and the visit has its decision. */
static gboolean
complete(StoreConnection *db, const json_t *row, gint64 now, gboolean *ret_complete, GError **error)
{
    const char *record = field_string(row, "id"), *visit = field_string(row, "visit");
    g_autoptr(json_t) counts = store_select_one(db, error,
                                                "SELECT SUM(CASE WHEN p.role = 'inspector' AND s.act = 'signed' THEN 1 ELSE 0 END) AS inspectors, "
                                                "SUM(CASE WHEN p.role = 'applicant' THEN 1 ELSE 0 END) AS applicants FROM record_signatures s "
                                                "JOIN participants p ON p.id = s.participant_id WHERE s.record_id = $1",
                                                "t", record);

    if (!counts)
        return FALSE;
    *ret_complete = field_integer(counts, "applicants") > 0 && field_integer(counts, "inspectors") >= field_integer(row, "inspectors_min");
    if (!*ret_complete)
        return TRUE;
    return store_execute(db, error, "UPDATE records SET state = 'signed', signed_at = $1 WHERE id = $2", "it", now, record) &&
           model_visit_event(db, visit, "record.signed", json_pack("{s:O, s:O}", "version", json_object_get(row, "version"), "decision", json_object_get(row, "decision")), now, error) &&
           store_execute(db, error,
                         "UPDATE visits SET decision = (SELECT decision FROM records WHERE id = $1), deadline_at = (SELECT deadline_at FROM records WHERE id = $1), "
                         "conclusion = (SELECT remark FROM records WHERE id = $1), revision = revision + 1 WHERE id = $2",
                         "tt", record, visit) &&
           model_rectification_open(db, visit, now, error) && model_audit_draw(db, visit, now, error) && ask_for_evaluation(db, visit, now, error);
}

static json_t *
add_signature(StoreConnection *db, const json_t *row, const json_t *input, const char *participant, const char *act, const char *words,
              const char *strokes, const char *noted_by, GError **error)
{
    const char *visit = field_string(row, "visit"), *record = field_string(row, "id");
    gint64 now = field_integer(input, "now");
    g_autofree char *strokes_digest = strokes ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, strokes, -1) : NULL;
    gboolean done = FALSE;

    if (!store_execute(db, error,
                       "INSERT INTO record_signatures (record_id, participant_id, act, words, strokes, noted_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                       "ON CONFLICT (record_id, participant_id) DO UPDATE SET act = excluded.act, words = excluded.words, strokes = excluded.strokes, "
                       "noted_by = excluded.noted_by, at = excluded.at",
                       "ttttt"
                       "ti",
                       record, participant, act, words, strokes, noted_by, now) ||
        !model_outbox_entry(db, visit, "signature", now,
                            json_pack("{s:s, s:s, s:I, s:s, s:s, s:s?, s:s?}", "participant", participant, "act", act, "version",
                                      (json_int_t) field_integer(row, "version"), "record", field_string(row, "digest"), "words", words, "strokes",
                                      strokes_digest, "noted_by", noted_by),
                            error) ||
        !complete(db, row, now, &done, error))
        return NULL;

    json_t *room = model_room(db, visit, error);

    return room ? json_pack("{s:o, s:b}", "room", room, "complete", done) : NULL;
}

json_t *
model_record_sign(StoreConnection *db, json_t *input, GError **error)
{
    const char *participant = field_string(input, "participant");
    g_autoptr(json_t) person = store_select_one(db, error,
                                                "SELECT p.id FROM participants p JOIN visits v ON v.id = p.visit_id WHERE p.id = $1 AND p.visit_id = $2 AND "
                                                "p.role = 'applicant' AND p.state = 'admitted' AND v.state = 'live'",
                                                "tt", participant, field_string(input, "visit"));
    g_autoptr(json_t) row = NULL;

    if (!person)
        return NULL;
    if (json_is_null(person)) {
        problem_set(error, PROBLEM_PARTICIPANT_NOT_ADMITTED, NULL);
        return NULL;
    }
    row = signable(db, input, error);
    if (!row)
        return NULL;

    json_t *strokes = json_object_get(input, "strokes");
    g_autofree char *text = json_is_array(strokes) ? json_dumps(strokes, JSON_COMPACT) : NULL;

    return add_signature(db, row, input, participant, text ? "signed" : "refused", field_string(input, "words"), text, NULL, error);
}

json_t *
model_record_countersign(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) inspector = inspector_of(db, input, error);
    g_autoptr(json_t) row = inspector ? signable(db, input, error) : NULL;

    return row ? add_signature(db, row, input, field_string(inspector, "id"), "signed", "", NULL, NULL, error) : NULL;
}

json_t *
model_record_refuse(StoreConnection *db, json_t *input, GError **error)
{
    g_autoptr(json_t) inspector = inspector_of(db, input, error);
    g_autoptr(json_t) row = inspector ? signable(db, input, error) : NULL;
    g_autoptr(json_t) applicant = row ? store_select_one(db, error,
                                                         "SELECT id FROM participants WHERE visit_id = $1 AND role = 'applicant' AND consent IS NOT NULL "
                                                         "AND NOT EXISTS (SELECT 1 FROM record_signatures s WHERE s.record_id = $2 AND "
                                                         "s.participant_id = participants.id AND s.act = 'signed') ORDER BY id LIMIT 1",
                                                         "tt", field_string(input, "visit"), field_string(row, "id"))
                                      : NULL;

    if (!applicant)
        return NULL;
    if (json_is_null(applicant)) {
        problem_set(error, PROBLEM_RECORD_SIGNED, NULL);
        return NULL;
    }
    return add_signature(db, row, input, field_string(applicant, "id"), "refused", field_string(input, "reason"), NULL, field_string(inspector, "id"), error);
}

json_t *
model_record_made(StoreConnection *db, json_t *input, GError **error)
{
    const char *visit = field_string(input, "visit");
    gint64 now = field_integer(input, "now");
    g_autoptr(json_t) row = store_select_one(db, error,
                                             "UPDATE records SET pdf_sha256 = $1, pdf_bytes = $2, signature_sha256 = $3 WHERE visit_id = $4 AND version = $5 "
                                             "AND state = 'signed' AND pdf_sha256 IS NULL RETURNING id, digest",
                                             "titti", field_string(input, "pdf_sha256"), field_integer(input, "pdf_bytes"), field_string(input, "signature_sha256"),
                                             visit, field_integer(input, "version"));

    if (!row)
        return NULL;
    if (json_is_object(row) &&
        !model_outbox_entry(db, visit, "record", now,
                            json_pack("{s:I, s:O, s:s, s:I, s:s, s:s}", "version", (json_int_t) field_integer(input, "version"), "record",
                                      json_object_get(row, "digest"), "pdf", field_string(input, "pdf_sha256"), "bytes",
                                      (json_int_t) field_integer(input, "pdf_bytes"), "signature", field_string(input, "signature_sha256"), "certificate",
                                      field_string(input, "certificate")),
                            error))
        return NULL;

    json_t *room = model_room(db, visit, error);

    return room ? json_pack("{s:o}", "room", room) : NULL;
}
