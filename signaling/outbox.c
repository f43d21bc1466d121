#include "outbox.h"

#include <string.h>
#include <unistd.h>

#include "bounded-json.h"
#include "courier.h"
#include "field-rules.h"
#include "log.h"
#include "model/model.h"
#include "problem.h"
#include "room.h"

#define RETRY_MIN_MS 250
#define RETRY_MAX_MS 15000
/* A still of 16 MiB to a disk that is busy with video. */
#define STILL_TIMEOUT_MS 60000

/* One visit's delivery: at most one thing is under way. */
typedef struct {
    Server *server;
    char *visit;
    gboolean busy;
    gboolean again; /* kicked while busy */
    guint retry_ms;
    guint64 timer;
    json_t *row;  /* under way */
    char *unlink; /* the file of a still, until it is noted as delivered */
} Delivery;

struct Outbox {
    Server *server;
    GHashTable *deliveries; /* visit → Delivery */
};

static void
delivery_free(gpointer data)
{
    Delivery *delivery = data;

    server_cancel(delivery->server, delivery->timer);
    json_decref(delivery->row);
    g_free(delivery->unlink);
    g_free(delivery->visit);
    g_free(delivery);
}

Outbox *
outbox_new(Server *server)
{
    Outbox *outbox = g_new0(Outbox, 1);

    outbox->server = server;
    outbox->deliveries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, delivery_free);
    return outbox;
}

void
outbox_free(Outbox *outbox)
{
    if (!outbox)
        return;
    g_hash_table_unref(outbox->deliveries);
    g_free(outbox);
}

char *
outbox_still_file(const Server *server, const char *still, const char *sha256)
{
    g_autofree char *name = g_strconcat(still, "-", sha256, ".jpg", NULL);

    return g_build_filename(server->config->data, "pending-stills", name, NULL);
}

static void ask_next(Delivery *delivery);
static void next_known(json_t *output, const GError *error, gpointer user);

static void
retry(gpointer user)
{
    Delivery *delivery = user;

    delivery->timer = 0;
    ask_next(delivery);
}

static void
retry_later(Delivery *delivery)
{
    delivery->timer = http_loop_after(delivery->server->loop, delivery->retry_ms, retry, delivery);
    delivery->retry_ms = MIN(delivery->retry_ms * 2, RETRY_MAX_MS);
}

static char *
still_file(const Delivery *delivery)
{
    const json_t *body = json_object_get(delivery->row, "body");

    return outbox_still_file(delivery->server, field_string(body, "still"), field_string(body, "sha256"));
}

static void
settle(Delivery *delivery, const char *refused)
{
    const char *kind = field_string(delivery->row, "kind");

    delivery->retry_ms = RETRY_MIN_MS;
    /* A refused one is kept for whoever looks into it. */
    if (g_str_equal(kind, "still") && !refused)
        delivery->unlink = still_file(delivery);
    server_store(delivery->server, model_outbox_settle,
                 json_pack("{s:s, s:I, s:s?, s:I}", "visit", delivery->visit, "position", (json_int_t) field_integer(delivery->row, "position"),
                           "refused", refused, "now", (json_int_t) server_now(delivery->server)),
                 next_known, delivery);
    /* From its start on the recorder knows the recording, and the feed may come. */
    if (g_str_equal(kind, "start"))
        rooms_refresh(delivery->server->rooms, delivery->visit);
}

static gboolean
still_arrived_whole(const Delivery *delivery, const HttpAnswer *answer)
{
    g_autoptr(json_t) body = answer->body ? bounded_json_parse_bytes(answer->body, 64 * 1024, NULL) : NULL;
    const char *sent = field_string(json_object_get(delivery->row, "body"), "sha256");

    return g_strcmp0(field_string(body, "sha256"), sent) == 0;
}

/* 404: the recorder does not know the recording (yet); its disk may be away. */
static gboolean
is_worth_repeating(int status)
{
    return status == 0 || status >= 500 || status == 404 || status == 408 || status == 429;
}

static void
delivered(const HttpAnswer *answer, gpointer user)
{
    Delivery *delivery = user;
    const char *kind = field_string(delivery->row, "kind");

    /* Ended by a request whose answer was lost. */
    if (answer->status == 409 && g_str_equal(kind, "end")) {
        settle(delivery, NULL);
    } else if (answer->status / 100 == 2 && (!g_str_equal(kind, "still") || still_arrived_whole(delivery, answer))) {
        settle(delivery, NULL);
    } else if (answer->status / 100 == 2 || is_worth_repeating(answer->status)) {
        if (delivery->retry_ms == RETRY_MIN_MS)
            log_warning("outbox", "not delivered, will be repeated visit=%s kind=%s status=%d", delivery->visit, kind, answer->status);
        retry_later(delivery);
    } else {
        g_autoptr(json_t) body = answer->body ? bounded_json_parse_bytes(answer->body, 64 * 1024, NULL) : NULL;
        const char *code = field_string(body, "code");
        g_autofree char *refused = g_strdup_printf("%d %s", answer->status, code ? code : "");

        log_error("outbox", "the recorder refused visit=%s kind=%s position=%" G_GINT64_FORMAT " answer=%s", delivery->visit, kind,
                  field_integer(delivery->row, "position"), refused);
        settle(delivery, refused);
    }
}

