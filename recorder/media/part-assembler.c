#include "part-assembler.h"

#include "fmp4.h"
#include "opus-packet.h"

#define FRAGMENT_US          G_GINT64_CONSTANT(1000000)
/* Without a new picture the fragment is cut by the clock this much later. */
#define FRAGMENT_LATE_US     G_GINT64_CONSTANT(300000)
/* A cut waits this long for audio that belongs before it. */
#define AUDIO_WAIT_US        G_GINT64_CONSTANT(250000)
/* Audio later than this does not come any more: the jitter buffer waits 500 ms for retransmissions. */
#define AUDIO_LATE_US        G_GINT64_CONSTANT(800000)
#define VIDEO_PAUSE_US       G_GINT64_CONSTANT(3000000)
#define AUDIO_PAUSE_US       G_GINT64_CONSTANT(10000000)
/* Audio is moved only when it is off by more than this: less is heard by nobody, and moving is heard. */
#define AUDIO_TOLERANCE_US   G_GINT64_CONSTANT(20000)
/* A fragment is cut before its time when a camera sends faster than this; PART_FRAGMENT_MAX of lib/evidence is twice as much. */
#define WAITING_BYTES_MAX    (8 * 1024 * 1024)
/* Sound arrives up to half a second before its picture; in packets of 20 ms, or fewer longer ones. */
#define EARLY_MAX            25

typedef struct {
    GBytes *bytes;
    gint64 at; /* video: position; audio: samples since the part's beginning */
    guint32 duration; /* audio only */
    gboolean key;
} Waiting;

struct PartAssembler {
    AssemblerConfig config;
    GArray *video, *audio; /* of Waiting, in the part */
    GArray *early;         /* of Waiting: audio that came before the picture with which its part begins; `at` is a position */
    guint64 waiting_bytes;
    guint channels; /* expected with the next part */

    gboolean in_part;
    guint part_channels;
    GBytes *avcc;
    guint width, height;
    gint64 part_pos;
    gint64 fragment_pos; /* where the next fragment begins */
    guint32 sequence;
    gint64 audio_next; /* samples since the part's beginning, the end of what is queued */
    gint64 audio_heard; /* position after the last real packet */
    guint64 filled;     /* samples of silence in the running fragment */

    gboolean cut_known; /* a cut waits for its audio */
    gint64 cut_pos, cut_since;
    gint64 last_video; /* position of the last picture taken, -1 */
    gint64 last_key;
    gboolean needs_key;
    gint64 damaged_until; /* a key frame up to here may itself be torn */
    gint64 open_gap;      /* `from`, -1 if none lasts */
    const char *open_gap_reason;
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
    assembler->audio = g_array_new(FALSE, FALSE, sizeof(Waiting));
    assembler->early = g_array_new(FALSE, FALSE, sizeof(Waiting));
    g_array_set_clear_func(assembler->early, waiting_clear);
    g_array_set_clear_func(assembler->video, waiting_clear);
    g_array_set_clear_func(assembler->audio, waiting_clear);
    assembler->last_video = assembler->last_key = assembler->open_gap = -1;
    assembler->damaged_until = G_MININT64;
    assembler->needs_key = config->has_video;
    assembler->channels = config->has_video ? 0 : 2;
    return assembler;
}

void
part_assembler_free(PartAssembler *assembler)
{
    if (!assembler)
        return;
    g_array_unref(assembler->video);
    g_array_unref(assembler->audio);
    g_array_unref(assembler->early);
    g_clear_pointer(&assembler->avcc, g_bytes_unref);
    g_free(assembler);
}

