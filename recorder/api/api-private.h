/**
 * What the files of the API share. Loop thread, but for what says otherwise.
 */
#pragma once

#include "api.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "http-server.h"
#include "playlist-track.h"
#include "problem.h"
#include "storage.h"

typedef struct DerivedJob DerivedJob;

struct RecorderApi {
    HttpLoop *loop;
    Recordings *recordings;
    FeedServer *feed;
    const Signer *documents;
    Storage *storage; /* may be NULL */
    HttpServer *server;
    char *instance;
    char *derive;         /* yuntakan-derive, or NULL where it is not installed */
    GAsyncQueue *answers; /* from recordings' threads and workers, of Answer */
    GPtrArray *readers;   /* of EventReader: who follows /events */
    GPtrArray *held;      /* of requests for playlists that wait for more */
    GHashTable *derived;  /* recording → DerivedJob: what has been asked for since the start */
    GPtrArray *ended;     /* of char *: recordings that have ended just now */
    guint64 ended_timer;
    GThreadPool *derivers;
    gint deriving;        /* atomic: the process id of yuntakan-derive, 0: none */
    GThreadPool *workers; /* hashing and packing: nothing that may hold up the loop */
    GHashTable *disposing; /* ids of recordings that are being disposed of */
    GQueue *orders;       /* of json_t: exports that are ordered and not fetched yet */
    gint closed;          /* atomic */
};

/** Something for the loop to do with what another thread has found out. */
typedef struct {
    void (*deliver)(RecorderApi *api, gpointer data); /* loop thread, before the API is closed */
    GDestroyNotify free;                              /* always, afterwards */
    gpointer data;
} Answer;

/** Any thread. */
void api_deliver(RecorderApi *api, Answer answer);
/** Any thread: work(data) on a worker, which ends with api_deliver(). */
typedef struct {
    void (*work)(RecorderApi *api, gpointer data);
    gpointer data;
} ApiWork;
void api_work(RecorderApi *api, ApiWork work);

/** Answer a request: JSON (takes the reference), the problem in `error`, a problem by number. */
void api_reply_json(HttpRequest *request, int status, json_t *json);
void api_reply_error(HttpRequest *request, const GError *error);
void api_reply_problem(HttpRequest *request, Problem problem);
/** The recording of the path, or NULL after answering 404 (503 while it is being opened). */
RecordingView *api_find(RecorderApi *api, HttpRequest *request);

/** DATA/derived/RECORDING: what belongs to a recording and is no evidence. The caller frees it. */
char *api_beside(const RecordingView *view);

/** Answers with a file that lies in the object store, or the range of it that is asked for; `entry` is its line in the archive list. */
void api_reply_archived(RecorderApi *api, HttpRequest *request, const json_t *entry, const char *type);

/** The answer of GET /recordings/{recording}; a new reference. */
json_t *api_recording_json(RecordingView *view);
/** The segments of a track as they are now, kept with the view; NULL if it has no such track. */
PlaylistTrack *api_playlist(RecordingView *view, const char *track);

/** Requests for playlists that wait: api-playlist.c. Answered before the server goes. */
void api_held_open(RecorderApi *api);
void api_held_close(RecorderApi *api);

/** What a review shows beside the evidence: api-derived.c. Closed before the API answers no more. */
void api_derived_open(RecorderApi *api);
void api_derived_close(RecorderApi *api);
/** A recording has ended: some seconds later what belongs to it is made. */
void api_derived_begin(RecorderApi *api, const RecordingView *view);

/* Handlers, by file. */
void api_put_recording(HttpRequest *request, gpointer api);
void api_get_recording(HttpRequest *request, gpointer api);
void api_end_recording(HttpRequest *request, gpointer api);
void api_post_entry(HttpRequest *request, gpointer api);
void api_put_still(HttpRequest *request, gpointer api);

void api_get_index(HttpRequest *request, gpointer api);
void api_get_file(HttpRequest *request, gpointer api);

void api_get_playlist(HttpRequest *request, gpointer api);

void api_get_verdict(HttpRequest *request, gpointer api);
/* A case of 64 visits with everything that is known of them. */
#define EXPORT_ORDER_MAX (32 * 1024 * 1024)
void api_get_export(HttpRequest *request, gpointer api);
void api_post_export(HttpRequest *request, gpointer api);
void api_get_ordered_export(HttpRequest *request, gpointer api);

void api_post_disposal(HttpRequest *request, gpointer api);

void api_get_derived(HttpRequest *request, gpointer api);
void api_get_derived_file(HttpRequest *request, gpointer api);

void api_post_document_signature(HttpRequest *request, gpointer api);
void api_get_document_certificate(HttpRequest *request, gpointer api);

void api_get_events(HttpRequest *request, gpointer api);
void api_get_health(HttpRequest *request, gpointer api);
void api_get_storage(HttpRequest *request, gpointer api);
void api_get_metrics(HttpRequest *request, gpointer api);
/** Frees a reader of /events, for GPtrArray. */
void api_reader_free(gpointer reader);
