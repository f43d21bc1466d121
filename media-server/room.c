#include "room.h"

#include <gio/gio.h>
#include <string.h>

#include "delivery.h"
#include "feed.h"
#include "log.h"
#include "room-feed.h"
#include "room-track.h"
#include "slot-plan.h"

/* A connection as the room sees it. */
typedef struct {
    Room *room;
    Connection *connection;
    gint64 joined_us; /* of the participant, over its reconnections */
    gulong pad_added;
    guint n_slots;
    Delivery delivery;      /* which track is in which slot, and what of it */
    gboolean slots_changed; /* since they were told */
} Peer;

struct Room {
    Worker *worker;
    char *id;
    GstElement *pipeline;
    GPtrArray *peers;  /* Peer, owned */
    GPtrArray *tracks; /* RoomTrack, owned */
    GPtrArray *cameras; /* Camera */
    RoomFeed *feed;    /* NULL = no recorder */
    gboolean closing;
};

static GstBusSyncReply
on_bus_message(GstBus *bus, GstMessage *message, gpointer user)
{
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR || GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
        log_warning("media", "pipeline message=%s element=%s", GST_MESSAGE_TYPE_NAME(message),
                    GST_MESSAGE_SRC_NAME(message));
    gst_message_unref(message);
    return GST_BUS_DROP; /* nobody polls the bus: everything happens on the worker's thread */
}

Room *
room_new(Worker *worker, const char *id)
{
    Room *room = g_new0(Room, 1);

    room->worker = worker;
    room->id = g_strdup(id);
    room->peers = g_ptr_array_new();
    room->tracks = g_ptr_array_new_with_free_func((GDestroyNotify)room_track_free);
    room->cameras = g_ptr_array_new();
    room->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    g_autoptr(GstBus) bus = gst_element_get_bus(room->pipeline);

    gst_bus_set_sync_handler(bus, on_bus_message, NULL, NULL);
    gst_element_set_state(room->pipeline, GST_STATE_PLAYING);
    return room;
}

const char *
room_id(const Room *room)
{
    return room->id;
}

static Peer *
peer_of(const Room *room, const Connection *connection)
{
    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        if (peer->connection == connection)
            return peer;
    }
    return NULL;
}

static gboolean
is_live(const Connection *connection)
{
    return connection_state(connection) == PEER_CONNECTED ||
           connection_state(connection) == PEER_DISCONNECTED;
}

/* --- events --- */

static json_t *
describe_tracks(const Room *room, const char *participant)
{
    json_t *tracks = json_array();

    for (guint i = 0; i < room->tracks->len; i++) {
        const RoomTrack *track = g_ptr_array_index(room->tracks, i);

        if (g_str_equal(track->participant, participant))
            json_array_append_new(tracks, json_pack("{s:s, s:s, s:b}", "kind",
                                                    track->video ? "video" : "audio", "codec",
                                                    media_codec_name(track->codec), "active", track->active));
    }
    return tracks;
}

static void
tell_tracks(Room *room, const char *participant)
{
    worker_event(room->worker,
                 json_pack("{s:s, s:s, s:s, s:o}", "type", "tracks", "room", room->id, "participant",
                           participant, "tracks", describe_tracks(room, participant)));
}

static json_t *
describe_slots(const Peer *peer)
{
    json_t *slots = json_array();

    for (guint i = 0; i < peer->n_slots; i++)
        json_array_append_new(
            slots, json_pack("{s:s, s:s, s:s?, s:b}", "mid", connection_slot_mid(peer->connection, i), "kind",
                             connection_slot_is_video(peer->connection, i) ? "video" : "audio", "participant",
                             peer->delivery.tracks[i] ? peer->delivery.tracks[i]->participant : NULL, "paused",
                             delivery_is_paused(&peer->delivery, i)));
    return slots;
}

static void
tell_slots(Peer *peer)
{
    peer->slots_changed = FALSE;
    worker_event(peer->room->worker,
                 json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "slots", "room", peer->room->id, "connection",
                           connection_id(peer->connection), "participant",
                           connection_participant(peer->connection), "slots", describe_slots(peer)));
}

