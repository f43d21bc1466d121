#include "api-office.h"

#include <string.h>
#include <sys/random.h>

#include "../access.h"
#include "../catalogue.h"
#include "../csv.h"
#include "../key-ring.h"
#include "../model/model-keys.h"
#include "../model/model-office.h"
#include "../rest.h"
#include "bounded-json.h"

#define KEY_BYTES 32

static const FieldRule scope_element = { "scope", FIELD_STRING, 0, 1, 40, NULL, NULL, NULL };
static const FieldRule key_rules[] = {
    { "name", FIELD_STRING, 0, 1, 100, NULL, NULL, NULL },
    { "scopes", FIELD_ARRAY, 0, 1, 20, NULL, NULL, &scope_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

/* --- keys --- */

static void
keys_listed(Server *server, HttpRequest *request, json_t *output)
{
    gsize i;
    json_t *key;

    json_array_foreach(json_object_get(output, "keys"), i, key)
        json_object_del(key, "digest");
    rest_reply(request, 200, output);
}

void
api_key_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_ADMIN))
        rest_run_then(server, request, model_key_list, NULL, keys_listed);
}

/* ",a,b,", or NULL when one of them is none. */
static char *
scopes_text(const json_t *scopes)
{
    GString *text = g_string_new(",");
    gsize i;
    json_t *scope;

    json_array_foreach((json_t *) scopes, i, scope) {
        if (!key_scope_is_known(json_string_value(scope))) {
            g_string_free(text, TRUE);
            return NULL;
        }
        g_string_append_printf(text, "%s,", json_string_value(scope));
    }
    return g_string_free(text, FALSE);
}

typedef struct {
    Server *server;
    HttpRequest *request;
    char *secret;
} KeyMaking;

static void
key_made(json_t *output, const GError *error, gpointer user)
{
    KeyMaking *making = user;

    if (error) {
        rest_reply_error(making->request, error);
    } else {
        key_ring_add(making->server->keys, output);
        json_object_del(output, "digest");
        json_object_set_new(output, "secret", json_string(making->secret));
        rest_reply(making->request, 201, output);
    }
    memset(making->secret, 0, strlen(making->secret));
    g_free(making->secret);
    g_free(making);
}

void
api_key_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_ADMIN);
    g_autoptr(json_t) body = user ? rest_body(request, key_rules) : NULL;
    g_autofree char *scopes = body ? scopes_text(json_object_get(body, "scopes")) : NULL, *digest = NULL;
    guint8 random[KEY_BYTES];
    GString *secret;
    KeyMaking *making;

    if (!body)
        return;
    if (!scopes) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "scopes: each such as cases:read");
        return;
    }
    if (getrandom(random, sizeof random, 0) != sizeof random)
        g_error("the kernel gave no random bytes");
    secret = g_string_new(KEY_PREFIX);
    for (gsize i = 0; i < sizeof random; i++)
        g_string_append_printf(secret, "%02x", random[i]);
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret->str, -1);
    making = g_new(KeyMaking, 1);
    *making = (KeyMaking){ server, request, g_string_free(secret, FALSE) };
    server_store(server, model_key_add,
                 json_pack("{s:O, s:s, s:s, s:s, s:I}", "name", json_object_get(body, "name"), "digest", digest, "scopes", scopes, "created_by", user->id, "now", (json_int_t) server_now(server)),
                 key_made, making);
}

static void
key_revoked(Server *server, HttpRequest *request, json_t *output)
{
    g_autoptr(json_t) answer = json_object();

    key_ring_remove(server->keys, field_string(output, "digest"));
    rest_reply(request, 200, answer);
}

void
api_key_revoke(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *key = access_require(server, request, ROLE_ADMIN) && access_require_same_origin(request) ? rest_path_id(request, "key", PROBLEM_KEY_NOT_FOUND) : NULL;

    if (key)
        rest_run_then(server, request, model_key_revoke, json_pack("{s:s, s:I}", "key", key, "now", (json_int_t) server_now(server)), key_revoked);
}

/* --- the trail --- */

