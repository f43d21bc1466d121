#include "api-records.h"

#include "../access.h"
#include "../catalogue.h"
#include "../key-ring.h"
#include "../model/model-records.h"
#include "../outbox.h"
#include "../reauthenticate.h"
#include "../record/record-maker.h"
#include "../rest.h"
#include "../room.h"
#include "../tokens.h"
#include "bounded-json.h"
#include "strokes.h"

/* The index of a visit of two hours; only its gaps are looked at. */
#define INDEX_MAX (16 * 1024 * 1024)
/* A rectification takes weeks at most. */
#define DEADLINE_DAYS_MAX 365

static const char *const decisions[] = { "passed", "rectify", "failed", "on-site", NULL };
static const FieldRule conclude_rules[] = {
    { "decision", FIELD_ENUM, 0, 0, 0, decisions, NULL, NULL },
    { "remark", FIELD_STRING, 0, 0, 2000, NULL, NULL, NULL },
    { "deadline_days", FIELD_INTEGER, FIELD_OPTIONAL | FIELD_NULLABLE, 1, DEADLINE_DAYS_MAX, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule sign_rules[] = {
    { "digest", FIELD_STRING, 0, 64, 64, NULL, NULL, NULL },
    { "words", FIELD_STRING, 0, 0, 1000, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule countersign_rules[] = {
    { "digest", FIELD_STRING, 0, 64, 64, NULL, NULL, NULL },
    { "password", FIELD_STRING, 0, 1, 256, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule refuse_rules[] = {
    { "digest", FIELD_STRING, 0, 64, 64, NULL, NULL, NULL },
    { "reason", FIELD_STRING, 0, 1, 1000, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

/* --- who asks --- */

/* The participant of a resume token; NULL and answered 401 when it is none. */
static char *
bearer_participant(Server *server, HttpRequest *request)
{
    const char *token = access_bearer(request);
    g_autoptr(GError) error = NULL;
    char *participant = tokens_check(server, TOKEN_RESUME, token ? token : "", &error);

    if (!participant)
        rest_reply_error(request, error);
    return participant;
}

/* {visit, version, now, user | participant}; NULL and answered. Staff by cookie or key, unless it is known already; a participant by its resume token. */
static json_t *
reader_input(Server *server, HttpRequest *request, const StaffUser *user)
{
    const char *visit = rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND);
    const char *text = http_request_param(request, "version");
    gint64 version = 0;
    g_autofree char *participant = NULL;
    gboolean by_token = access_bearer(request) && !key_is_one(access_bearer(request));

    if (!visit)
        return NULL;
    if (text && !g_str_equal(text, "latest") && !g_ascii_string_to_signed(text, 10, 1, G_MAXINT32, &version, NULL)) {
        rest_reply_problem(request, PROBLEM_RECORD_NOT_FOUND, NULL);
        return NULL;
    }
    if (!user && (by_token ? !(participant = bearer_participant(server, request)) : !(user = access_require(server, request, ROLE_STAFF))))
        return NULL;
    return json_pack("{s:s, s:I, s:s?, s:s?, s:I}", "visit", visit, "version", (json_int_t) version, "participant", participant, "user",
                     user ? access_filter(user) : NULL, "now", (json_int_t) server_now(server));
}

/* The same of an inspector with a body; NULL and answered. */
static json_t *
inspector_input(Server *server, HttpRequest *request, const FieldRule *rules, const StaffUser **ret_user)
{
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR);
    json_t *input = user ? reader_input(server, request, user) : NULL;
    g_autoptr(json_t) body = input ? rest_body(request, rules) : NULL;

    if (!body) {
        json_decref(input);
        return NULL;
    }
    json_object_update(body, input);
    json_object_set_new(body, "user", json_string(user->id));
    json_decref(input);
    if (ret_user)
        *ret_user = user;
    return g_steal_pointer(&body);
}

/* --- concluding --- */

typedef struct {
    Server *server;
    HttpRequest *request;
    json_t *input;
} Concluding;

static void
record_changed(Server *server, HttpRequest *request, json_t *output, int status)
{
    const char *visit = field_string(json_object_get(json_object_get(output, "room"), "visit"), "id");
    g_autofree char *origin = rest_origin(request);
    g_autoptr(json_t) answer = json_pack("{s:O}", "record", json_object_get(json_object_get(output, "room"), "record"));

    rooms_update_state(server->rooms, visit, json_object_get(output, "room"));
    outbox_kick(server->outbox, visit);
    if (field_boolean(output, "complete"))
        record_maker_kick(server->records, origin);
    rest_reply(request, status, answer);
}

static void
concluded(Server *server, HttpRequest *request, json_t *output)
{
    record_changed(server, request, output, 201);
}

static json_t *
gaps_of(const HttpAnswer *answer)
{
    g_autoptr(json_t) index = answer->status == 200 && answer->body ? bounded_json_parse_bytes(answer->body, INDEX_MAX, NULL) : NULL;
    json_t *gaps = json_object_get(index, "gaps");

    return json_is_array(gaps) ? json_incref(gaps) : json_array();
}

static void
gaps_known(const HttpAnswer *answer, gpointer user)
{
    g_autofree Concluding *concluding = user;

    json_object_set_new(concluding->input, "gaps", gaps_of(answer));
    rest_run_then(concluding->server, concluding->request, model_conclude, concluding->input, concluded);
}

void
api_record_conclude(HttpRequest *request, gpointer data)
{
    Server *server = data;
    g_autoptr(json_t) input = inspector_input(server, request, conclude_rules, NULL);
    Room *room = input ? rooms_get(server->rooms, field_string(input, "visit")) : NULL;
    json_t *item = room ? catalogue_item_of(server->catalogue, room_visit_json(room)) : NULL;

    if (!input)
        return;
    if (!room || !item || room_visit_state(room) != VISIT_LIVE) {
        rest_reply_problem(request, PROBLEM_MESSAGE_VISIT_STATE, NULL);
        return;
    }
    json_object_set(input, "item", item);
    json_object_set_new(input, "present", room_staff_present(room));

    const char *recording = field_string(room_recording_json(room), "recording");
    g_autofree char *path = g_strdup_printf("/recordings/%s/index", recording ? recording : "none");
    HttpCallRequest call = { "GET", path, NULL, NULL, 0, INDEX_MAX };
    Concluding *concluding = g_new(Concluding, 1);

    *concluding = (Concluding){ server, request, json_incref(input) };
    http_client_call(server->recorder_client, &call, gaps_known, concluding);
}

/* --- reading --- */

void
api_record_list(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *visit = user ? rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND) : NULL;

    if (visit)
        rest_run(server, request, 200, model_record_list, json_pack("{s:s, s:s?}", "visit", visit, "user", access_filter(user)));
}

void
api_record_get(HttpRequest *request, gpointer server)
{
    json_t *input = reader_input(server, request, NULL);

    if (input)
        rest_run(server, request, 200, model_record_get, input);
}

static void
pdf_wanted(Server *server, HttpRequest *request, json_t *output)
{
    g_autofree char *origin = rest_origin(request);

    record_maker_reply(server->records, request, output, origin);
}

void
api_record_pdf(HttpRequest *request, gpointer server)
{
    json_t *input = reader_input(server, request, NULL);

    if (input)
        rest_run_then(server, request, model_record_get, input, pdf_wanted);
}

static void
cms_wanted(Server *server, HttpRequest *request, json_t *output)
{
    g_autofree char *path = record_maker_path(server, field_string(output, "visit"), field_integer(output, "version"), "p7s");

    if (field_string(output, "signature_sha256"))
        http_request_reply_file(request, path, "application/cms");
    else
        rest_reply_problem(request, PROBLEM_RECORD_NOT_FOUND, "it is not signed yet");
}

void
api_record_cms(HttpRequest *request, gpointer server)
{
    json_t *input = reader_input(server, request, NULL);

    if (input)
        rest_run_then(server, request, model_record_get, input, cms_wanted);
}

void
api_document_certificate(HttpRequest *request, gpointer data)
{
    Server *server = data;

    http_client_proxy(server->recorder_client, request, "/document-certificate");
}

/* --- signing --- */

static void
signed_now(Server *server, HttpRequest *request, json_t *output)
{
    record_changed(server, request, output, 200);
}

/* `strokes` is there: a signature; it is not: a refusal, which has its reason in `words`. */
static gboolean
signature_is_valid(HttpRequest *request, const json_t *body)
{
    json_t *strokes = json_object_get(body, "strokes");
    g_autoptr(Strokes) written = strokes_from_json(strokes);

    if (strokes && !json_is_null(strokes) && !written) {
        rest_reply_problem(request, PROBLEM_RECORD_SIGNATURE, NULL);
        return FALSE;
    }
    if (!written && !*field_string(body, "words")) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "words: a refusal needs its reason");
        return FALSE;
    }
    return TRUE;
}

void
api_record_sign(HttpRequest *request, gpointer server)
{
    json_t *input = access_bearer(request) ? reader_input(server, request, NULL) : NULL;
    g_autoptr(json_t) body = input ? rest_body(request, sign_rules) : NULL;

    if (!input && !access_bearer(request))
        rest_reply_problem(request, PROBLEM_RESUME_INVALID, NULL);
    if (body && signature_is_valid(request, body)) {
        json_object_update(body, input);
        rest_run_then(server, request, model_record_sign, g_steal_pointer(&body), signed_now);
    }
    json_decref(input);
}

static void
inspector_proved(Server *server, HttpRequest *request, gpointer input)
{
    rest_run_then(server, request, model_record_countersign, input, signed_now);
}

static void
forget(gpointer input)
{
    json_decref(input);
}

void
api_record_countersign(HttpRequest *request, gpointer server)
{
    const StaffUser *user = NULL;
    json_t *input = inspector_input(server, request, countersign_rules, &user);

    if (!input)
        return;

    g_autofree char *password = g_strdup(field_string(input, "password"));

    json_object_del(input, "password");
    reauthenticate(server, request, user, password, inspector_proved, forget, input);
}

void
api_record_refuse(HttpRequest *request, gpointer server)
{
    json_t *input = inspector_input(server, request, refuse_rules, NULL);

    if (input)
        rest_run_then(server, request, model_record_refuse, input, signed_now);
}
