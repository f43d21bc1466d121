#include "part-assembler.h"

#include "fmp4.h"
#include "opus-packet.h"
#include "part-audio.h"
#include "webm.h"

/* With what a fragment waits for and the time that a disk takes, everything up to 1 s before a crash is durable. */
#define FRAGMENT_US          G_GINT64_CONSTANT(500000)
/* Without a new picture the fragment is cut by the clock this much later. */
#define FRAGMENT_LATE_US     G_GINT64_CONSTANT(250000)
/* A cut waits this long for audio that belongs before it: the mix waits for retransmissions of speech. */
#define AUDIO_WAIT_US        G_GINT64_CONSTANT(1300000)
/* Audio later than this does not come any more: it has been waited for, for a second, and mixed. */
#define AUDIO_LATE_US        G_GINT64_CONSTANT(1400000)
/* A voice's own file is filled up this much behind the clock, or its fragments would wait for a microphone that is off. */
#define VOICE_LATE_US        G_GINT64_CONSTANT(1200000)
#define VIDEO_PAUSE_US       G_GINT64_CONSTANT(3000000)
#define AUDIO_PAUSE_US       G_GINT64_CONSTANT(10000000)
/* A fragment is cut before its time when a camera sends faster than this; PART_FRAGMENT_MAX of lib/evidence is twice as much. */
#define WAITING_BYTES_MAX    (8 * 1024 * 1024)
/* Audio losses closer together are one damaged span, or a bad line would write a ledger of nothing else; none is longer than this. */
#define DAMAGE_JOIN_US       G_GINT64_CONSTANT(2000000)
#define DAMAGE_MAX_US        G_GINT64_CONSTANT(10000000)

typedef struct {
    GBytes *bytes;
    gint64 at; /* position */
    gboolean key;
} Waiting;

struct PartAssembler {
    AssemblerConfig config;
    GArray *video; /* of Waiting, in the part */
    PartAudio *audio;
    guint64 video_bytes; /* that wait */

    gboolean in_part;
    VideoCodec codec;
    GBytes *avcc;
    guint width, height;
    gint64 part_pos;
    gint64 fragment_pos; /* where the next fragment begins */
    guint32 sequence;

    gboolean cut_known; /* a cut waits for its audio */
    gint64 cut_pos, cut_since;
    gint64 last_video; /* position of the last picture taken, -1 */
    gint64 last_key;
    gboolean needs_key;
    gint64 damaged_until; /* a key frame up to here may itself be torn */
    gint64 open_gap;      /* `from`, -1 if none lasts */
    const char *open_gap_reason;
    AssembledDamage damage; /* `from` -1 if there is none; of video it has been told that it lasts */
};

static void
waiting_clear(gpointer data)
{
    g_bytes_unref(((Waiting *) data)->bytes);
}

PartAssembler *
part_assembler_new(const AssemblerConfig *config)
{
    PartAssembler *assembler = g_new0(PartAssembler, 1);

    assembler->config = *config;
    assembler->video = g_array_new(FALSE, FALSE, sizeof(Waiting));
    g_array_set_clear_func(assembler->video, waiting_clear);
    assembler->audio = part_audio_new();
    assembler->last_video = assembler->last_key = assembler->open_gap = assembler->damage.from = -1;
    assembler->damaged_until = G_MININT64;
    assembler->needs_key = config->has_video;
    return assembler;
}

void
part_assembler_free(PartAssembler *assembler)
{
    if (!assembler)
        return;
    g_array_unref(assembler->video);
    part_audio_free(assembler->audio);
    g_clear_pointer(&assembler->avcc, g_bytes_unref);
    g_free(assembler);
}

gboolean
part_assembler_needs_key(const PartAssembler *assembler)
{
    return assembler->needs_key;
}

gint64
part_assembler_last_key(const PartAssembler *assembler)
{
    return assembler->last_key;
}

/* --- gaps and damage --- */

static void
gap_open(PartAssembler *assembler, gint64 from, const char *reason)
{
    if (assembler->open_gap >= 0)
        return;
    assembler->open_gap = from;
    assembler->open_gap_reason = reason;
    assembler->config.events->gap(from, -1, reason, assembler->config.user);
}

static void
gap_close(PartAssembler *assembler, gint64 to)
{
    if (assembler->open_gap < 0)
        return;
    assembler->config.events->gap(assembler->open_gap, MAX(to, assembler->open_gap), assembler->open_gap_reason,
                                  assembler->config.user);
    assembler->open_gap = -1;
}

