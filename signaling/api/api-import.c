#include "api-import.h"

#include "../access.h"
#include "../catalogue.h"
#include "../model/model-import.h"
#include "../rest.h"
#include "bounded-json.h"
#include "field-rules.h"

#define END { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL }

static const char *const result_values[] = { "conform", "mostly", "nonconform", "not-applicable", NULL };
static const char *const retention_values[] = { "permanent", "30-years", "10-years", NULL };

static const FieldRule participant_rules[] = {
    { "id", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "role", FIELD_STRING, 0, 1, 40, NULL, NULL, NULL },
    { "name", FIELD_STRING, 0, 1, 200, NULL, NULL, NULL },
    END,
};
static const FieldRule finding_rules[] = {
    { "checkpoint", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "result", FIELD_ENUM, FIELD_NULLABLE, 0, 0, result_values, NULL, NULL },
    { "note", FIELD_STRING, 0, 0, 2000, NULL, NULL, NULL },
    { "participant", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "at", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    END,
};
static const FieldRule mark_rules[] = {
    { "id", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "kind", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "checkpoint", FIELD_STRING, FIELD_NULLABLE, 1, 64, NULL, NULL, NULL },
    { "at", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    { "participant", FIELD_UUID, FIELD_NULLABLE, 0, 0, NULL, NULL, NULL },
    END,
};
static const FieldRule participant_element = { "participant", FIELD_OBJECT, 0, 0, 0, NULL, participant_rules, NULL };
static const FieldRule finding_element = { "finding", FIELD_OBJECT, 0, 0, 0, NULL, finding_rules, NULL };
static const FieldRule mark_element = { "mark", FIELD_OBJECT, 0, 0, 0, NULL, mark_rules, NULL };
static const FieldRule import_rules[] = {
    { "recording", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "visit", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "case_number", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "item_code", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "applicant", FIELD_STRING, 0, 1, 400, NULL, NULL, NULL },
    { "premises", FIELD_STRING, 0, 0, 200, NULL, NULL, NULL },
    { "title", FIELD_STRING, 0, 1, 600, NULL, NULL, NULL },
    { "retention", FIELD_ENUM, FIELD_OPTIONAL, 0, 0, retention_values, NULL, NULL },
    { "started_at", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    { "ended_at", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    { "disposed_at", FIELD_INTEGER, FIELD_OPTIONAL, 1, G_MAXINT64, NULL, NULL, NULL },
    { "site_participant", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "participants", FIELD_ARRAY, 0, 0, 64, NULL, NULL, &participant_element },
    { "findings", FIELD_ARRAY, 0, 0, 64, NULL, NULL, &finding_element },
    { "marks", FIELD_ARRAY, 0, 0, 5000, NULL, NULL, &mark_element },
    END,
};

/* rest_body() is for short requests; this one carries a visit's marks. */
static json_t *
import_body(HttpRequest *request)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) body = NULL;

    if (!access_require_same_origin(request))
        return NULL;
    body = bounded_json_parse_bytes(http_request_body(request), IMPORT_MAX, &error);
    if (body && field_rules_check(import_rules, body, &error))
        return g_steal_pointer(&body);
    rest_reply_error(request, error);
    return NULL;
}

void
api_import(HttpRequest *request, gpointer data)
{
    Server *server = data;
    json_t *body = access_require(server, request, ROLE_ADMIN) ? import_body(request) : NULL;
    json_t *item = body ? catalogue_item(server->catalogue, field_string(body, "item_code"), field_integer(body, "started_at")) : NULL;
    json_t *class = json_object_get(item, "retention");

    if (!body)
        return;
    /* Of an item that is not in this catalogue: what is unknown is kept for good. */
    json_object_set_new(body, "item_version", json_integer(item ? field_integer(item, "version") : 1));
    if (!json_object_get(body, "retention"))
        json_object_set_new(body, "retention", class ? json_incref(class) : json_string("permanent"));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run(server, request, 201, model_import, body);
}
