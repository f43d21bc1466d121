#include "api-appointments.h"

#include <string.h>
#include <sys/random.h>

#include "../access.h"
#include "../catalogue.h"
#include "../icalendar.h"
#include "../item-rules.h"
#include "../lobby.h"
#include "../model/model-appointments.h"
#include "../rest.h"
#include "api-my.h"
#include "bounded-json.h"

#define DAY_MINUTES   (24 * 60)
#define FEED_BYTES    24
#define FEED_PAST_US  (G_GINT64_CONSTANT(30) * 24 * 3600 * G_USEC_PER_SEC)

static const FieldRule account_element = { "account", FIELD_STRING, 0, 2, 64, NULL, NULL, NULL };
static const FieldRule rule_rules[] = {
    { "item_code", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, ITEM_CODE_LENGTH, ITEM_CODE_LENGTH, NULL, NULL, NULL },
    { "weekday", FIELD_INTEGER, 0, 1, 7, NULL, NULL, NULL },
    { "from_minute", FIELD_INTEGER, 0, 0, DAY_MINUTES, NULL, NULL, NULL },
    { "to_minute", FIELD_INTEGER, 0, 0, DAY_MINUTES, NULL, NULL, NULL },
    { "minutes", FIELD_INTEGER, 0, 10, 240, NULL, NULL, NULL },
    { "capacity", FIELD_INTEGER, 0, 1, 20, NULL, NULL, NULL },
    { "lead_hours", FIELD_INTEGER, 0, 0, 24 * 30, NULL, NULL, NULL },
    { "horizon_days", FIELD_INTEGER, 0, 1, 90, NULL, NULL, NULL },
    { "staff", FIELD_ARRAY, 0, 1, 15, NULL, NULL, &account_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule holiday_rules[] = {
    { "name", FIELD_STRING, 0, 0, 40, NULL, NULL, NULL },
    { "weekday", FIELD_INTEGER, FIELD_NULLABLE, 0, 7, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule book_rules[] = {
    { "rule", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { "at", FIELD_INTEGER, 0, 0, G_MAXINT64, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule no_rules[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };

/* --- rules and days --- */

void
api_slot_rule_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_STAFF))
        rest_run(server, request, 200, model_slot_rule_list, NULL);
}

void
api_slot_rule_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_ADMIN);
    g_autoptr(json_t) body = user ? rest_body(request, rule_rules) : NULL;
    const char *item = field_string(body, "item_code");

    if (!body)
        return;
    if (item && !catalogue_item(server->catalogue, item, G_MAXINT64)) {
        rest_reply_problem(request, PROBLEM_ITEM_NOT_FOUND, NULL);
        return;
    }
    if (field_integer(body, "from_minute") + field_integer(body, "minutes") > field_integer(body, "to_minute")) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "to_minute: there is no room for one appointment");
        return;
    }
    json_object_set_new(body, "user", json_string(user->id));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run(server, request, 201, model_slot_rule_add, g_steal_pointer(&body));
}

void
api_slot_rule_remove(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *rule = access_require(server, request, ROLE_ADMIN) && access_require_same_origin(request) ? rest_path_id(request, "rule", PROBLEM_SLOT_RULE_NOT_FOUND) : NULL;

    if (rule)
        rest_run(server, request, 200, model_slot_rule_remove, json_pack("{s:s, s:I}", "rule", rule, "now", (json_int_t) server_now(server)));
}

void
api_holiday_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_STAFF))
        rest_run(server, request, 200, model_holiday_list, NULL);
}

static gboolean
is_day(const char *text)
{
    g_autoptr(GDateTime) day = NULL;
    g_autofree char *whole = NULL;

    if (!text || !g_regex_match_simple("^20[0-9]{2}-[01][0-9]-[0-3][0-9]$", text, G_REGEX_DOLLAR_ENDONLY, 0))
        return FALSE;
    whole = g_strconcat(text, "T00:00:00Z", NULL);
    day = g_date_time_new_from_iso8601(whole, NULL);
    return day != NULL;
}

void
api_holiday_put(HttpRequest *request, gpointer server)
{
    const char *day = http_request_param(request, "day");
    g_autoptr(json_t) body = access_require(server, request, ROLE_ADMIN) ? rest_body(request, holiday_rules) : NULL;

    if (!body)
        return;
    if (!is_day(day)) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "day: must look like 2026-10-01");
        return;
    }
    json_object_set_new(body, "day", json_string(day));
    rest_run(server, request, 200, model_holiday_put, g_steal_pointer(&body));
}

