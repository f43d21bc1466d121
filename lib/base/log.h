/**
 * Logging: one line per event on standard error, `2026-11-23T16:30:00.123456Z level component message key=value…`.
 *
 * Whoever decides what to do about an error logs it, once. Lines carry ids; never names, tokens, SDP or chat.
 * Any thread; one write(2) per line, so lines never mix.
 */
#pragma once

#include <glib.h>

typedef enum { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_NOTICE, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR } LogLevel;

/** The threshold comes from the environment: YUNTAKAN_LOG=debug|info|notice|warning|error, default info. */
void log_event(LogLevel level, const char *component, const char *format, ...) G_GNUC_PRINTF(3, 4);

#define log_debug(component, ...)   log_event(LOG_LEVEL_DEBUG, component, __VA_ARGS__)
#define log_info(component, ...)    log_event(LOG_LEVEL_INFO, component, __VA_ARGS__)
#define log_notice(component, ...)  log_event(LOG_LEVEL_NOTICE, component, __VA_ARGS__)
#define log_warning(component, ...) log_event(LOG_LEVEL_WARNING, component, __VA_ARGS__)
#define log_error(component, ...)   log_event(LOG_LEVEL_ERROR, component, __VA_ARGS__)
