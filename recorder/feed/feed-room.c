#include "feed-room.h"

#include <string.h>

#include "feed-track.h"
#include "log.h"
#include "programme.h"
#include "recording-index.h"

/* Seeking lands on key frames: one at least this often. */
#define KEY_INTERVAL_US (3 * G_USEC_PER_SEC)
/* The answer to a request takes a round trip and an encoder's frame; asking faster makes storms (field requirement R18). */
#define PLI_INTERVAL_US (700 * 1000)
/* A camera that sends nothing is paused: asking it for key frames is noise. */
#define PLI_SILENCE_US (2 * G_USEC_PER_SEC)
/* docs/architecture.md, section "Feed": 0 = a phone on site, 1 and 2 = officials and helpers, from 3 on = streams, which are fixed cameras */
#define ORDER_SITE   0
#define ORDER_STREAM 3

/** What the tracks of one participant share. */
typedef struct {
    SyncGroup sync;
    ProgrammeVoice *voice; /* NULL while no microphone of it is there */
    guint32 voice_ssrc;    /* the audio in force: a later track of the same participant takes over */
    guint32 video_ssrc;
} Participant;

/** One RTP stream that is recorded. */
typedef struct {
    FeedRoom *room;
    FeedTrack *track;
    Participant *participant;
    ProgrammeCamera *camera; /* of video */
    guint jumps_logged;
    gboolean strange_logged;
    gint64 asked_at;
} Stream;

struct FeedRoom {
    FeedRoomConfig config;
    char *recording, *site_participant;
    TrackFilePlace place;
    Programme *programme;
    GHashTable *participants; /* id → Participant */
    GHashTable *streams;      /* SSRC → Stream */
    gint64 now;               /* of the call that is running */
};

static gint64
take_now(FeedRoom *room)
{
    return room->now = clock_mono_us(room->config.clock);
}

/* --- from the tracks to the programme --- */

static void
on_picture(FeedTrack *track, const VideoPicture *picture, gpointer user)
{
    Stream *stream = user;

    if (stream->participant->video_ssrc == feed_track_ssrc(track))
        programme_picture(stream->camera, picture, stream->room->now);
}

static void
on_speech(FeedTrack *track, const guint8 *packet, gsize length, gint64 pos, gpointer user)
{
    Stream *stream = user;
    Participant *participant = stream->participant;

    if (participant->voice && participant->voice_ssrc == feed_track_ssrc(track))
        programme_speech(participant->voice, packet, length, pos, stream->room->now);
}

static void
ask_for_key(Stream *stream, gint64 now)
{
    guint8 pli[RTCP_PLI_LENGTH];

    stream->asked_at = now;
    rtcp_write_pli(feed_track_ssrc(stream->track), pli);
    stream->room->config.send(pli, sizeof pli, stream->room->config.user);
}

static void
consider_key(Stream *stream, gint64 now)
{
    if (!stream->camera || now - stream->asked_at < PLI_INTERVAL_US || now - feed_track_heard_at(stream->track) > PLI_SILENCE_US)
        return;
    if (programme_wants_key(stream->camera, KEY_INTERVAL_US, stream->asked_at, now))
        ask_for_key(stream, now);
}

static void
on_lost(FeedTrack *track, guint count, gint64 pos, gpointer user)
{
    Stream *stream = user;
    Participant *participant = stream->participant;

    if (stream->camera && participant->video_ssrc == feed_track_ssrc(track)) {
        programme_picture_lost(stream->camera, count, pos);
        consider_key(stream, stream->room->now);
    } else if (!stream->camera && participant->voice && participant->voice_ssrc == feed_track_ssrc(track)) {
        programme_speech_lost(participant->voice, count, pos);
    }
}

static const FeedTrackEvents track_events = { on_picture, on_speech, on_lost };

/* --- who is who --- */

static void
stream_free(gpointer data)
{
    Stream *stream = data;

    feed_track_free(stream->track);
    g_free(stream);
}