void
api_trail_list(HttpRequest *request, gpointer server)
{
    gint64 from, to, before, limit;

    if (!access_require(server, request, ROLE_OBSERVER | ROLE_ADMIN) || !rest_query_integer(request, "from", 0, G_MAXINT64, 0, &from) ||
        !rest_query_integer(request, "to", 0, G_MAXINT64, G_MAXINT64, &to) || !rest_query_integer(request, "before", 0, G_MAXINT64, 0, &before) ||
        !rest_query_integer(request, "limit", 1, 500, 100, &limit))
        return;
    rest_run(server, request, 200, model_trail_list,
             json_pack("{s:s?, s:s?, s:I, s:I, s:I, s:I}", "account", http_request_query(request, "account"), "q", http_request_query(request, "q"), "from", (json_int_t) from, "to", (json_int_t) to,
                       "before", (json_int_t) before, "limit", (json_int_t) limit));
}

void
api_trail_verify(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_OBSERVER | ROLE_ADMIN))
        rest_run(server, request, 200, model_trail_verify, NULL);
}

/* --- figures --- */

static const char *const figures[] = { "planned", "held", "passed", "rectify", "failed", "on_site", "missed", "cancelled", "seconds", "late_seconds", "evaluations", "score" };

static void
append_rows(GString *text, const char *kind, const json_t *rows, const char *name, const char *label)
{
    gsize i;
    json_t *row;

    json_array_foreach((json_t *) rows, i, row) {
        const char *cells[3 + G_N_ELEMENTS(figures)] = { kind };
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

        g_ptr_array_add(texts, json_is_integer(json_object_get(row, name)) ? g_strdup_printf("%" G_GINT64_FORMAT, field_integer(row, name)) : csv_plain(field_string(row, name)));
        g_ptr_array_add(texts, csv_plain(field_string(row, label)));
        for (gsize f = 0; f < G_N_ELEMENTS(figures); f++)
            g_ptr_array_add(texts, g_strdup_printf("%" G_GINT64_FORMAT, field_integer(row, figures[f])));
        for (guint c = 0; c < texts->len; c++)
            cells[c + 1] = texts->pdata[c];
        csv_append(text, cells, G_N_ELEMENTS(cells));
    }
}

static void
statistics_known(Server *server, HttpRequest *request, json_t *output)
{
    json_t *items = json_object_get(output, "items"), *days = json_object_get(output, "days"), *row;
    gsize i;

    json_array_foreach(items, i, row) {
        const json_t *item = catalogue_item(server->catalogue, field_string(row, "item"), server_now(server));

        json_object_set(row, "name_zh", json_object_get(item, "name_zh"));
        json_object_set(row, "name_en", json_object_get(item, "name_en"));
        json_object_set(row, "division_zh", json_object_get(item, "division_zh"));
        json_object_set(row, "division_en", json_object_get(item, "division_en"));
    }
    json_array_foreach(days, i, row) {
        g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(field_integer(row, "day") * 24 * 3600);
        g_autofree char *text = g_date_time_format(day, "%Y-%m-%d");

        json_object_set_new(row, "day", json_string(text));
    }
    if (g_strcmp0(http_request_query(request, "format"), "csv") != 0) {
        rest_reply(request, 200, output);
        return;
    }

    GString *text = g_string_new("\xef\xbb\xbf");
    const char *heads[3 + G_N_ELEMENTS(figures)] = { "kind", "code", "name" };

    for (gsize f = 0; f < G_N_ELEMENTS(figures); f++)
        heads[3 + f] = figures[f];
    csv_append(text, heads, G_N_ELEMENTS(heads));
    append_rows(text, "day", days, "day", "");
    append_rows(text, "item", items, "item", "name_zh");
    append_rows(text, "inspector", json_object_get(output, "inspectors"), "account", "name");
    http_request_add_header(request, "Cache-Control", "no-store");
    http_request_add_header(request, "Content-Disposition", "attachment; filename=\"statistics.csv\"");
    http_request_reply_text(request, 200, "text/csv; charset=utf-8", text->str);
    g_string_free(text, TRUE);
}

void
api_statistics(HttpRequest *request, gpointer server)
{
    gint64 from, to;

    if (access_require(server, request, ROLE_OBSERVER | ROLE_ADMIN) && rest_query_integer(request, "from", 0, G_MAXINT64, 0, &from) &&
        rest_query_integer(request, "to", 0, G_MAXINT64, G_MAXINT64, &to))
        rest_run_then(server, request, model_statistics, json_pack("{s:I, s:I}", "from", (json_int_t) from, "to", (json_int_t) to), statistics_known);
}
