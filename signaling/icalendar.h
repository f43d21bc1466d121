/**
 * icalendar — the appointments of a member of the staff for a calendar program (RFC 5545). Pure; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** Visits as model_calendar() returns them, each with `name`, the item's; `origin` "https://host" for links, or NULL. The caller frees the text with g_string_free(). */
GString *icalendar_text(const json_t *visits, const char *origin, gint64 now);
