#include "part-audio.h"

#include "media-run.h"
#include "opus-packet.h"

/* Audio is moved only when it is off by more than this: less is heard by nobody, and moving is heard. */
#define TOLERANCE_US G_GINT64_CONSTANT(20000)
/* The shortest Opus packet, and so the shortest silence. */
#define FIRST_TOLERANCE_US G_GINT64_CONSTANT(2500)
/* Sound arrives up to half a second before its picture; in packets of 20 ms, or fewer longer ones. */
#define EARLY_MAX 25

static void
packet_clear(gpointer data)
{
    g_bytes_unref(((PartPacket *) data)->bytes);
}

PartAudio *
part_audio_new(void)
{
    PartAudio *audio = g_new0(PartAudio, 1);

    audio->packets = g_array_new(FALSE, FALSE, sizeof(PartPacket));
    audio->early = g_array_new(FALSE, FALSE, sizeof(PartPacket));
    g_array_set_clear_func(audio->packets, packet_clear);
    g_array_set_clear_func(audio->early, packet_clear);
    return audio;
}

void
part_audio_free(PartAudio *audio)
{
    if (!audio)
        return;
    g_array_unref(audio->packets);
    g_array_unref(audio->early);
    g_free(audio);
}

gint64
part_audio_position_of(const PartAudio *audio, gint64 samples)
{
    return audio->part_pos + samples * G_USEC_PER_SEC / MEDIA_AUDIO_TIMESCALE;
}

gint64
part_audio_end_position(const PartAudio *audio)
{
    return part_audio_position_of(audio, audio->next);
}

gboolean
part_audio_reaches(const PartAudio *audio, gint64 pos)
{
    return part_audio_end_position(audio) + TOLERANCE_US >= pos;
}

void
part_audio_begin(PartAudio *audio, gint64 pos)
{
    g_array_set_size(audio->packets, 0);
    audio->part_pos = audio->heard = pos;
    audio->next = 0;
    audio->filled = audio->bytes = 0;
}

/** Takes over `bytes`. */
static void
queue(PartAudio *audio, GBytes *bytes, guint duration)
{
    PartPacket packet = { .bytes = bytes, .at = audio->next, .duration = duration };

    audio->bytes += g_bytes_get_size(bytes);
    audio->next += duration;
    g_array_append_val(audio->packets, packet);
}

void
part_audio_fill(PartAudio *audio, gint64 pos)
{
    gint64 wanted = (pos - audio->part_pos) * MEDIA_AUDIO_TIMESCALE / G_USEC_PER_SEC;
    guint duration;

    while (audio->next < wanted) {
        GBytes *silence = opus_silence((guint) MIN(wanted - audio->next, OPUS_RATE), &duration);

        if (!silence)
            return;
        audio->filled += duration;
        queue(audio, silence, duration);
    }
}

void
part_audio_place(PartAudio *audio, GBytes *packet, guint duration, gint64 pos, gboolean filler)
{
    /* The first packet settles where all that follow lie: it is put as exactly as silence can be cut. */
    gint64 tolerance = audio->next == 0 ? FIRST_TOLERANCE_US : TOLERANCE_US;
    gint64 due = part_audio_end_position(audio);

    if (pos > due + tolerance)
        part_audio_fill(audio, pos);
    /* What silence or a later tie to the timeline has taken the place of is left out, or the tracks would drift apart. */
    if (pos < due - tolerance)
        return;
    queue(audio, g_bytes_ref(packet), duration);
    audio->heard = part_audio_end_position(audio);
    if (filler)
        audio->filled += duration;
}

void
part_audio_keep_early(PartAudio *audio, GBytes *packet, guint duration, gint64 pos)
{
    PartPacket early = { .bytes = g_bytes_ref(packet), .at = pos, .duration = duration };

    if (audio->early->len == EARLY_MAX)
        g_array_remove_index(audio->early, 0);
    g_array_append_val(audio->early, early);
}

void
part_audio_place_early(PartAudio *audio)
{
    for (guint i = 0; i < audio->early->len; i++) {
        const PartPacket *early = &g_array_index(audio->early, PartPacket, i);

        part_audio_place(audio, early->bytes, early->duration, early->at, FALSE);
    }
    g_array_set_size(audio->early, 0);
}

void
part_audio_end(PartAudio *audio)
{
    for (guint i = 0; i < audio->packets->len; i++) {
        const PartPacket *packet = &g_array_index(audio->packets, PartPacket, i);

        part_audio_keep_early(audio, packet->bytes, packet->duration, part_audio_position_of(audio, packet->at));
    }
    g_array_set_size(audio->packets, 0);
    audio->bytes = 0;
}

void
part_audio_drop(PartAudio *audio, guint count)
{
    for (guint i = 0; i < count; i++)
        audio->bytes -= g_bytes_get_size(g_array_index(audio->packets, PartPacket, i).bytes);
    if (count)
        g_array_remove_range(audio->packets, 0, count);
    audio->filled = 0;
}
