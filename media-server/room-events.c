/* What is told of a room: its events and its description (docs/architecture.md). */
#include "room-private.h"

#include "log.h"

json_t *
room_describe_tracks(const Room *room, const char *participant)
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

void
room_tell_tracks(Room *room, const char *participant)
{
    worker_event(room->worker,
                 json_pack("{s:s, s:s, s:s, s:o}", "type", "tracks", "room", room->id, "participant",
                           participant, "tracks", room_describe_tracks(room, participant)));
}

json_t *
room_describe_slots(const Peer *peer)
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

void
room_tell_slots(Peer *peer)
{
    peer->slots_changed = FALSE;
    worker_event(peer->room->worker,
                 json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "slots", "room", peer->room->id, "connection",
                           connection_id(peer->connection), "participant",
                           connection_participant(peer->connection), "slots", room_describe_slots(peer)));
}

void
room_tell_state(const Room *room, const Connection *connection)
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

void
room_tell_limit(const Room *room, const Peer *publisher, const RoomTrack *track)
{
    worker_event(room->worker, json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "limit", "room", room->id, "connection",
                                         connection_id(publisher->connection), "participant", track->participant, "video",
                                         track->limit.bps ? json_integer((json_int_t)track->limit.bps) : json_null()));
}

json_t *
room_describe(const Room *room)
{
    json_t *connections = json_array(), *cameras = json_array();

    for (guint i = 0; i < room->cameras->len; i++) {
        const Camera *camera = g_ptr_array_index(room->cameras, i);
        json_t *description = camera_describe(camera);

        json_object_set_new(description, "tracks", room_describe_tracks(room, camera_id(camera)));
        json_array_append_new(cameras, description);
    }
    for (guint i = 0; i < room->peers->len; i++) {
        const Peer *peer = g_ptr_array_index(room->peers, i);
        json_t *description = connection_describe(peer->connection);
        gboolean former = connection_state(peer->connection) == PEER_CLOSED;

        json_object_set_new(description, "tracks",
                            former ? json_array()
                                   : room_describe_tracks(room, connection_participant(peer->connection)));
        json_object_set_new(description, "slots", room_describe_slots(peer));
        json_array_append_new(connections, description);
    }
    return json_pack("{s:s, s:o, s:o, s:o}", "room", room->id, "connections", connections, "cameras", cameras, "feed",
                     room->feed ? room_feed_describe(room->feed) : json_null());
}