static void
damage_close(PartAssembler *assembler, gint64 to)
{
    if (assembler->damage.from < 0)
        return;
    assembler->damage.to = MAX(to, assembler->damage.from);
    assembler->config.events->damage(&assembler->damage, assembler->config.user);
    assembler->damage.from = -1;
}

/* --- parts and fragments --- */

static void
part_begin(PartAssembler *assembler, const VideoPicture *picture, gint64 pos)
{
    MediaTracks tracks = {
        .video = picture ? picture->codec : VIDEO_NONE,
        .avcc = picture ? picture->avcc : NULL,
        .width = picture ? picture->width : 0,
        .height = picture ? picture->height : 0,
        .audio_channels = assembler->config.channels,
        .created_wall_us = pos + assembler->config.wall_offset,
    };
    gboolean webm = tracks.video == VIDEO_VP8;
    g_autoptr(GBytes) init_segment = webm ? webm_init_segment(&tracks) : fmp4_init_segment(&tracks);
    g_autofree char *codecs = webm ? webm_codecs(&tracks) : fmp4_codecs(&tracks);
    AssembledPart part = { init_segment, webm ? "webm" : "mp4", codecs, tracks.width, tracks.height, pos };

    g_clear_pointer(&assembler->avcc, g_bytes_unref);
    assembler->codec = tracks.video;
    assembler->width = tracks.width;
    assembler->height = tracks.height;
    if (tracks.avcc)
        assembler->avcc = g_bytes_ref(tracks.avcc);
    assembler->in_part = TRUE;
    assembler->part_pos = assembler->fragment_pos = pos;
    assembler->sequence = 0;
    assembler->cut_known = FALSE;
    part_audio_begin(assembler->audio, pos);
    gap_close(assembler, pos);
    assembler->config.events->part(&part, assembler->config.user);
    part_audio_place_early(assembler->audio);
}

static guint64
video_ticks(const PartAssembler *assembler, gint64 pos)
{
    return (guint64) ((pos - assembler->part_pos) * MEDIA_VIDEO_TIMESCALE / G_USEC_PER_SEC);
}

/** Pictures before `cut`, each as long as until the next one. Where the part ends the last one ends, too; otherwise it is stretched as far as
 *  a pause may go, and if another one comes sooner, that one's own time takes over (ISO/IEC 14496-12, 8.8.12: tfdt is authoritative). */
static guint
take_video(PartAssembler *assembler, gint64 cut, gboolean last, MediaSample *samples)
{
    const Waiting *waiting = (const Waiting *) (void *) assembler->video->data;
    guint count = 0;

    while (count < assembler->video->len && waiting[count].at < cut) {
        gint64 next = count + 1 < assembler->video->len ? waiting[count + 1].at : last ? cut : waiting[count].at + VIDEO_PAUSE_US;

        samples[count] = (MediaSample){
            .bytes = waiting[count].bytes,
            .duration = (guint32) (video_ticks(assembler, next) - video_ticks(assembler, waiting[count].at)),
            .key = waiting[count].key,
        };
        count++;
    }
    return count;
}

static guint
take_audio(PartAssembler *assembler, gint64 cut, MediaSample *samples)
{
    const PartPacket *waiting = (const PartPacket *) (void *) assembler->audio->packets->data;
    guint count = 0;

    while (count < assembler->audio->packets->len && part_audio_position_of(assembler->audio, waiting[count].at) < cut) {
        samples[count] = (MediaSample){ .bytes = waiting[count].bytes, .duration = waiting[count].duration, .key = TRUE };
        count++;
    }
    return count;
}

static void
drop_video(PartAssembler *assembler, guint count)
{
    for (guint i = 0; i < count; i++)
        assembler->video_bytes -= g_bytes_get_size(g_array_index(assembler->video, Waiting, i).bytes);
    if (count)
        g_array_remove_range(assembler->video, 0, count);
}

