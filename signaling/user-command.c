#include "user-command.h"

#include <stdio.h>
#include <string.h>

#include "bounded-json.h"
#include "data-directory.h"
#include "field-rules.h"
#include "model/model.h"
#include "password.h"
#include "problem.h"

#define PASSWORD_MIN_CHARS 8

static void
post_nowhere(gpointer owner, void (*func)(gpointer data), gpointer data)
{
    /* There is no loop: store_stop() calls what is done. */
}

static void
user_added(json_t *output, const GError *error, gpointer user)
{
    GError **ret_error = user;

    if (error)
        *ret_error = g_error_copy(error);
}

static char *
read_password(GError **error)
{
    char line[PASSWORD_MAX_BYTES + 2];

    if (!fgets(line, sizeof line, stdin))
        line[0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (!g_utf8_validate(line, -1, NULL) || g_utf8_strlen(line, -1) < PASSWORD_MIN_CHARS) {
        g_set_error(error, PROBLEM, PROBLEM_USER_PASSWORD, "the password on standard input must have at least %d characters",
                    PASSWORD_MIN_CHARS);
        return NULL;
    }
    return g_strdup(line);
}

gboolean
user_command_add_admin(const char *data, const char *account, const Clock *clock, GError **error)
{
    g_autofree char *password = NULL;
    g_autofree char *hash = NULL;
    g_autoptr(Store) store = NULL;
    GError *failed = NULL;

    if (!g_regex_match_simple("^[a-z0-9][a-z0-9._-]{1,63}$", account, G_REGEX_DOLLAR_ENDONLY, 0))
        return problem_set(error, PROBLEM_FIELD_INVALID, "an account is 2 to 64 of a-z, 0-9, '.', '_', '-'");
    password = read_password(error);
    hash = password ? password_hash(password, error) : NULL;
    if (!hash || !data_directory_prepare(data, error) || !(store = data_directory_store(data, clock, post_nowhere, NULL, error)))
        return FALSE;
    store_run(store, model_user_add,
              json_pack("{s:s, s:s, s:s, s:s, s:I}", "account", account, "name", account, "role", "admin", "password", hash, "now",
                        (json_int_t) clock_wall_us(clock)),
              user_added, &failed);
    store_stop(store);
    if (failed && problem_of(failed) == PROBLEM_USER_EXISTS && !*failed->message) {
        g_error_free(failed);
        return problem_set(error, PROBLEM_USER_EXISTS, "the account %s exists already", account);
    }
    if (failed)
        g_propagate_error(error, failed);
    return !failed;
}
