#include "feed-room.h"

#include <string.h>

#include "log.h"
#include "part-assembler.h"
#include "rtp-packet.h"
#include "track-clock.h"
#include "track-pipeline.h"

/* Seeking lands on key frames: one at least this often. */
#define KEY_INTERVAL_US   (3 * G_USEC_PER_SEC)
/* The answer to a request takes a round trip and an encoder's frame; asking faster makes storms (field requirement R18). */
#define PLI_INTERVAL_US   (700 * 1000)
/* A camera that sends nothing is paused: asking it for key frames is noise. */
#define PLI_SILENCE_US    (2 * G_USEC_PER_SEC)

/** One track file of the recording, "site" or "audio-PARTICIPANT". */
typedef struct {
    FeedRoom *room;
    char *name;
    gboolean has_video;
    gboolean expects_audio;
    PartAssembler *assembler; /* NULL while the recording throws media away */
    guint epoch;              /* of the assembler */
} TrackFile;

/** What the tracks of one participant share. */
typedef struct {
    SyncGroup sync;
    TrackFile *audio_file;
    guint32 audio_ssrc; /* the audio in force: a later track of the same participant takes over */
    gboolean has_audio;
} Participant;

/** One RTP stream that is recorded. */
typedef struct {
    FeedRoom *room;
    guint32 ssrc;
    guint64 id; /* never reused, unlike an SSRC */
    FeedKind kind;
    Participant *participant;
    gboolean site;
    TrackClock clock;
    TrackPipeline *pipeline;
    guint jumps_logged;
    gint64 heard_at, asked_at;
} Track;

/** What a pipeline's thread hands to the feed's. */
typedef struct {
    guint64 track_id;
    TrackOutput output; /* references of its own */
} Handover;

struct FeedRoom {
    FeedRoomConfig config;
    gint64 wall_offset;
    char *site_participant;
    TrackFile *site;
    guint32 site_video_ssrc;
    gboolean has_site_video;
    GHashTable *participants; /* id → Participant */
    GHashTable *tracks;       /* SSRC → Track */
    guint64 next_track_id;
    GAsyncQueue *handovers;
};

static gint64
now_of(const FeedRoom *room)
{
    return clock_mono_us(room->config.clock);
}

static void
handover_free(gpointer data)
{
    Handover *handover = data;

    g_clear_pointer(&handover->output.bytes, g_bytes_unref);
    g_clear_pointer(&handover->output.avcc, g_bytes_unref);
    g_free(handover);
}

/* --- from the assemblers to the recording --- */

static void
on_part(const AssembledPart *part, gpointer user)
{
    TrackFile *file = user;
    RecordingPart begin = {
        .epoch = file->epoch,
        .track = file->name,
        .init_segment = part->init_segment,
        .codecs = part->codecs,
        .width = part->width,
        .height = part->height,
        .captured = part->pos + file->room->wall_offset,
    };

    recording_begin_part(file->room->config.recording, &begin);
}

static void
on_fragment(const AssembledFragment *fragment, gpointer user)
{
    TrackFile *file = user;
    RecordingFragment add = {
        .epoch = file->epoch,
        .track = file->name,
        .bytes = fragment->bytes,
        .t = fragment->t,
        .duration = fragment->duration,
        .captured = fragment->pos + file->room->wall_offset,
        .filled = fragment->filled,
        .key = fragment->key,
    };

    recording_add_fragment(file->room->config.recording, &add);
}

static void
on_part_ended(gpointer user)
{
    TrackFile *file = user;

    recording_end_part(file->room->config.recording, file->name);
}

static void
on_gap(gint64 from, gint64 to, const char *reason, gpointer user)
{
    TrackFile *file = user;
    gint64 offset = file->room->wall_offset;

    recording_gap(file->room->config.recording, file->name, from + offset, to < 0 ? -1 : to + offset, reason);
}

static void
file_begin(TrackFile *file)
{
    static const AssemblerEvents events = { on_part, on_fragment, on_part_ended, on_gap };
    AssemblerConfig config = { file->has_video, &events, file, file->room->wall_offset };

    file->epoch = recording_epoch(file->room->config.recording);
    file->assembler = part_assembler_new(&config);
    if (file->has_video)
        part_assembler_expect_audio(file->assembler, file->expects_audio ? 2 : 0);
}

