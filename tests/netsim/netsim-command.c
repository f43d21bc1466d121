#include "netsim-command.h"

#include "bounded-json.h"

#define LINE_MAX_BYTES 4096
/* A minute: what is later than that is not worth a test. */
#define TIME_MAX_MS 60000
#define RATE_MAX_KBIT 10000000

static GQuark
command_error(void)
{
    return g_quark_from_static_string("netsim-command");
}

static double
number(const json_t *object, const char *key, double fallback, double max, GError **error)
{
    const json_t *value = json_object_get(object, key);
    double read = value ? json_number_value(value) : fallback;

    if (value && (!json_is_number(value) || read < 0 || read > max) && !*error)
        g_set_error(error, command_error(), 0, "%s is a number from 0 to %g", key, max);
    return read;
}

static gboolean
truth(const json_t *object, const char *key, gboolean fallback)
{
    const json_t *value = json_object_get(object, key);

    return value ? json_is_true(value) : fallback;
}

static void
read_settings(const json_t *json, ImpairmentSettings *settings, GError **error)
{
    const json_t *burst = json_object_get(json, "burst");

    settings->loss = number(json, "loss", 0, 1, error);
    settings->burst_enter = number(burst, "enter", 0, 1, error);
    settings->burst_leave = number(burst, "leave", 1, 1, error);
    settings->burst_loss = number(burst, "loss", 1, 1, error);
    settings->delay_us = (gint64)(number(json, "delay_ms", 0, TIME_MAX_MS, error) * 1000);
    settings->jitter_us = (gint64)(number(json, "jitter_ms", 0, TIME_MAX_MS, error) * 1000);
    settings->reorder = number(json, "reorder", 0, 1, error);
    settings->reorder_us = (gint64)(number(json, "reorder_ms", 30, TIME_MAX_MS, error) * 1000);
    settings->duplicate = number(json, "duplicate", 0, 1, error);
    settings->rate_kbit = (guint32)number(json, "rate_kbit", 0, RATE_MAX_KBIT, error);
    settings->queue_ms = (guint32)number(json, "queue_ms", 0, TIME_MAX_MS, error);
    settings->blackout = truth(json, "blackout", FALSE);
}

static gboolean
read_direction(const json_t *json, NetsimCommand *command, GError **error)
{
    const char *direction = json_string_value(json_object_get(json, "direction"));
    gboolean both = g_strcmp0(direction, "both") == 0;

    command->up = both || g_strcmp0(direction, "up") == 0;
    command->down = both || g_strcmp0(direction, "down") == 0;
    if (!command->up && !command->down)
        g_set_error_literal(error, command_error(), 0, "direction is up, down or both");
    return command->up || command->down;
}

gboolean
netsim_command_parse(const char *line, gsize length, NetsimCommand *ret_command, GError **error)
{
    static const char *const names[] = {"impair", "pass", "rebind", "statistics"};
    g_autoptr(json_t) json = bounded_json_parse(line, length, LINE_MAX_BYTES, error);
    const char *what = json ? json_string_value(json_object_get(json, "do")) : NULL;
    g_autoptr(GError) fault = NULL;
    NetsimCommand command = {0};
    guint i = 0;

    if (!json)
        return FALSE;
    while (i < G_N_ELEMENTS(names) && g_strcmp0(what, names[i]) != 0)
        i++;
    if (i == G_N_ELEMENTS(names)) {
        g_set_error_literal(error, command_error(), 0, "do is impair, pass, rebind or statistics");
        return FALSE;
    }
    command.what = (NetsimDo)i;
    command.udp = truth(json, "udp", TRUE);
    command.tcp = truth(json, "tcp", TRUE);
    if (command.what == NETSIM_IMPAIR && read_direction(json, &command, &fault))
        read_settings(json, &command.settings, &fault);
    if (fault) {
        g_propagate_error(error, g_steal_pointer(&fault));
        return FALSE;
    }
    *ret_command = command;
    return TRUE;
}
