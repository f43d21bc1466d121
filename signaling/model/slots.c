#include "slots.h"

#include "field-rules.h"

#define MINUTE (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define ZONE   (8 * HOUR)

/* 1970-01-01 was a Thursday. */
static int
weekday_of(gint64 day)
{
    return (int) ((day + 3) % 7) + 1;
}

static char *
day_text(gint64 day)
{
    g_autoptr(GDateTime) midnight = g_date_time_new_from_unix_utc(day * (DAY / G_USEC_PER_SEC));

    return g_date_time_format(midnight, "%Y-%m-%d");
}

static gboolean
works_on(const json_t *rule, const json_t *days, gint64 day)
{
    g_autofree char *text = day_text(day);
    const json_t *special = json_object_get(days, text);
    int weekday = special ? (int) json_integer_value(special) : weekday_of(day);

    return weekday == field_integer(rule, "weekday");
}

/* A visit of the team holds the slots that it overlaps. */
static gint64
left_at(const json_t *rule, const json_t *taken, gint64 at)
{
    gint64 left = field_integer(rule, "capacity"), length = field_integer(rule, "minutes") * MINUTE;
    gsize i;
    json_t *visit;

    json_array_foreach((json_t *) taken, i, visit) {
        gint64 distance = json_integer_value(visit) - at;

        left -= distance > -length && distance < length;
    }
    return left;
}

json_t *
slots_free(const json_t *rule, const json_t *days, const json_t *taken, gint64 now)
{
    gint64 minutes = field_integer(rule, "minutes"), earliest = now + field_integer(rule, "lead_hours") * HOUR;
    gint64 first = (now + ZONE) / DAY, last = first + field_integer(rule, "horizon_days");
    json_t *list = json_array();

    for (gint64 day = first; day <= last && minutes > 0; day++) {
        if (!works_on(rule, days, day))
            continue;
        for (gint64 minute = field_integer(rule, "from_minute"); minute + minutes <= field_integer(rule, "to_minute"); minute += minutes) {
            gint64 at = day * DAY - ZONE + minute * MINUTE, left = left_at(rule, taken, at);

            if (at >= earliest && left > 0 && json_array_size(list) < SLOTS_MAX)
                json_array_append_new(list, json_pack("{s:O, s:I, s:I, s:I}", "rule", json_object_get(rule, "id"), "at", (json_int_t) at, "minutes", (json_int_t) minutes, "free",
                                                      (json_int_t) left));
        }
    }
    return list;
}
