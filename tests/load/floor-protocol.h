/**
 * Floor protocol — how relay-load tells relay-floor who is there: one FloorPeer in, one FloorAnswer out, on a
 * SOCK_SEQPACKET Unix socket of the same machine. There is no handshake: both use the key made up by the
 * client.
 */
#pragma once

#include <glib.h>

#define FLOOR_KEY 28 /* AEAD_AES_128_GCM: key and salt */

typedef struct {
    guint32 room;
    guint32 publishes;
    guint32 address; /* network order */
    guint32 port;
    guint8 key[FLOOR_KEY];
    guint8 audio_type, video_type;
} FloorPeer;

typedef struct {
    guint32 port; /* where to send to; 0: refused */
} FloorAnswer;