/** Hands out what lies before `cut`, which is where the part ends if it is the `last`. Without a single sample the fragment waits on. */
static void
fragment_emit(PartAssembler *assembler, gint64 cut, gboolean last)
{
    GArray *packets = assembler->audio->packets;
    g_autofree MediaSample *video = g_new(MediaSample, assembler->video->len + 1);
    g_autofree MediaSample *audio = g_new(MediaSample, packets->len + 1);
    guint video_count = take_video(assembler, cut, last, video), audio_count = take_audio(assembler, cut, audio);

    assembler->cut_known = FALSE;
    if (cut <= assembler->fragment_pos || video_count + audio_count == 0)
        return;

    MediaRun runs[] = {
        { MEDIA_VIDEO, video_count ? video_ticks(assembler, g_array_index(assembler->video, Waiting, 0).at) : 0, video, video_count },
        { MEDIA_AUDIO, audio_count ? (guint64) g_array_index(packets, PartPacket, 0).at : 0, audio, audio_count },
    };
    g_autoptr(GBytes) bytes = assembler->codec == VIDEO_VP8 ? webm_fragment(runs, G_N_ELEMENTS(runs))
                                                            : fmp4_fragment(++assembler->sequence, runs, G_N_ELEMENTS(runs));
    AssembledFragment fragment = {
        .bytes = bytes,
        .t = assembler->fragment_pos - assembler->part_pos,
        .duration = cut - assembler->fragment_pos,
        .key = assembler->config.has_video ? video_count && video[0].key : TRUE,
        .pos = assembler->fragment_pos,
        .filled = (gint64) (assembler->audio->filled * G_USEC_PER_SEC / MEDIA_AUDIO_TIMESCALE),
    };

    drop_video(assembler, video_count);
    part_audio_drop(assembler->audio, audio_count);
    assembler->fragment_pos = cut;
    assembler->config.events->fragment(&fragment, assembler->config.user);
}

/** Ends the part at `end`, not before what it holds already. */
static void
part_end(PartAssembler *assembler, gint64 end)
{
    if (!assembler->in_part)
        return;
    if (assembler->config.has_video)
        part_audio_fill(assembler->audio, end);
    fragment_emit(assembler, end, TRUE);
    part_audio_end(assembler->audio);
    g_array_set_size(assembler->video, 0);
    assembler->video_bytes = 0;
    assembler->in_part = FALSE;
    assembler->needs_key = assembler->config.has_video;
    damage_close(assembler, assembler->config.has_video ? end : assembler->damage.to);
    assembler->config.events->part_ended(assembler->config.user);
}

/* --- where to cut --- */

static gboolean
waits_full(const PartAssembler *assembler)
{
    return assembler->video_bytes + assembler->audio->bytes >= WAITING_BYTES_MAX;
}

static gboolean
find_video_cut(PartAssembler *assembler, gint64 now)
{
    for (guint i = 0; i < assembler->video->len; i++) {
        const Waiting *picture = &g_array_index(assembler->video, Waiting, i);
        gint64 age = picture->at - assembler->fragment_pos;

        if (age > 0 && (picture->key || age >= FRAGMENT_US)) {
            assembler->cut_pos = picture->at;
            return TRUE;
        }
    }
    if (now - assembler->fragment_pos < FRAGMENT_US + FRAGMENT_LATE_US && !waits_full(assembler))
        return FALSE;
    assembler->cut_pos = MAX(now - FRAGMENT_LATE_US, assembler->last_video + 1);
    return TRUE;
}

static void
poll_video_part(PartAssembler *assembler, gint64 now)
{
    part_audio_fill(assembler->audio, MIN(now, assembler->last_video + VIDEO_PAUSE_US) - AUDIO_LATE_US);
    for (;;) {
        if (!assembler->cut_known) {
            if (!find_video_cut(assembler, now))
                break;
            assembler->cut_known = TRUE;
            assembler->cut_since = now;
        }
        if (!part_audio_reaches(assembler->audio, assembler->cut_pos) && now - assembler->cut_since < AUDIO_WAIT_US && !waits_full(assembler))
            break;

        gint64 before = assembler->fragment_pos;

        fragment_emit(assembler, assembler->cut_pos, FALSE);
        if (assembler->fragment_pos == before)
            break;
    }
    if (now - assembler->last_video >= VIDEO_PAUSE_US) {
        gint64 end = assembler->last_video + VIDEO_PAUSE_US;

        part_end(assembler, MAX(end, assembler->fragment_pos));
        gap_open(assembler, end, "video-paused");
    }
}

static void
poll_audio_part(PartAssembler *assembler, gint64 now)
{
    PartAudio *audio = assembler->audio;

    if (assembler->damage.from >= 0 && now - assembler->damage.to > DAMAGE_JOIN_US)
        damage_close(assembler, assembler->damage.to);
    if (now - audio->heard >= AUDIO_PAUSE_US) {
        gint64 end = part_audio_end_position(audio);

        part_end(assembler, end);
        gap_open(assembler, end, "audio-paused");
        return;
    }
    part_audio_fill(audio, now - VOICE_LATE_US);

    gint64 end = part_audio_end_position(audio);

    if (end - assembler->fragment_pos >= FRAGMENT_US)
        fragment_emit(assembler, end, FALSE);
}

void
part_assembler_poll(PartAssembler *assembler, gint64 now)
{
    if (!assembler->in_part)
        return;
    if (assembler->config.has_video)
        poll_video_part(assembler, now);
    else
        poll_audio_part(assembler, now);
}

