/**
 * FeedSink — where a room's parts and fragments go: the recording, or in tests whatever wants to see them. Times are wall µs.
 */
#pragma once

#include <glib.h>

#include "recording.h"

typedef struct {
    /** FALSE while media would be thrown away. */
    gboolean (*accepts)(gpointer user);
    /** Changes whenever media was thrown away: then every track begins a new part, with the new epoch. */
    guint (*epoch)(gpointer user);
    void (*begin_part)(const RecordingPart *part, gpointer user);
    void (*add_fragment)(const RecordingFragment *fragment, gpointer user);
    void (*end_part)(const char *track, gpointer user);
    void (*gap)(const char *track, gint64 from, gint64 to, const char *reason, gpointer user);
    void (*damage)(const RecordingDamage *damage, gpointer user);
    void (*warn)(const char *alarm, gpointer user);
} FeedSink;

/** Into a Recording, which is the `user` of its calls. */
extern const FeedSink feed_sink_recording;
