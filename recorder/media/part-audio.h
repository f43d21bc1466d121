/**
 * PartAudio — the Opus packets of one part that wait for their fragment, one after the other without a hole, from the part's beginning.
 *
 * The first packet goes where its position says, as exactly as silence can be cut (2.5 ms). One that is due within 20 ms of the end of what
 * is queued joins it; what is due later has Opus silence before it (counted); of what is due earlier the place is taken, and it is left out.
 * What comes before there is a part is kept for half a second.
 * Pure; one thread. Positions are µs, see track-clock.h; `at` are samples since the part's beginning.
 */
#pragma once

#include <glib.h>

typedef struct {
    GBytes *bytes;
    gint64 at;
    guint32 duration; /* samples */
} PartPacket;

typedef struct {
    GArray *packets; /* of PartPacket */
    GArray *early;   /* of PartPacket, whose `at` is a position */
    gint64 part_pos;
    gint64 next;   /* samples: the end of what is queued */
    gint64 heard;  /* position after the last real packet */
    guint64 filled; /* samples of silence since the last fragment */
    guint64 bytes;  /* that wait */
} PartAudio;

PartAudio *part_audio_new(void);
void part_audio_free(PartAudio *audio);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PartAudio, part_audio_free)

/** A part begins at `pos`, empty. part_audio_place_early() then puts what came before. */
void part_audio_begin(PartAudio *audio, gint64 pos);
/** The part has ended: what was queued for after its end is early for the next one. */
void part_audio_end(PartAudio *audio);

void part_audio_keep_early(PartAudio *audio, GBytes *packet, guint duration, gint64 pos);
void part_audio_place_early(PartAudio *audio);
/** `filler`: the packet is itself silence that stands for what did not come. */
void part_audio_place(PartAudio *audio, GBytes *packet, guint duration, gint64 pos, gboolean filler);
/** Silence up to, and not beyond, `pos`. */
void part_audio_fill(PartAudio *audio, gint64 pos);
/** The first `count` packets have been handed out. */
void part_audio_drop(PartAudio *audio, guint count);

gint64 part_audio_position_of(const PartAudio *audio, gint64 samples);
/** Position of the end of what is queued. */
gint64 part_audio_end_position(const PartAudio *audio);
/** What is queued reaches `pos`, but for what nobody hears. */
gboolean part_audio_reaches(const PartAudio *audio, gint64 pos);
