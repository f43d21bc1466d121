#include "courier.h"

#include <string.h>

#include "bounded-json.h"
#include "field-rules.h"
#include "log.h"
#include "mail-message.h"
#include "message-words.h"
#include "model/model-deliveries.h"
#include "model/model-my.h"
#include "outside.h"
#include "problem.h"
#include "tokens.h"
#include "webhook-signature.h"

#define SEND_TIMEOUT_MS 10000
/* What was written by somebody who forgot to kick, or is due by a clock that was set, is found within a minute. */
#define LOOK_AGAIN_US (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)
#define PASSWORD_MAX  256
/* Reminders are a matter of days. */
#define REMIND_EVERY_US (G_GINT64_CONSTANT(600) * G_USEC_PER_SEC)

struct Courier {
    Server *server;
    Worker *worker;
    char *password;
    gboolean busy;
    gboolean again;
    guint64 timer;
    gint64 remind_at; /* when reminders are written the next time */
};

/* One delivery on its way. */
typedef struct {
    Courier *courier;
    json_t *delivery;
    char *link;
    char *problem; /* NULL: it was sent */
} Sending;

static void look(Courier *courier);

static char *
read_password(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    g_strchomp(text);
    if (!*text || strlen(text) > PASSWORD_MAX || strlen(text) + 2 < length) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: must hold one line of at most %d characters", path, PASSWORD_MAX);
        return NULL;
    }
    return g_steal_pointer(&text);
}

Courier *
courier_new(Server *server, GError **error)
{
    const OutsideConfig *outside = &server->config->outside;
    g_autofree char *password = NULL;
    Courier *courier;

    if (outside->smtp_url && !mail_address_is_valid(outside->smtp_from)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--smtp-url needs --smtp-from, an address");
        return NULL;
    }
    if (outside->smtp_password_file && !(password = read_password(outside->smtp_password_file, error)))
        return NULL;
    courier = g_new0(Courier, 1);
    courier->server = server;
    courier->worker = worker_new(server->loop, "courier");
    courier->password = g_steal_pointer(&password);
    return courier;
}

void
courier_stop(Courier *courier)
{
    if (courier)
        worker_stop(courier->worker);
}

void
courier_free(Courier *courier)
{
    if (!courier)
        return;
    worker_free(courier->worker);
    if (courier->password)
        memset(courier->password, 0, strlen(courier->password));
    g_free(courier->password);
    g_free(courier);
}

static void
sending_free(Sending *sending)
{
    json_decref(sending->delivery);
    g_free(sending->link);
    g_free(sending->problem);
    g_free(sending);
}

/* --- the worker's part: everything it touches is the Sending's own --- */

static json_t *
event_body(const json_t *delivery)
{
    const json_t *of_case = json_object_get(delivery, "case");

    return json_pack("{s:O, s:O, s:O, s:O, s:{s:O, s:O, s:O}, s:O}", "id", json_object_get(delivery, "id"), "seq", json_object_get(delivery, "seq"), "type",
                     json_object_get(delivery, "kind"), "at", json_object_get(delivery, "created_at"), "case", "id", json_object_get(of_case, "id"), "case_number",
                     json_object_get(of_case, "case_number"), "item", json_object_get(of_case, "item_code"), "data", json_object_get(delivery, "data"));
}

static json_t *
message_body(const json_t *delivery, const char *link)
{
    MessageWords words = message_words(delivery, link);
    json_t *body = json_pack("{s:O, s:O, s:s, s:s, s:s?, s:s?, s:O}", "id", json_object_get(delivery, "id"), "kind", json_object_get(delivery, "kind"), "subject", words.subject,
                             "text", words.text, "phone", field_string(delivery, "recipient"), "link", link, "data", json_object_get(delivery, "data"));

    message_words_clear(&words);
    return body;
}

static void
post(Sending *sending, json_t *body)
{
    const json_t *delivery = sending->delivery;
    g_autofree char *text = bounded_json_dump(body);
    gint64 seconds = g_get_real_time() / G_USEC_PER_SEC;
    g_autofree char *signature = webhook_sign(field_string(delivery, "secret"), field_string(delivery, "id"), seconds, text, strlen(text));
    g_autofree char *id = g_strdup_printf("webhook-id: %s", field_string(delivery, "id"));
    g_autofree char *timestamp = g_strdup_printf("webhook-timestamp: %" G_GINT64_FORMAT, seconds);
    g_autofree char *signed_by = g_strdup_printf("webhook-signature: %s", signature ? signature : "");
    const char *headers[] = { id, timestamp, signed_by, NULL };
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    const OutsidePost what = { field_string(delivery, "url"), "application/json", headers, bytes, sending->courier->server->config->outside.ca, SEND_TIMEOUT_MS };
    g_autoptr(GError) error = NULL;

    if (!outside_post(&what, &error))
        sending->problem = g_strdup(error->message);
    json_decref(body);
}

