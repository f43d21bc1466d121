/* TURN credentials as coturn's `use-auth-secret` wants them, and what an operator may write wrongly. */
#include <glib/gstdio.h>
#include <string.h>

#include "suite-main.h"
#include "turn.h"

#define PARTICIPANT "0198a1b2-0000-7000-8000-000000000002"

static char *
secret_file(const char *text)
{
    char *path = NULL;
    int fd = g_file_open_tmp("turn-secret-XXXXXX", &path, NULL);

    ck_assert_int_ge(fd, 0);
    g_close(fd, NULL);
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static Turn *
turn_with(const char *urls, const char *secret, GError **error)
{
    g_autofree char *path = secret_file(secret);
    Turn *turn = turn_new(urls, path, error);

    g_unlink(path);
    return turn;
}

/* The password is that of: printf %s USERNAME | openssl dgst -sha1 -hmac SECRET -binary | base64 */
START_TEST(gives_every_participant_its_own_for_twelve_hours)
{
    g_autoptr(Turn) turn = turn_with("turn:turn.example:3478?transport=udp,turns:turn.example:443?transport=tcp", "0123456789abcdef0123456789abcdef\n", NULL);
    json_t *servers = turn_ice_servers(turn, PARTICIPANT, G_GINT64_CONSTANT(1795420800000000));
    json_t *server = json_array_get(servers, 0);

    ck_assert_uint_eq(json_array_size(servers), 1);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(server, "urls"), 1)), "turns:turn.example:443?transport=tcp");
    ck_assert_str_eq(json_string_value(json_object_get(server, "username")), "1795464000:" PARTICIPANT);
    ck_assert_str_eq(json_string_value(json_object_get(server, "credential")), "TnmhfLP0jhy61VP4iLw7PEuR0nw=");
    json_decref(servers);
}
END_TEST

START_TEST(without_turn_there_are_no_servers)
{
    g_autoptr(GError) error = NULL;
    json_t *servers = turn_ice_servers(NULL, PARTICIPANT, 0);

    ck_assert_ptr_null(turn_new(NULL, NULL, &error));
    ck_assert_ptr_null(error);
    ck_assert_uint_eq(json_array_size(servers), 0);
    json_decref(servers);
}
END_TEST

START_TEST(refuses_what_an_operator_may_write_wrongly)
{
    static const char *const urls[] = { "", "turn:", "stun:a", "https://a", "turn:a,", "turn:a b", "turn:user@a", "turn:1,turn:2,turn:3,turn:4,turn:5,turn:6,turn:7,turn:8,turn:9" };
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        ck_assert_msg(!turn_with(urls[i], "0123456789abcdef", &error), "%s", urls[i]);
        ck_assert(g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE));
        g_clear_error(&error);
    }
    ck_assert_ptr_null(turn_with("turn:a", "short\n", &error));
    g_clear_error(&error);
    ck_assert_ptr_null(turn_new("turn:a", NULL, &error));
    g_clear_error(&error);
    ck_assert_ptr_null(turn_new("turn:a", "/nonexistent/secret", &error));
    ck_assert(error->domain == G_FILE_ERROR);
}
END_TEST

SUITE_MAIN("turn", gives_every_participant_its_own_for_twelve_hours, without_turn_there_are_no_servers, refuses_what_an_operator_may_write_wrongly)
