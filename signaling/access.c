#include "access.h"

#include <string.h>
#include <sys/random.h>

#include "bounded-json.h"
#include "key-ring.h"
#include "log.h"
#include "model/model-office.h"
#include "model/model.h"
#include "rest.h"
#include "tokens.h"
#include "uuid7.h"

/* A working day with its lunch. */
#define SIGN_IN_US (G_GINT64_CONSTANT(12) * 3600 * G_USEC_PER_SEC)
/* Cookies are random, not signed: 32 bytes, of which the store and the memory hold only the digest. */
#define COOKIE_BYTES 32
/* The longest of our paths has three ids. */
#define TRAIL_OBJECT_MAX 200

typedef struct {
    StaffUser user;
    gint64 expires_at;
} SignIn;

struct Access {
    Server *server;
    GHashTable *sign_ins; /* digest of the cookie → SignIn */
    void (*loaded)(Server *server);
};

static void
sign_in_free(gpointer data)
{
    SignIn *sign_in = data;

    g_free(sign_in->user.id);
    g_free(sign_in->user.account);
    g_free(sign_in->user.name);
    g_free(sign_in);
}

Access *
access_new(Server *server)
{
    Access *access = g_new0(Access, 1);

    access->server = server;
    access->sign_ins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, sign_in_free);
    return access;
}

void
access_free(Access *access)
{
    if (!access)
        return;
    g_hash_table_unref(access->sign_ins);
    g_free(access);
}

static void
remember(Access *access, const char *digest, const char *id, const char *account, const char *name, Role role, gint64 expires_at)
{
    SignIn *sign_in = g_new0(SignIn, 1);

    sign_in->user = (StaffUser){ g_strdup(id), g_strdup(account), g_strdup(name), role };
    sign_in->expires_at = expires_at;
    g_hash_table_replace(access->sign_ins, g_strdup(digest), sign_in);
}

static void
sign_ins_loaded(json_t *output, const GError *error, gpointer user)
{
    Access *access = user;
    gsize i;
    json_t *row;

    if (error)
        log_error("access", "sign-ins could not be read: %s", problem_entry(problem_of(error))->code);
    json_array_foreach(output, i, row)
        remember(access, field_string(row, "sign_in"), field_string(row, "id"), field_string(row, "account"), field_string(row, "name"),
                 role_from_name(field_string(row, "role")), field_integer(row, "expires_at"));
    access->loaded(access->server);
}

void
access_load(Access *access, void (*loaded)(Server *server))
{
    access->loaded = loaded;
    server_store(access->server, model_sign_in_list, json_pack("{s:I}", "now", (json_int_t) server_now(access->server)), sign_ins_loaded, access);
}

static char *
digest_of(const char *cookie)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, cookie, -1);
}

const StaffUser *
access_user(Server *server, const char *cookie)
{
    if (!cookie || strlen(cookie) != 2 * COOKIE_BYTES)
        return NULL;

    g_autofree char *digest = digest_of(cookie);
    const SignIn *sign_in = g_hash_table_lookup(server->access->sign_ins, digest);

    if (!sign_in)
        return NULL;
    if (sign_in->expires_at <= server_now(server)) {
        g_hash_table_remove(server->access->sign_ins, digest);
        return NULL;
    }
    return &sign_in->user;
}

static void
trail_left(json_t *output, const GError *error, gpointer user)
{
    if (error)
        log_error("access", "the trail could not be written: %s", problem_entry(problem_of(error))->code);
}

void
access_leave_trail(Server *server, const char *user_id, const char *account, const char *act, const char *object)
{
    server_store(server, model_trail_add,
                 json_pack("{s:s?, s:s, s:s, s:s, s:I}", "user", user_id, "account", account, "act", act, "object", object, "now", (json_int_t) server_now(server)), trail_left, NULL);
}

