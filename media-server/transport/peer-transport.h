/**
 * PeerTransport — one WebRTC connection: ICE-lite, DTLS server and SRTP together. What the room worker uses.
 *
 * A pure core: datagrams and `now_us` (monotonic microseconds, Clock's mono_us) go in, datagrams, packets and events come out through
 * the handlers, during the call. It owns no socket, thread or timer. One thread, the worker's. At most 64 KiB per connection.
 *
 * Finding the connection of a datagram (many share the worker's port):
 *   1. by source address, in the worker's table, which the `address` handler keeps;
 *   2. otherwise, if it is a STUN request, by peer_transport_peek_key();
 *   3. otherwise drop it silently. To a wrong password we answer an error shorter than the request, and to everything else from an
 *      address that has not proved knowledge of our password nothing.
 * A STUN request must be looked up by its key even when the address is known: a browser may use one port for its next connection.
 *
 * Life: CONNECTING -> CONNECTED <-> DISCONNECTED -> CLOSED. After CLOSED the object only waits to be freed.
 *   DISCONNECTED: nothing authentic (STUN, SRTP) came for 5 s.
 *   CLOSED: consent expired (RFC 7675: no valid check for 30 s; also when it never connected), DTLS close_notify or failure,
 *   or peer_transport_close().
 *
 * When a NAT gives the peer another address in the middle of a call, nobody tells the peer, and its next check may be seconds away. Authentic, fresh
 * SRTP from a strange address is therefore taken, and until a check decides, as many bytes as came from there are sent there in place of the selected
 * pair: never more, so that whoever repeats packets from an address of his choice gains nothing by it (the rule of RFC 9000, section 8.1). The worker finds
 * the connection of such a packet by its SSRC.
 *
 * Handlers may call every function here on the same transport except receive, poll, close and free: note the wish and act after.
 */
#pragma once

#include <glib.h>

#include "dtls-identity.h"
#include "net-address.h"
#include "srtp-profile.h"

typedef struct PeerTransport PeerTransport;

typedef enum { PEER_CONNECTING, PEER_CONNECTED, PEER_DISCONNECTED, PEER_CLOSED } PeerState;

typedef enum {
    PEER_REASON_NONE,
    PEER_REASON_CONNECT_TIMEOUT,     /* never got as far as media within 30 s */
    PEER_REASON_SILENT,              /* for DISCONNECTED */
    PEER_REASON_CONSENT_EXPIRED,     /* no valid check for 30 s */
    PEER_REASON_CLOSED_BY_PEER,      /* DTLS close_notify */
    PEER_REASON_CLOSED_LOCALLY,      /* peer_transport_close() */
    PEER_REASON_FINGERPRINT_MISMATCH,/* the certificate is not the one announced in the SDP */
    PEER_REASON_NO_SRTP_PROFILE,     /* the peer offered neither of our protection profiles */
    PEER_REASON_DTLS_FAILED,         /* every other alert or protocol error of the handshake */
} PeerReason;

/** "connecting", …; "consent-expired", …: the words of the events in docs/architecture.md. */
const char *peer_state_name(PeerState state);
const char *peer_reason_name(PeerReason reason);

typedef struct {
    /** One datagram for the wire. */
    void (*send)(gpointer user, const NetAddress *to, const guint8 *data, gsize length);
    /** An authentic packet, decrypted in place in the caller's receive buffer; the handler may alter it. */
    void (*rtp)(gpointer user, guint8 *packet, gsize length, gint64 now_us);
    /** An authentic compound RTCP packet, likewise. */
    void (*rtcp)(gpointer user, guint8 *packet, gsize length, gint64 now_us);
    /** Every change of state. */
    void (*state)(gpointer user, PeerState state, PeerReason reason);
    /** `address` has proved to be this peer's (valid) or is no longer taken (not valid; also from peer_transport_free()).
     *  Another connection may claim it later: the last claim wins, and only the holder's loss removes it. */
    void (*address)(gpointer user, const NetAddress *address, gboolean valid);
} PeerTransportHandlers;

/** RFC 8839 section 5.4: a ufrag has 4 to 256 characters, a password 22 to 256. */
#define ICE_UFRAG_MAX    256
#define ICE_PASSWORD_MAX 256

typedef struct {
    DtlsIdentity *identity;                /* a reference is taken */
    const char *remote_ufrag;              /* of the offer, copied */
    const char *remote_password;
    const guint8 *remote_fingerprint;      /* DTLS_FINGERPRINT_LENGTH bytes, SHA-256 of the peer's certificate */
    const PeerTransportHandlers *handlers; /* kept by pointer; all set */
    gpointer user;
} PeerTransportConfig;