static TrackFile *
file_new(FeedRoom *room, const char *name, gboolean has_video)
{
    TrackFile *file = g_new0(TrackFile, 1);

    file->room = room;
    file->name = g_strdup(name);
    file->has_video = has_video;
    if (recording_accepts(room->config.recording))
        file_begin(file);
    return file;
}

/** Finishes what is open; `reason` (or NULL) is declared from there on. */
static void
file_free(TrackFile *file, const char *reason)
{
    if (!file)
        return;

    gint64 end = file->assembler ? part_assembler_close(file->assembler, now_of(file->room)) : -1;

    if (reason && end >= 0)
        on_gap(end, -1, reason, file);
    part_assembler_free(file->assembler);
    g_free(file->name);
    g_free(file);
}

/** Media was thrown away, or is being: begin anew when the recording takes some again. The gap is the recording's to declare. */
static void
file_keep_up(TrackFile *file)
{
    Recording *recording = file->room->config.recording;
    gboolean accepts = recording_accepts(recording);

    if (file->assembler && file->epoch != recording_epoch(recording))
        g_clear_pointer(&file->assembler, part_assembler_free);
    if (!file->assembler && accepts)
        file_begin(file);
}

/* --- tracks --- */

/** A pipeline's thread. */
static void
on_output(const TrackOutput *output, gpointer user)
{
    Track *track = user;
    Handover *handover = g_new0(Handover, 1);

    handover->track_id = track->id;
    handover->output = *output;
    if (output->bytes)
        g_bytes_ref(output->bytes);
    if (output->avcc)
        g_bytes_ref(output->avcc);
    g_async_queue_push(track->room->handovers, handover);
    track->room->config.wake(track->room->config.user);
}

static void
track_free(gpointer data)
{
    Track *track = data;

    track_pipeline_free(track->pipeline);
    g_free(track);
}

