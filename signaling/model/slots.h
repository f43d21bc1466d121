/**
 * slots — which times of a rule are free. Pure; any thread. Days and minutes are those of the bureau's zone, UTC+8 all year.
 */
#pragma once

#include <jansson.h>

#include <glib.h>

/* Half a year of quarter hours of one rule is 6000; nobody reads more. */
#define SLOTS_MAX 1000

/** {id, weekday (1 = Monday), from_minute, to_minute, minutes, capacity, lead_hours, horizon_days}, {"2026-10-01": 0 or 1…7}, [µs of the visits that the team has],
 *  → [{rule, at, minutes, free}] from now on, in order, only those that are free. A new reference. */
json_t *slots_free(const json_t *rule, const json_t *days, const json_t *taken, gint64 now);
