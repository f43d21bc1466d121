/**
 * FeedServer — the recorder's side of the feed: sockets/feed.sock, RFC 4571 frames in, PLI out. docs/architecture.md, section "Feed".
 *
 * One thread serves all connections and all rooms; it never waits for a disk. What a connection brings goes to a FeedRoom.
 */
#pragma once

#include <glib.h>

#include "clock.h"
#include "recording.h"

typedef struct FeedServer FeedServer;

typedef struct {
    const char *socket_path; /* made with mode 0600; a stale one is removed */
    const Clock *clock;
    /** Feed thread: a reference to the running recording, or NULL, then the connection is closed and the media server tries again. */
    Recording *(*find)(const char *recording, gpointer user);
    gpointer user;
} FeedServerConfig;

/** Listens and starts the thread. GStreamer has been initialised. */
FeedServer *feed_server_new(const FeedServerConfig *config, GError **error);
/** Hands what waits to the recordings (they are to be stopped afterwards), closes all connections, ends the thread. */
void feed_server_free(FeedServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeedServer, feed_server_free)

/** Any thread: flushes the recording's rooms, so that everything received is posted to it when the call returns, and closes their
 *  connections. Before recording_end(). */
void feed_server_close_recording(FeedServer *server, const char *recording);
