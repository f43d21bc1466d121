/**
 * LoadPeer — one WebRTC peer: a UDP socket of its own, full ICE with one host candidate, DTLS-SRTP, RTCP,
 * accounts.
 *
 * It sends RTP when its owner says so (publisher) and only counts RTP that comes (subscriber). Used on one
 * thread.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "load-account.h"
#include "load-dtls.h"

#define LOAD_CANDIDATES_MAX 16
#define LOAD_STREAMS_MAX    2
#define LOAD_PACKET_MAX     1600
#define LOAD_INBOX          32

/** Where datagrams are read to; one for all peers. */
typedef struct {
    struct mmsghdr messages[LOAD_INBOX];
    struct iovec iov[LOAD_INBOX];
    struct sockaddr_in from[LOAD_INBOX];
    guint8 bytes[LOAD_INBOX][2048];
} LoadInbox;

/** What the other side's SDP says. */
typedef struct {
    char ufrag[257], password[257];
    struct sockaddr_in candidates[LOAD_CANDIDATES_MAX];
    guint n_candidates;
    guint8 audio_type, video_type; /* payload types */
    gboolean we_start_dtls;
    gboolean controlling;
} LoadRemote;

typedef struct LoadPeer {
    int fd;
    guint index;
    guint16 port;
    const char *address;
    char ufrag[9], password[25];
    LoadDtlsIdentity *identity;

    LoadRemote remote;
    gboolean has_remote, selected, ready, failed;
    gboolean bare; /* no ICE, DTLS and RTCP: the floor knows none */
    struct sockaddr_in to;
    guint8 transaction[12];
    gint64 next_check_us, next_report_us;
    LoadDtls *dtls;
    srtp_t out, in;
    guint32 report_ssrc;

    gint64 ready_us, first_packet_us,
        first_picture_us; /* the latter: a key frame begins, so there is something to see */
    LoadAccount accounts[LOAD_STREAMS_MAX];
    guint n_accounts;
    guint64 rtcp_received, foreign_streams;
    gboolean key_frame_wanted; /* somebody asked us, the publisher; the reader clears it */
    guint64 key_frame_requests, nacked;
} LoadPeer;

LoadPeer *load_peer_new(LoadDtlsIdentity *identity, const char *address, guint index, GError **error);
void load_peer_free(LoadPeer *peer);

void load_inbox_init(LoadInbox *inbox);

/** Checks begin at the next tick. */
void load_peer_set_remote(LoadPeer *peer, const LoadRemote *remote);
/** Ready at once, with keys that both sides know. Takes the contexts. */
void load_peer_set_bare(LoadPeer *peer, const struct sockaddr_in *to, srtp_t out, srtp_t in,
                        const LoadRemote *remote);
/** Reads all that has come. */
void load_peer_read(LoadPeer *peer, LoadInbox *inbox, gint64 now_us);
/** Checks, consent, DTLS repetitions and receiver reports; to be called every some milliseconds. */
void load_peer_tick(LoadPeer *peer, gint64 now_us);
/** Protects in place and sends, in one call if there are several. Each needs 32 bytes of room behind it. */
void load_peer_send_rtp(LoadPeer *peer, guint8 packets[][LOAD_PACKET_MAX], const guint *lengths, guint n);
/** `packet` has LOAD_PACKET_MAX bytes. */
void load_peer_send_rtcp(LoadPeer *peer, guint8 *packet, gsize length);
