/**
 * PartAssembler — turns one track file's access units and Opus packets into parts and fragments.
 *
 * A fragment is about 1 s, or shorter where a key frame comes. It is never held back by a track that has nothing to say: the last picture
 * of a fragment is stretched, missing audio is filled with Opus silence and the fill is counted. A new part begins, at a key frame, when
 * the codec configuration, the resolution or the set of tracks changes. A pause of more than 3 s of the video (10 s of the audio of a
 * track file without video) ends the part and opens a gap.
 *
 * Pure: bytes and `now` in, bytes and events out; the events are called from within the calls below. One thread. Times are µs; positions
 * are on the recorder's timeline, see track-clock.h.
 */
#pragma once

#include <glib.h>

typedef struct PartAssembler PartAssembler;

typedef struct {
    GBytes *init_segment; /* borrowed */
    const char *codecs;
    guint width, height; /* 0 without video */
    gint64 pos;          /* position of the part's time 0 */
} AssembledPart;

typedef struct {
    GBytes *bytes; /* moof and mdat; borrowed */
    gint64 t;      /* from the part's beginning; fragments of a part are without holes */
    gint64 duration;
    gboolean key;
    gint64 pos;    /* of t */
    gint64 filled; /* audio silence put in for what did not come */
} AssembledFragment;

typedef struct {
    void (*part)(const AssembledPart *part, gpointer user);
    void (*fragment)(const AssembledFragment *fragment, gpointer user);
    /** The part has ended; nothing more comes for it. */
    void (*part_ended)(gpointer user);
    /** `to` < 0: it lasts until a gap with the same `from` and a `to` follows. */
    void (*gap)(gint64 from, gint64 to, const char *reason, gpointer user);
} AssemblerEvents;

typedef struct {
    gboolean has_video; /* else: audio alone */
    const AssemblerEvents *events;
    gpointer user;
    gint64 wall_offset; /* wall = position + this, for the creation time in the init segment */
} AssemblerConfig;

PartAssembler *part_assembler_new(const AssemblerConfig *config);
/** Without a word; what waits is lost. See part_assembler_close(). */
void part_assembler_free(PartAssembler *assembler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PartAssembler, part_assembler_free)

/** There is (or is no longer) an audio track to go with the video; 0 = none. Takes effect with the next key frame. */
void part_assembler_expect_audio(PartAssembler *assembler, guint channels);

typedef struct {
    GBytes *bytes; /* NAL units with 4-byte lengths */
    GBytes *avcc;  /* the configuration in force */
    guint width, height;
    gboolean key;
    gint64 pos;
} AccessUnit;

void part_assembler_video(PartAssembler *assembler, const AccessUnit *unit, gint64 now);
void part_assembler_audio(PartAssembler *assembler, GBytes *packet, gint64 pos, gint64 now);
/** Video was lost: pictures up to the next whole key frame would be damaged; they are left out and a gap "packets-lost" says so.
 *  `pos`: of the first packet after the loss. */
void part_assembler_video_lost(PartAssembler *assembler, gint64 pos);

/** Does what is due by time alone; call it every 100 ms or so. */
void part_assembler_poll(PartAssembler *assembler, gint64 now);
/** Hands out everything that waits and ends the part. Returns the position where the track ends, -1 if it never began. Frames may follow:
 *  they begin a new part. */
gint64 part_assembler_close(PartAssembler *assembler, gint64 now);

/** A key frame is needed before anything (more) can be written. */
gboolean part_assembler_needs_key(const PartAssembler *assembler);
/** Position of the last key frame taken, -1 if none. */
gint64 part_assembler_last_key(const PartAssembler *assembler);