/* --- the applicant --- */

void
api_my_slots(HttpRequest *request, gpointer server)
{
    json_t *input = my_input(server, request);

    if (input)
        rest_run(server, request, 200, model_my_slots, input);
}

static void
appointment_changed(Server *server, HttpRequest *request, json_t *output)
{
    lobby_changed(server->lobby);
    rest_reply(request, 200, output);
}

void
api_my_appointment_put(HttpRequest *request, gpointer server)
{
    json_t *input = my_input(server, request);
    json_t *body = input ? rest_body(request, book_rules) : NULL;

    if (body) {
        json_object_update(body, input);
        rest_run_then(server, request, model_my_appointment_book, body, appointment_changed);
    }
    json_decref(input);
}

void
api_my_appointment_cancel(HttpRequest *request, gpointer server)
{
    json_t *input = access_require_same_origin(request) ? my_input(server, request) : NULL;

    if (input)
        rest_run_then(server, request, model_my_appointment_cancel, input, appointment_changed);
}

/* --- the staff --- */

static void
call_off(Server *server, HttpRequest *request, gboolean no_show)
{
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_ADMIN);
    const char *visit = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;
    g_autoptr(json_t) body = visit ? rest_body(request, no_rules) : NULL;

    if (body)
        rest_run_then(server, request, model_visit_off, json_pack("{s:s, s:s?, s:b, s:I}", "visit", visit, "user", access_filter(user), "no_show", no_show, "now",
                                                                  (json_int_t) server_now(server)), appointment_changed);
}

void
api_visit_cancel(HttpRequest *request, gpointer server)
{
    call_off(server, request, FALSE);
}

void
api_visit_no_show(HttpRequest *request, gpointer server)
{
    call_off(server, request, TRUE);
}

/* --- calendars --- */

typedef struct {
    Server *server;
    HttpRequest *request;
    char *path;
} Adding;

static void
calendar_added(json_t *output, const GError *error, gpointer user)
{
    Adding *adding = user;
    g_autoptr(json_t) answer = error ? NULL : json_pack("{s:s}", "path", adding->path);

    if (error)
        rest_reply_error(adding->request, error);
    else
        rest_reply(adding->request, 201, answer);
    g_free(adding->path);
    g_free(adding);
}

void
api_calendar_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    g_autoptr(json_t) body = user ? rest_body(request, no_rules) : NULL;
    guint8 random[FEED_BYTES];
    GString *secret;
    g_autofree char *digest = NULL;
    Adding *adding;

    if (!body)
        return;
    if (getrandom(random, sizeof random, 0) != sizeof random)
        g_error("the kernel gave no random bytes");
    secret = g_string_new(NULL);
    for (gsize i = 0; i < sizeof random; i++)
        g_string_append_printf(secret, "%02x", random[i]);
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret->str, -1);
    adding = g_new(Adding, 1);
    *adding = (Adding){ server, request, g_strdup_printf("/api/calendar/%s", secret->str) };
    g_string_free(secret, TRUE);
    server_store(server, model_calendar_add, json_pack("{s:s, s:s, s:I}", "user", user->id, "digest", digest, "now", (json_int_t) server_now(server)), calendar_added, adding);
}

static void
calendar_known(Server *server, HttpRequest *request, json_t *output)
{
    json_t *visits = json_object_get(output, "visits"), *visit;
    g_autofree char *origin = rest_origin(request);
    GString *text;
    gsize i;

    json_array_foreach(visits, i, visit) {
        const json_t *item = catalogue_item(server->catalogue, field_string(visit, "item_code"), field_integer(visit, "scheduled_at"));

        json_object_set_new(visit, "name", json_string(item ? field_string(item, "name_zh") : field_string(visit, "item_code")));
    }
    text = icalendar_text(visits, origin, server_now(server));
    http_request_add_header(request, "Cache-Control", "no-store");
    http_request_reply_text(request, 200, "text/calendar; charset=utf-8", text->str);
    g_string_free(text, TRUE);
}

void
api_calendar_get(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *secret = http_request_param(request, "feed");
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret, -1);

    rest_run_then(server, request, model_calendar, json_pack("{s:s, s:I}", "digest", digest, "from", (json_int_t) (server_now(server) - FEED_PAST_US)), calendar_known);
}
