/**
 * MediaPeer — the browser's side of a connection, for tests of PeerTransport: a full ICE agent's checks, a DTLS client of its own and libsrtp2.
 *
 * The wire between the two is two queues in memory, so a test can drop, repeat, record or alter every datagram. Time is the test's.
 */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>
#include <srtp2/srtp.h>

#include "datagram-bio.h"
#include "peer-transport.h"

typedef struct {
    /* what the test may set before media_peer_start() */
    const char *srtp_profiles; /* NULL: both */
    gboolean wrong_fingerprint;

    PeerTransport *transport;
    DtlsIdentity *identity;
    NetAddress address; /* where the peer is now */
    gint64 now_us;

    GQueue to_peer;      /* GBytes */
    GQueue to_transport; /* GBytes */
    GPtrArray *recorded; /* GBytes: everything that the transport was given, when not NULL */
    gboolean deaf;       /* what the transport sends is lost */

    SSL_CTX *context;
    SSL *ssl;
    BIO_METHOD *method;
    DatagramBio datagrams;
    srtp_t outbound, inbound; /* NULL before keys */

    /* what happened at the transport */
    PeerState state;
    PeerReason reason;
    guint n_states;
    GHashTable *addresses; /* NetAddress *: the valid ones */
    guint n_rtp, n_rtcp;
    guint8 last[2048];
    gsize last_length;
    gsize bytes_sent; /* by the transport, in all */

    /* what happened at the peer */
    guint n_stun_success;
    guint16 stun_error; /* code of the last error answer, 0 = none */
    NetAddress mapped;
    guint n_peer_rtp, n_peer_rtcp, n_peer_refused;
    gboolean peer_closed; /* close_notify or an alert came */
} MediaPeer;

/** Makes identity, certificate and transport. */
void media_peer_start(MediaPeer *peer);
void media_peer_stop(MediaPeer *peer);

/** Sends one connectivity check with the transport's newest credentials and delivers everything that follows from it. */
void media_peer_check(MediaPeer *peer, gboolean nominate);
/** A check with credentials of the test's choice; `length` bytes are written to `buffer`. */
gsize media_peer_write_check(guint8 *buffer, gsize capacity, const char *local_ufrag, const char *password, gboolean nominate);
/** Begins the DTLS handshake and delivers until both sides are quiet. */
void media_peer_handshake(MediaPeer *peer);
/** Check with nomination, then handshake: CONNECTED, unless the test arranged otherwise. */
void media_peer_connect(MediaPeer *peer);

/** Protects with libsrtp and delivers. */
void media_peer_send_rtp(MediaPeer *peer, guint16 sequence, gsize payload);
void media_peer_send_rtcp(MediaPeer *peer);
/** Protects with the transport, and opens with libsrtp: the two counters tell. */
gboolean media_peer_receive_rtp(MediaPeer *peer, guint16 sequence, gsize payload);
gboolean media_peer_receive_rtcp(MediaPeer *peer);

/** Gives the transport bytes as they are, from the peer's address, and delivers what follows. */
void media_peer_inject(MediaPeer *peer, const guint8 *data, gsize length);
/** Delivers both queues until they are empty. */
void media_peer_deliver(MediaPeer *peer);
/** Time passes; the transport is polled whenever it wants to be. */
void media_peer_pass(MediaPeer *peer, gint64 microseconds);
/** The peer's close_notify. */
void media_peer_close(MediaPeer *peer);