static Participant *
get_participant(FeedRoom *room, const char *id)
{
    Participant *participant = g_hash_table_lookup(room->participants, id);

    if (!participant) {
        participant = g_new0(Participant, 1);
        g_hash_table_insert(room->participants, g_strdup(id), participant);
    }
    return participant;
}

static gboolean
is_site(const FeedRoom *room, const FeedMessage *message)
{
    return g_strcmp0(message->participant, room->site_participant) == 0;
}

/** NULL: this participant's video is not recorded. */
static ProgrammeCamera *
camera_for(FeedRoom *room, const FeedMessage *message)
{
    g_autofree char *name = g_strconcat("camera-", message->participant, NULL);
    ProgrammeCamera *camera;

    if (is_site(room, message))
        return programme_camera(room->programme, RECORDING_TRACK_SITE);
    if (message->order != ORDER_SITE && message->order < ORDER_STREAM && !message->camera)
        return NULL;
    camera = programme_camera(room->programme, name);
    if (!camera)
        log_warning("recorder", "too many cameras recording=%s participant=%s", room->recording, message->participant);
    return camera;
}

static void
refuse_codec(FeedRoom *room, const FeedMessage *message)
{
    log_error("recorder", "codec not recorded recording=%s participant=%s codec=%s", room->recording, message->participant, message->codec);
    if (message->kind != FEED_VIDEO || !is_site(room, message))
        return;
    room->config.sink->warn("video-codec", room->config.sink_user);
    room->config.sink->gap(RECORDING_TRACK_SITE, room->now + room->place.wall_offset, -1, "video-codec", room->config.sink_user);
}

static void
add_stream(FeedRoom *room, const FeedMessage *message)
{
    ProgrammeCamera *camera = message->kind == FEED_VIDEO ? camera_for(room, message) : NULL;
    Stream *stream;

    g_hash_table_remove(room->streams, GUINT_TO_POINTER(message->ssrc));
    if (message->kind == FEED_VIDEO && !camera)
        return;
    if (g_hash_table_size(room->streams) >= FEED_ROOM_TRACKS_MAX) {
        log_warning("recorder", "too many tracks recording=%s", room->recording);
        return;
    }
    stream = g_new0(Stream, 1);
    stream->room = room;
    stream->camera = camera;
    stream->participant = get_participant(room, message->participant);
    stream->track = feed_track_new(message, &stream->participant->sync, &track_events, stream);
    if (!stream->track) {
        refuse_codec(room, message);
        stream_free(stream);
        return;
    }
    if (message->kind == FEED_VIDEO) {
        stream->participant->video_ssrc = message->ssrc;
        programme_camera_restarts(camera);
        if (is_site(room, message))
            room->config.sink->warn(NULL, room->config.sink_user);
    } else {
        if (!stream->participant->voice)
            stream->participant->voice = programme_voice_new(room->programme, message->participant);
        stream->participant->voice_ssrc = message->ssrc;
    }
    g_hash_table_insert(room->streams, GUINT_TO_POINTER(message->ssrc), stream);
}

static void
end_stream(FeedRoom *room, guint32 ssrc)
{
    Stream *stream = g_hash_table_lookup(room->streams, GUINT_TO_POINTER(ssrc));
    Participant *participant = stream ? stream->participant : NULL;

    if (!stream)
        return;
    feed_track_flush(stream->track);
    if (!stream->camera && participant->voice_ssrc == ssrc)
        programme_voice_free(g_steal_pointer(&participant->voice), room->now);
    g_hash_table_remove(room->streams, GUINT_TO_POINTER(ssrc));
}

/* --- the room --- */

FeedRoom *
feed_room_new(const FeedRoomConfig *config)
{
    FeedRoom *room = g_new0(FeedRoom, 1);

    room->config = *config;
    room->recording = g_strdup(config->recording);
    room->site_participant = g_strdup(config->site_participant);
    room->place = (TrackFilePlace){ config->sink, config->sink_user, clock_wall_us(config->clock) - clock_mono_us(config->clock) };
    room->programme = programme_new(&room->place);
    room->participants = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    room->streams = g_hash_table_new_full(NULL, NULL, NULL, stream_free);
    programme_camera(room->programme, RECORDING_TRACK_SITE);
    return room;
}

