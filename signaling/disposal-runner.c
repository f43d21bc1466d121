#include "disposal-runner.h"

#include <string.h>

#include "bounded-json.h"
#include "courier.h"
#include "field-rules.h"
#include "log.h"
#include "model/model-retention.h"
#include "problem.h"

#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 60000
/* Three hours of video are some 20 files; unlinking gigabytes takes a slow disk seconds. */
#define DISPOSAL_TIMEOUT_MS 120000

struct DisposalRunner {
    Server *server;
    gboolean busy, again; /* something is under way; kicked meanwhile */
    json_t *row;          /* under way */
    guint retry_ms;
    guint64 timer;
};

static void next_known(json_t *output, const GError *error, gpointer user);

DisposalRunner *
disposal_runner_new(Server *server)
{
    DisposalRunner *runner = g_new0(DisposalRunner, 1);

    runner->server = server;
    runner->retry_ms = RETRY_MIN_MS;
    return runner;
}

void
disposal_runner_free(DisposalRunner *runner)
{
    if (!runner)
        return;
    server_cancel(runner->server, runner->timer);
    json_decref(runner->row);
    g_free(runner);
}

static void
ask_next(DisposalRunner *runner)
{
    server_store(runner->server, model_disposal_next, json_pack("{s:I}", "now", (json_int_t) server_now(runner->server)), next_known, runner);
}

static void
retry(gpointer user)
{
    DisposalRunner *runner = user;

    runner->timer = 0;
    ask_next(runner);
}

static void
retry_later(DisposalRunner *runner)
{
    if (runner->server->stopping)
        return;
    runner->timer = http_loop_after(runner->server->loop, runner->retry_ms, retry, runner);
    runner->retry_ms = MIN(runner->retry_ms * 2, RETRY_MAX_MS);
}

static void
settle(DisposalRunner *runner, const char *problem)
{
    runner->retry_ms = RETRY_MIN_MS;
    server_store(runner->server, model_disposal_settle,
                 json_pack("{s:O, s:O, s:s?, s:I}", "disposal", json_object_get(runner->row, "disposal"), "recording", json_object_get(runner->row, "recording"), "problem",
                           problem, "now", (json_int_t) server_now(runner->server)),
                 next_known, runner);
}

static void
answered(const HttpAnswer *answer, gpointer user)
{
    DisposalRunner *runner = user;
    g_autoptr(json_t) body = answer->body ? bounded_json_parse_bytes(answer->body, 64 * 1024, NULL) : NULL;
    const char *code = field_string(body, "code"), *recording = field_string(runner->row, "recording");

    if (answer->status == 200) {
        log_notice("retention", "disposed of recording=%s disposal=%s", recording, field_string(runner->row, "disposal"));
        settle(runner, NULL);
    } else if (answer->status / 100 == 4 && answer->status != 429) {
        /* It stays, and the list says why. */
        log_error("retention", "kept recording=%s disposal=%s status=%d code=%s", recording, field_string(runner->row, "disposal"), answer->status, code ? code : "-");
        settle(runner, code ? code : "recording/unsound");
    } else {
        if (runner->retry_ms == RETRY_MIN_MS)
            log_warning("retention", "not disposed of yet, will be repeated recording=%s status=%d", recording, answer->status);
        retry_later(runner);
    }
}

static void
dispose(DisposalRunner *runner)
{
    g_autofree char *path = g_strdup_printf("/recordings/%s/disposal", field_string(runner->row, "recording"));
    g_autoptr(json_t) body = json_copy(runner->row);
    char *text;

    json_object_del(body, "recording");
    json_object_del(body, "state");
    text = bounded_json_dump(body);

    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    HttpCallRequest request = { "POST", path, "application/json", bytes, DISPOSAL_TIMEOUT_MS, 0 };

    http_client_call(runner->server->recorder_client, &request, answered, runner);
}

static void
next_known(json_t *output, const GError *error, gpointer user)
{
    DisposalRunner *runner = user;

    g_clear_pointer(&runner->row, json_decref);
    if (error) {
        retry_later(runner);
        return;
    }
    if (json_is_object(output)) {
        runner->row = json_incref(output);
        dispose(runner);
        return;
    }
    runner->busy = FALSE;
    courier_kick(runner->server->courier);
    if (runner->again)
        disposal_runner_kick(runner);
}

void
disposal_runner_kick(DisposalRunner *runner)
{
    runner->again = runner->busy;
    if (runner->busy)
        return;
    runner->busy = TRUE;
    ask_next(runner);
}
