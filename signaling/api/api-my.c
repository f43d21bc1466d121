#include "api-my.h"

#include "../access.h"
#include "../case-files.h"
#include "../catalogue.h"
#include "../model/model-links.h"
#include "../model/model-my.h"
#include "../model/model-rectifications.h"
#include "../outbox.h"
#include "../rest.h"
#include "../tokens.h"
#include "bounded-json.h"
#include "mail-message.h"
#include "uuid7.h"

#define DAY_S          (24 * 3600)
#define INVITED_FOR_US (G_GINT64_CONSTANT(24) * 3600 * G_USEC_PER_SEC)

static const FieldRule picture_element = { "picture", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL };
static const FieldRule answer_rules[] = {
    { "checkpoint", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "words", FIELD_STRING, 0, 0, 1000, NULL, NULL, NULL },
    { "pictures", FIELD_ARRAY, 0, 0, RECTIFICATION_PICTURES_MAX, NULL, NULL, &picture_element },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule invitation_rules[] = {
    { "visit", FIELD_UUID, 0, 0, 0, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule link_rules[] = {
    { "expires_in_s", FIELD_INTEGER, FIELD_OPTIONAL, 60, 366 * DAY_S, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule contact_rules[] = {
    { "phone", FIELD_STRING, FIELD_NULLABLE, 0, 40, NULL, NULL, NULL },
    { "email", FIELD_STRING, FIELD_NULLABLE, 0, 254, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

json_t *
my_input(Server *server, HttpRequest *request)
{
    const char *token = access_bearer(request);
    g_autoptr(GError) error = NULL;
    g_autofree char *link = tokens_check(server, TOKEN_CASE, token ? token : "", &error);

    if (link)
        return json_pack("{s:s, s:I}", "link", link, "now", (json_int_t) server_now(server));
    http_request_add_header(request, "WWW-Authenticate", "Bearer");
    rest_reply_error(request, error);
    return NULL;
}

/* --- the case's page --- */

static void
add_names(json_t *to, const json_t *item)
{
    static const char *const fields[] = { "code", "version", "name_zh", "name_en", "division_zh", "division_en" };

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (json_object_get(item, fields[i]))
            json_object_set(to, fields[i], json_object_get(item, fields[i]));
}

static json_t *
names_of(const json_t *item)
{
    json_t *names = json_object();

    add_names(names, item);
    return names;
}

/* Each point gets what the applicant was told to show there, from the version that the visit was held under. */
static void
add_guides(const Catalogue *catalogue, json_t *rectification)
{
    static const char *const fields[] = { "title_zh", "title_en", "guide_zh", "guide_en" };
    const json_t *item = catalogue_item_of(catalogue, rectification);
    gsize i, n;
    json_t *point, *checkpoint;

    json_array_foreach(json_object_get(rectification, "points"), i, point)
        json_array_foreach(json_object_get(item, "checkpoints"), n, checkpoint)
            if (g_strcmp0(field_string(checkpoint, "code"), field_string(point, "checkpoint")) == 0)
                for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
                    json_object_set(point, fields[f], json_object_get(checkpoint, fields[f]));
}

static void
my_known(Server *server, HttpRequest *request, json_t *output)
{
    json_t *rectification = json_object_get(output, "rectification");
    const json_t *item = catalogue_item(server->catalogue, field_string(json_object_get(output, "case"), "item_code"), server_now(server));

    json_object_set_new(output, "item", item ? names_of(item) : json_null());
    if (json_is_object(rectification))
        add_guides(server->catalogue, rectification);
    rest_reply(request, 200, output);
}

void
api_my_get(HttpRequest *request, gpointer server)
{
    json_t *input = my_input(server, request);

    if (input)
        rest_run_then(server, request, model_my, input, my_known);
}

/* --- into the visit --- */

static void
invited(Server *server, HttpRequest *request, json_t *output)
{
    g_autofree char *token = tokens_issue(server, TOKEN_INVITATION, field_string(output, "id"), field_integer(output, "expires_at"));
    g_autofree char *path = g_strdup_printf("/v#%s", token);
    g_autoptr(json_t) answer = json_pack("{s:s}", "path", path);

    rest_reply(request, 201, answer);
}

void
api_my_invitation(HttpRequest *request, gpointer data)
{
    Server *server = data;
    json_t *input = my_input(server, request);
    json_t *body = input ? rest_body(request, invitation_rules) : NULL;

    if (body) {
        json_object_update(body, input);
        json_object_set_new(body, "expires_at", json_integer(server_now(server) + INVITED_FOR_US));
        rest_run_then(server, request, model_my_invitation, body, invited);
    }
    json_decref(input);
}

/* --- rectification --- */

void
api_my_picture_put(HttpRequest *request, gpointer server)
{
    const char *picture = rest_path_id(request, "picture", PROBLEM_STILL_NOT_FOUND);
    const char *checkpoint = http_request_query(request, "checkpoint");
    json_t *input = picture && access_require_same_origin(request) ? my_input(server, request) : NULL;

    if (!input)
        return;
    json_object_set_new(input, "checkpoint", json_string(checkpoint ? checkpoint : ""));
    case_file_receive(server, request, picture, CASE_FILE_JPEG, PROBLEM_STILL_NOT_JPEG, model_my_picture_add, input);
}

static void
picture_found(Server *server, HttpRequest *request, json_t *output)
{
    case_file_reply(server, request, http_request_param(request, "picture"), field_string(output, "sha256"), "image/jpeg");
}

void
api_my_picture_get(HttpRequest *request, gpointer server)
{
    const char *picture = rest_path_id(request, "picture", PROBLEM_STILL_NOT_FOUND);
    json_t *input = picture ? my_input(server, request) : NULL;

    if (!input)
        return;
    json_object_set_new(input, "picture", json_string(picture));
    rest_run_then(server, request, model_rectification_picture, input, picture_found);
}

static void
still_found(Server *server, HttpRequest *request, json_t *output)
{
    const char *still = http_request_param(request, "still"), *sha256 = field_string(output, "sha256");
    g_autofree char *pending = sha256 ? outbox_still_file(server, still, sha256) : NULL;

    if (!sha256) {
        rest_reply_problem(request, PROBLEM_STILL_NOT_FOUND, NULL);
    } else if (g_file_test(pending, G_FILE_TEST_EXISTS)) {
        http_request_reply_file(request, pending, "image/jpeg");
    } else {
        g_autofree char *path = g_strdup_printf("/recordings/%s/files/stills/%s.jpg", field_string(output, "recording"), still);

        http_client_proxy(server->recorder_client, request, path);
    }
}

void
api_my_still_get(HttpRequest *request, gpointer server)
{
    const char *still = rest_path_id(request, "still", PROBLEM_STILL_NOT_FOUND);
    json_t *input = still ? my_input(server, request) : NULL;

    if (!input)
        return;
    json_object_set_new(input, "still", json_string(still));
    rest_run_then(server, request, model_my_still, input, still_found);
}

static void
answered(Server *server, HttpRequest *request, json_t *output)
{
    add_guides(server->catalogue, output);
    rest_reply(request, 201, output);
}

void
api_my_answer(HttpRequest *request, gpointer server)
{
    json_t *input = my_input(server, request);
    json_t *body = input ? rest_body(request, answer_rules) : NULL;

    if (body) {
        json_object_update(body, input);
        rest_run_then(server, request, model_my_answer, body, answered);
    }
    json_decref(input);
}

/* --- the office's part --- */

static const char *
path_case(HttpRequest *request)
{
    return rest_path_id(request, "case", PROBLEM_CASE_NOT_FOUND);
}

static void
link_made(Server *server, HttpRequest *request, json_t *output)
{
    g_autofree char *token = tokens_issue(server, TOKEN_CASE, field_string(output, "id"), field_integer(output, "expires_at"));
    g_autofree char *path = g_strdup_printf("/my#%s", token);

    json_object_set_new(output, "token", json_string(token));
    json_object_set_new(output, "path", json_string(path));
    rest_reply(request, 201, output);
}

void
api_link_add(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN);
    const char *id = user ? path_case(request) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, link_rules) : NULL;
    gint64 now = server_now(server);
    gint64 term = json_object_get(body, "expires_in_s") ? field_integer(body, "expires_in_s") * G_USEC_PER_SEC : CASE_LINK_US;

    if (body)
        rest_run_then(server, request, model_link_add,
                      json_pack("{s:s, s:s?, s:s, s:I, s:I}", "case", id, "user", access_filter(user), "created_by", user->id, "now", (json_int_t) now, "expires_at",
                                (json_int_t) (now + term)),
                      link_made);
}

void
api_link_list(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    const char *id = user ? path_case(request) : NULL;

    if (id)
        rest_run(server, request, 200, model_link_list, json_pack("{s:s, s:s?}", "case", id, "user", access_filter(user)));
}

void
api_link_revoke(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN);
    const char *link = user && access_require_same_origin(request) ? rest_path_id(request, "link", PROBLEM_CASE_LINK_NOT_FOUND) : NULL;

    if (link)
        rest_run(server, request, 200, model_link_revoke, json_pack("{s:s, s:s?, s:I}", "link", link, "user", access_filter(user), "now", (json_int_t) server_now(server)));
}

void
api_case_contact(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_INSPECTOR | ROLE_HELPER | ROLE_ADMIN);
    const char *id = user ? path_case(request) : NULL;
    g_autoptr(json_t) body = id ? rest_body(request, contact_rules) : NULL;
    const char *email = field_string(body, "email");

    if (!body)
        return;
    if (email && *email && !mail_address_is_valid(email)) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "email: must be an address such as name@example.cn");
        return;
    }
    json_object_set_new(body, "case", json_string(id));
    json_object_set_new(body, "user", access_filter(user) ? json_string(access_filter(user)) : json_null());
    rest_run(server, request, 200, model_case_contact, g_steal_pointer(&body));
}
