#include "icalendar.h"

#include <string.h>

#include "field-rules.h"

/* RFC 5545, section 3.1: lines are folded after at most 75 octets, not inside a character. */
#define LINE_OCTETS_MAX 75
#define VISIT_MINUTES   30

static void
append_line(GString *text, const char *name, const char *value)
{
    g_autofree char *line = g_strconcat(name, ":", value, NULL);
    const char *at = line;
    gsize room = LINE_OCTETS_MAX;

    while (strlen(at) > room) {
        gsize length = room;

        while (((guchar) at[length] & 0xc0) == 0x80)
            length--;
        g_string_append_len(text, at, (gssize) length);
        g_string_append(text, "\r\n ");
        at += length;
        room = LINE_OCTETS_MAX - 1;
    }
    g_string_append_printf(text, "%s\r\n", at);
}

/* Section 3.3.11: backslash, semicolon, comma and line ends. */
static char *
escaped(const char *value)
{
    GString *text = g_string_new(NULL);

    for (; value && *value; value++) {
        if (strchr("\\;,", *value))
            g_string_append_c(text, '\\');
        if (*value == '\n')
            g_string_append(text, "\\n");
        else if (*value != '\r')
            g_string_append_c(text, *value);
    }
    return g_string_free(text, FALSE);
}

static void
append_text(GString *text, const char *name, const char *value)
{
    g_autofree char *safe = escaped(value);

    append_line(text, name, safe);
}

static void
append_time(GString *text, const char *name, gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC);
    g_autofree char *value = g_date_time_format(time, "%Y%m%dT%H%M%SZ");

    append_line(text, name, value);
}

static void
append_visit(GString *text, const json_t *visit, const char *origin, gint64 now)
{
    gint64 at = field_integer(visit, "scheduled_at");
    gboolean off = !json_is_null(json_object_get(visit, "cancelled_at"));
    g_autofree char *uid = g_strdup_printf("%s@yuntakan", field_string(visit, "id"));
    g_autofree char *revision = g_strdup_printf("%d", (int) field_integer(visit, "revision"));
    g_autofree char *summary = g_strdup_printf("视频踏勘 %s %s", field_string(visit, "case_number"), field_string(visit, "name"));
    g_autofree char *url = origin ? g_strdup_printf("%s/staff#visit=%s", origin, field_string(visit, "id")) : NULL;

    append_line(text, "BEGIN", "VEVENT");
    append_line(text, "UID", uid);
    append_line(text, "SEQUENCE", revision);
    append_time(text, "DTSTAMP", now);
    append_time(text, "DTSTART", at);
    append_time(text, "DTEND", at + VISIT_MINUTES * 60 * G_USEC_PER_SEC);
    append_text(text, "SUMMARY", summary);
    append_text(text, "LOCATION", field_string(visit, "premises"));
    append_line(text, "STATUS", off ? "CANCELLED" : "CONFIRMED");
    if (url)
        append_line(text, "URL", url);
    append_line(text, "END", "VEVENT");
}

GString *
icalendar_text(const json_t *visits, const char *origin, gint64 now)
{
    GString *text = g_string_new(NULL);
    gsize i;
    json_t *visit;

    append_line(text, "BEGIN", "VCALENDAR");
    append_line(text, "VERSION", "2.0");
    append_line(text, "PRODID", "-//Yuntakan//Visits//ZH");
    append_line(text, "X-WR-CALNAME", "视频踏勘");
    append_line(text, "REFRESH-INTERVAL;VALUE=DURATION", "PT15M");
    json_array_foreach((json_t *) visits, i, visit)
        append_visit(text, visit, origin, now);
    append_line(text, "END", "VCALENDAR");
    return text;
}
