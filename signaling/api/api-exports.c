#include "api-exports.h"

#include <string.h>

#include "../access-log.h"
#include "../access.h"
#include "../catalogue.h"
#include "../model/model-exports.h"
#include "../rest.h"
#include "bounded-json.h"
#include "field-rules.h"

typedef struct {
    Server *server;
    HttpRequest *request;
} Exporting;

static void
copy(json_t *to, const json_t *from, const char *const *fields)
{
    for (; *fields; fields++) {
        json_t *value = json_object_get(from, *fields);

        json_object_set(to, *fields, value ? value : json_null());
    }
}

/* People as they were in the room; no accounts. */
static json_t *
rows(const json_t *list, const char *const *fields)
{
    json_t *copies = json_array(), *row;
    gsize i;

    json_array_foreach(list, i, row) {
        json_t *entry = json_object();

        copy(entry, row, fields);
        json_array_append_new(copies, entry);
    }
    return copies;
}

static json_t *
documents_of(const json_t *record, const char *visit)
{
    static const struct {
        const char *made, *name, *suffix;
    } files[] = { { "pdf_sha256", "record.pdf", "pdf" }, { "signature_sha256", "record.p7s", "p7s" } };
    json_t *documents = json_array();

    for (gsize i = 0; json_is_object(record) && i < G_N_ELEMENTS(files); i++)
        if (field_string(record, files[i].made))
            json_array_append_new(documents, json_pack("{s:s, s:o}", "name", files[i].name, "file",
                                                       json_sprintf("%s-v%d.%s", visit, (int) field_integer(record, "version"), files[i].suffix)));
    return documents;
}

static json_t *
names_of(const json_t *documents)
{
    json_t *names = json_array(), *document;
    gsize i;

    json_array_foreach(documents, i, document)
        json_array_append(names, json_object_get(document, "name"));
    return names;
}

/* What everybody signed, word by word, and who did; finger strokes are in the PDF. */
static json_t *
record_json(const json_t *record)
{
    static const char *const fields[] = { "version", "state", "decision", "remark", "deadline_at", "digest", "created_at", "signed_at", "pdf_sha256", "content", NULL };
    static const char *const signature_fields[] = { "participant", "role", "name", "act", "words", "at", NULL };
    json_t *copied = json_object();

    if (!json_is_object(record)) {
        json_decref(copied);
        return json_null();
    }
    copy(copied, record, fields);
    json_object_set_new(copied, "signatures", rows(json_object_get(record, "signatures"), signature_fields));
    return copied;
}

/* record.json of a recording's part: what the page shows, and what an import registers. */
static json_t *
recording_json(Server *server, const json_t *found, const json_t *entry)
{
    static const char *const from_case[] = { "case_number", "item_code", "item_version", "applicant", "premises", NULL };
    static const char *const from_visit[] = { "kind", "scheduled_at", "started_at", "ended_at", "conclusion", "findings", "marks", NULL };
    static const char *const staff_fields[] = { "name", "role", NULL };
    static const char *const people_fields[] = { "id", "role", "name", "consent", "consent_at", NULL };
    const json_t *visit = json_object_get(entry, "visit");
    json_t *documents = documents_of(json_object_get(entry, "record"), field_string(visit, "id"));
    json_t *item = catalogue_item_of(server->catalogue, visit);
    json_t *sheet = json_pack("{s:s, s:O, s:O}", "format", "yuntakan-visit/1", "visit", json_object_get(visit, "id"), "recording", json_object_get(entry, "recording"));

    copy(sheet, found, from_case);
    copy(sheet, visit, from_visit);
    if (item)
        json_object_set(sheet, "item", item);
    json_object_set(sheet, "retention", json_object_get(entry, "retention"));
    json_object_set_new(sheet, "staff", rows(json_object_get(visit, "staff"), staff_fields));
    json_object_set_new(sheet, "participants", rows(json_object_get(visit, "participants"), people_fields));
    /* An imported recording has no record here: the documents that came along lie with the recorder. */
    if (json_array_size(documents) > 0)
        json_object_set_new(sheet, "documents", names_of(documents));
    else
        g_clear_pointer(&documents, json_decref);
    json_object_set_new(sheet, "record", record_json(json_object_get(entry, "record")));
    return json_pack("{s:O, s:o, s:o*}", "recording", json_object_get(entry, "recording"), "record", sheet, "documents", documents);
}