static void
tell_state(const Room *room, const Connection *connection)
{
    log_info("media", "room=%s connection=%s state=%s reason=%s srtp=%s", room->id, connection_id(connection),
             peer_state_name(connection_state(connection)), connection_reason(connection),
             connection_srtp(connection));
    worker_event(room->worker, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", "connection", "room",
                                         room->id, "connection", connection_id(connection), "participant",
                                         connection_participant(connection), "state",
                                         peer_state_name(connection_state(connection)), "reason",
                                         connection_reason(connection)));
}

/* --- slots --- */

static void
empty_slot(Peer *peer, guint slot)
{
    if (!peer->delivery.tracks[slot])
        return;
    delivery_end(&peer->delivery, slot);
    peer->slots_changed = TRUE;
}

static void
fill_slot(Peer *peer, guint slot, RoomTrack *track)
{
    delivery_begin(&peer->delivery, slot, track);
    peer->slots_changed = TRUE;
}

/* Tracks and what the plan knows of them, in the plan's order. */
static GArray *
plan_tracks(const Room *room, GPtrArray *ret_tracks)
{
    GArray *plan = g_array_new(FALSE, FALSE, sizeof(PlanTrack));

    for (guint i = 0; i < room->tracks->len; i++) {
        const RoomTrack *track = g_ptr_array_index(room->tracks, i);
        PlanTrack entry = {track->participant, track->video,     track->codec,
                           track->order,       track->joined_us, track->ordinal};
        guint at = 0;

        while (at < plan->len && plan_track_compare(&g_array_index(plan, PlanTrack, at), &entry) <= 0)
            at++;
        g_array_insert_val(plan, at, entry);
        g_ptr_array_insert(ret_tracks, (gint)at, (gpointer)track);
    }
    return plan;
}

static PlanSlot
plan_slot(const Peer *peer, guint slot)
{
    const SlotSender *sender = &rtc_subscriber_slot(connection_subscriber(peer->connection), slot)->sender;
    PlanSlot entry = {.video = connection_slot_is_video(peer->connection, slot)};

    for (guint codec = 0; codec <= MEDIA_CODEC_VP8; codec++)
        if (slot_sender_takes(sender, codec))
            entry.codecs |= 1u << codec;
    return entry;
}

/* Moves what has to move. */
static void
plan_peer(Peer *peer, const GArray *plan, const GPtrArray *tracks)
{
    PlanSlot slots[SDP_LINES_MAX];
    gint wanted[SDP_LINES_MAX];

    for (guint i = 0; i < peer->n_slots; i++)
        slots[i] = plan_slot(peer, i);
    slot_plan((const PlanTrack *)plan->data, plan->len, connection_participant(peer->connection), slots,
              peer->n_slots, wanted);
    for (guint i = 0; i < peer->n_slots; i++) {
        RoomTrack *track = wanted[i] == PLAN_EMPTY ? NULL : g_ptr_array_index(tracks, wanted[i]);

        if (peer->delivery.tracks[i] == track)
            continue;
        empty_slot(peer, i);
        if (track)
            fill_slot(peer, i, track);
    }
}

/* Who is in which slot, for everybody. `joined` is told even if nothing changed. */
static void
plan_room(Room *room, const Connection *joined)
{
    g_autoptr(GPtrArray) tracks = g_ptr_array_new();
    g_autoptr(GArray) plan = plan_tracks(room, tracks);

    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        if (!peer->n_slots || !is_live(peer->connection))
            continue;
        plan_peer(peer, plan, tracks);
        if (peer->slots_changed || peer->connection == joined)
            tell_slots(peer);
    }
}

/* --- tracks --- */

static void
remove_track(Room *room, RoomTrack *track)
{
    g_autofree char *participant = g_strdup(track->participant);

    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        for (guint s = 0; s < peer->n_slots; s++)
            if (peer->delivery.tracks[s] == track)
                empty_slot(peer, s);
    }
    if (room->feed)
        room_feed_remove_track(room->feed, track);
    g_ptr_array_remove(room->tracks, track);
    tell_tracks(room, participant);
}

static RoomTrack *
dormant_track(const Room *room, const char *participant, gboolean video, guint ordinal)
{
    for (guint i = 0; i < room->tracks->len; i++) {
        RoomTrack *track = g_ptr_array_index(room->tracks, i);

        if (!track->publisher && track->video == video && track->ordinal == ordinal &&
            g_str_equal(track->participant, participant))
            return track;
    }
    return NULL;
}

