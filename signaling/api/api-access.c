#include "api.h"

#include <string.h>

#include "../access.h"
#include "../model/model-office.h"
#include "../model/model.h"
#include "../rest.h"
#include "../throttle.h"
#include "bounded-json.h"
#include "log.h"
#include "password.h"
#include "totp.h"

static const char *const staff_roles[] = { "inspector", "helper", "observer", "admin", NULL };

static const FieldRule sign_in_rules[] = {
    { "account", FIELD_STRING, 0, 1, 64, NULL, NULL, NULL },
    { "password", FIELD_STRING, 0, 1, 256, NULL, NULL, NULL },
    { "code", FIELD_STRING, FIELD_OPTIONAL | FIELD_NULLABLE, 0, 6, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule user_rules[] = {
    { "account", FIELD_STRING, 0, 2, 64, NULL, NULL, NULL },
    { "name", FIELD_STRING, 0, 1, 200, NULL, NULL, NULL },
    { "role", FIELD_ENUM, 0, 0, 0, staff_roles, NULL, NULL },
    { "password", FIELD_STRING, 0, 1, 256, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};
static const FieldRule no_rules[] = { { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL } };

#define PASSWORD_MIN_CHARS 8

typedef struct {
    Server *server;
    HttpRequest *request;
    char *account;
    char *password;
    char *code; /* of the second factor; may be NULL */
    char *peer;
    json_t *user;
    const char *hash; /* what the password is checked against */
    gboolean matches;
} SignInAttempt;

static void
attempt_free(SignInAttempt *attempt)
{
    memset(attempt->password, 0, strlen(attempt->password));
    g_free(attempt->account);
    g_free(attempt->password);
    g_free(attempt->code);
    g_free(attempt->peer);
    json_decref(attempt->user);
    g_free(attempt);
}

static void
check_password(gpointer data)
{
    SignInAttempt *attempt = data;

    attempt->matches = password_verify(attempt->password, attempt->hash);
}

static void
let_in(SignInAttempt *attempt)
{
    Server *server = attempt->server;
    const char *id = field_string(attempt->user, "id"), *account = field_string(attempt->user, "account");

    throttle_forget(server->account_throttle, attempt->account);
    log_info("access", "signed in user=%s", id);
    access_leave_trail(server, id, account, "sign-in", field_string(attempt->user, "totp") ? "password and code" : "password");
    access_sign_in(server, attempt->request, id, account, field_string(attempt->user, "name"), role_from_name(field_string(attempt->user, "role")));
    attempt_free(attempt);
}

static void
refuse(SignInAttempt *attempt, Problem problem)
{
    Server *server = attempt->server;

    throttle_failed(server->address_throttle, attempt->peer, clock_mono_us(server->clock));
    log_notice("access", "sign-in failed known=%d", json_is_object(attempt->user));
    if (json_is_object(attempt->user))
        access_leave_trail(server, field_string(attempt->user, "id"), field_string(attempt->user, "account"), "sign-in-failed", problem_entry(problem)->code);
    rest_reply_problem(attempt->request, problem, NULL);
    attempt_free(attempt);
}

static void
ask_for_code(SignInAttempt *attempt)
{
    throttle_forget(attempt->server->account_throttle, attempt->account);
    rest_reply_problem(attempt->request, PROBLEM_ACCESS_SECOND_FACTOR, NULL);
    attempt_free(attempt);
}

static void
code_used(json_t *output, const GError *error, gpointer user)
{
    SignInAttempt *attempt = user;

    if (error) {
        rest_reply_error(attempt->request, error);
        attempt_free(attempt);
    } else if (field_boolean(output, "used")) {
        let_in(attempt);
    } else {
        refuse(attempt, PROBLEM_ACCESS_SECOND_FACTOR_WRONG);
    }
}

/* A code lets in once: the store decides, as two may come with the same one. */
static void
check_code(Server *server, SignInAttempt *attempt)
{
    gint64 step = totp_check(field_string(attempt->user, "totp"), attempt->code, server_now(server) / G_USEC_PER_SEC, 0);

    if (step == 0)
        refuse(attempt, PROBLEM_ACCESS_SECOND_FACTOR_WRONG);
    else
        server_store(server, model_second_factor_use, json_pack("{s:s, s:I}", "user", field_string(attempt->user, "id"), "step", (json_int_t) step), code_used, attempt);
}

static void
password_checked(gpointer data)
{
    SignInAttempt *attempt = data;
    Server *server = attempt->server;

    if (!attempt->matches || !json_is_object(attempt->user) || field_integer(attempt->user, "disabled"))
        refuse(attempt, PROBLEM_ACCESS_CREDENTIALS);
    else if (!field_string(attempt->user, "totp"))
        let_in(attempt);
    else if (!attempt->code || !*attempt->code)
        /* No guess yet: the page asks for it now. */
        ask_for_code(attempt);
    else
        check_code(server, attempt);
}

static void
user_found(json_t *output, const GError *error, gpointer user)
{
    SignInAttempt *attempt = user;

    if (error) {
        rest_reply_error(attempt->request, error);
        attempt_free(attempt);
        return;
    }
    /* An account that is not there is checked against a password that nobody has, so that it takes as long. */
    attempt->user = json_incref(output);
    attempt->hash = field_string(output, "password") ? field_string(output, "password") : attempt->server->nobodys_hash;
    if (!worker_run(attempt->server->passwords, check_password, password_checked, attempt)) {
        rest_reply_problem(attempt->request, PROBLEM_BUSY, NULL);
        attempt_free(attempt);
    }
}

static gboolean
is_throttled(Server *server, HttpRequest *request, const char *account)
{
    gint64 now = clock_mono_us(server->clock);
    gint64 wait = MAX(throttle_wait_us(server->account_throttle, account, now),
                      throttle_wait_us(server->address_throttle, http_request_peer(request), now));

    if (wait == 0)
        return FALSE;

    g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, wait / G_USEC_PER_SEC + 1);

    http_request_add_header(request, "Retry-After", seconds);
    rest_reply_problem(request, PROBLEM_ACCESS_THROTTLED, NULL);
    return TRUE;
}

void
api_sign_in(HttpRequest *request, gpointer data)
{
    Server *server = data;
    g_autoptr(json_t) body = rest_body(request, sign_in_rules);

    if (!body || is_throttled(server, request, field_string(body, "account")))
        return;

    SignInAttempt *attempt = g_new0(SignInAttempt, 1);

    /* Counted before the answer is known, so that parallel guesses do not pass together; a success clears it. */
    throttle_failed(server->account_throttle, field_string(body, "account"), clock_mono_us(server->clock));
    attempt->server = server;
    attempt->request = request;
    attempt->account = g_strdup(field_string(body, "account"));
    attempt->password = g_strdup(field_string(body, "password"));
    attempt->code = g_strdup(field_string(body, "code"));
    attempt->peer = g_strdup(http_request_peer(request));
    server_store(server, model_user_find, json_pack("{s:s}", "account", attempt->account), user_found, attempt);
}

void
api_sign_out(HttpRequest *request, gpointer server)
{
    g_autoptr(json_t) body = rest_body(request, no_rules);

    if (body && access_require(server, request, ROLE_STAFF))
        access_sign_out(server, request);
}

static json_t *
user_json(const StaffUser *user)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "id", user->id, "account", user->account, "name", user->name, "role", role_name(user->role));
}

