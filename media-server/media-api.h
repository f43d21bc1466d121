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

/* A node's worth; a county has some tens at a time. Also bounds what a runaway control plane can make us
 * allocate. */
#define MEDIA_ROOMS_MAX 1024

typedef struct MediaApi MediaApi;

typedef struct {
    HttpLoop *loop;
    const char *socket_path;
    const Clock *clock;
} MediaApiConfig;

/** Events may be given from now on, workers come with media_api_serve(). */
MediaApi *media_api_new(const MediaApiConfig *config);
/** Starts to listen. `workers` must be running and outlive the loop's run. */
gboolean media_api_serve(MediaApi *api, Worker *const *workers, guint n_workers, GError **error);
/** After the workers have stopped. */
void media_api_free(MediaApi *api);

/** WorkerConfig.event, with the MediaApi as user: any thread. */
void media_api_event(char *line, gpointer api);