/* The track that another layer of this line has made already. */
static RoomTrack *
track_of_line(const Room *room, gconstpointer publisher, gboolean video, guint ordinal)
{
    for (guint i = 0; i < room->tracks->len; i++) {
        RoomTrack *track = g_ptr_array_index(room->tracks, i);

        if (track->publisher == publisher && track->video == video && track->ordinal == ordinal)
            return track;
    }
    return NULL;
}

/* The recorder gets the best layer. It changes where a key frame begins, so that nothing of the picture is missing. */
static void
on_layer_key_frame(gpointer user)
{
    RoomLayer *layer = user;
    RoomTrack *track = layer->track;
    RoomFeed *feed = track->room->feed;

    if (!feed || !track->feed_pad)
        return;
    room_feed_remove_track(feed, track);
    track->feed_layer = (guint)(layer - track->layers);
    room_feed_add_track(feed, track);
}

static void
follow_best_layer(RoomTrack *track)
{
    AllocatorSlot offer;
    guint best;

    room_track_offer(track, &offer);
    best = (guint)video_allocator_best(&offer);
    for (guint i = 0; i < track->n_layers; i++)
        track->layers[i].out->key_frame_awaited = i == best && i != track->feed_layer;
    if (best != track->feed_layer)
        track_fan_want_key_frame(track->layers[best].out);
}

static RoomTrack *
make_track(Room *room, const char *participant, gboolean video, guint ordinal, guint n_layers)
{
    RoomTrack *track = room_track_new(GST_BIN(room->pipeline), participant, video, ordinal, n_layers,
                                      worker_now_us(room->worker));

    track->room = room;
    for (guint i = 0; i < n_layers; i++) {
        track->layers[i].out->key_frame = on_layer_key_frame;
        track->layers[i].out->key_frame_user = &track->layers[i];
    }
    g_ptr_array_add(room->tracks, track);
    return track;
}

/* A new pad of a publisher becomes the participant's n-th track of its kind, the one that waits for it if there is one. */
static void
take_source(Room *room, const char *participant, gint64 joined_us, guint ordinal, const RoomTrackSource *from, GstPad *pad)
{
    const RtpTrack *source = rtp_receiver_track(ytk_rtc_src_receiver(from->source), ytk_rtc_src_pad_track(pad));
    gboolean video = source->config.codec != MEDIA_CODEC_OPUS;
    RoomTrack *track = track_of_line(room, from->publisher, video, ordinal);

    if (track) { /* one more layer of what is there */
        room_track_attach(track, from, pad);
        return;
    }
    track = dormant_track(room, participant, video, ordinal);
    if (track && track->n_layers != from->n_layers) { /* it has come back as another kind of publisher */
        remove_track(room, track);
        track = NULL;
    }
    if (!track) {
        track = make_track(room, participant, video, ordinal, from->n_layers);
        track->joined_us = joined_us;
    }
    track->active = TRUE;
    room_track_attach(track, from, pad);
    if (room->feed && !track->feed_pad)
        room_feed_add_track(room->feed, track);
    tell_tracks(room, participant);
    plan_room(room, NULL);
}

static void
on_pad_added(GstElement *src, GstPad *pad, gpointer user)
{
    Peer *peer = user;
    Connection *connection = peer->connection;
    guint index = ytk_rtc_src_pad_track(pad);
    RoomTrackSource from = {connection, connection_src(connection), connection_order(connection),
                            connection_track_fmtp(connection, index), 0, 1};

    from.layer = connection_track_layer(connection, index, &from.n_layers);
    take_source(peer->room, connection_participant(connection), peer->joined_us,
                connection_track_ordinal(connection, index), &from, pad);
}

/* --- connections --- */

static Peer *
peer_new(Room *room, Connection *connection, gint64 joined_us)
{
    Peer *peer = g_new0(Peer, 1);

    peer->room = room;
    peer->connection = connection;
    peer->joined_us = joined_us;
    if (connection_src(connection)) {
        peer->pad_added =
            g_signal_connect(connection_src(connection), "pad-added", G_CALLBACK(on_pad_added), peer);
        gst_bin_add(GST_BIN(room->pipeline), GST_ELEMENT(connection_src(connection)));
        gst_element_sync_state_with_parent(GST_ELEMENT(connection_src(connection)));
    }
    if (connection_subscriber(connection)) {
        delivery_init(&peer->delivery, connection_subscriber(connection));
        peer->n_slots = peer->delivery.n_slots;
    }
    return peer;
}

