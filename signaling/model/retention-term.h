/**
 * RetentionTerm — when a class of retention ends. Pure; any thread.
 *
 * Terms of archives are counted in whole years from 1 January after the year in which a file was closed; here that is the year of the recording's end
 * in Beijing time.
 */
#pragma once

#include <glib.h>

#define RETENTION_NEVER (-1)

/** From when on a recording that ended at `ended_at` (µs) may be disposed of; RETENTION_NEVER for `permanent` and for a class that is none. */
gint64 retention_due_at(const char *retention, gint64 ended_at);
