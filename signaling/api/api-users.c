/* Accounts, and the second factor of one's own. */
#include "api-office.h"

#include <string.h>

#include "../access.h"
#include "../model/model-office.h"
#include "../reauthenticate.h"
#include "../rest.h"
#include "bounded-json.h"
#include "password.h"
#include "totp.h"

#define PASSWORD_MIN_CHARS 8
#define ISSUER             "云踏勘"

static const char *const staff_roles[] = { "inspector", "helper", "observer", "admin", NULL };
static const FieldRule change_rules[] = {
    { "revision", FIELD_INTEGER, 0, 1, G_MAXINT32, NULL, NULL, NULL },
    { "name", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, 1, 200, NULL, NULL, NULL },
    { "role", FIELD_ENUM, FIELD_OPTIONAL | FIELD_NULLABLE, 0, 0, staff_roles, NULL, NULL },
    { "division", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, 0, 100, NULL, NULL, NULL },
    { "disabled", FIELD_BOOLEAN, FIELD_OPTIONAL | FIELD_NULLABLE, 0, 0, NULL, NULL, NULL },
    { "password", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, PASSWORD_MIN_CHARS, 256, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule password_rules[] = {
    { "password", FIELD_STRING, 0, 1, 256, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule code_rules[] = {
    { "code", FIELD_STRING, 0, 6, 6, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

void
api_user_all(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_ADMIN))
        rest_run(server, request, 200, model_user_all, NULL);
}

static void
user_changed(Server *server, HttpRequest *request, json_t *output)
{
    json_t *user = json_object_get(output, "user");

    if (field_boolean(output, "dropped"))
        access_forget_user(server, field_string(user, "id"));
    rest_reply(request, 200, user);
}

typedef struct {
    Server *server;
    HttpRequest *request;
    json_t *input;
    char *hash;
} Changing;

static void
hash_password(gpointer data)
{
    Changing *changing = data;

    changing->hash = password_hash(field_string(changing->input, "password"), NULL);
}

static void
password_hashed(gpointer data)
{
    Changing *changing = data;

    if (changing->hash) {
        json_object_set_new(changing->input, "password", json_string(changing->hash));
        rest_run_then(changing->server, changing->request, model_user_change, changing->input, user_changed);
    } else {
        rest_reply_problem(changing->request, PROBLEM_USER_PASSWORD, NULL);
        json_decref(changing->input);
    }
    g_free(changing->hash);
    g_free(changing);
}

void
api_user_change(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const StaffUser *user = access_require(server, request, ROLE_ADMIN);
    const char *id = user ? rest_path_id(request, "user", PROBLEM_USER_NOT_FOUND) : NULL;
    json_t *body = id ? rest_body(request, change_rules) : NULL;
    Changing *changing;

    if (!body)
        return;
    json_object_set_new(body, "user", json_string(id));
    json_object_set_new(body, "by", json_string(user->id));
    if (!field_string(body, "password")) {
        rest_run_then(server, request, model_user_change, body, user_changed);
        return;
    }
    changing = g_new0(Changing, 1);
    *changing = (Changing){ .server = server, .request = request, .input = body };
    if (!worker_run(server->passwords, hash_password, password_hashed, changing)) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        json_decref(body);
        g_free(changing);
    }
}

/* --- the second factor --- */

typedef struct {
    HttpRequest *request;
    char *secret;
    char *account;
} Wanting;

static void
wanted(json_t *output, const GError *error, gpointer user)
{
    Wanting *wanting = user;

    if (error) {
        rest_reply_error(wanting->request, error);
    } else {
        g_autofree char *issuer = g_uri_escape_string(ISSUER, NULL, FALSE);
        g_autofree char *uri = g_strdup_printf("otpauth://totp/%s:%s?secret=%s&issuer=%s", issuer, wanting->account, wanting->secret, issuer);
        g_autoptr(json_t) answer = json_pack("{s:s, s:s}", "secret", wanting->secret, "uri", uri);

        rest_reply(wanting->request, 201, answer);
    }
    memset(wanting->secret, 0, strlen(wanting->secret));
    g_free(wanting->secret);
    g_free(wanting->account);
    g_free(wanting);
}

/* `input`: {user, account}. */
static void
proved(Server *server, HttpRequest *request, gpointer input)
{
    Wanting *wanting = g_new(Wanting, 1);

    *wanting = (Wanting){ request, totp_secret_new(), g_strdup(field_string(input, "account")) };
    server_store(server, model_second_factor_want, json_pack("{s:O, s:s}", "user", json_object_get(input, "user"), "secret", wanting->secret), wanted, wanting);
    json_decref(input);
}

static void
forget(gpointer input)
{
    json_decref(input);
}

void
api_second_factor_want(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    g_autoptr(json_t) body = user ? rest_body(request, password_rules) : NULL;

    if (body)
        reauthenticate(server, request, user, field_string(body, "password"), proved, forget, json_pack("{s:s, s:s}", "user", user->id, "account", user->account));
}

typedef struct {
    Server *server;
    HttpRequest *request;
    char *user;
    char *code;
} Confirming;

static void
confirm_known(json_t *output, const GError *error, gpointer user)
{
    Confirming *confirming = user;
    const char *secret = field_string(output, "totp_wanted");
    gint64 step = secret ? totp_check(secret, confirming->code, server_now(confirming->server) / G_USEC_PER_SEC, 0) : 0;

    if (error)
        rest_reply_error(confirming->request, error);
    else if (!secret)
        rest_reply_problem(confirming->request, PROBLEM_SECOND_FACTOR_STATE, NULL);
    else if (step == 0)
        rest_reply_problem(confirming->request, PROBLEM_ACCESS_SECOND_FACTOR_WRONG, NULL);
    else
        rest_run(confirming->server, confirming->request, 200, model_second_factor_confirm, json_pack("{s:s, s:I}", "user", confirming->user, "step", (json_int_t) step));
    g_free(confirming->user);
    g_free(confirming->code);
    g_free(confirming);
}

void
api_second_factor_confirm(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);
    g_autoptr(json_t) body = user ? rest_body(request, code_rules) : NULL;
    Confirming *confirming;

    if (!body)
        return;
    confirming = g_new(Confirming, 1);
    *confirming = (Confirming){ server, request, g_strdup(user->id), g_strdup(field_string(body, "code")) };
    server_store(confirming->server, model_second_factor_get, json_pack("{s:s}", "user", user->id), confirm_known, confirming);
}

/* A telephone that was lost: an administrator takes the factor away, its owner begins anew. */
void
api_second_factor_drop(HttpRequest *request, gpointer server)
{
    const char *id = access_require(server, request, ROLE_ADMIN) && access_require_same_origin(request) ? rest_path_id(request, "user", PROBLEM_USER_NOT_FOUND) : NULL;

    if (id)
        rest_run(server, request, 200, model_second_factor_drop, json_pack("{s:s}", "user", id));
}