gint64
part_assembler_close(PartAssembler *assembler, gint64 now)
{
    if (!assembler->in_part)
        return assembler->fragment_pos ? assembler->fragment_pos : -1;

    gint64 end = part_audio_end_position(assembler->audio);

    if (assembler->config.has_video)
        end = MIN(now, MAX(end, assembler->last_video + G_USEC_PER_SEC / 30));
    part_end(assembler, MAX(end, assembler->fragment_pos));
    return assembler->fragment_pos;
}

/* --- what comes in --- */

static gboolean
configuration_changed(const PartAssembler *assembler, const VideoPicture *picture)
{
    return assembler->codec != picture->codec || assembler->width != picture->width || assembler->height != picture->height ||
           (picture->avcc && !g_bytes_equal(assembler->avcc, picture->avcc));
}

static gint64
monotonic_position(const PartAssembler *assembler, gint64 pos)
{
    gint64 least = MAX(assembler->last_video + 1000, assembler->in_part ? assembler->part_pos : 0);

    return MAX(pos, least);
}

void
part_assembler_video(PartAssembler *assembler, const VideoPicture *picture, gint64 now)
{
    gint64 pos = monotonic_position(assembler, picture->pos);

    if (assembler->in_part && assembler->codec != picture->codec && !picture->key)
        part_assembler_video_restarts(assembler);
    if (assembler->needs_key && (!picture->key || picture->pos <= assembler->damaged_until)) {
        part_assembler_poll(assembler, now);
        return;
    }
    /* A pause that nobody polled through: the part must not span it. */
    if (assembler->in_part && pos - assembler->last_video >= VIDEO_PAUSE_US)
        poll_video_part(assembler, MAX(now, pos));
    if (!assembler->in_part && !picture->key) {
        assembler->needs_key = TRUE;
        return;
    }
    if (picture->key && assembler->in_part && configuration_changed(assembler, picture))
        part_end(assembler, MAX(pos, assembler->fragment_pos));
    if (!assembler->in_part) {
        pos = MAX(pos, assembler->fragment_pos);
        part_begin(assembler, picture, pos);
    } else if (assembler->needs_key) {
        damage_close(assembler, pos);
    }
    assembler->needs_key = FALSE;
    assembler->last_video = pos;
    if (picture->key)
        assembler->last_key = pos;

    Waiting waiting = { .bytes = g_bytes_ref(picture->bytes), .at = pos, .key = picture->key };

    assembler->video_bytes += g_bytes_get_size(picture->bytes);
    g_array_append_val(assembler->video, waiting);
    part_assembler_poll(assembler, now);
}

void
part_assembler_video_lost(PartAssembler *assembler, guint packets, gint64 pos)
{
    assembler->damaged_until = MAX(assembler->damaged_until, pos - 1);
    assembler->needs_key = TRUE;
    if (!assembler->in_part)
        return;
    if (assembler->damage.from >= 0) {
        assembler->damage.packets += packets;
        return;
    }
    assembler->damage = (AssembledDamage){ assembler->last_video, -1, packets, TRUE };
    assembler->config.events->damage(&assembler->damage, assembler->config.user);
}

void
part_assembler_video_restarts(PartAssembler *assembler)
{
    assembler->needs_key = TRUE;
}

void
part_assembler_audio_lost(PartAssembler *assembler, guint packets, gint64 pos)
{
    if (!assembler->in_part || assembler->config.has_video)
        return;
    if (assembler->damage.from >= 0 &&
        (pos - assembler->damage.to > DAMAGE_JOIN_US || pos - assembler->damage.from > DAMAGE_MAX_US))
        damage_close(assembler, assembler->damage.to);
    if (assembler->damage.from < 0)
        assembler->damage = (AssembledDamage){ MIN(assembler->audio->heard, pos), pos, 0, FALSE };
    assembler->damage.to = MAX(assembler->damage.to, pos);
    assembler->damage.packets += packets;
}

void
part_assembler_audio(PartAssembler *assembler, GBytes *packet, gint64 pos, gboolean filler, gint64 now)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(packet, &length);
    guint duration = opus_packet_duration(data, length);

    /* A jump that the track's clock has not caught must not become an hour of silence. */
    if (!duration || pos > now + G_USEC_PER_SEC)
        return;
    if (!assembler->in_part && assembler->config.has_video) {
        part_audio_keep_early(assembler->audio, packet, duration, pos);
        return;
    }
    if (!assembler->in_part)
        part_begin(assembler, NULL, MAX(pos, assembler->fragment_pos));
    part_audio_place(assembler->audio, packet, duration, pos, filler);
    part_assembler_poll(assembler, now);
}
