/* Pictures that come piece by piece: announced, sent on from where the line broke, compared with what was announced. */
#include "api.h"

#include <glib/gstdio.h>

#include "../access.h"
#include "../model/model-stills.h"
#include "../outbox.h"
#include "../rest.h"
#include "../room.h"
#include "../still-parts.h"
#include "bounded-json.h"
#include "log.h"

static const FieldRule taken_rules[] = {
    { "sha256", FIELD_STRING, 0, 64, 64, NULL, NULL, NULL },
    { "bytes", FIELD_INTEGER, 0, 1, STILL_BYTES_MAX, NULL, NULL, NULL },
    { NULL, FIELD_END, 0, 0, 0, NULL, NULL, NULL },
};

typedef struct {
    Server *server;
    HttpRequest *request;
    char *visit;
    char *still;
    char *participant;
    gint64 offset;
    GBytes *bytes;
    gint64 total; /* as announced, like sha256 */
    char *sha256;
    StillPartResult result;
    gint64 received;
    GBytes *whole;
} Piece;

static void
piece_free(Piece *piece)
{
    g_free(piece->visit);
    g_free(piece->still);
    g_free(piece->participant);
    g_free(piece->sha256);
    g_bytes_unref(piece->bytes);
    if (piece->whole)
        g_bytes_unref(piece->whole);
    g_free(piece);
}

/* --- announcing --- */

static void
announced(Server *server, HttpRequest *request, json_t *output)
{
    const char *visit = http_request_param(request, "visit"), *still = http_request_param(request, "still");
    g_autofree char *path = still_part_path(server->config->data, still);
    gboolean stored = field_boolean(output, "stored");
    gint64 bytes = field_integer(output, "bytes"), received = stored ? bytes : MIN(still_part_length(path), bytes);
    g_autoptr(json_t) body = json_pack("{s:s, s:b, s:I, s:I}", "still", still, "stored", stored, "received", (json_int_t) received, "bytes", (json_int_t) bytes);

    rooms_update_state(server->rooms, visit, json_object_get(output, "room"));
    rooms_still_received(server->rooms, visit, still, received);
    outbox_kick(server->outbox, visit);
    rest_reply(request, 200, body);
}

void
api_still_taken(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *visit = rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND);
    const char *still = visit ? rest_path_id(request, "still", PROBLEM_STILL_NOT_FOUND) : NULL;
    g_autofree char *participant = still ? api_still_uploader(server, request) : NULL;
    g_autoptr(json_t) body = participant ? rest_body(request, taken_rules) : NULL;
    const char *sha256 = field_string(body, "sha256");

    if (!body)
        return;
    if (strspn(sha256, "0123456789abcdef") != 64) {
        rest_reply_problem(request, PROBLEM_FIELD_INVALID, "sha256: must be 64 digits 0-9, a-f");
        return;
    }
    json_object_set_new(body, "visit", json_string(visit));
    json_object_set_new(body, "still", json_string(still));
    json_object_set_new(body, "participant", json_string(participant));
    json_object_set_new(body, "now", json_integer(server_now(server)));
    rest_run_then(server, request, model_still_taken, g_steal_pointer(&body), announced);
}

/* --- a piece --- */

static void
append_piece(gpointer data)
{
    Piece *piece = data;
    g_autofree char *path = still_part_path(piece->server->config->data, piece->still);

    piece->result = still_part_append(path, piece->offset, piece->total, piece->sha256, piece->bytes, &piece->received, &piece->whole);
}

static void
refuse(const Piece *piece, Problem problem)
{
    g_autofree char *detail = g_strdup_printf("received: %" G_GINT64_FORMAT, piece->received);

    rest_reply_problem(piece->request, problem, detail);
}

static void
piece_appended(gpointer data)
{
    Piece *piece = data;
    g_autoptr(json_t) body = json_pack("{s:s, s:b, s:I, s:I}", "still", piece->still, "stored", FALSE, "received", (json_int_t) piece->received, "bytes",
                                       (json_int_t) piece->total);

    if (piece->result != STILL_PART_FAILED)
        rooms_still_received(piece->server->rooms, piece->visit, piece->still, piece->received);
    switch (piece->result) {
    case STILL_PART_MORE:
        rest_reply(piece->request, 200, body);
        break;
    case STILL_PART_WHOLE:
        api_still_receive(piece->server, piece->request, piece->visit, piece->still, piece->participant, piece->whole);
        break;
    case STILL_PART_OFFSET:
        refuse(piece, PROBLEM_STILL_OFFSET);
        break;
    case STILL_PART_TOO_MUCH:
        refuse(piece, PROBLEM_FIELD_INVALID);
        break;
    case STILL_PART_DIFFERS:
        log_warning("still", "arrived different from what was announced visit=%s still=%s", piece->visit, piece->still);
        refuse(piece, PROBLEM_STILL_DIGEST);
        break;
    case STILL_PART_FAILED:
        log_error("still", "cannot be written visit=%s still=%s", piece->visit, piece->still);
        rest_reply_problem(piece->request, PROBLEM_STORE, NULL);
        break;
    }
    piece_free(piece);
}

static void
awaited(json_t *output, const GError *error, gpointer user)
{
    Piece *piece = user;

    if (error) {
        rest_reply_error(piece->request, error);
        piece_free(piece);
        return;
    }
    /* The answer to the last piece was lost. */
    if (g_str_equal(field_string(output, "state"), "stored")) {
        g_autoptr(json_t) body = json_pack("{s:s, s:b, s:O, s:O}", "still", piece->still, "stored", TRUE, "received", json_object_get(output, "taken_bytes"), "bytes",
                                           json_object_get(output, "taken_bytes"));

        rest_reply(piece->request, 200, body);
        piece_free(piece);
        return;
    }
    piece->total = field_integer(output, "taken_bytes");
    piece->sha256 = g_strdup(field_string(output, "taken_sha256"));
    if (!worker_run(piece->server->files, append_piece, piece_appended, piece)) {
        rest_reply_problem(piece->request, PROBLEM_BUSY, NULL);
        piece_free(piece);
    }
}

void
api_still_piece(HttpRequest *request, gpointer data)
{
    Server *server = data;
    const char *visit = rest_path_id(request, "visit", PROBLEM_VISIT_NOT_FOUND);
    const char *still = visit ? rest_path_id(request, "still", PROBLEM_STILL_NOT_FOUND) : NULL;
    g_autofree char *participant = still ? api_still_uploader(server, request) : NULL;
    gint64 offset;

    if (!participant || !rest_query_integer(request, "offset", 0, STILL_BYTES_MAX, 0, &offset))
        return;
    if (g_strcmp0(http_request_header(request, "content-type"), "application/octet-stream") != 0) {
        rest_reply_problem(request, PROBLEM_REQUEST_CONTENT_TYPE, "application/octet-stream");
        return;
    }

    Piece *piece = g_new0(Piece, 1);

    piece->server = server;
    piece->request = request;
    piece->visit = g_strdup(visit);
    piece->still = g_strdup(still);
    piece->participant = g_steal_pointer(&participant);
    piece->offset = offset;
    piece->bytes = g_bytes_ref(http_request_body(request));
    server_store(server, model_still_awaited,
                 json_pack("{s:s, s:s, s:s, s:I}", "visit", visit, "still", still, "participant", piece->participant, "now", (json_int_t) server_now(server)), awaited,
                 piece);
}
