/**
 * PartAssembler — turns one track file's pictures and Opus packets into parts and fragments.
 *
 * A fragment is about half a second, or shorter where a key frame comes. It is never held back by a track that has nothing to say: the last
 * picture of a fragment is stretched, missing audio is filled with Opus silence and the fill is counted. A new part begins, at a key frame,
 * when the codec, its configuration or the resolution changes. A pause of more than 3 s of the video (10 s of the audio of a track file
 * without video) ends the part and opens a gap. What was lost on the way is a damaged span: the picture stands, or sound is silence.
 *
 * Pure: bytes and `now` in, bytes and events out; the events are called from within the calls below. One thread. Times are µs; positions
 * are on the recorder's timeline, see track-clock.h.
 */
#pragma once

#include <glib.h>

#include "video-depay.h"

typedef struct PartAssembler PartAssembler;

typedef struct {
    GBytes *init_segment; /* borrowed */
    const char *extension; /* of the file: "mp4" or "webm" */
    const char *codecs;
    guint width, height; /* 0 without video */
    gint64 pos;          /* position of the part's time 0 */
} AssembledPart;

typedef struct {
    GBytes *bytes; /* a moof and its mdat, or a cluster; borrowed */
    gint64 t;      /* from the part's beginning; fragments of a part are without holes */
    gint64 duration;
    gboolean key;
    gint64 pos;    /* of t */
    gint64 filled; /* audio silence put in for what did not come */
} AssembledFragment;

typedef struct {
    gint64 from, to; /* `to` < 0: it lasts, until one with the same `from` and a `to` follows */
    guint packets;   /* that did not come; 0 = nobody knows how many */
    gboolean video;
} AssembledDamage;

typedef struct {
    void (*part)(const AssembledPart *part, gpointer user);
    void (*fragment)(const AssembledFragment *fragment, gpointer user);
    /** The part has ended; nothing more comes for it. */
    void (*part_ended)(gpointer user);
    /** `to` < 0: it lasts until a gap with the same `from` and a `to` follows. */
    void (*gap)(gint64 from, gint64 to, const char *reason, gpointer user);
    void (*damage)(const AssembledDamage *damage, gpointer user);
} AssemblerEvents;

typedef struct {
    gboolean has_video; /* else: audio alone */
    guint channels;     /* of the audio, 1 or 2 */
    const AssemblerEvents *events;
    gpointer user;
    gint64 wall_offset; /* wall = position + this, for the creation time in the init segment */
} AssemblerConfig;

PartAssembler *part_assembler_new(const AssemblerConfig *config);
/** Without a word; what waits is lost. See part_assembler_close(). */
void part_assembler_free(PartAssembler *assembler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PartAssembler, part_assembler_free)

void part_assembler_video(PartAssembler *assembler, const VideoPicture *picture, gint64 now);
/** `filler`: silence that stands for what did not come. */
void part_assembler_audio(PartAssembler *assembler, GBytes *packet, gint64 pos, gboolean filler, gint64 now);
/** `packets` of the video before the one at `pos` are missing: what is predicted from them would show what was never there, so pictures
 *  are left out up to the next key frame, and the span is damaged. */
void part_assembler_video_lost(PartAssembler *assembler, guint packets, gint64 pos);
/** The pictures that follow come from another encoder: they begin with a key frame. The last one stands until then. */
void part_assembler_video_restarts(PartAssembler *assembler);
/** `packets` of the audio before the one at `pos` are missing; losses that lie close together are one damaged span. */
void part_assembler_audio_lost(PartAssembler *assembler, guint packets, gint64 pos);

/** Does what is due by time alone; call it every 100 ms or so. */
void part_assembler_poll(PartAssembler *assembler, gint64 now);
/** Hands out everything that waits and ends the part. Returns the position where the track ends, -1 if it never began. Frames may follow:
 *  they begin a new part. */
gint64 part_assembler_close(PartAssembler *assembler, gint64 now);

/** A key frame is needed before anything (more) can be written. */
gboolean part_assembler_needs_key(const PartAssembler *assembler);
/** Position of the last key frame taken, -1 if none. */
gint64 part_assembler_last_key(const PartAssembler *assembler);