static void
send_json(Delivery *delivery, const char *method, const char *path, const json_t *body)
{
    char *text = bounded_json_dump(body);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    HttpCallRequest request = { method, path, "application/json", bytes, 0, 0 };

    http_client_call(delivery->server->recorder_client, &request, delivered, delivery);
}

static void
send_still(Delivery *delivery, const char *base, const json_t *body)
{
    const char *still = field_string(body, "still");
    const char *checkpoint = field_string(body, "checkpoint");
    g_autofree char *file = still_file(delivery);
    g_autofree char *data = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;

    if (!g_file_get_contents(file, &data, &length, &error)) {
        log_error("outbox", "a still cannot be read visit=%s still=%s: %s", delivery->visit, still, error->message);
        settle(delivery, "unreadable");
        return;
    }

    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&data), length);
    g_autofree char *code = g_uri_escape_string(checkpoint ? checkpoint : "", NULL, FALSE);
    g_autofree char *path = g_strdup_printf("%s/stills/%s?checkpoint=%s&participant=%s&at=%" G_GINT64_FORMAT, base, still, code,
                                            field_string(body, "participant"), field_integer(body, "at"));
    HttpCallRequest request = { "PUT", path, "image/jpeg", bytes, STILL_TIMEOUT_MS, 0 };

    http_client_call(delivery->server->recorder_client, &request, delivered, delivery);
}

static void
deliver(Delivery *delivery)
{
    const char *kind = field_string(delivery->row, "kind");
    const json_t *body = json_object_get(delivery->row, "body");
    g_autofree char *base = g_strconcat("/recordings/", field_string(delivery->row, "recording"), NULL);
    g_autofree char *entries = g_strconcat(base, "/entries", NULL);
    g_autofree char *end = g_strconcat(base, "/end", NULL);

    if (g_str_equal(kind, "start"))
        send_json(delivery, "PUT", base, body);
    else if (g_str_equal(kind, "entry"))
        send_json(delivery, "POST", entries, body);
    else if (g_str_equal(kind, "still"))
        send_still(delivery, base, body);
    else
        send_json(delivery, "POST", end, body);
}

static void
next_known(json_t *output, const GError *error, gpointer user)
{
    Delivery *delivery = user;

    gboolean ended = g_strcmp0(field_string(delivery->row, "kind"), "end") == 0;

    g_clear_pointer(&delivery->row, json_decref);
    if (ended && !error)
        courier_kick(delivery->server->courier);
    if (error) {
        g_clear_pointer(&delivery->unlink, g_free);
        retry_later(delivery);
        return;
    }
    if (delivery->unlink)
        unlink(delivery->unlink);
    g_clear_pointer(&delivery->unlink, g_free);
    if (json_is_object(output)) {
        delivery->row = json_incref(output);
        deliver(delivery);
        return;
    }
    delivery->busy = FALSE;
    if (delivery->again)
        outbox_kick(delivery->server->outbox, delivery->visit);
    else
        g_hash_table_remove(delivery->server->outbox->deliveries, delivery->visit);
}

static void
ask_next(Delivery *delivery)
{
    server_store(delivery->server, model_outbox_next, json_pack("{s:s}", "visit", delivery->visit), next_known, delivery);
}

void
outbox_kick(Outbox *outbox, const char *visit)
{
    Delivery *delivery = g_hash_table_lookup(outbox->deliveries, visit);

    if (!delivery) {
        delivery = g_new0(Delivery, 1);
        delivery->server = outbox->server;
        delivery->visit = g_strdup(visit);
        delivery->retry_ms = RETRY_MIN_MS;
        g_hash_table_insert(outbox->deliveries, delivery->visit, delivery);
    }
    if (delivery->busy) {
        delivery->again = TRUE;
        return;
    }
    delivery->busy = TRUE;
    delivery->again = FALSE;
    ask_next(delivery);
}

static void
hurry(gpointer key, gpointer value, gpointer user)
{
    Delivery *delivery = value;

    if (delivery->timer == 0)
        return;
    http_loop_cancel(delivery->server->loop, delivery->timer);
    delivery->timer = 0;
    delivery->retry_ms = RETRY_MIN_MS;
    ask_next(delivery);
}

static void
pending_listed(json_t *output, const GError *error, gpointer user)
{
    Outbox *outbox = user;
    gsize i;
    json_t *row;

    if (error)
        log_error("outbox", "what is pending could not be read: %s", problem_entry(problem_of(error))->code);
    json_array_foreach(json_object_get(output, "visits"), i, row)
        outbox_kick(outbox, field_string(row, "id"));
}

void
outbox_kick_all(Outbox *outbox)
{
    g_hash_table_foreach(outbox->deliveries, hurry, NULL);
    server_store(outbox->server, model_outbox_visits, NULL, pending_listed, outbox);
}