static void
peer_free(Peer *peer)
{
    YtkRtcSrc *src = connection_src(peer->connection);

    for (guint i = 0; i < peer->n_slots; i++)
        empty_slot(peer, i);
    if (src) {
        g_signal_handler_disconnect(src, peer->pad_added);
        gst_element_set_state(GST_ELEMENT(src), GST_STATE_NULL);
        gst_bin_remove(GST_BIN(peer->room->pipeline), GST_ELEMENT(src));
    }
    connection_free(peer->connection);
    g_free(peer);
}

Connection *
room_connection(Room *room, const char *id)
{
    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        if (g_str_equal(connection_id(peer->connection), id))
            return peer->connection;
    }
    return NULL;
}

static Peer *
peer_of_participant(const Room *room, const char *participant)
{
    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        if (connection_state(peer->connection) != PEER_CLOSED &&
            g_str_equal(connection_participant(peer->connection), participant))
            return peer;
    }
    return NULL;
}

Connection *
room_connect(Room *room, const ConnectionConfig *config, char **ret_answer, GError **error)
{
    Peer *former = peer_of_participant(room, config->participant);
    gint64 joined_us = former ? former->joined_us : *worker_now_us(room->worker);
    Connection *connection;

    if (room->peers->len - (former ? 1 : 0) >= worker_room_connections_max(room->worker)) {
        sdp_negotiation_free(config->negotiation);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY, "the room has %u connections",
                    worker_room_connections_max(room->worker));
        return NULL;
    }
    if (!former && worker_is_at_capacity(room->worker)) {
        sdp_negotiation_free(config->negotiation);
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the node is at its capacity");
        return NULL;
    }
    connection = connection_new(room->worker, room, config, ret_answer, error);
    if (!connection)
        return NULL;
    if (former)
        connection_close(former->connection, CONNECTION_REPLACED);
    g_ptr_array_add(room->peers, peer_new(room, connection, joined_us));
    tell_state(room, connection);
    return connection;
}

/* The publisher's tracks lose their source. They keep their place if it is expected back; else they go. */
static void
silence(Room *room, gconstpointer publisher, gboolean comes_back)
{
    for (guint i = room->tracks->len; i-- > 0;) {
        RoomTrack *track = g_ptr_array_index(room->tracks, i);

        if (track->publisher != publisher)
            continue;
        room_track_detach(track);
        if (!comes_back)
            remove_track(room, track);
    }
}

void
room_connection_state(Room *room, Connection *connection)
{
    Peer *peer = peer_of(room, connection);

    tell_state(room, connection);
    if (connection_state(connection) == PEER_CLOSED) {
        silence(room, connection, g_str_equal(connection_reason(connection), CONNECTION_REPLACED));
        for (guint i = 0; peer && i < peer->n_slots; i++)
            empty_slot(peer, i);
    }
    if (!room->closing && connection_state(connection) != PEER_DISCONNECTED)
        plan_room(room, connection_state(connection) == PEER_CONNECTED ? connection : NULL);
}

void
room_connection_over(Room *room, Connection *connection)
{
    Peer *peer = peer_of(room, connection);

    g_ptr_array_remove(room->peers, peer);
    peer_free(peer);
}

/* --- cameras --- */

static void
on_camera_pad_added(GstElement *src, GstPad *pad, gpointer user)
{
    Camera *camera = user;
    Room *room = g_object_get_data(G_OBJECT(src), "room");
    /* H.264 as it is: what it is in detail is in its parameter sets. */
    RoomTrackSource from = {camera, YTK_RTC_SRC(src), camera_order(camera), ytk_rtc_src_pad_track(pad) ? "" : "packetization-mode=1", 0, 1};

    take_source(room, camera_id(camera), camera_joined_us(camera), 0, &from, pad);
}

static void
on_camera_source(gpointer user, Camera *camera)
{
    Room *room = user;
    GstElement *src = GST_ELEMENT(camera_src(camera));

    g_object_set_data(G_OBJECT(src), "room", room);
    *camera_pad_handler(camera) = g_signal_connect(src, "pad-added", G_CALLBACK(on_camera_pad_added), camera);
    gst_bin_add(GST_BIN(room->pipeline), src);
    gst_element_sync_state_with_parent(src);
}

