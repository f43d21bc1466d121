/**
 * VisitState — the states of a visit as bits, so that a table can name several. Plain values.
 */
#pragma once

#include <glib.h>

typedef enum {
    VISIT_SCHEDULED = 1,
    VISIT_WAITING = 2,
    VISIT_LIVE = 4,
    VISIT_ENDED = 8,
    VISIT_OPEN = VISIT_SCHEDULED | VISIT_WAITING | VISIT_LIVE,
} VisitState;

static inline VisitState
visit_state_from_name(const char *name)
{
    if (g_str_equal(name, "scheduled"))
        return VISIT_SCHEDULED;
    if (g_str_equal(name, "waiting"))
        return VISIT_WAITING;
    return g_str_equal(name, "live") ? VISIT_LIVE : VISIT_ENDED;
}
