/**
 * Feed — the connection from a room to the recorder (docs/architecture.md, Feed).
 *
 * Connects to a Unix socket, again and again with growing pauses, for as long as it lives; never blocks.
 * While there is no connection, packets are not kept: the recorder declares that gap itself. Worker's thread.
 */
#pragma once

#include "rtcp.h"
#include "worker.h"

typedef struct Feed Feed;

typedef struct {
    /** "connected", "lost", "overflow". */
    void (*state)(gpointer user, const char *state);
    void (*key_frame_wanted)(gpointer user, guint32 ssrc);
    /** Something waits to be written: call feed_flush() before sleeping. Once until then. */
    void (*unflushed)(gpointer user);
} FeedHandlers;

/** `socket`: a path of at most FEED_SOCKET_MAX bytes. Strings are copied, `handlers` is kept by pointer.
 * Connects at the first feed_tick(). */
Feed *feed_new(Worker *worker, const char *room, const char *socket, const char *recording,
               const FeedHandlers *handlers, gpointer user);
void feed_free(Feed *feed);

/* sizeof(sun_path) less its NUL. */
#define FEED_SOCKET_MAX 107

gboolean feed_is_same(const Feed *feed, const char *socket, const char *recording);
/** {state, dropped}; a new reference. */
json_t *feed_describe(const Feed *feed);
guint64 feed_dropped(const Feed *feed);

/** `track`: the control frame to send before the track's packets, now and after each reconnect; taken over.
 */
void feed_track_started(Feed *feed, guint32 ssrc, json_t *track);
void feed_track_ended(Feed *feed, guint32 ssrc);
void feed_packet(Feed *feed, const guint8 *packet, gsize length);
void feed_sender_report(Feed *feed, const RtcpSenderReport *report);

void feed_flush(Feed *feed);
/** Twice a second or so: connects when it is time. */
void feed_tick(Feed *feed);
