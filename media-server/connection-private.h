/**
 * What the files of a Connection share, and nobody else includes: connection.c (a living connection) and connection-setup.c (what the
 * negotiation makes of it).
 */
#pragma once

#include "connection.h"
#include "rate-meter.h"

/* What is needed of the negotiation after the answer: it is 50 times as large. */
typedef struct {
    SdpKind kind;
    char *mid;
    char *fmtp; /* of the first codec */
} Line;

typedef struct {
    guint line;
    guint ordinal; /* of the line, among those of its kind */
    guint layer, n_layers;
} TrackLine;

struct Connection {
    RtcLink link; /* first, so that an RtcLink * of ours is a Connection * */
    /* What every packet sent touches lies behind it (RTC_LINK_TOUCHED). */
    Worker *worker;
    PeerTransport *transport;
    guint8 *reserved;
    PeerState state;
    RateMeter out;
    SendDestination destination;

    Room *room;
    char *id;
    char *participant;
    guint order;
    gboolean inner;
    gboolean publish;
    SdpNegotiation *negotiation; /* until the answer is made */
    guint64 session_id;
    guint n_lines, first_accepted;
    Line *lines;

    guint64 key;
    const char *reason;
    const char *close_reason; /* of connection_close() */

    YtkRtcSrc *src;
    RtcSubscriber *subscriber;
    TrackLine tracks[RTP_TRACKS_MAX];
    guint slot_lines[SDP_LINES_MAX]; /* slot -> line */

    gboolean awake;
    gint64 due_us;
    RateMeter in;
};

/** What is published: the source and its tracks. */
void connection_make_source(Connection *connection);
/** What is received: fills in what we send per line and makes the subscriber with its slots. */
void connection_make_slots(Connection *connection, SdpSlotSource *sources, char names[][16]);
/** The answer is made: keeps of the negotiation what is needed later. */
void connection_keep_lines(Connection *connection);
