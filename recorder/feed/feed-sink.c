#include "feed-sink.h"

static gboolean
accepts(gpointer user)
{
    return recording_accepts(user);
}

static guint
epoch(gpointer user)
{
    return recording_epoch(user);
}

static void
begin_part(const RecordingPart *part, gpointer user)
{
    recording_begin_part(user, part);
}

static void
add_fragment(const RecordingFragment *fragment, gpointer user)
{
    recording_add_fragment(user, fragment);
}

static void
end_part(const char *track, gpointer user)
{
    recording_end_part(user, track);
}

static void
gap(const char *track, gint64 from, gint64 to, const char *reason, gpointer user)
{
    recording_gap(user, track, from, to, reason);
}

static void
damage(const RecordingDamage *what, gpointer user)
{
    recording_damage(user, what);
}

static void
warn(const char *alarm, gpointer user)
{
    recording_warn(user, alarm);
}

const FeedSink feed_sink_recording = { accepts, epoch, begin_part, add_fragment, end_part, gap, damage, warn };
