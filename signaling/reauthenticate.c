#include "reauthenticate.h"

#include <string.h>

#include "bounded-json.h"
#include "log.h"
#include "model/model.h"
#include "password.h"
#include "rest.h"
#include "throttle.h"

typedef struct {
    Server *server;
    HttpRequest *request;
    char *account;
    char *password;
    char *hash;
    gboolean matches;
    ReauthenticatedFunc then;
    GDestroyNotify abandoned;
    gpointer context;
} Attempt;

static void
attempt_free(Attempt *attempt)
{
    memset(attempt->password, 0, strlen(attempt->password));
    g_free(attempt->account);
    g_free(attempt->password);
    g_free(attempt->hash);
    g_free(attempt);
}

static void
refuse(Attempt *attempt, Problem problem)
{
    rest_reply_problem(attempt->request, problem, NULL);
    attempt->abandoned(attempt->context);
    attempt_free(attempt);
}

static void
check(gpointer data)
{
    Attempt *attempt = data;

    attempt->matches = password_verify(attempt->password, attempt->hash);
}

static void
checked(gpointer data)
{
    Attempt *attempt = data;

    if (!attempt->matches) {
        log_notice("access", "reauthentication failed");
        refuse(attempt, PROBLEM_ACCESS_PASSWORD);
        return;
    }
    throttle_forget(attempt->server->account_throttle, attempt->account);
    attempt->then(attempt->server, attempt->request, attempt->context);
    attempt_free(attempt);
}

static void
user_found(json_t *output, const GError *error, gpointer user)
{
    Attempt *attempt = user;
    const char *hash = field_string(output, "password");

    if (error || !hash || field_integer(output, "disabled")) {
        refuse(attempt, error ? problem_of(error) : PROBLEM_ACCESS_PASSWORD);
        return;
    }
    attempt->hash = g_strdup(hash);
    if (!worker_run(attempt->server->passwords, check, checked, attempt))
        refuse(attempt, PROBLEM_BUSY);
}

void
reauthenticate(Server *server, HttpRequest *request, const StaffUser *user, const char *password, ReauthenticatedFunc then, GDestroyNotify abandoned,
               gpointer context)
{
    Attempt *attempt = g_new0(Attempt, 1);
    gint64 now = clock_mono_us(server->clock);

    *attempt = (Attempt){ .server = server, .request = request, .account = g_strdup(user->account), .password = g_strdup(password), .then = then,
                          .abandoned = abandoned, .context = context };
    if (throttle_wait_us(server->account_throttle, user->account, now) > 0) {
        refuse(attempt, PROBLEM_ACCESS_THROTTLED);
        return;
    }
    throttle_failed(server->account_throttle, user->account, now);
    server_store(server, model_user_find, json_pack("{s:s}", "account", user->account), user_found, attempt);
}