static void
mail(Sending *sending)
{
    const OutsideConfig *outside = &sending->courier->server->config->outside;
    const json_t *delivery = sending->delivery;
    MessageWords words = message_words(delivery, sending->link);
    const MailMessage letter = { outside->smtp_from,     "信丰县行政审批局", field_string(delivery, "recipient"), words.subject, words.text, field_string(delivery, "id"),
                                 field_integer(delivery, "created_at") };
    g_autoptr(GBytes) message = mail_message(&letter);
    const OutsideMail what = { outside->smtp_url, outside->smtp_user, sending->courier->password, outside->smtp_from, letter.to, message, outside->ca, SEND_TIMEOUT_MS };
    g_autoptr(GError) error = NULL;

    if (!outside_mail(&what, &error))
        sending->problem = g_strdup(error->message);
    message_words_clear(&words);
}

static void
send_one(gpointer data)
{
    Sending *sending = data;
    const char *channel = field_string(sending->delivery, "channel");

    if (g_str_equal(channel, "event"))
        post(sending, event_body(sending->delivery));
    else if (g_str_equal(channel, "message"))
        post(sending, message_body(sending->delivery, sending->link));
    else
        mail(sending);
}

/* --- the loop's part --- */

static void
settled(json_t *output, const GError *error, gpointer user)
{
    look(user);
}

static void
settle(Sending *sending)
{
    Courier *courier = sending->courier;

    if (sending->problem)
        log_warning("courier", "not sent id=%s kind=%s attempt=%d: %s", field_string(sending->delivery, "id"), field_string(sending->delivery, "kind"),
                    (int) field_integer(sending->delivery, "attempts") + 1, sending->problem);
    else
        log_info("courier", "sent id=%s kind=%s", field_string(sending->delivery, "id"), field_string(sending->delivery, "kind"));
    server_store(courier->server, model_delivery_settle,
                 json_pack("{s:O, s:s?, s:I}", "id", json_object_get(sending->delivery, "id"), "problem", sending->problem, "now", (json_int_t) server_now(courier->server)), settled,
                 courier);
    sending_free(sending);
}

static void
was_sent(gpointer data)
{
    settle(data);
}

/* Where the text leads: the visit itself for an invitation, the case's page for all else; NULL without a public address. */
static char *
link_of(const Courier *courier, const json_t *delivery)
{
    const char *base = courier->server->config->outside.public_url;
    const json_t *data = json_object_get(delivery, "data");
    const char *invitation = field_string(data, "invitation");
    g_autofree char *token = NULL;

    if (!base || !field_string(delivery, "link"))
        return NULL;
    token = invitation ? tokens_issue(courier->server, TOKEN_INVITATION, invitation, field_integer(data, "expires_at"))
                       : tokens_issue(courier->server, TOKEN_CASE, field_string(delivery, "link"), field_integer(delivery, "link_expires_at"));
    return g_strdup_printf("%s/%s#%s", base, invitation ? "v" : "my", token);
}

static void
timer_fired(gpointer data)
{
    Courier *courier = data;

    courier->timer = 0;
    courier_kick(courier);
}

static void
wait_until(Courier *courier, gint64 at)
{
    gint64 now = server_now(courier->server);
    gint64 wait = at > now ? MIN(at - now, LOOK_AGAIN_US) : LOOK_AGAIN_US;

    courier->busy = FALSE;
    if (courier->server->stopping)
        return;
    if (courier->again)
        courier_kick(courier);
    else if (courier->timer == 0)
        courier->timer = http_loop_after(courier->server->loop, (guint) (wait / 1000) + 1, timer_fired, courier);
}

static void
due_known(json_t *output, const GError *error, gpointer user)
{
    Courier *courier = user;
    json_t *delivery = json_object_get(output, "delivery");
    Sending *sending;

    if (error || !json_is_object(delivery) || courier->server->stopping) {
        wait_until(courier, field_integer(output, "next_at"));
        return;
    }
    sending = g_new0(Sending, 1);
    sending->courier = courier;
    sending->delivery = json_deep_copy(delivery);
    sending->link = link_of(courier, delivery);
    if (g_str_equal(field_string(delivery, "channel"), "mail") && !courier->server->config->outside.smtp_url)
        sending->problem = g_strdup("mail-not-configured");
    else if (!worker_run(courier->worker, send_one, was_sent, sending))
        sending->problem = g_strdup("busy");
    if (sending->problem)
        settle(sending);
}

static void
reminded(json_t *output, const GError *error, gpointer user)
{
    if (error)
        log_warning("courier", "reminders not written: %s", problem_entry(problem_of(error))->code);
    look(user);
}

static void
look(Courier *courier)
{
    gint64 now = server_now(courier->server);

    courier->again = FALSE;
    if (courier->server->stopping)
        return;
    if (now >= courier->remind_at) {
        courier->remind_at = now + REMIND_EVERY_US;
        server_store(courier->server, model_reminders, json_pack("{s:I}", "now", (json_int_t) now), reminded, courier);
        return;
    }
    server_store(courier->server, model_delivery_due, json_pack("{s:I}", "now", (json_int_t) server_now(courier->server)), due_known, courier);
}

void
courier_kick(Courier *courier)
{
    courier->again = courier->busy;
    if (courier->busy || courier->server->stopping)
        return;
    if (courier->timer) {
        server_cancel(courier->server, courier->timer);
        courier->timer = 0;
    }
    courier->busy = TRUE;
    look(courier);
}
