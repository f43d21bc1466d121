/**
 * LoadTarget — how a relay is asked for a room, a publisher's place in it and a subscriber's.
 *
 * Each call runs the loop while it waits for the answer, so media goes on. After subscribe() or publish() the
 * peer has its remote side; that it becomes ready is the caller's to wait for.
 */
#pragma once

#include "load-loop.h"

typedef struct LoadTarget LoadTarget;

struct LoadTarget {
    gboolean (*open_room)(LoadTarget *target, guint room, GError **error);
    gboolean (*publish)(LoadTarget *target, guint room, LoadPeer *peer, GError **error);
    /** `ret_asked_us`: when the request for a stream went out: the offer, or where the relay offers, the
     * request for it. */
    gboolean (*subscribe)(LoadTarget *target, guint room, LoadPeer *peer, gint64 *ret_asked_us,
                          GError **error);
    /** Some seconds apart. */
    void (*keep_alive)(LoadTarget *target);
    void (*free)(LoadTarget *target);
};

/** yuntakan-media by HTTP on its Unix socket. */
LoadTarget *load_target_media_new(LoadLoop *loop, const char *socket_path);
/** Janus' videoroom by its Unix socket (SOCK_SEQPACKET). */
LoadTarget *load_target_janus_new(LoadLoop *loop, const char *socket_path, GError **error);
/** relay-floor; `profile` says which keys are made up, there being no handshake. */
LoadTarget *load_target_floor_new(LoadLoop *loop, const char *socket_path, LoadSrtpProfile profile,
                                  GError **error);

#define LOAD_ANSWER_US (20 * G_USEC_PER_SEC)

/** A connected Unix socket of this type, or -1. */
int load_unix_connect(const char *path, int type, GError **error);
G_GNUC_PRINTF(2, 3) gboolean load_fail(GError **error, const char *format, ...);
