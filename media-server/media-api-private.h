/**
 * What the files of a MediaApi share, and nobody else includes: media-api.c (its routes, events, health and metrics), media-api-call.c
 * (a request on its way to a worker and back), and a file for each kind of resource: rooms, connections, cameras, feeds.
 */
#pragma once

#include "event-streams.h"
#include "http-server.h"
#include "media-api.h"
#include "media-metrics.h"
#include "media-problem.h"
#include "node-load.h"
#include "room.h"

/* One of ours has 36; other control planes may name their rooms as they like. */
#define MEDIA_ID_MAX   64
#define MEDIA_BODY_MAX 4096

struct MediaApi {
    MediaApiConfig config;
    char *instance;
    EventStreams *streams;
    HttpServer *server;
    Worker *const *workers;
    guint n_workers;
    guint *room_counts; /* per worker */
    GHashTable *rooms;  /* id -> worker's index */
    gint connections;   /* counted by the workers: atomic */
    NodeLoad load;
};

/* A request on its way to a worker and back. */
typedef struct {
    MediaApi *api;
    HttpRequest *request;
    guint worker;
    MediaAnswer answer;
    char *room;
    char *connection;
    gboolean private_said, private_on; /* of a room that is put */
    union {
        struct {
            char *participant;
            gboolean publish;
            guint order;
            gboolean inner;
            SdpNegotiation *negotiation;
        } offer;
        struct {
            char *socket;
            char *recording;
        } feed;
        struct {
            char *id;
            guint order;
            CameraUrl *url;
        } camera;
        SdpFragment fragment;
        json_t *rooms; /* what the workers asked so far have */
        MediaMetrics metrics;
    };
} MediaCall;

MediaCall *media_call_new(MediaApi *api, HttpRequest *request);
/** Runs `func` with the call on a worker. */
void media_call_send(MediaCall *call, guint worker, WorkerFunc func);
/** On the worker: the answer is complete and goes back to the loop's thread. */
void media_call_done(MediaCall *call);
/** On the loop's thread: sends the answer and frees the call. */
void media_call_answer(gpointer call);
/** Takes the object over as the answer's body. */
void media_call_answer_json(MediaCall *call, json_t *json);

void media_api_refuse(HttpRequest *request, MediaProblem problem, const char *detail);
/** The worker with the room of the path; answers and returns FALSE if there is none. */
gboolean media_api_find_worker(MediaApi *api, HttpRequest *request, guint *ret_worker);
gboolean media_api_is_id(const char *text);

/** Begins to measure the load, when the workers run. */
void media_api_measure_load(MediaApi *api);

/* --- handlers of routes --- */
void media_api_put_room(HttpRequest *request, gpointer user);
void media_api_get_room(HttpRequest *request, gpointer user);
void media_api_get_rooms(HttpRequest *request, gpointer user);
void media_api_delete_room(HttpRequest *request, gpointer user);
void media_api_post_offer(HttpRequest *request, gpointer user);
void media_api_patch_connection(HttpRequest *request, gpointer user);
void media_api_delete_connection(HttpRequest *request, gpointer user);
void media_api_put_camera(HttpRequest *request, gpointer user);
void media_api_delete_camera(HttpRequest *request, gpointer user);
void media_api_put_feed(HttpRequest *request, gpointer user);
void media_api_delete_feed(HttpRequest *request, gpointer user);
