#include "api-catalogue.h"

#include <string.h>

#include "../access.h"
#include "../catalogue.h"
#include "../item-csv.h"
#include "../item-rules.h"
#include "../model/model-items.h"
#include "../rest.h"
#include "bounded-json.h"
#include "log.h"

static const FieldRule nothing[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };
static const FieldRule draft_rules[] = {
    { "revision", FIELD_INTEGER, 0, 0, G_MAXINT32, NULL, NULL, NULL },
    { "item", FIELD_OBJECT, 0, 0, 0, NULL, nothing, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule publish_rules[] = {
    { "revision", FIELD_INTEGER, 0, 1, G_MAXINT32, NULL, NULL, NULL },
    { "effective_at", FIELD_INTEGER, FIELD_OPTIONAL | FIELD_NULLABLE, 0, G_MAXINT64, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule import_rules[] = {
    { "items", FIELD_ARRAY, 0, 1, CATALOGUE_ITEMS_MAX, NULL, NULL, &(const FieldRule){ "item", FIELD_OBJECT, 0, 0, 0, NULL, nothing, NULL } },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

/* --- the start --- */

typedef struct {
    Server *server;
    void (*then)(Server *server);
} Syncing;

static void
synced(json_t *output, const GError *error, gpointer user)
{
    g_autofree Syncing *syncing = user;
    gsize i;
    json_t *version;

    if (error)
        log_error("catalogue", "the store's versions could not be read: %s", error->message);
    json_array_foreach(json_object_get(output, "versions"), i, version)
        catalogue_add(syncing->server->catalogue, json_object_get(version, "item"), field_integer(version, "effective_at"));
    syncing->then(syncing->server);
}

void
catalogue_sync(Server *server, void (*then)(Server *server))
{
    Syncing *syncing = g_new(Syncing, 1);

    *syncing = (Syncing){ server, then };
    server_store(server, model_items_sync, json_pack("{s:o, s:I}", "items", catalogue_all(server->catalogue), "now", (json_int_t) server_now(server)), synced, syncing);
}

/* --- versions and drafts --- */

/* The code of the path; NULL and answered 404. */
static const char *
path_code(HttpRequest *request)
{
    const char *code = http_request_param(request, "item");

    if (item_code_is_valid(code))
        return code;
    rest_reply_problem(request, PROBLEM_ITEM_NOT_FOUND, NULL);
    return NULL;
}

void
api_item_versions(HttpRequest *request, gpointer server)
{
    const char *code = access_require(server, request, ROLE_STAFF) ? path_code(request) : NULL;

    if (code)
        rest_run(server, request, 200, model_item_versions, json_pack("{s:s}", "code", code));
}

void
api_draft_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_ADMIN))
        rest_run(server, request, 200, model_item_draft_list, NULL);
}

void
api_item_draft_get(HttpRequest *request, gpointer server)
{
    const char *code = access_require(server, request, ROLE_ADMIN) ? path_code(request) : NULL;

    if (code)
        rest_run(server, request, 200, model_item_draft_get, json_pack("{s:s}", "code", code));
}

/* {code, user, now}, or NULL and answered; the admin's request with a body that fits. */
static json_t *
admin_input(Server *server, HttpRequest *request, const FieldRule *rules)
{
    const StaffUser *user = access_require(server, request, ROLE_ADMIN);
    const char *code = user ? path_code(request) : NULL;
    json_t *body = code ? rest_body_up_to(request, rules, ITEM_BYTES_MAX) : NULL;

    if (!body)
        return NULL;
    json_object_set_new(body, "code", json_string(code));
    json_object_set_new(body, "user", json_string(user->id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    return body;
}

void
api_item_draft_put(HttpRequest *request, gpointer server)
{
    json_t *input = admin_input(server, request, draft_rules);
    json_t *item = json_object_get(input, "item");
    g_autoptr(GError) error = NULL;

    if (!input)
        return;
    json_object_set(item, "code", json_object_get(input, "code"));
    /* The number is the store's, given when it is published. */
    json_object_set_new(item, "version", json_integer(1));
    if (item_check(item, &error)) {
        rest_run(server, request, 200, model_item_draft_put, input);
    } else {
        rest_reply_error(request, error);
        json_decref(input);
    }
}

void
api_item_draft_drop(HttpRequest *request, gpointer server)
{
    const char *code = access_require(server, request, ROLE_ADMIN) && access_require_same_origin(request) ? path_code(request) : NULL;

    if (code)
        rest_run(server, request, 200, model_item_draft_drop, json_pack("{s:s}", "code", code));
}

static void
published(Server *server, HttpRequest *request, json_t *output)
{
    json_t *item = json_object_get(output, "item");

    catalogue_add(server->catalogue, item, field_integer(output, "effective_at"));
    log_info("catalogue", "published item=%s version=%" G_GINT64_FORMAT, field_string(item, "code"), field_integer(item, "version"));
    rest_reply(request, 201, output);
}

void
api_item_publish(HttpRequest *request, gpointer server)
{
    json_t *input = admin_input(server, request, publish_rules);

    if (input)
        rest_run_then(server, request, model_item_publish, input, published);
}

/* --- import and export --- */

static json_t *
items_in_effect(Server *server)
{
    g_autoptr(json_t) summary = catalogue_summary(server->catalogue, server_now(server));
    json_t *items = json_array();
    gsize i;
    json_t *entry;

    json_array_foreach(json_object_get(summary, "items"), i, entry)
        json_array_append(items, catalogue_item(server->catalogue, field_string(entry, "code"), server_now(server)));
    return items;
}

void
api_catalogue_export(HttpRequest *request, gpointer server)
{
    const char *format = http_request_query(request, "format");
    gboolean csv = g_strcmp0(format, "csv") == 0;
    g_autoptr(json_t) items = NULL;

    if (!access_require(server, request, ROLE_STAFF))
        return;
    if (format && !csv && !g_str_equal(format, "json")) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "format: must be json or csv");
        return;
    }
    items = items_in_effect(server);
    http_request_add_header(request, "Content-Disposition", csv ? "attachment; filename=\"catalogue.csv\"" : "attachment; filename=\"catalogue.json\"");
    if (csv) {
        GString *text = item_csv_write(items);

        http_request_add_header(request, "Cache-Control", "no-store");
        http_request_reply_text(request, 200, "text/csv; charset=utf-8", text->str);
        g_string_free(text, TRUE);
    } else {
        g_autoptr(json_t) body = json_pack("{s:O}", "items", items);

        rest_reply(request, 200, body);
    }
}

/* [{code, item | problem}] of the items of a JSON body. */
static json_t *
checked_items(const json_t *items)
{
    json_t *list = json_array(), *item;
    gsize i;

    json_array_foreach((json_t *) items, i, item) {
        g_autoptr(GError) error = NULL;
        const char *code = json_string_value(json_object_get(item, "code"));
        json_t *entry = json_pack("{s:s?}", "code", code);

        json_object_set_new(item, "version", json_integer(1));
        if (item_check(item, &error))
            json_object_set(entry, "item", item);
        else
            json_object_set_new(entry, "problem", problem_to_http(error));
        json_array_append_new(list, entry);
    }
    return list;
}

static gboolean
same_content(const json_t *item, const json_t *current)
{
    g_autoptr(json_t) copy = json_copy((json_t *) item);

    json_object_set(copy, "version", json_object_get(current, "version"));
    return current && json_equal(copy, current);
}

typedef struct {
    Server *server;
    HttpRequest *request;
    json_t *entries;
    gsize next;
    char *user;
} Importing;

static void import_next(Importing *importing);

static void
drafted(json_t *output, const GError *error, gpointer user)
{
    Importing *importing = user;
    json_t *entry = json_array_get(importing->entries, importing->next);

    json_object_del(entry, "item");
    if (error)
        json_object_set_new(entry, "problem", problem_to_http(error));
    json_object_set_new(entry, "state", json_string(error ? "refused" : "draft"));
    importing->next++;
    import_next(importing);
}

static void
import_next(Importing *importing)
{
    Server *server = importing->server;
    json_t *entry;

    for (; (entry = json_array_get(importing->entries, importing->next)); importing->next++) {
        json_t *item = json_object_get(entry, "item");

        if (!item) {
            json_object_set_new(entry, "state", json_string("refused"));
        } else if (same_content(item, catalogue_item(server->catalogue, field_string(item, "code"), server_now(server)))) {
            json_object_set_new(entry, "state", json_string("unchanged"));
            json_object_del(entry, "item");
        } else {
            server_store(server, model_item_draft_put,
                         json_pack("{s:O, s:O, s:i, s:s, s:I}", "code", json_object_get(item, "code"), "item", item, "revision", -1, "user", importing->user, "now",
                                   (json_int_t) server_now(server)),
                         drafted, importing);
            return;
        }
    }

    g_autoptr(json_t) answer = json_pack("{s:o}", "items", importing->entries);

    rest_reply(importing->request, 200, answer);
    g_free(importing->user);
    g_free(importing);
}

/* What is imported becomes drafts: an admin looks at them and publishes. NULL and answered when it cannot be read. */
static json_t *
read_import(HttpRequest *request)
{
    const char *type = http_request_header(request, "content-type");
    g_autoptr(GError) error = NULL;
    gsize length;
    const char *text;
    json_t *entries;

    if (!type || !g_str_has_prefix(type, "text/csv")) {
        g_autoptr(json_t) body = rest_body_up_to(request, import_rules, CATALOGUE_IMPORT_MAX);

        return body ? checked_items(json_object_get(body, "items")) : NULL;
    }
    if (!access_require_same_origin(request))
        return NULL;
    text = g_bytes_get_data(http_request_body(request), &length);
    entries = item_csv_read(text ? text : "", length, &error);
    if (!entries)
        rest_reply_error(request, error);
    return entries;
}

void
api_catalogue_import(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_ADMIN);
    json_t *entries = user ? read_import(request) : NULL;
    Importing *importing;

    if (!entries)
        return;
    importing = g_new0(Importing, 1);
    *importing = (Importing){ server, request, entries, 0, g_strdup(user->id) };
    import_next(importing);
}