/** Never fails but for OpenSSL running out of memory (NULL, DTLS_ERROR_LIBRARY). */
PeerTransport *peer_transport_new(const PeerTransportConfig *config, gint64 now_us, GError **error);
/** Sends nothing; reports the loss of its addresses. For a polite end call peer_transport_close() first. */
void peer_transport_free(PeerTransport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerTransport, peer_transport_free)

/** Names this connection in the ufrags that we give out, through all ICE restarts. Random, 48 bits; make the transport anew if it collides. */
guint64 peer_transport_key(const PeerTransport *transport);
/** The key in the USERNAME of a STUN binding request. FALSE when it is none, or not in our form. Nothing is authenticated yet. */
gboolean peer_transport_peek_key(const guint8 *data, gsize length, guint64 *ret_key);

/** For the answer: the credentials of the newest ICE generation. */
const char *peer_transport_local_ufrag(const PeerTransport *transport);
const char *peer_transport_local_password(const PeerTransport *transport);

/** A new ICE generation (RFC 8445 section 9): new local credentials; the old pair keeps working until the new one is nominated.
 *  FALSE when the remote credentials are those in force: then it is no restart and nothing changes. */
gboolean peer_transport_restart_ice(PeerTransport *transport, const char *remote_ufrag, const char *remote_password, gint64 now_us);

/** One datagram from `from`, altered in place. Hostile input is counted and otherwise ignored. */
void peer_transport_receive(PeerTransport *transport, const NetAddress *from, guint8 *data, gsize length, gint64 now_us);

/** Does what is due at `now_us`: DTLS retransmission, DISCONNECTED, consent. */
void peer_transport_poll(PeerTransport *transport, gint64 now_us);
/** When to poll next; G_MAXINT64 = never. Changes with every call above. */
gint64 peer_transport_next_timeout(const PeerTransport *transport);

/** Encrypts a packet whose header of `header_length` lies at `packet`, and its payload anywhere (srtp_context_seal_rtp()); then send it to peer_transport_remote(). FALSE, with the packet unusable, when there are no keys yet, the packet is malformed,
 *  `capacity` lacks SRTP_OVERHEAD_MAX, the 64 SSRCs are used up, or this SSRC's sequence number was sent already or is more than 128 behind: a repeated
 *  number would repeat key stream, so retransmit by RTX or by sending the same protected bytes again. Start every SSRC below sequence number 32768 (RFC 3711 section 3.3.1): a receiver
 *  that misses the first packets could not tell how often the number had rolled over. */
gboolean peer_transport_seal_rtp(PeerTransport *transport, guint8 *packet, gsize header_length, const guint8 *payload, gsize payload_length,
                                 gsize capacity, gsize *ret_length);
/** Likewise, in place. */
gboolean peer_transport_protect_rtcp(PeerTransport *transport, guint8 *packet, gsize length, gsize capacity, gsize *ret_length);

/** What sealing touches, to be fetched into the cache before. Where there are no keys yet, the rest stays as it is. */
void peer_transport_touches(const PeerTransport *transport, gconstpointer ret_touches[4]);

/** The address of the selected pair, or where the peer has moved to as far as that may be sent to; NULL before the first nominated check. */
const NetAddress *peer_transport_remote(const PeerTransport *transport);

PeerState peer_transport_state(const PeerTransport *transport);
/** NONE before CONNECTED. */
SrtpProfile peer_transport_profile(const PeerTransport *transport);

typedef struct {
    guint64 stun_requests;      /* authentic checks answered */
    guint64 stun_refused;       /* malformed, or wrong credentials */
    guint64 dtls_datagrams;
    guint64 rtp_packets, rtcp_packets;
    guint64 srtp_refused;       /* tag wrong, malformed, too many SSRCs */
    guint64 srtp_replayed;      /* seen already, or older than the window */
    guint64 foreign;            /* DTLS or SRTP from an address that passed no check, or no protocol of RFC 7983 */
    guint64 address_changes;    /* of the selected pair */
    guint64 moves;              /* authentic media from an address without a check */
} PeerTransportStats;
const PeerTransportStats *peer_transport_stats(const PeerTransport *transport);

/** Sends close_notify and goes to CLOSED. */
void peer_transport_close(PeerTransport *transport, gint64 now_us);