static void
on_camera_source_lost(gpointer user, Camera *camera)
{
    Room *room = user;

    silence(room, camera, !room->closing);
    g_signal_handler_disconnect(camera_src(camera), *camera_pad_handler(camera));
    gst_element_set_state(GST_ELEMENT(camera_src(camera)), GST_STATE_NULL);
    gst_bin_remove(GST_BIN(room->pipeline), GST_ELEMENT(camera_src(camera)));
}

static void
on_camera_state(gpointer user, Camera *camera)
{
    Room *room = user;
    json_t *event = camera_describe(camera);

    log_info("media", "room=%s camera=%s state=%s reason=%s", room->id, camera_id(camera),
             json_string_value(json_object_get(event, "state")), json_string_value(json_object_get(event, "reason")));
    json_object_set_new(event, "type", json_string("camera"));
    json_object_set_new(event, "room", json_string(room->id));
    worker_event(room->worker, event);
}

static const CameraHandlers camera_handlers = {on_camera_source, on_camera_source_lost, on_camera_state};

static Camera *
find_camera(const Room *room, const char *id)
{
    for (guint i = 0; i < room->cameras->len; i++)
        if (g_str_equal(camera_id(g_ptr_array_index(room->cameras, i)), id))
            return g_ptr_array_index(room->cameras, i);
    return NULL;
}

Camera *
room_put_camera(Room *room, const char *id, guint order, CameraUrl *url, gboolean *ret_created, GError **error)
{
    Camera *camera = find_camera(room, id);
    CameraConfig config = {id, order, url, &camera_handlers, room};

    *ret_created = FALSE;
    if (camera && camera_is_same(camera, url)) {
        camera_url_clear(url);
        g_free(url);
        return camera;
    }
    if (camera)
        room_remove_camera(room, id);
    if (room->cameras->len >= ROOM_CAMERAS_MAX) {
        camera_url_clear(url);
        g_free(url);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY, "the room has %d cameras", ROOM_CAMERAS_MAX);
        return NULL;
    }
    camera = camera_new(room->worker, &config);
    g_ptr_array_add(room->cameras, camera);
    *ret_created = TRUE;
    return camera;
}

/* Its tracks, also those that wait for it, go at once. */
static void
remove_camera(Room *room, Camera *camera)
{
    g_autofree char *id = g_strdup(camera_id(camera));

    g_ptr_array_remove(room->cameras, camera);
    camera_leave(camera);
    for (guint i = room->tracks->len; i-- > 0;)
        if (g_str_equal(((RoomTrack *)g_ptr_array_index(room->tracks, i))->participant, id))
            remove_track(room, g_ptr_array_index(room->tracks, i));
    if (!room->closing)
        plan_room(room, NULL);
}

gboolean
room_remove_camera(Room *room, const char *id)
{
    Camera *camera = find_camera(room, id);

    if (camera)
        remove_camera(room, camera);
    return camera != NULL;
}

void
room_free(Room *room)
{
    room->closing = TRUE;
    room_clear_feed(room);
    while (room->cameras->len)
        remove_camera(room, g_ptr_array_index(room->cameras, 0));
    g_ptr_array_unref(room->cameras);
    for (guint i = 0; i < room->peers->len; i++)
        connection_close(((Peer *)g_ptr_array_index(room->peers, i))->connection, "room-closed");
    for (guint i = 0; i < room->peers->len; i++)
        peer_free(g_ptr_array_index(room->peers, i));
    g_ptr_array_unref(room->peers);
    g_ptr_array_unref(room->tracks);
    worker_forget_room(room->worker, room);
    gst_element_set_state(room->pipeline, GST_STATE_NULL);
    gst_object_unref(room->pipeline);
    g_free(room->id);
    g_free(room);
}

/* --- feed --- */

static void
on_feed_unflushed(gpointer user)
{
    Room *room = user;

    worker_flush_later(room->worker, room);
}

void
room_set_feed(Room *room, const char *socket, const char *recording)
{
    if (room->feed && room_feed_is_same(room->feed, socket, recording))
        return;
    room_clear_feed(room);
    room->feed = room_feed_new(room->worker, room->id, GST_BIN(room->pipeline), socket, recording,
                               on_feed_unflushed, room);
    for (guint i = 0; i < room->tracks->len; i++)
        room_feed_add_track(room->feed, g_ptr_array_index(room->tracks, i));
    room_feed_tick(room->feed);
}

