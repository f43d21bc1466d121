/**
 * SlotRewriter — one continuous RTP stream out of the streams of changing publishers (RFC 3550, section 7.1
 * speaks of translators).
 *
 * The receiver of a slot sees one SSRC whose sequence numbers have no hole that the publisher's had not, and
 * whose timestamps go on in real time when the publisher changes. A video slot starts, and starts again after
 * a change, at a key frame. Padding-only packets (a browser's bandwidth probes) are left out and the numbers
 * closed up behind them. Plain value, no allocation.
 */
#pragma once

#include <stdbool.h>

#include "rtp-packet.h"
#include "sequence.h"

#define SLOT_OFFSETS_MAX 16
#define SLOT_SENT_LOG    512 /* packets, a power of two: 2.5 s of 2 Mbit/s video */
/* A browser asks ten times for a packet (libwebrtc's kMaxNackRetries) and then for a key frame; we ask publishers as often. */
#define SLOT_RESENDS_MAX 10
/* Between two of the same packet, also where the round trip is shorter or not known yet: browsers look every 20 ms for what is missing. */
#define SLOT_RESEND_MIN_MS 10

typedef struct {
    gint64 from;   /* valid for source numbers from here on */
    gint64 offset; /* outgoing = source + offset */
} SlotOffset;

typedef struct {
    guint16 outgoing;
    guint16 source;
    guint32 times : 4;      /* how often it was sent; 0 = the entry is empty */
    guint32 resent_ms : 28; /* when it was last retransmitted */
} SlotSent;

typedef struct {
    /* What every packet touches comes first, to lie in two cache lines. */
    guint32 clock_rate;
    guint32 source_ssrc;
    guint32 timestamp_offset;
    guint32 last_timestamp;
    SequenceExtender source;
    gint64 first;         /* the source's number that the mapping began with */
    gint64 last_sequence; /* the highest sent */
    gint64 last_us;
    SlotSent *sent;    /* SLOT_SENT_LOG entries, or NULL when nothing is retransmitted */
    SlotOffset offset; /* of the newest numbers */
    bool needs_key_frame;
    bool attached; /* a source is mapped in */
    bool waiting;  /* for the first usable packet of the source */
    bool started;  /* something has been sent ever */
    bool squeezed; /* timestamps before `squeeze_until` are */
    bool aligned;  /* the mapping that begins next is to use `aligned_offset` */
    guint8 n_older;
    guint32 squeeze_until; /* the source's */
    guint32 aligned_offset;
    SlotOffset older[SLOT_OFFSETS_MAX - 1]; /* newest last */
} SlotRewriter;

/** `first_sequence` and `first_timestamp` should be random (RFC 3550, section 5.1). `sent` stays the
 * caller's. */
void slot_rewriter_init(SlotRewriter *slot, guint32 clock_rate, gboolean needs_key_frame,
                        guint16 first_sequence, guint32 first_timestamp, SlotSent *sent);

/** No source any more; the next packet, of whichever source, begins a new mapping. */
void slot_rewriter_detach(SlotRewriter *slot);

/** The mapping that begins next starts with packets from the past, `timestamp` being the newest one's: their
 * time is squeezed to a sixty-fourth, so that the receiver shows them as fast as it can and what follows
 * without delay. */
void slot_rewriter_squeeze(SlotRewriter *slot, guint32 timestamp);

/** The next source has the same clock as this one, and `timestamp_offset` makes its timestamps ours: used for the
 * mapping that begins next, unless that leads back or far off. After slot_rewriter_detach(). */
void slot_rewriter_align(SlotRewriter *slot, guint32 timestamp_offset);

/** What comes next of this source is of no use but from a key frame on, where a new mapping begins. */
void slot_rewriter_wait(SlotRewriter *slot);

typedef enum {
    SLOT_FORWARD,
    SLOT_DROP,           /* padding, or older than the mapping */
    SLOT_WAIT_KEY_FRAME, /* dropped; ask the publisher for a key frame */
} SlotVerdict;

/** Where the packet goes in the outgoing stream. A packet of another SSRC than the last is a change of
 * source. */
SlotVerdict slot_rewriter_map(SlotRewriter *slot, const RtpHeader *header, gboolean starts_key_frame,
                              gint64 now_us, guint16 *ret_sequence, guint32 *ret_timestamp);

/** The source's number of an outgoing one that may be retransmitted now: sent from this source, not
 * resent within `rtt_us` or SLOT_RESEND_MIN_MS, nor SLOT_RESENDS_MAX times already. */
gboolean slot_rewriter_lookup(SlotRewriter *slot, guint16 outgoing, gint64 now_us, gint64 rtt_us,
                              guint16 *ret_source);

/** The outgoing timestamp for one of the source's, as for a retransmission or a sender report. FALSE while
 * nothing is mapped. */
gboolean slot_rewriter_timestamp(const SlotRewriter *slot, guint32 source_ssrc, guint32 timestamp,
                                 guint32 *ret_timestamp);
