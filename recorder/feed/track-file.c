#include "track-file.h"

static void
on_part(const AssembledPart *part, gpointer user)
{
    TrackFile *file = user;
    RecordingPart begin = {
        .epoch = file->epoch,
        .track = file->name,
        .init_segment = part->init_segment,
        .extension = part->extension,
        .codecs = part->codecs,
        .width = part->width,
        .height = part->height,
        .captured = part->pos + file->place->wall_offset,
    };

    file->place->sink->begin_part(&begin, file->place->sink_user);
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
        .captured = fragment->pos + file->place->wall_offset,
        .filled = fragment->filled,
        .key = fragment->key,
    };

    file->place->sink->add_fragment(&add, file->place->sink_user);
}

static void
on_part_ended(gpointer user)
{
    TrackFile *file = user;

    file->place->sink->end_part(file->name, file->place->sink_user);
}

/** Where it began in wall time; what ends has the beginning that it was told with, even if the clock has been set since. */
static gint64
span_from(const TrackFile *file, TrackFileSpan *span, gint64 from, gboolean lasts)
{
    gint64 wall = !lasts && span->pos == from ? span->wall : from + file->place->wall_offset;

    if (lasts)
        *span = (TrackFileSpan){ from, wall };
    return wall;
}

static void
on_gap(gint64 from, gint64 to, const char *reason, gpointer user)
{
    TrackFile *file = user;
    gint64 wall = span_from(file, &file->gap, from, to < 0);

    file->place->sink->gap(file->name, wall, to < 0 ? -1 : to + file->place->wall_offset, reason, file->place->sink_user);
}

static void
on_damage(const AssembledDamage *damage, gpointer user)
{
    TrackFile *file = user;
    RecordingDamage what = {
        .epoch = file->epoch,
        .track = file->name,
        .media = damage->video ? "video" : "audio",
        .from = span_from(file, &file->damage, damage->from, damage->to < 0),
        .to = damage->to < 0 ? -1 : damage->to + file->place->wall_offset,
        .packets = damage->packets,
    };

    file->place->sink->damage(&what, file->place->sink_user);
}

static void
begin(TrackFile *file)
{
    static const AssemblerEvents events = { on_part, on_fragment, on_part_ended, on_gap, on_damage };
    AssemblerConfig config = { file->has_video, file->has_video ? 1 : 2, &events, file, file->place->wall_offset };

    file->epoch = file->place->sink->epoch(file->place->sink_user);
    file->assembler = part_assembler_new(&config);
}

TrackFile *
track_file_new(const TrackFilePlace *place, const char *name, gboolean has_video)
{
    TrackFile *file = g_new0(TrackFile, 1);

    file->place = place;
    file->name = g_strdup(name);
    file->has_video = has_video;
    if (place->sink->accepts(place->sink_user))
        begin(file);
    return file;
}

void
track_file_free(TrackFile *file, const char *reason, gint64 now)
{
    if (!file)
        return;

    gint64 end = file->assembler ? part_assembler_close(file->assembler, now) : -1;

    if (reason && end >= 0)
        on_gap(end, -1, reason, file);
    part_assembler_free(file->assembler);
    g_free(file->name);
    g_free(file);
}

void
track_file_poll(TrackFile *file, gint64 now)
{
    const FeedSink *sink = file->place->sink;

    /* Media was thrown away, or is being: begin anew when some is taken again. The gap is the sink's to declare. */
    if (file->assembler && file->epoch != sink->epoch(file->place->sink_user))
        g_clear_pointer(&file->assembler, part_assembler_free);
    if (!file->assembler && sink->accepts(file->place->sink_user))
        begin(file);
    if (file->assembler)
        part_assembler_poll(file->assembler, now);
}

void
track_file_gap(TrackFile *file, gint64 from, const char *reason)
{
    on_gap(from, -1, reason, file);
}
