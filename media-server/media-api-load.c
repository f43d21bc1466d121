/* How busy the node is, read from the system's clocks once a second. */
#include "media-api-private.h"

#include <time.h>

#include "log.h"

#define SAMPLE_MS 1000

static gint64
process_cpu_us(void)
{
    struct timespec used;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
        return 0;
    return (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

static void
sample(gpointer data)
{
    MediaApi *api = data;
    NodeLoad *load = &api->load;
    gboolean was_full = node_load_is_full(load);
    gint64 used_us[NODE_LOAD_WORKERS_MAX];

    for (guint i = 0; i < load->n_workers; i++)
        used_us[i] = worker_cpu_us(api->workers[i]);
    node_load_sample(load, clock_mono_us(api->config.clock), process_cpu_us(), used_us);
    if (node_load_is_full(load) != was_full)
        log_warning("media", "%s: %.0f %% of all cores, limit %u %%", was_full ? "new rooms are taken again" : "too busy for new rooms",
                    100 * node_load_of_process(load), load->limit_percent);
    http_loop_after(api->config.loop, SAMPLE_MS, sample, api);
}

void
media_api_measure_load(MediaApi *api)
{
    node_load_init(&api->load, api->config.capacity_cpu, g_get_num_processors(), api->n_workers);
    sample(api);
}