void
api_me(HttpRequest *request, gpointer server)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);

    if (user) {
        g_autoptr(json_t) json = user_json(user);

        rest_reply(request, 200, json);
    }
}

void
api_user_list(HttpRequest *request, gpointer server)
{
    if (access_require(server, request, ROLE_STAFF))
        rest_run(server, request, 200, model_user_list, NULL);
}

typedef struct {
    Server *server;
    HttpRequest *request;
    json_t *body;
    char *hash;
    GError *error;
} UserAdding;

static void
adding_free(UserAdding *adding)
{
    json_decref(adding->body);
    g_free(adding->hash);
    g_clear_error(&adding->error);
    g_free(adding);
}

static void
hash_password(gpointer data)
{
    UserAdding *adding = data;

    adding->hash = password_hash(field_string(adding->body, "password"), &adding->error);
}

static void
password_hashed(gpointer data)
{
    UserAdding *adding = data;

    if (adding->hash) {
        json_object_set_new(adding->body, "password", json_string(adding->hash));
        json_object_set_new(adding->body, "now", json_integer(server_now(adding->server)));
        rest_run(adding->server, adding->request, 201, model_user_add, json_incref(adding->body));
    } else {
        rest_reply_problem(adding->request, PROBLEM_USER_PASSWORD, NULL);
    }
    adding_free(adding);
}

void
api_user_add(HttpRequest *request, gpointer server)
{
    g_autoptr(json_t) body = NULL;

    if (!access_require(server, request, ROLE_ADMIN) || !(body = rest_body(request, user_rules)))
        return;
    if (!g_regex_match_simple("^[a-z0-9][a-z0-9._-]{1,63}$", field_string(body, "account"), G_REGEX_DOLLAR_ENDONLY, 0)) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "account: must be 2 to 64 of a-z, 0-9, '.', '_', '-'");
        return;
    }
    if (g_utf8_strlen(field_string(body, "password"), -1) < PASSWORD_MIN_CHARS) {
        rest_reply_problem(request, PROBLEM_USER_PASSWORD, NULL);
        return;
    }

    UserAdding *adding = g_new0(UserAdding, 1);

    *adding = (UserAdding){ .server = server, .request = request, .body = g_steal_pointer(&body) };
    if (!worker_run(adding->server->passwords, hash_password, password_hashed, adding)) {
        rest_reply_problem(request, PROBLEM_BUSY, NULL);
        adding_free(adding);
    }
}