void
part_assembler_expect_audio(PartAssembler *assembler, guint channels)
{
    assembler->channels = channels;
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

/* --- gaps --- */

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

/* --- audio --- */

static gint64
samples_of(const PartAssembler *assembler, gint64 pos)
{
    return (pos - assembler->part_pos) * FMP4_AUDIO_TIMESCALE / G_USEC_PER_SEC;
}

static gint64
position_of_samples(const PartAssembler *assembler, gint64 samples)
{
    return assembler->part_pos + samples * G_USEC_PER_SEC / FMP4_AUDIO_TIMESCALE;
}

/** Takes over `bytes`. */
static void
audio_push(PartAssembler *assembler, GBytes *bytes, guint duration)
{
    Waiting packet = { .bytes = bytes, .at = assembler->audio_next, .duration = duration, .key = TRUE };

    assembler->waiting_bytes += g_bytes_get_size(bytes);
    assembler->audio_next += duration;
    g_array_append_val(assembler->audio, packet);
}

/** Silence up to, and not beyond, `pos`. */
static void
audio_fill(PartAssembler *assembler, gint64 pos)
{
    gint64 wanted = samples_of(assembler, pos);
    guint duration;

    while (assembler->audio_next < wanted) {
        GBytes *silence = opus_silence((guint) MIN(wanted - assembler->audio_next, OPUS_RATE), &duration);

        if (!silence)
            return;
        assembler->filled += duration;
        audio_push(assembler, silence, duration);
    }
}

/** Puts a real packet where it belongs: silence before it, or nothing at all if its place is taken. */
static void
audio_place(PartAssembler *assembler, GBytes *packet, guint duration, gint64 pos)
{
    gint64 due = position_of_samples(assembler, assembler->audio_next);

    if (pos > due + AUDIO_TOLERANCE_US)
        audio_fill(assembler, pos);
    /* What silence or a later tie to the timeline has taken the place of is left out, or the tracks would drift apart. */
    if (pos < due - AUDIO_TOLERANCE_US)
        return;
    audio_push(assembler, g_bytes_ref(packet), duration);
    assembler->audio_heard = position_of_samples(assembler, assembler->audio_next);
}

static void
early_keep(PartAssembler *assembler, GBytes *packet, guint duration, gint64 pos)
{
    Waiting early = { .bytes = g_bytes_ref(packet), .at = pos, .duration = duration };

    if (assembler->early->len == EARLY_MAX)
        g_array_remove_index(assembler->early, 0);
    g_array_append_val(assembler->early, early);
}

static void
early_place(PartAssembler *assembler)
{
    for (guint i = 0; i < assembler->early->len && assembler->part_channels; i++) {
        const Waiting *early = &g_array_index(assembler->early, Waiting, i);

        audio_place(assembler, early->bytes, early->duration, early->at);
    }
    g_array_set_size(assembler->early, 0);
}

/* --- parts and fragments --- */

static void
part_begin(PartAssembler *assembler, const AccessUnit *unit, gint64 pos)
{
    Fmp4Tracks tracks = {
        .avcc = unit ? unit->avcc : NULL,
        .width = unit ? unit->width : 0,
        .height = unit ? unit->height : 0,
        .audio_channels = assembler->channels,
        .created_wall_us = pos + assembler->config.wall_offset,
    };
    g_autoptr(GBytes) init_segment = fmp4_init_segment(&tracks);
    g_autofree char *codecs = fmp4_codecs(&tracks);

    g_clear_pointer(&assembler->avcc, g_bytes_unref);
    if (unit) {
        assembler->avcc = g_bytes_ref(unit->avcc);
        assembler->width = unit->width;
        assembler->height = unit->height;
    }
    assembler->in_part = TRUE;
    assembler->part_channels = assembler->channels;
    assembler->part_pos = assembler->fragment_pos = assembler->audio_heard = pos;
    assembler->sequence = 0;
    assembler->audio_next = 0;
    assembler->filled = 0;
    assembler->cut_known = FALSE;
    gap_close(assembler, pos);
    assembler->config.events->part(&(AssembledPart){ init_segment, codecs, tracks.width, tracks.height, pos },
                                   assembler->config.user);
    early_place(assembler);
}

static guint64
video_ticks(const PartAssembler *assembler, gint64 pos)
{
    return (guint64) ((pos - assembler->part_pos) * FMP4_VIDEO_TIMESCALE / G_USEC_PER_SEC);
}

/** Pictures before `cut`, each as long as until the next one. Where the part ends the last one ends, too; otherwise it is stretched as far as
 *  a pause may go, and if another one comes sooner, that one's own time takes over (ISO/IEC 14496-12, 8.8.12: tfdt is authoritative). */
static guint
take_video(PartAssembler *assembler, gint64 cut, gboolean last, Fmp4Sample *samples)
{
    const Waiting *waiting = (const Waiting *) (void *) assembler->video->data;
    guint count = 0;

    while (count < assembler->video->len && waiting[count].at < cut) {
        gint64 next = count + 1 < assembler->video->len ? waiting[count + 1].at : last ? cut : waiting[count].at + VIDEO_PAUSE_US;

        samples[count] = (Fmp4Sample){
            .bytes = waiting[count].bytes,
            .duration = (guint32) (video_ticks(assembler, next) - video_ticks(assembler, waiting[count].at)),
            .key = waiting[count].key,
        };
        count++;
    }
    return count;
}

static guint
take_audio(PartAssembler *assembler, gint64 cut, Fmp4Sample *samples)
{
    const Waiting *waiting = (const Waiting *) (void *) assembler->audio->data;
    guint count = 0;

    while (count < assembler->audio->len && position_of_samples(assembler, waiting[count].at) < cut) {
        samples[count] = (Fmp4Sample){ .bytes = waiting[count].bytes, .duration = waiting[count].duration, .key = TRUE };
        count++;
    }
    return count;
}

static void
drop_taken(PartAssembler *assembler, GArray *waiting, guint count)
{
    for (guint i = 0; i < count; i++)
        assembler->waiting_bytes -= g_bytes_get_size(g_array_index(waiting, Waiting, i).bytes);
    if (count)
        g_array_remove_range(waiting, 0, count);
}

/** Hands out what lies before `cut`, which is where the part ends if it is the `last`. Without a single sample the fragment waits on. */
static void
fragment_emit(PartAssembler *assembler, gint64 cut, gboolean last)
{
    g_autofree Fmp4Sample *video = g_new(Fmp4Sample, assembler->video->len + 1);
    g_autofree Fmp4Sample *audio = g_new(Fmp4Sample, assembler->audio->len + 1);
    guint video_count = take_video(assembler, cut, last, video), audio_count = take_audio(assembler, cut, audio);

    assembler->cut_known = FALSE;
    if (cut <= assembler->fragment_pos || video_count + audio_count == 0)
        return;

    Fmp4Run runs[] = {
        { FMP4_TRACK_VIDEO, video_count ? video_ticks(assembler, g_array_index(assembler->video, Waiting, 0).at) : 0, video,
          video_count },
        { FMP4_TRACK_AUDIO, audio_count ? (guint64) g_array_index(assembler->audio, Waiting, 0).at : 0, audio, audio_count },
    };
    g_autoptr(GBytes) bytes = fmp4_fragment(++assembler->sequence, runs, G_N_ELEMENTS(runs));
    AssembledFragment fragment = {
        .bytes = bytes,
        .t = assembler->fragment_pos - assembler->part_pos,
        .duration = cut - assembler->fragment_pos,
        .key = assembler->config.has_video ? video_count && video[0].key : TRUE,
        .pos = assembler->fragment_pos,
        .filled = (gint64) (assembler->filled * G_USEC_PER_SEC / FMP4_AUDIO_TIMESCALE),
    };

    drop_taken(assembler, assembler->video, video_count);
    drop_taken(assembler, assembler->audio, audio_count);
    assembler->fragment_pos = cut;
    assembler->filled = 0;
    assembler->config.events->fragment(&fragment, assembler->config.user);
}

/** Ends the part at `end`, not before what it holds already. */
static void
part_end(PartAssembler *assembler, gint64 end)
{
    if (!assembler->in_part)
        return;
    if (assembler->config.has_video && assembler->part_channels)
        audio_fill(assembler, end);
    fragment_emit(assembler, end, TRUE);
    for (guint i = 0; i < assembler->audio->len; i++) {
        const Waiting *packet = &g_array_index(assembler->audio, Waiting, i);

        early_keep(assembler, packet->bytes, packet->duration, position_of_samples(assembler, packet->at));
    }
    g_array_set_size(assembler->video, 0);
    g_array_set_size(assembler->audio, 0);
    assembler->waiting_bytes = 0;
    assembler->in_part = FALSE;
    assembler->needs_key = assembler->config.has_video;
    assembler->config.events->part_ended(assembler->config.user);
}

/* --- where to cut --- */

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
    if (now - assembler->fragment_pos < FRAGMENT_US + FRAGMENT_LATE_US && assembler->waiting_bytes < WAITING_BYTES_MAX)
        return FALSE;
    assembler->cut_pos = MAX(now - FRAGMENT_LATE_US, assembler->last_video + 1);
    return TRUE;
}