static json_t *
case_json(Server *server, const json_t *found, const json_t *recordings)
{
    static const char *const fields[] = { "case_number", "item_code", "item_version", "applicant", "premises", NULL };
    static const char *const visit_fields[] = { "id", "kind", "state", "scheduled_at", "started_at", "ended_at", "conclusion", "recording", NULL };
    json_t *item = catalogue_item_of(server->catalogue, found);
    json_t *sheet = json_pack("{s:s, s:O}", "format", "yuntakan-case/1", "case", json_object_get(found, "id"));

    copy(sheet, found, fields);
    if (item)
        json_object_set(sheet, "item", item);
    json_object_set(sheet, "retention", json_object_get(json_array_get(recordings, 0), "retention"));
    json_object_set_new(sheet, "visits", rows(json_object_get(found, "visits"), visit_fields));
    return sheet;
}

static json_t *
order_json(Server *server, const json_t *output, gboolean whole_case)
{
    const json_t *found = json_object_get(output, "case"), *recordings = json_object_get(output, "recordings");
    json_t *list = json_array(), *entry;
    gsize i;

    json_array_foreach(recordings, i, entry)
        json_array_append_new(list, recording_json(server, found, entry));
    return json_pack("{s:o, s:o}", "sheet", whole_case ? case_json(server, found, recordings) : json_null(), "recordings", list);
}

static void
ordered(const HttpAnswer *answer, gpointer user)
{
    g_autofree Exporting *exporting = user;
    g_autoptr(json_t) body = answer->body ? bounded_json_parse_bytes(answer->body, 64 * 1024, NULL) : NULL;
    const char *export = field_string(body, "export");
    g_autofree char *path = g_strconcat("/exports/", export, NULL);

    if (answer->status == 201 && export) {
        http_request_add_header(exporting->request, "X-Content-Type-Options", "nosniff");
        http_client_proxy(exporting->server->recorder_client, exporting->request, path);
    } else if (answer->status == 404) {
        rest_reply_problem(exporting->request, PROBLEM_RECORDING_NOT_FOUND, NULL);
    } else {
        rest_reply_problem(exporting->request, PROBLEM_RECORDER_UNAVAILABLE, NULL);
    }
}

static void
place_order(Server *server, HttpRequest *request, json_t *output, gboolean whole_case)
{
    g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
    const StaffUser *user = access_user(server, cookie);
    g_autoptr(json_t) order = order_json(server, output, whole_case);
    char *text = bounded_json_dump(order);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    HttpCallRequest call = { "POST", "/exports", "application/json", bytes, 0, 0 };
    Exporting *exporting = g_new(Exporting, 1);
    gsize i;
    json_t *entry;

    json_array_foreach(json_object_get(output, "recordings"), i, entry)
        if (user)
            access_log_note(server->access_log, user, field_string(entry, "recording"), "export");
    *exporting = (Exporting){ server, request };
    http_client_call(server->recorder_client, &call, ordered, exporting);
}

static void
case_known(Server *server, HttpRequest *request, json_t *output)
{
    place_order(server, request, output, TRUE);
}

static void
recording_known(Server *server, HttpRequest *request, json_t *output)
{
    place_order(server, request, output, FALSE);
}

void
api_case_export(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "case", PROBLEM_CASE_NOT_FOUND) : NULL;

    if (id)
        rest_run_then(server, request, model_export, json_pack("{s:s, s:s?}", "case", id, "user", access_filter(user)), case_known);
}

void
api_recording_export(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? rest_path_id(request, "recording", PROBLEM_RECORDING_NOT_FOUND) : NULL;

    if (id)
        rest_run_then(server, request, model_export, json_pack("{s:s, s:s?}", "recording", id, "user", access_filter(user)), recording_known);
}