static void
participant_free(gpointer data)
{
    Participant *participant = data;

    file_free(participant->audio_file, NULL);
    g_free(participant);
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

static void
place_audio(FeedRoom *room, const FeedMessage *message, Track *track)
{
    Participant *participant = track->participant;

    if (!participant->audio_file) {
        g_autofree char *name = g_strconcat("audio-", message->participant, NULL);

        participant->audio_file = file_new(room, name, FALSE);
    }
    participant->audio_ssrc = message->ssrc;
    participant->has_audio = TRUE;
    if (track->site) {
        room->site->expects_audio = TRUE;
        if (room->site->assembler)
            part_assembler_expect_audio(room->site->assembler, 2);
    }
}

/** FALSE with the reason logged: this track is not recorded. */
static gboolean
codec_is_recorded(FeedRoom *room, const FeedMessage *message, gboolean site)
{
    const char *recording = recording_id(room->config.recording);

    if (g_str_equal(message->codec, message->kind == FEED_VIDEO ? "H264" : "opus"))
        return TRUE;
    log_error("recorder", "codec not recorded recording=%s participant=%s codec=%s", recording, message->participant, message->codec);
    if (site && message->kind == FEED_VIDEO) {
        recording_warn(room->config.recording, "video-codec");
        recording_gap(room->config.recording, room->site->name, now_of(room) + room->wall_offset, -1, "video-codec");
    }
    return FALSE;
}

static void
add_track(FeedRoom *room, const FeedMessage *message)
{
    g_autoptr(GError) error = NULL;
    gboolean site = g_strcmp0(message->participant, room->site_participant) == 0;

    g_hash_table_remove(room->tracks, GUINT_TO_POINTER(message->ssrc));
    if (g_hash_table_size(room->tracks) >= FEED_ROOM_TRACKS_MAX) {
        log_warning("recorder", "too many tracks recording=%s", recording_id(room->config.recording));
        return;
    }
    if ((message->kind == FEED_VIDEO && !site) || !codec_is_recorded(room, message, site))
        return;

    Track *track = g_new0(Track, 1);
    TrackPipelineConfig config = {
        .codec = message->kind == FEED_VIDEO ? TRACK_H264 : TRACK_OPUS,
        .payload_type = message->payload_type,
        .clock_rate = message->clock_rate,
        .fmtp = message->fmtp,
        .output = on_output,
        .user = track,
    };

    track->room = room;
    track->ssrc = message->ssrc;
    track->id = ++room->next_track_id;
    track->kind = message->kind;
    track->site = site;
    track->participant = get_participant(room, message->participant);
    track_clock_init(&track->clock, message->clock_rate, &track->participant->sync);
    track->pipeline = track_pipeline_new(&config, &error);
    if (!track->pipeline) {
        log_error("recorder", "no pipeline recording=%s: %s", recording_id(room->config.recording), error->message);
        recording_warn(room->config.recording, "pipeline");
        track_free(track);
        return;
    }
    if (message->kind == FEED_AUDIO) {
        place_audio(room, message, track);
    } else {
        room->site_video_ssrc = message->ssrc;
        room->has_site_video = TRUE;
        recording_warn(room->config.recording, NULL);
    }
    g_hash_table_insert(room->tracks, GUINT_TO_POINTER(message->ssrc), track);
}

static void
end_track(FeedRoom *room, guint32 ssrc)
{
    Track *track = g_hash_table_lookup(room->tracks, GUINT_TO_POINTER(ssrc));
    Participant *participant = track ? track->participant : NULL;

    if (!track)
        return;
    g_clear_pointer(&track->pipeline, track_pipeline_free);
    feed_room_dispatch(room);
    if (track->kind == FEED_AUDIO && participant->audio_ssrc == ssrc && participant->has_audio) {
        /* Somebody who has left is not missing: joins and leaves are entries. */
        file_free(g_steal_pointer(&participant->audio_file), NULL);
        participant->has_audio = FALSE;
    } else if (track->kind == FEED_VIDEO && room->has_site_video && room->site_video_ssrc == ssrc) {
        room->has_site_video = FALSE;
    }
    g_hash_table_remove(room->tracks, GUINT_TO_POINTER(ssrc));
}

/* --- the room --- */

FeedRoom *
feed_room_new(const FeedRoomConfig *config)
{
    FeedRoom *room = g_new0(FeedRoom, 1);

    room->config = *config;
    room->config.recording = recording_ref(config->recording);
    room->site_participant = g_strdup(recording_site_participant(config->recording));
    room->wall_offset = clock_wall_us(config->clock) - clock_mono_us(config->clock);
    room->participants = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, participant_free);
    room->tracks = g_hash_table_new_full(NULL, NULL, NULL, track_free);
    room->handovers = g_async_queue_new_full(handover_free);
    room->site = file_new(room, RECORDING_TRACK_SITE, TRUE);
    return room;
}

