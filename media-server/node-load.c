#include "node-load.h"

#include <string.h>

#define REOPEN_PERCENT 80 /* of the limit */

void
node_load_init(NodeLoad *load, guint limit_percent, guint n_cores, guint n_workers)
{
    memset(load, 0, sizeof *load);
    load->limit_percent = limit_percent;
    load->n_cores = MAX(1, n_cores);
    load->n_workers = MIN(n_workers, NODE_LOAD_WORKERS_MAX);
}

static guint
place_of(guint64 sample)
{
    return (guint)(sample % (LOAD_WINDOW + 1));
}

/* Of one core, over the window or what there is of it. */
static double
share(const NodeLoad *load, const LoadGauge *gauge)
{
    guint64 span = MIN(load->samples, LOAD_WINDOW + 1);
    guint newest, oldest;

    if (span < 2)
        return 0;
    newest = place_of(load->samples - 1);
    oldest = place_of(load->samples - span);
    return MAX(0.0, (double)(gauge->used_us[newest] - gauge->used_us[oldest]) / (double)(load->at_us[newest] - load->at_us[oldest]));
}

static void
judge(const NodeLoad *load, LoadGauge *gauge, double now)
{
    double limit = load->limit_percent / 100.0;

    gauge->full = load->limit_percent && now >= (gauge->full ? limit * REOPEN_PERCENT / 100 : limit);
}

void
node_load_sample(NodeLoad *load, gint64 now_us, gint64 process_us, const gint64 *workers_us)
{
    guint place = place_of(load->samples);

    if (load->samples && now_us <= load->at_us[place_of(load->samples - 1)])
        return;
    load->at_us[place] = now_us;
    load->process.used_us[place] = process_us;
    for (guint i = 0; i < load->n_workers; i++)
        load->workers[i].used_us[place] = workers_us[i];
    load->samples++;
    judge(load, &load->process, node_load_of_process(load));
    for (guint i = 0; i < load->n_workers; i++)
        judge(load, &load->workers[i], node_load_of_worker(load, i));
}

double
node_load_of_process(const NodeLoad *load)
{
    return share(load, &load->process) / load->n_cores;
}

double
node_load_of_worker(const NodeLoad *load, guint worker)
{
    return share(load, &load->workers[worker]);
}

gboolean
node_load_is_full(const NodeLoad *load)
{
    if (load->process.full)
        return TRUE;
    for (guint i = 0; i < load->n_workers; i++)
        if (!load->workers[i].full)
            return FALSE;
    return load->n_workers > 0;
}

static gboolean
is_better(const NodeLoad *load, const guint *rooms, guint a, guint b)
{
    if (load->workers[a].full != load->workers[b].full)
        return !load->workers[a].full;
    if (rooms[a] != rooms[b])
        return rooms[a] < rooms[b];
    return node_load_of_worker(load, a) < node_load_of_worker(load, b);
}

guint
node_load_place(const NodeLoad *load, const guint *rooms)
{
    guint best = 0;

    for (guint i = 1; i < load->n_workers; i++)
        if (is_better(load, rooms, i, best))
            best = i;
    return best;
}
