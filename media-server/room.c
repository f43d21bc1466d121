#include "room-private.h"

#include <gio/gio.h>

#include "log.h"

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

Peer *
room_peer_of(const Room *room, const Connection *connection)
{
    for (guint i = 0; i < room->peers->len; i++) {
        Peer *peer = g_ptr_array_index(room->peers, i);

        if (peer->connection == connection)
            return peer;
    }
    return NULL;
}

/* --- connections --- */

static void
on_pad_added(GstElement *src, GstPad *pad, gpointer user)
{
    Peer *peer = user;
    Connection *connection = peer->connection;
    guint index = ytk_rtc_src_pad_track(pad);
    RoomTrackSource from = {connection, connection_src(connection), connection_order(connection),
                            connection_track_fmtp(connection, index), 0, 1, FALSE, connection_is_inner(connection)};

    from.layer = connection_track_layer(connection, index, &from.n_layers);
    room_take_source(peer->room, connection_participant(connection), peer->joined_us,
                connection_track_ordinal(connection, index), &from, pad);
}

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
        room_empty_slot(peer, i);
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
    room_tell_state(room, connection);
    return connection;
}

void
room_connection_state(Room *room, Connection *connection)
{
    Peer *peer = room_peer_of(room, connection);

    room_tell_state(room, connection);
    if (connection_state(connection) == PEER_CLOSED) {
        room_silence(room, connection, g_str_equal(connection_reason(connection), CONNECTION_REPLACED));
        for (guint i = 0; peer && i < peer->n_slots; i++)
            room_empty_slot(peer, i);
    }
    if (!room->closing && connection_state(connection) != PEER_DISCONNECTED)
        room_plan(room, connection_state(connection) == PEER_CONNECTED ? connection : NULL);
}

void
room_connection_over(Room *room, Connection *connection)
{
    Peer *peer = room_peer_of(room, connection);

    g_ptr_array_remove(room->peers, peer);
    peer_free(peer);
}

void
room_free(Room *room)
{
    room->closing = TRUE;
    room_clear_feed(room);
    while (room->cameras->len)
        room_drop_camera(room, g_ptr_array_index(room->cameras, 0));
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

void
room_set_private(Room *room, gboolean private)
{
    if (room->private == private)
        return;
    room->private = private;
    log_info("media", "room=%s private=%d", room->id, private);
    room_plan(room, NULL);
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

        if (peer->n_slots && room_is_live(peer->connection) && delivery_tick(&peer->delivery, *worker_now_us(room->worker)))
            room_tell_slots(peer);
    }
}

/* A publisher with one layer sends what the best of those who get it can take. */
static void
limit_publisher(Room *room, RoomTrack *track)
{
    guint64 best_bps = room->feed ? G_MAXUINT64 : 0;

    const Peer *publisher = room_peer_of(room, track->publisher);

    if (!track->video || !publisher || track->n_layers > 1) /* a fixed camera sends what it sends */
        return;
    for (guint i = 0; i < room->peers->len && best_bps < G_MAXUINT64; i++) {
        const Peer *peer = g_ptr_array_index(room->peers, i);

        if (peer->n_slots && room_is_live(peer->connection))
            best_bps = MAX(best_bps, delivery_room_for(&peer->delivery, track));
    }
    if (!best_bps) /* nobody looks: ready for who comes */
        best_bps = G_MAXUINT64;
    if (!publisher_limit_update(&track->limit, best_bps, (guint64)track->layers[0].bps, *worker_now_us(room->worker)))
        return;
    room_tell_limit(room, publisher, track);
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
            room_follow_best_layer(track);
        if (!track->publisher && now_us - track->dormant_since_us >= ROOM_TRACK_DORMANT_US) {
            room_remove_track(room, track);
            removed = TRUE;
        } else if (active != track->active) {
            track->active = active;
            room_tell_tracks(room, track->participant);
        }
    }
    if (removed)
        room_plan(room, NULL);
    deliver(room);
    for (guint i = 0; i < room->tracks->len; i++)
        limit_publisher(room, g_ptr_array_index(room->tracks, i));
    if (room->feed)
        room_feed_tick(room->feed);
}
