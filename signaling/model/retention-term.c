#include "retention-term.h"

static int
years_of(const char *retention)
{
    return g_strcmp0(retention, "30-years") == 0 ? 30 : g_strcmp0(retention, "10-years") == 0 ? 10 : 0;
}

gint64
retention_due_at(const char *retention, gint64 ended_at)
{
    int years = years_of(retention);
    g_autoptr(GTimeZone) beijing = g_time_zone_new_offset(8 * 3600);
    g_autoptr(GDateTime) utc = years > 0 ? g_date_time_new_from_unix_utc(ended_at / G_USEC_PER_SEC) : NULL;
    g_autoptr(GDateTime) ended = utc ? g_date_time_to_timezone(utc, beijing) : NULL;
    g_autoptr(GDateTime) due = ended ? g_date_time_new(beijing, g_date_time_get_year(ended) + 1 + years, 1, 1, 0, 0, 0) : NULL;

    return due ? g_date_time_to_unix(due) * G_USEC_PER_SEC : RETENTION_NEVER;
}
