#include "log.h"

#include <string.h>
#include <unistd.h>

static const char *const level_names[] = { "debug", "info", "notice", "warning", "error" };

static LogLevel
threshold(void)
{
    /* Read once; the environment of a daemon does not change. */
    static gsize level_plus_one;

    if (g_once_init_enter(&level_plus_one)) {
        const char *wanted = g_getenv("YUNTAKAN_LOG");
        gsize level = LOG_LEVEL_INFO;

        for (gsize i = 0; wanted && i < G_N_ELEMENTS(level_names); i++)
            if (g_str_equal(wanted, level_names[i]))
                level = i;
        g_once_init_leave(&level_plus_one, level + 1);
    }
    return (LogLevel) (level_plus_one - 1);
}

void
log_event(LogLevel level, const char *component, const char *format, ...)
{
    if (level < threshold())
        return;

    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *stamp = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
    va_list args;

    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    for (char *p = message; *p; p++)
        if ((guchar) *p < 0x20)
            *p = ' ';

    g_autofree char *line = g_strdup_printf("%s.%06dZ %s %s %s\n", stamp, g_date_time_get_microsecond(now), level_names[level],
                                            component, message);
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        return; /* nobody is left to tell */
}
