/* The examples of docs/signaling-protocol.md, run against the codec. */
#include "message.h"

#include <string.h>

#include "bounded-json.h"
#include "problem.h"

#include "suite-main.h"

typedef void (*ExampleFunc)(const char *line, gboolean *seen);

static char *
document(void)
{
    const char *path = g_getenv("YUNTAKAN_PROTOCOL_DOCUMENT");
    char *text = NULL;

    ck_assert_msg(path && g_file_get_contents(path, &text, NULL, NULL), "no document at %s", path);
    return text;
}

/* Calls `each` for every line of the fenced blocks with that info string; returns how many there were. */
static int
each_example(const char *info, ExampleFunc each, gboolean *seen)
{
    g_autofree char *text = document();
    g_autofree char *fence = g_strconcat("```", info, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean inside = FALSE;
    int count = 0;

    for (char **line = lines; *line; line++) {
        if (g_str_equal(*line, fence))
            inside = TRUE;
        else if (g_str_has_prefix(*line, "```"))
            inside = FALSE;
        else if (inside && ++count)
            each(*line, seen);
    }
    return count;
}

static void
goes_round(const char *line, MessageDirection direction, gboolean *seen)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(line, strlen(line));
    g_autoptr(Message) message = message_decode(bytes, direction, &error);

    ck_assert_msg(message != NULL, "%s: %s", line, error ? error->message : "");
    g_autofree char *again = bounded_json_dump(message->json);
    ck_assert_str_eq(again, line);
    seen[message->type] = TRUE;
}

static void
client_example(const char *line, gboolean *seen)
{
    goes_round(line, MESSAGE_TO_SERVER, seen);
}

static void
server_example(const char *line, gboolean *seen)
{
    goes_round(line, MESSAGE_TO_CLIENT, seen);
}

static void
refused_example(const char *line, gboolean *seen)
{
    const char *frame = strchr(line, ' ');
    g_autoptr(GError) error = NULL;

    ck_assert(frame);
    g_autofree char *code = g_strndup(line, (gsize) (frame - line));
    g_autoptr(GBytes) bytes = g_bytes_new(frame + 1, strlen(frame + 1));
    g_autoptr(Message) message = message_decode(bytes, MESSAGE_TO_SERVER, &error);

    ck_assert_msg(!message, "accepted: %s", line);
    ck_assert_str_eq(problem_entry(problem_of(error))->code, code);
}

START_TEST(accepts_every_example_and_has_one_for_every_type)
{
    gboolean seen[MESSAGE_COUNT] = { FALSE };

    ck_assert_int_gt(each_example("json client", client_example, seen), 0);
    ck_assert_int_gt(each_example("json server", server_example, seen), 0);
    for (MessageType type = 0; type < MESSAGE_COUNT; type++)
        ck_assert_msg(seen[type], "no example of %s", message_type_name(type));
}
END_TEST

START_TEST(refuses_every_counter_example)
{
    ck_assert_int_gt(each_example("text refused", refused_example, NULL), 10);
}
END_TEST

START_TEST(names_the_field_by_its_path)
{
    static const char line[] =
        "{\"type\":\"device-check\",\"camera\":\"good\",\"microphone\":\"good\",\"network\":\"good\",\"location\":{\"lat\":\"x\"}}";
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_static(line, sizeof line - 1);
    g_autoptr(Message) message = message_decode(bytes, MESSAGE_TO_SERVER, &error);

    ck_assert(!message);
    ck_assert_msg(g_str_has_prefix(error->message, "location.lat: "), "%s", error->message);
}
END_TEST

START_TEST(refuses_more_than_64_kib)
{
    g_autofree char *filler = g_strnfill(MESSAGE_TO_SERVER_MAX, 'x');
    g_autofree char *line = g_strdup_printf("{\"type\":\"leave\",\"x\":\"%s\"}", filler);
    g_autoptr(GBytes) bytes = g_bytes_new(line, strlen(line));
    g_autoptr(GError) error = NULL;
    g_autoptr(Message) message = message_decode(bytes, MESSAGE_TO_SERVER, &error);

    ck_assert(!message);
    ck_assert(g_error_matches(error, PROBLEM, PROBLEM_JSON_TOO_LARGE));
}
END_TEST

START_TEST(reads_the_id_of_a_broken_message)
{
    g_autoptr(json_t) good = json_pack("{s:s}", "id", "7");
    g_autoptr(json_t) bad = json_pack("{s:i}", "id", 7);

    ck_assert_str_eq(message_id(good), "7");
    ck_assert_ptr_null(message_id(bad));
}
END_TEST

SUITE_MAIN("message", accepts_every_example_and_has_one_for_every_type, refuses_every_counter_example,
           names_the_field_by_its_path, refuses_more_than_64_kib, reads_the_id_of_a_broken_message)
