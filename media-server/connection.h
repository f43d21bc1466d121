/**
 * Connection — one participant's WebRTC connection: its transport, what it publishes (ytkrtcsrc) and what it
 * receives (RtcSubscriber).
 *
 * A shell that ties PeerTransport to these and the worker's send batch. Belongs to the worker's thread
 * and to one room.
 */
#pragma once

#include "rtc-subscriber.h"
#include "sdp-fragment.h"
#include "sdp-negotiation.h"
#include "worker.h"
#include "ytk-rtc-src.h"

typedef struct {
    const char *participant;
    gboolean publish; /* FALSE: what it sends is not for the room */
    guint order;
    gboolean inner; /* hears and is heard in a room's private talk */
    SdpNegotiation *negotiation; /* taken over */
} ConnectionConfig;

/** The answer, to be freed by the caller, is made at once. NULL only when OpenSSL fails. Registered with the
 * worker. */
Connection *connection_new(Worker *worker, Room *room, const ConnectionConfig *config, char **ret_answer,
                           GError **error);
/** Polite to the peer if connection_close() came before. The source must have left the room's pipeline, and
 * the slots their tracks. */
void connection_free(Connection *connection);

const char *connection_id(const Connection *connection);
const char *connection_participant(const Connection *connection);
Room *connection_room(const Connection *connection);
guint connection_order(const Connection *connection);
gboolean connection_is_inner(const Connection *connection);
PeerState connection_state(const Connection *connection);
/** Why it is in that state, in the words of the events. */
const char *connection_reason(const Connection *connection);
/** The protection profile, "none" before it is agreed. */
const char *connection_srtp(const Connection *connection);
const PeerTransportStats *connection_transport_stats(const Connection *connection);

/** NULL when it publishes nothing. Owned by the connection beside the bin. */
YtkRtcSrc *connection_src(const Connection *connection);
/** NULL when it has no slots. */
RtcSubscriber *connection_subscriber(const Connection *connection);
const char *connection_slot_mid(const Connection *connection, guint slot);
gboolean connection_slot_is_video(const Connection *connection, guint slot);

/** Takes a source into the room's account: which track of its kind (0 = first audio, first video) a track of
 * connection_src() is. */
guint connection_track_ordinal(const Connection *connection, guint track);
/** Which layer of its line a track is, the lowest quality 0, and how many there are: 1 without simulcast. */
guint connection_track_layer(const Connection *connection, guint track, guint *ret_n_layers);
/** The answer's fmtp of that track, "" when none. */
const char *connection_track_fmtp(const Connection *connection, guint track);

/** ICE restart or candidates. `ret_fragment` is our new fragment, or NULL when the credentials are those in
 * force. */
void connection_restart_ice(Connection *connection, const char *ufrag, const char *password,
                            char **ret_fragment);

/** Packets to it were lost in a way that it need not find out by itself. */
void connection_want_key_frames(Connection *connection);

/** The reason of a connection that its participant's next one has replaced. */
#define CONNECTION_REPLACED "replaced"

/** Sends close_notify; connection_is_over() from then on. `reason` is a static string. */
void connection_close(Connection *connection, const char *reason);

/** The fields that docs/architecture.md lists under `connections`, but for tracks' and slots' participants,
 * which the room adds. */
json_t *connection_describe(const Connection *connection);

/* --- for the worker --- */
void connection_receive(Connection *connection, const NetAddress *from, guint8 *data, gsize length);
/** Sends what is due; returns when it wants to be called next. */
gint64 connection_settle(Connection *connection);
gint64 connection_due_us(const Connection *connection);
/** TRUE if that changed it. */
gboolean connection_set_awake(Connection *connection, gboolean awake);
gboolean connection_is_over(const Connection *connection);
