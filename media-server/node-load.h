/**
 * NodeLoad — how busy a media node is, from the CPU time that its workers and its whole process have used, and whether it takes one
 * more room. Pure; plain value: copy freely.
 *
 * Averages over the last LOAD_WINDOW samples, which come once a second: what one key frame or one handshake costs does not count, and a
 * node that has filled up says so within some seconds. A worker is full from its limit on, and takes rooms again below four
 * fifths of that, so that a node at its limit does not let every second one in. The node is full when all its workers are, or when its
 * process uses that much of all cores: readers of cameras and HTTP run beside the workers, and there may be more workers than cores.
 */
#pragma once

#include <glib.h>

#define NODE_LOAD_WORKERS_MAX 64
#define LOAD_WINDOW           5

typedef struct {
    gint64 used_us[LOAD_WINDOW + 1]; /* a ring of totals, as the clocks had them */
    gboolean full;
} LoadGauge;

typedef struct {
    guint limit_percent; /* of a core for a worker, of all cores for the process; 0 = is never full */
    guint n_cores, n_workers;
    guint64 samples; /* taken so far */
    gint64 at_us[LOAD_WINDOW + 1];
    LoadGauge process;
    LoadGauge workers[NODE_LOAD_WORKERS_MAX];
    guint64 refused; /* rooms: counted by whoever refuses them */
} NodeLoad;

/** `n_workers` up to NODE_LOAD_WORKERS_MAX. */
void node_load_init(NodeLoad *load, guint limit_percent, guint n_cores, guint n_workers);

/** Once a second: CPU time used since the start by the process and by each of the workers. A `now_us` that did not advance is left out. */
void node_load_sample(NodeLoad *load, gint64 now_us, gint64 process_us, const gint64 *workers_us);

/** Shares of one: of all cores, and of one. 0 before the second sample. */
double node_load_of_process(const NodeLoad *load);
double node_load_of_worker(const NodeLoad *load, guint worker);

gboolean node_load_is_full(const NodeLoad *load);

/** Where a new room goes: among the workers that are not full the one with the fewest rooms, of these the one with the least load.
 * `rooms` counts those of each worker. Of full workers the same, if all are. */
guint node_load_place(const NodeLoad *load, const guint *rooms);
