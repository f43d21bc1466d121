/**
 * Access — who a request comes from and what it may read. Every REST handler goes through one of these.
 *
 * Staff carry the cookie `yuntakan`; its sign-in is in the store and here in memory, so that the check costs nothing. Loop thread.
 * The access_require_… functions answer the request themselves (401, 403, 404 as problem+json) when they refuse.
 */
#pragma once

#include "http-server.h"
#include "role.h"
#include "server.h"

typedef struct {
    char *id;
    char *account;
    char *name;
    Role role;
} StaffUser;

#define ACCESS_COOKIE "yuntakan"

Access *access_new(Server *server);
void access_free(Access *access);
/** Reads the sign-ins of the store; `loaded` runs when cookies are known. */
void access_load(Access *access, void (*loaded)(Server *server));

/** The staff of a request or a socket's upgrade; NULL when nobody is signed in. Belongs to access; valid until the loop turns. */
const StaffUser *access_user(Server *server, const char *cookie);

/** One of `roles`, signed in or by a key (key-ring.h), or NULL and the request has been answered. */
const StaffUser *access_require(Server *server, HttpRequest *request, unsigned roles);

/** Who has changed, or is disabled: the account's sign-ins are forgotten here, as they are in the store. */
void access_forget_user(Server *server, const char *user_id);
/** Enters into the trail (model-office.h) what somebody did; access_require() does so by itself for every request that may change something. */
void access_leave_trail(Server *server, const char *user_id, const char *account, const char *act, const char *object);

/** For a request that changes something: FALSE and answered when it comes from another site's page. */
gboolean access_require_same_origin(HttpRequest *request);
/** True when there is no Origin or it is this Host. */
gboolean access_origin_is_ours(const char *origin, const char *host);

/** Continues when the signed-in user may read the visit: assigned staff; observers and admins read all. `recording` may be NULL. */
typedef void (*AccessVisitFunc)(Server *server, HttpRequest *request, const char *visit, const char *recording);
void access_require_visit(Server *server, HttpRequest *request, const char *visit, AccessVisitFunc then);
/** The same by the recording's id. */
void access_require_recording(Server *server, HttpRequest *request, const char *recording, AccessVisitFunc then);

/** The user id by which the store filters what this user sees; NULL for observers and admins, who see all. */
const char *access_filter(const StaffUser *user);

/** `Authorization: Bearer …` of a stream. `allow` is "publish" or "subscribe"; FALSE and answered 401 unless the token is ours, unexpired, for this
 *  visit and this use. The caller frees *ret_participant. */
gboolean access_require_stream(Server *server, HttpRequest *request, const char *visit, const char *allow, char **ret_participant);

/** What a sign-in comes to, in the store and in memory. */
void access_sign_in(Server *server, HttpRequest *request, const char *user_id, const char *account, const char *name, Role role);
void access_sign_out(Server *server, HttpRequest *request);

/** The bearer token of a request, or NULL. Points into the header. */
const char *access_bearer(const HttpRequest *request);