/* The account of a key or of a cookie; NULL with the problem. */
static const StaffUser *
find_user(Server *server, HttpRequest *request, GError **error)
{
    const char *bearer = access_bearer(request);
    g_autofree char *cookie = NULL;
    const StaffUser *user;

    if (key_is_one(bearer))
        return key_ring_user(server->keys, bearer, http_request_method(request), http_request_path(request), error);
    cookie = http_request_cookie(request, ACCESS_COOKIE);
    user = access_user(server, cookie);
    if (!user)
        problem_set(error, PROBLEM_ACCESS_REQUIRED, NULL);
    return user;
}

const StaffUser *
access_require(Server *server, HttpRequest *request, unsigned roles)
{
    g_autoptr(GError) error = NULL;
    const StaffUser *user = find_user(server, request, &error);
    g_autofree char *object = NULL;

    if (!user) {
        rest_reply_error(request, error);
        return NULL;
    }
    if (!(user->role & roles)) {
        rest_reply_problem(request, PROBLEM_ACCESS_DENIED, NULL);
        return NULL;
    }
    /* What was asked for and allowed; what came of it is in the thing itself. Paths carry ids, no names. */
    if (!g_str_equal(http_request_method(request), "GET")) {
        object = g_strndup(http_request_path(request), TRAIL_OBJECT_MAX);
        access_leave_trail(server, user->id, user->account, http_request_method(request), object);
    }
    return user;
}

static gboolean
is_of_user(gpointer digest, gpointer sign_in, gpointer user_id)
{
    return g_str_equal(((const SignIn *) sign_in)->user.id, user_id);
}

void
access_forget_user(Server *server, const char *user_id)
{
    g_hash_table_foreach_remove(server->access->sign_ins, is_of_user, (gpointer) user_id);
}

gboolean
access_origin_is_ours(const char *origin, const char *host)
{
    if (!origin)
        return TRUE;
    return host && g_str_has_prefix(origin, "https://") && g_ascii_strcasecmp(origin + strlen("https://"), host) == 0;
}

gboolean
access_require_same_origin(HttpRequest *request)
{
    if (access_origin_is_ours(http_request_header(request, "origin"), http_request_header(request, "host")))
        return TRUE;
    rest_reply_problem(request, PROBLEM_REQUEST_ORIGIN, NULL);
    return FALSE;
}

const char *
access_filter(const StaffUser *user)
{
    return user->role & (ROLE_OBSERVER | ROLE_ADMIN) ? NULL : user->id;
}

typedef struct {
    Server *server;
    HttpRequest *request;
    AccessVisitFunc then;
} VisitCheck;

static void
visit_checked(json_t *output, const GError *error, gpointer user)
{
    g_autofree VisitCheck *check = user;

    if (error)
        rest_reply_error(check->request, error);
    else
        check->then(check->server, check->request, field_string(output, "visit"), field_string(output, "recording"));
}

static void
require_readable(Server *server, HttpRequest *request, const char *field, const char *id, Problem problem, StoreWork work, AccessVisitFunc then)
{
    const StaffUser *user = access_require(server, request, ROLE_STAFF);

    if (!user)
        return;
    if (!uuid7_is_valid(id)) {
        rest_reply_problem(request, problem, NULL);
        return;
    }

    VisitCheck *check = g_new(VisitCheck, 1);

    *check = (VisitCheck){ server, request, then };
    server_store(server, work, json_pack("{s:s, s:s?}", field, id, "user", access_filter(user)), visit_checked, check);
}

void
access_require_visit(Server *server, HttpRequest *request, const char *visit, AccessVisitFunc then)
{
    require_readable(server, request, "visit", visit, PROBLEM_VISIT_NOT_FOUND, model_visit_check, then);
}

void
access_require_recording(Server *server, HttpRequest *request, const char *recording, AccessVisitFunc then)
{
    require_readable(server, request, "recording", recording, PROBLEM_RECORDING_NOT_FOUND, model_recording_check, then);
}

const char *
access_bearer(const HttpRequest *request)
{
    const char *header = http_request_header(request, "authorization");

    return header && g_ascii_strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 : NULL;
}

