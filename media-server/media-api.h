/**
 * MediaApi — the HTTP interface of docs/architecture.md, "Media server": rooms, connections, feeds, events,
 * metrics.
 *
 * Lives on the HttpLoop's thread and speaks with the workers by mail. Every request that concerns a room is
 * answered by its worker.
 */
#pragma once

#include "http-loop.h"
#include "worker.h"

typedef struct MediaApi MediaApi;

typedef struct {
    HttpLoop *loop;
    const char *socket_path;
    const Clock *clock;
    /** What this node may carry, over all workers. Beyond it new rooms and connections are refused with media/at-capacity; what is there
     * goes on, and whoever is there may connect anew. */
    guint capacity_rooms;
    gint capacity_connections;
    /* In percent, 1 to 100: from this measured CPU load on (node-load.h) new rooms are refused with media/busy. 0 = whatever it is. */
    guint capacity_cpu;
    const NetworkList *camera_networks; /* where cameras may be; must outlive the interface */
} MediaApiConfig;

/** Events may be given from now on, workers come with media_api_serve(). */
MediaApi *media_api_new(const MediaApiConfig *config);
/** Starts to listen. `workers` must be running and outlive the loop's run. */
gboolean media_api_serve(MediaApi *api, Worker *const *workers, guint n_workers, GError **error);
/** After the workers have stopped. */
void media_api_free(MediaApi *api);

/** WorkerConfig.node_connections: where the workers count together. */
gint *media_api_connection_count(MediaApi *api);

/** WorkerConfig.event, with the MediaApi as user: any thread. */
void media_api_event(char *line, gpointer api);