void
feed_room_free(FeedRoom *room, const char *reason)
{
    GHashTableIter iter;
    gpointer value;

    if (!room)
        return;
    take_now(room);
    /* What waited for retransmissions still belongs into the files. */
    g_hash_table_iter_init(&iter, room->streams);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        feed_track_flush(((Stream *) value)->track);
    programme_free(room->programme, reason, room->now);
    g_hash_table_unref(room->streams);
    g_hash_table_unref(room->participants);
    g_free(room->recording);
    g_free(room->site_participant);
    g_free(room);
}

void
feed_room_message(FeedRoom *room, const FeedMessage *message)
{
    gint64 now = take_now(room);

    switch (message->type) {
    case FEED_TRACK:
        add_stream(room, message);
        break;
    case FEED_TRACK_ENDED:
        end_stream(room, message->ssrc);
        break;
    case FEED_OVERFLOW:
        log_warning("recorder", "feed overflow recording=%s packets=%" G_GUINT64_FORMAT " ms=%" G_GUINT64_FORMAT, room->recording,
                    message->dropped, message->ms);
        programme_gap(room->programme, now - (gint64) message->ms * 1000, now, "overflow");
        break;
    case FEED_HELLO:
    case FEED_ENDED:
    case FEED_UNKNOWN:
        break;
    }
}

static void
take_report(FeedRoom *room, const guint8 *packet, gsize length)
{
    SenderReport report;

    if (!rtcp_find_sender_report(packet, length, &report))
        return;

    Stream *stream = g_hash_table_lookup(room->streams, GUINT_TO_POINTER(report.ssrc));

    if (stream)
        feed_track_report(stream->track, &report);
}

static void
note_waiting(Stream *stream)
{
    Participant *participant = stream->participant;

    if (!stream->camera && participant->voice && participant->voice_ssrc == feed_track_ssrc(stream->track))
        programme_voice_waits(participant->voice, feed_track_waits(stream->track));
}

void
feed_room_packet(FeedRoom *room, const guint8 *packet, gsize length)
{
    gint64 now = take_now(room);
    RtpHeader header;

    if (rtp_is_rtcp(packet, length)) {
        take_report(room, packet, length);
        return;
    }
    if (!rtp_header_parse(packet, length, &header))
        return;

    Stream *stream = g_hash_table_lookup(room->streams, GUINT_TO_POINTER(header.ssrc));

    if (!stream)
        return;
    if (!feed_track_packet(stream->track, packet, length, &header, now)) {
        if (!stream->strange_logged)
            log_warning("recorder", "another payload type than was announced recording=%s ssrc=%u payload_type=%u", room->recording, header.ssrc,
                        header.payload_type);
        stream->strange_logged = TRUE;
        return;
    }
    note_waiting(stream);
    if (feed_track_jumps(stream->track) != stream->jumps_logged) {
        stream->jumps_logged = feed_track_jumps(stream->track);
        log_info("recorder", "the sender's clock jumped recording=%s ssrc=%u", room->recording, header.ssrc);
    }
    consider_key(stream, now);
}

/** Positions are monotonic; the time of day that they stand for follows the machine's clock when that is set, as marks and findings do. */
static void
follow_wall_clock(FeedRoom *room)
{
    gint64 offset = clock_wall_us(room->config.clock) - room->now;

    if (ABS(offset - room->place.wall_offset) < CLOCK_STEP_US)
        return;
    log_warning("recorder", "the clock was set recording=%s by_ms=%" G_GINT64_FORMAT, room->recording, (offset - room->place.wall_offset) / 1000);
    room->place.wall_offset = offset;
}

void
feed_room_poll(FeedRoom *room)
{
    gint64 now = take_now(room);
    GHashTableIter iter;
    gpointer value;

    follow_wall_clock(room);
    g_hash_table_iter_init(&iter, room->streams);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Stream *stream = value;

        feed_track_poll(stream->track, now);
        note_waiting(stream);
        consider_key(stream, now);
    }
    programme_poll(room->programme, now);
}