void
feed_room_free(FeedRoom *room, const char *reason)
{
    GHashTableIter iter;
    gpointer value;

    if (!room)
        return;
    /* The pipelines' threads end first; what they have handed over still belongs into the files. */
    g_hash_table_iter_init(&iter, room->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_clear_pointer(&((Track *) value)->pipeline, track_pipeline_free);
    feed_room_dispatch(room);
    g_hash_table_iter_init(&iter, room->participants);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        file_free(g_steal_pointer(&((Participant *) value)->audio_file), reason);
    file_free(room->site, reason);
    g_hash_table_unref(room->tracks);
    g_hash_table_unref(room->participants);
    g_async_queue_unref(room->handovers);
    g_free(room->site_participant);
    recording_unref(room->config.recording);
    g_free(room);
}

void
feed_room_message(FeedRoom *room, const FeedMessage *message)
{
    gint64 wall = now_of(room) + room->wall_offset;

    switch (message->type) {
    case FEED_TRACK:
        add_track(room, message);
        break;
    case FEED_TRACK_ENDED:
        end_track(room, message->ssrc);
        break;
    case FEED_OVERFLOW:
        log_warning("recorder", "feed overflow recording=%s packets=%" G_GUINT64_FORMAT " ms=%" G_GUINT64_FORMAT,
                    recording_id(room->config.recording), message->dropped, message->ms);
        recording_gap(room->config.recording, room->site->name, wall - (gint64) message->ms * 1000, wall, "overflow");
        break;
    case FEED_HELLO:
    case FEED_ENDED:
    case FEED_UNKNOWN:
        break;
    }
}

static void
ask_for_key(Track *track, gint64 now)
{
    guint8 pli[RTCP_PLI_LENGTH];

    track->asked_at = now;
    rtcp_write_pli(track->ssrc, pli);
    track->room->config.send(pli, sizeof pli, track->room->config.user);
}

static void
consider_key(Track *track, gint64 now)
{
    const PartAssembler *site = track->room->site->assembler;

    if (track->kind != FEED_VIDEO || !site || now - track->asked_at < PLI_INTERVAL_US || now - track->heard_at > PLI_SILENCE_US)
        return;
    if (part_assembler_needs_key(site) ||
        now - MAX(part_assembler_last_key(site), track->asked_at) >= KEY_INTERVAL_US)
        ask_for_key(track, now);
}

static void
take_report(FeedRoom *room, const guint8 *packet, gsize length)
{
    SenderReport report;

    if (!rtcp_find_sender_report(packet, length, &report))
        return;

    Track *track = g_hash_table_lookup(room->tracks, GUINT_TO_POINTER(report.ssrc));

    if (track)
        track_clock_report(&track->clock, report.ntp_us, report.rtp);
}

void
feed_room_packet(FeedRoom *room, const guint8 *packet, gsize length)
{
    gint64 now = now_of(room);
    RtpHeader header;

    if (rtp_is_rtcp(packet, length)) {
        take_report(room, packet, length);
        return;
    }
    if (!rtp_header_parse(packet, length, &header))
        return;

    Track *track = g_hash_table_lookup(room->tracks, GUINT_TO_POINTER(header.ssrc));

    if (!track)
        return;

    gint64 pos = track_clock_map(&track->clock, header.timestamp, now);

    if (track->clock.jumps != track->jumps_logged) {
        track->jumps_logged = track->clock.jumps;
        log_info("recorder", "the sender's clock jumped recording=%s ssrc=%u", recording_id(room->config.recording), track->ssrc);
    }
    track->heard_at = now;
    track_pipeline_push(track->pipeline, packet, length, MAX(pos, 0));
    consider_key(track, now);
}

static void
take_video(FeedRoom *room, Track *track, const TrackOutput *output, gint64 now)
{
    if (!room->site->assembler || track->ssrc != room->site_video_ssrc)
        return;
    if (output->type == TRACK_OUTPUT_LOST) {
        part_assembler_video_lost(room->site->assembler, output->pos);
        consider_key(track, now);
        return;
    }

    AccessUnit unit = { output->bytes, output->avcc, output->width, output->height, output->key, output->pos };

    part_assembler_video(room->site->assembler, &unit, now);
}

static void
take_audio(FeedRoom *room, Track *track, const TrackOutput *output, gint64 now)
{
    if (output->type == TRACK_OUTPUT_LOST || track->ssrc != track->participant->audio_ssrc)
        return; /* the hole in the positions is filled with silence, and counted */
    if (track->participant->audio_file && track->participant->audio_file->assembler)
        part_assembler_audio(track->participant->audio_file->assembler, output->bytes, output->pos, now);
    if (track->site && room->site->assembler)
        part_assembler_audio(room->site->assembler, output->bytes, output->pos, now);
}

static Track *
find_track(FeedRoom *room, guint64 id)
{
    GHashTableIter iter;
    gpointer track;

    g_hash_table_iter_init(&iter, room->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &track))
        if (((Track *) track)->id == id)
            return track;
    return NULL;
}

void
feed_room_dispatch(FeedRoom *room)
{
    Handover *handover;

    while ((handover = g_async_queue_try_pop(room->handovers))) {
        Track *track = find_track(room, handover->track_id);

        if (track && track->kind == FEED_VIDEO)
            take_video(room, track, &handover->output, now_of(room));
        else if (track)
            take_audio(room, track, &handover->output, now_of(room));
        handover_free(handover);
    }
}

void
feed_room_poll(FeedRoom *room)
{
    gint64 now = now_of(room);
    GHashTableIter iter;
    gpointer value;

    file_keep_up(room->site);
    if (room->site->assembler)
        part_assembler_poll(room->site->assembler, now);
    g_hash_table_iter_init(&iter, room->participants);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        TrackFile *file = ((Participant *) value)->audio_file;

        if (!file)
            continue;
        file_keep_up(file);
        if (file->assembler)
            part_assembler_poll(file->assembler, now);
    }
    g_hash_table_iter_init(&iter, room->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        consider_key(value, now);
}