gboolean
access_require_stream(Server *server, HttpRequest *request, const char *visit, const char *allow, char **ret_participant)
{
    const char *token = access_bearer(request);
    TokenPurpose purpose = g_str_equal(allow, "publish") ? TOKEN_PUBLISH : TOKEN_SUBSCRIBE;
    g_autoptr(GError) error = NULL;
    /* The id is "VISIT.PARTICIPANT". */
    g_autofree char *id = tokens_check(server, purpose, token ? token : "", &error);

    if (id && g_str_has_prefix(id, visit) && id[strlen(visit)] == '.' && uuid7_is_valid(id + strlen(visit) + 1)) {
        *ret_participant = g_strdup(id + strlen(visit) + 1);
        return TRUE;
    }
    http_request_add_header(request, "WWW-Authenticate", "Bearer");
    rest_reply_problem(request, PROBLEM_STREAM_TOKEN_INVALID, NULL);
    return FALSE;
}

/* --- signing in and out --- */

typedef struct {
    Server *server;
    HttpRequest *request;
    char *cookie;
    char *id;
    char *account;
    char *name;
    Role role;
    gint64 expires_at;
} SigningIn;

static void
sign_in_stored(json_t *output, const GError *error, gpointer user)
{
    SigningIn *in = user;

    if (error) {
        rest_reply_error(in->request, error);
    } else {
        g_autofree char *digest = digest_of(in->cookie);
        g_autofree char *cookie = g_strdup_printf(ACCESS_COOKIE "=%s; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=%d", in->cookie,
                                                  (int) (SIGN_IN_US / G_USEC_PER_SEC));
        g_autoptr(json_t) body =
            json_pack("{s:s, s:s, s:s, s:s}", "id", in->id, "account", in->account, "name", in->name, "role", role_name(in->role));

        remember(in->server->access, digest, in->id, in->account, in->name, in->role, in->expires_at);
        http_request_add_header(in->request, "Set-Cookie", cookie);
        rest_reply(in->request, 200, body);
    }
    g_free(in->cookie);
    g_free(in->id);
    g_free(in->account);
    g_free(in->name);
    g_free(in);
}

void
access_sign_in(Server *server, HttpRequest *request, const char *user_id, const char *account, const char *name, Role role)
{
    guint8 random[COOKIE_BYTES];
    GString *cookie = g_string_new(NULL);
    SigningIn *in = g_new0(SigningIn, 1);

    if (getrandom(random, sizeof random, 0) != sizeof random)
        g_error("the kernel gave no random bytes");
    for (gsize i = 0; i < sizeof random; i++)
        g_string_append_printf(cookie, "%02x", random[i]);
    *in = (SigningIn){ .server = server,
                       .request = request,
                       .cookie = g_string_free(cookie, FALSE),
                       .id = g_strdup(user_id),
                       .account = g_strdup(account),
                       .name = g_strdup(name),
                       .role = role,
                       .expires_at = server_now(server) + SIGN_IN_US };

    g_autofree char *digest = digest_of(in->cookie);

    server_store(server, model_sign_in_add,
                 json_pack("{s:s, s:s, s:I, s:I}", "id", digest, "user", user_id, "now", (json_int_t) server_now(server), "expires_at",
                           (json_int_t) in->expires_at),
                 sign_in_stored, in);
}

static void
signed_out(Server *server, HttpRequest *request, json_t *output)
{
    http_request_add_header(request, "Set-Cookie", ACCESS_COOKIE "=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0");
    http_request_reply(request, 204, NULL, NULL);
}

void
access_sign_out(Server *server, HttpRequest *request)
{
    g_autofree char *cookie = http_request_cookie(request, ACCESS_COOKIE);
    g_autofree char *digest = digest_of(cookie ? cookie : "");

    g_hash_table_remove(server->access->sign_ins, digest);
    rest_run_then(server, request, model_sign_in_remove, json_pack("{s:s}", "id", digest), signed_out);
}