void
room_clear_feed(Room *room)
{
    for (guint i = 0; room->feed && i < room->tracks->len; i++)
        room_feed_remove_track(room->feed, g_ptr_array_index(room->tracks, i));
    g_clear_pointer(&room->feed, room_feed_free);
}

guint64
room_feed_dropped(const Room *room)
{
    return room->feed ? room_feed_dropped_packets(room->feed) : 0;
}

void
room_flush_feed(Room *room)
{
    if (room->feed)
        room_feed_flush(room->feed);
}

/* --- time --- */

static void
deliver(Room *room)
{
    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        if (peer->n_slots && is_live(peer->connection) && delivery_tick(&peer->delivery, *worker_now_us(room->worker)))
            tell_slots(peer);
    }
}

/* A publisher with one layer sends what the best of those who get it can take. */
static void
limit_publisher(Room *room, RoomTrack *track)
{
    guint64 best_bps = room->feed ? G_MAXUINT64 : 0;

    const Peer *publisher = peer_of(room, track->publisher);

    if (!track->video || !publisher || track->n_layers > 1) /* a fixed camera sends what it sends */
        return;
    for (guint i = 0; i < room->peers->len && best_bps < G_MAXUINT64; i++) {
        const Peer *peer = g_ptr_array_index(room->peers, i);

        if (peer->n_slots && is_live(peer->connection))
            best_bps = MAX(best_bps, delivery_room_for(&peer->delivery, track));
    }
    if (!best_bps) /* nobody looks: ready for who comes */
        best_bps = G_MAXUINT64;
    if (!publisher_limit_update(&track->limit, best_bps, (guint64)track->layers[0].bps, *worker_now_us(room->worker)))
        return;
    worker_event(room->worker, json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "limit", "room", room->id, "connection",
                                         connection_id(publisher->connection), "participant", track->participant, "video",
                                         track->limit.bps ? json_integer((json_int_t)track->limit.bps) : json_null()));
}

void
room_tick(Room *room)
{
    gint64 now_us = *worker_now_us(room->worker);
    gboolean removed = FALSE;

    for (guint i = room->tracks->len; i-- > 0;) {
        RoomTrack *track = g_ptr_array_index(room->tracks, i);
        gboolean active =
            track->publisher && now_us - room_track_last_packet_us(track) < ROOM_TRACK_SILENT_US;

        room_track_measure(track);
        if (track->feed_pad && track->n_layers > 1 && track->publisher)
            follow_best_layer(track);
        if (!track->publisher && now_us - track->dormant_since_us >= ROOM_TRACK_DORMANT_US) {
            remove_track(room, track);
            removed = TRUE;
        } else if (active != track->active) {
            track->active = active;
            tell_tracks(room, track->participant);
        }
    }
    if (removed)
        plan_room(room, NULL);
    deliver(room);
    for (guint i = 0; i < room->tracks->len; i++)
        limit_publisher(room, g_ptr_array_index(room->tracks, i));
    if (room->feed)
        room_feed_tick(room->feed);
}

json_t *
room_describe(const Room *room)
{
    json_t *connections = json_array(), *cameras = json_array();

    for (guint i = 0; i < room->cameras->len; i++) {
        const Camera *camera = g_ptr_array_index(room->cameras, i);
        json_t *description = camera_describe(camera);

        json_object_set_new(description, "tracks", describe_tracks(room, camera_id(camera)));
        json_array_append_new(cameras, description);
    }
    for (guint i = 0; i < room->peers->len; i++) {
        const Peer *peer = g_ptr_array_index(room->peers, i);
        json_t *description = connection_describe(peer->connection);
        gboolean former = connection_state(peer->connection) == PEER_CLOSED;

        json_object_set_new(description, "tracks",
                            former ? json_array()
                                   : describe_tracks(room, connection_participant(peer->connection)));
        json_object_set_new(description, "slots", describe_slots(peer));
        json_array_append_new(connections, description);
    }
    return json_pack("{s:s, s:o, s:o, s:o}", "room", room->id, "connections", connections, "cameras", cameras, "feed",
                     room->feed ? room_feed_describe(room->feed) : json_null());
}