static gboolean
audio_reached(const PartAssembler *assembler, gint64 pos)
{
    return !assembler->part_channels || position_of_samples(assembler, assembler->audio_next) + AUDIO_TOLERANCE_US >= pos;
}

static void
poll_video_part(PartAssembler *assembler, gint64 now)
{
    if (assembler->part_channels)
        audio_fill(assembler, MIN(now, assembler->last_video + VIDEO_PAUSE_US) - AUDIO_LATE_US);
    for (;;) {
        if (!assembler->cut_known) {
            if (!find_video_cut(assembler, now))
                break;
            assembler->cut_known = TRUE;
            assembler->cut_since = now;
        }
        if (!audio_reached(assembler, assembler->cut_pos) && now - assembler->cut_since < AUDIO_WAIT_US)
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
    if (now - assembler->audio_heard >= AUDIO_PAUSE_US) {
        gint64 end = position_of_samples(assembler, assembler->audio_next);

        part_end(assembler, end);
        gap_open(assembler, end, "audio-paused");
        return;
    }
    audio_fill(assembler, now - AUDIO_LATE_US);

    gint64 end = position_of_samples(assembler, assembler->audio_next);

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

    gint64 end = position_of_samples(assembler, assembler->audio_next);

    if (assembler->config.has_video)
        end = MIN(now, MAX(end, assembler->last_video + G_USEC_PER_SEC / 30));
    part_end(assembler, MAX(end, assembler->fragment_pos));
    return assembler->fragment_pos;
}

/* --- what comes in --- */

static gboolean
configuration_changed(const PartAssembler *assembler, const AccessUnit *unit)
{
    return assembler->part_channels != assembler->channels || assembler->width != unit->width || assembler->height != unit->height ||
           !g_bytes_equal(assembler->avcc, unit->avcc);
}

static gint64
monotonic_position(const PartAssembler *assembler, gint64 pos)
{
    gint64 least = MAX(assembler->last_video + 1000, assembler->in_part ? assembler->part_pos : 0);

    return MAX(pos, least);
}

void
part_assembler_video(PartAssembler *assembler, const AccessUnit *unit, gint64 now)
{
    gint64 pos = monotonic_position(assembler, unit->pos);

    if (assembler->needs_key && (!unit->key || unit->pos <= assembler->damaged_until)) {
        part_assembler_poll(assembler, now);
        return;
    }
    /* A pause that nobody polled through: the part must not span it. */
    if (assembler->in_part && pos - assembler->last_video >= VIDEO_PAUSE_US)
        poll_video_part(assembler, MAX(now, pos));
    if (!assembler->in_part && !unit->key) {
        assembler->needs_key = TRUE;
        return;
    }
    if (unit->key && assembler->in_part && configuration_changed(assembler, unit))
        part_end(assembler, MAX(pos, assembler->fragment_pos));
    if (!assembler->in_part) {
        pos = MAX(pos, assembler->fragment_pos);
        part_begin(assembler, unit, pos);
    } else if (assembler->needs_key) {
        gap_close(assembler, pos);
    }
    assembler->needs_key = FALSE;
    assembler->last_video = pos;
    if (unit->key)
        assembler->last_key = pos;

    Waiting picture = { .bytes = g_bytes_ref(unit->bytes), .at = pos, .key = unit->key };

    assembler->waiting_bytes += g_bytes_get_size(unit->bytes);
    g_array_append_val(assembler->video, picture);
    part_assembler_poll(assembler, now);
}

void
part_assembler_video_lost(PartAssembler *assembler, gint64 pos)
{
    assembler->damaged_until = MAX(assembler->damaged_until, pos);
    assembler->needs_key = TRUE;
    if (assembler->in_part)
        gap_open(assembler, assembler->last_video, "packets-lost");
}

void
part_assembler_audio(PartAssembler *assembler, GBytes *packet, gint64 pos, gint64 now)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(packet, &length);
    guint duration = opus_packet_duration(data, length);

    /* A jump that the track's clock has not caught must not become an hour of silence. */
    if (!duration || pos > now + G_USEC_PER_SEC)
        return;
    if (!assembler->in_part && assembler->config.has_video) {
        early_keep(assembler, packet, duration, pos);
        return;
    }
    if (!assembler->in_part)
        part_begin(assembler, NULL, MAX(pos, assembler->fragment_pos));
    if (assembler->part_channels)
        audio_place(assembler, packet, duration, pos);
    part_assembler_poll(assembler, now);
}
