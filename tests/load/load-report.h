/** LoadReport — what one run says: joins, the window's cost, and where every packet has gone. Printed as one
 * JSON object. */
#pragma once

#include <jansson.h>

#include "load-loop.h"
#include "load-process.h"

typedef struct {
    guint64 published; /* by all publishers */
    guint64 forwarded; /* different packets that subscribers got */
    guint64 duplicates, out_of_order, authenticated, refused, misnumbered, withheld, foreign;
    gint64 lost; /* due and never came */
    guint64 rtcp_received;
} LoadTotals;

typedef struct {
    LoadProcess relay, client;
    LoadTotals totals;
    gint64 at_us;
} LoadSnapshot;

/** `subscribers[i]` is in the room of publisher i / per_room. */
LoadTotals load_totals(const GPtrArray *publishers, const GPtrArray *subscribers, guint per_room);

/** Median and 95th percentile; sorts `values` (milliseconds, double). */
json_t *load_distribution(GArray *values);
/** The relay's cost per forwarded packet between two snapshots. */
json_t *load_window(const LoadSnapshot *from, const LoadSnapshot *to);
json_t *load_packets(const LoadTotals *totals);
