#include "recording-index.h"

#include <string.h>

#include "evidence-error.h"
#include "index-tracks.h"
#include "ledger-line.h"
#include "ledger-reader.h"

struct RecordingIndex {
    GStringChunk *names; /* tracks, files, types: few different ones */
    GPtrArray *lines;    /* open, stills, and entries' data: their strings are borrowed by the arrays */
    GHashTable *ids;     /* id -> seq + 1 */
    GArray *parts, *fragments, *gaps, *damages, *entries, *stills;
    GArray *site; /* guint: the site's own among the fragments */
    IndexTracks *tracks;
    const char *recording, *visit, *case_number, *item, *title;
    gint64 started_at, ended_at, sealed_at, sealed_seq, disposed_at, duration;
    guint64 bytes;
};

RecordingIndex *
recording_index_new(void)
{
    RecordingIndex *index = g_new0(RecordingIndex, 1);

    index->names = g_string_chunk_new(1024);
    index->lines = g_ptr_array_new_with_free_func((GDestroyNotify) json_decref);
    index->ids = g_hash_table_new(g_str_hash, g_str_equal);
    index->parts = g_array_new(FALSE, FALSE, sizeof(IndexPart));
    index->fragments = g_array_new(FALSE, FALSE, sizeof(IndexFragment));
    index->gaps = g_array_new(FALSE, FALSE, sizeof(IndexGap));
    index->damages = g_array_new(FALSE, FALSE, sizeof(IndexDamage));
    index->entries = g_array_new(FALSE, FALSE, sizeof(IndexEntry));
    index->stills = g_array_new(FALSE, FALSE, sizeof(IndexStill));
    index->site = g_array_new(FALSE, FALSE, sizeof(guint));
    index->tracks = index_tracks_new();
    index->started_at = index->disposed_at = index->ended_at = index->sealed_at = index->sealed_seq = -1;
    return index;
}

void
recording_index_free(RecordingIndex *index)
{
    if (!index)
        return;
    g_hash_table_unref(index->ids);
    g_array_unref(index->parts);
    g_array_unref(index->fragments);
    g_array_unref(index->gaps);
    g_array_unref(index->damages);
    g_array_unref(index->entries);
    g_array_unref(index->stills);
    g_array_unref(index->site);
    index_tracks_free(index->tracks);
    g_ptr_array_unref(index->lines);
    g_string_chunk_free(index->names);
    g_free(index);
}

static const char *
name_of(RecordingIndex *index, json_t *line, const char *member)
{
    const char *text = ledger_line_text(line, member);

    return text ? g_string_chunk_insert_const(index->names, text) : NULL;
}

/* Keeps it, so that its strings may be borrowed. */
static void
keep(RecordingIndex *index, json_t *value)
{
    g_ptr_array_add(index->lines, json_incref(value));
}

static void
add_open(RecordingIndex *index, json_t *line)
{
    if (index->recording)
        return; /* a second one cannot be; strings that others hold must not change */
    keep(index, line);
    index->recording = ledger_line_text(line, "recording");
    index->visit = ledger_line_text(line, "visit");
    index->case_number = ledger_line_text(line, "case_number");
    index->item = ledger_line_text(line, "item");
    index->title = ledger_line_text(line, "title");
    index->started_at = ledger_line_at(line);
}

static void
add_part(RecordingIndex *index, json_t *line)
{
    IndexPart part = {
        .track = name_of(index, line, "track"),
        .part = (guint) ledger_line_integer(line, "part", 0),
        .file = name_of(index, line, "file"),
        .codecs = name_of(index, line, "codecs"),
        .width = (guint) ledger_line_integer(line, "width", 0),
        .height = (guint) ledger_line_integer(line, "height", 0),
        .first_fragment = G_MAXUINT,
    };

    if (!part.track || !part.file || !part.codecs || !ledger_line_size(line, "length", &part.length))
        return;
    index->bytes += part.length;
    g_array_append_val(index->parts, part);
}

/* From the end: the wanted part is nearly always among the last few. */
static IndexPart *
find_part(const RecordingIndex *index, const char *track, gint64 number, guint *ret_index)
{
    for (guint i = index->parts->len; i-- > 0;) {
        IndexPart *part = &g_array_index(index->parts, IndexPart, i);

        if (part->part == number && g_str_equal(part->track, track)) {
            *ret_index = i;
            return part;
        }
    }
    return NULL;
}

static void
add_fragment(RecordingIndex *index, json_t *line)
{
    gint64 duration = MAX(ledger_line_integer(line, "duration", 0), 0);
    IndexFragment fragment = {
        .track = name_of(index, line, "track"),
        .t = ledger_line_integer(line, "t", 0),
        .duration = (gint32) MIN(duration, G_MAXINT32),
        .captured = ledger_line_integer(line, "captured", 0),
        .key = json_is_true(json_object_get(line, "key")),
        .seq = (guint32) ledger_line_seq(line),
    };
    guint64 length;
    guint part_index = 0;
    IndexPart *part = fragment.track ? find_part(index, fragment.track, ledger_line_integer(line, "part", -1), &part_index) : NULL;

    if (!part || !ledger_line_size(line, "offset", &fragment.offset) || !ledger_line_size(line, "length", &length) || length > G_MAXUINT32)
        return;
    fragment.length = (guint32) length;
    fragment.part_index = part_index & G_MAXINT32;
    if (g_str_equal(fragment.track, RECORDING_TRACK_SITE)) {
        fragment.position = index->duration;
        index->duration += fragment.duration;
        g_array_append_vals(index->site, &index->fragments->len, 1);
    } else {
        fragment.position = recording_index_position_at(index, fragment.captured);
    }
    if (part->first_fragment == G_MAXUINT)
        part->first_fragment = index->fragments->len;
    index->bytes += fragment.length;
    g_array_append_val(index->fragments, fragment);
}

static void
add_gap(RecordingIndex *index, json_t *line)
{
    IndexGap gap = {
        .track = name_of(index, line, "track"),
        .from = ledger_line_integer(line, "from", 0),
        .to = ledger_line_integer(line, "to", -1),
        .reason = name_of(index, line, "reason"),
        .seq = ledger_line_seq(line),
    };

    if (!gap.track || !gap.reason)
        return;
    /* The second line of a lasting gap says when it ended. */
    for (guint i = index->gaps->len; i-- > 0;) {
        IndexGap *open = &g_array_index(index->gaps, IndexGap, i);

        if (open->to < 0 && open->from == gap.from && g_str_equal(open->track, gap.track) && g_str_equal(open->reason, gap.reason)) {
            /* Nothing was missing after all: what seemed to pause had only come late. */
            if (gap.to >= 0 && gap.to <= gap.from)
                g_array_remove_index(index->gaps, i);
            else
                open->to = gap.to;
            return;
        }
    }
    g_array_append_val(index->gaps, gap);
}

static void
remember_id(RecordingIndex *index, const char *id, json_t *line)
{
    g_hash_table_insert(index->ids, (gpointer) id, GSIZE_TO_POINTER(ledger_line_seq(line) + 1));
}

static void
add_entry(RecordingIndex *index, json_t *line)
{
    json_t *data = json_object_get(line, "data");
    IndexEntry entry = {
        .id = ledger_line_text(line, "id"),
        .type = name_of(index, line, "entry"),
        .checkpoint = ledger_line_text(data, "checkpoint"),
        .kind = ledger_line_text(data, "kind"),
        .occurred = ledger_line_integer(line, "occurred", 0),
        .data = data,
        .seq = ledger_line_seq(line),
    };

    if (!entry.id || !entry.type)
        return;
    /* A line is a kilobyte of JSON, most of which nobody asks for again. */
    entry.id = g_string_chunk_insert(index->names, entry.id);
    if (data)
        keep(index, data);
    remember_id(index, entry.id, line);
    g_array_append_val(index->entries, entry);
}

static void
add_still(RecordingIndex *index, json_t *line)
{
    IndexStill still = {
        .id = ledger_line_text(line, "id"),
        .file = ledger_line_text(line, "file"),
        .hash = ledger_line_text(line, "sm3") ? "sm3" : "sha256",
        .checkpoint = ledger_line_text(line, "checkpoint"),
        .participant = ledger_line_text(line, "participant"),
        .occurred = ledger_line_integer(line, "occurred", 0),
        .seq = ledger_line_seq(line),
    };

    still.digest = ledger_line_text(line, still.hash);
    if (!still.id || !still.file || !still.digest || !ledger_line_size(line, "length", &still.length))
        return;
    keep(index, line);
    remember_id(index, still.id, line);
    index->bytes += still.length;
    g_array_append_val(index->stills, still);
}

static void
add_damage(RecordingIndex *index, json_t *line)
{
    IndexDamage damage = {
        .track = name_of(index, line, "track"),
        .media = name_of(index, line, "media"),
        .from = ledger_line_integer(line, "from", 0),
        .to = ledger_line_integer(line, "to", -1),
        .packets = (guint) CLAMP(ledger_line_integer(line, "packets", 0), 0, G_MAXINT),
        .seq = ledger_line_seq(line),
    };

    if (!damage.track || !damage.media)
        return;
    /* The second line of a lasting one says when it ended, and how much was missing in all. */
    for (guint i = index->damages->len; i-- > 0;) {
        IndexDamage *open = &g_array_index(index->damages, IndexDamage, i);

        if (open->to < 0 && open->from == damage.from && g_str_equal(open->track, damage.track)) {
            open->to = damage.to;
            open->packets = damage.packets;
            return;
        }
    }
    g_array_append_val(index->damages, damage);
}

static void
add_seal(RecordingIndex *index, json_t *line)
{
    index->sealed_at = ledger_line_at(line);
    index->sealed_seq = (gint64) ledger_line_seq(line);
}

static void
add_end(RecordingIndex *index, json_t *line)
{
    index->ended_at = ledger_line_at(line);
}

static void
add_disposal(RecordingIndex *index, json_t *line)
{
    index->disposed_at = ledger_line_at(line);
}

void
recording_index_add(RecordingIndex *index, json_t *line)
{
    static const struct {
        const char *type;
        void (*add)(RecordingIndex *index, json_t *line);
    } rules[] = {
        { "fragment", add_fragment }, { "entry", add_entry }, { "seal", add_seal }, { "part", add_part },
        { "still", add_still },       { "gap", add_gap },     { "open", add_open }, { "end", add_end },
        { "damage", add_damage },     { "disposal", add_disposal },
    };
    const char *type = ledger_line_type(line);

    index_tracks_add(index->tracks, line);
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (g_str_equal(type, rules[i].type)) {
            rules[i].add(index, line);
            return;
        }
}

RecordingIndex *
recording_index_load(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, LEDGER_FILE, NULL);
    g_autoptr(LedgerReader) reader = ledger_reader_open(path, error);
    g_autoptr(RecordingIndex) index = recording_index_new();
    g_autoptr(GError) reason = NULL;
    LedgerRecord record;
    LedgerChain chain;

    if (!reader)
        return NULL;
    ledger_chain_init(&chain);
    while (chain.next_seq < LEDGER_LINES_MAX && ledger_reader_next(reader, &record, &reason)) {
        ChainStep step = ledger_chain_step(&chain, &record);

        if (step == CHAIN_BROKEN)
            break;
        if (step == CHAIN_GOOD)
            recording_index_add(index, record.line);
    }
    if (reason) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return NULL;
    }
    if (!index->recording) {
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORMAT, "%s: does not begin with an open line", path);
        return NULL;
    }
    return g_steal_pointer(&index);
}

const char *
recording_index_recording(const RecordingIndex *index)
{
    return index->recording;
}

const char *
recording_index_visit(const RecordingIndex *index)
{
    return index->visit;
}

const char *
recording_index_case_number(const RecordingIndex *index)
{
    return index->case_number;
}

const char *
recording_index_item(const RecordingIndex *index)
{
    return index->item;
}

const char *
recording_index_title(const RecordingIndex *index)
{
    return index->title;
}

gint64
recording_index_started_at(const RecordingIndex *index)
{
    return index->started_at;
}

gint64
recording_index_ended_at(const RecordingIndex *index)
{
    return index->ended_at;
}

gint64
recording_index_disposed_at(const RecordingIndex *index)
{
    return index->disposed_at;
}

gint64
recording_index_sealed_at(const RecordingIndex *index)
{
    return index->sealed_at;
}

gint64
recording_index_sealed_seq(const RecordingIndex *index)
{
    return index->sealed_seq;
}

gint64
recording_index_duration(const RecordingIndex *index)
{
    return index->duration;
}

guint64
recording_index_bytes(const RecordingIndex *index)
{
    return index->bytes;
}

const IndexPart *
recording_index_parts(const RecordingIndex *index, guint *ret_count)
{
    *ret_count = index->parts->len;
    return (const IndexPart *) index->parts->data;
}

const IndexFragment *
recording_index_fragments(const RecordingIndex *index, guint *ret_count)
{
    *ret_count = index->fragments->len;
    return (const IndexFragment *) index->fragments->data;
}

const IndexDamage *
recording_index_damages(const RecordingIndex *index, guint *ret_count)
{
    *ret_count = index->damages->len;
    return (const IndexDamage *) index->damages->data;
}

const IndexGap *
recording_index_gaps(const RecordingIndex *index, guint *ret_count)
{
    *ret_count = index->gaps->len;
    return (const IndexGap *) index->gaps->data;
}

const IndexEntry *
recording_index_entries(const RecordingIndex *index, guint *ret_count)
{
    *ret_count = index->entries->len;
    return (const IndexEntry *) index->entries->data;
}

const IndexStill *
recording_index_stills(const RecordingIndex *index, guint *ret_count)
{
    *ret_count = index->stills->len;
    return (const IndexStill *) index->stills->data;
}

gint64
recording_index_interrupted_at(const RecordingIndex *index, const char *track)
{
    return index_tracks_interrupted_at(index->tracks, track);
}

gint64
recording_index_seq_of_id(const RecordingIndex *index, const char *id)
{
    return (gint64) GPOINTER_TO_SIZE(g_hash_table_lookup(index->ids, id)) - 1;
}

/* The last site fragment captured at or before `wall`; NULL if that is before the first. */
static const IndexFragment *
site_fragment_at(const RecordingIndex *index, gint64 wall)
{
    const IndexFragment *fragments = (const IndexFragment *) index->fragments->data;
    const guint *site = (const guint *) index->site->data;
    guint low = 0, high = index->site->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (fragments[site[middle]].captured <= wall)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &fragments[site[low - 1]] : NULL;
}

gint64
recording_index_position_at(const RecordingIndex *index, gint64 wall)
{
    const IndexFragment *fragment = site_fragment_at(index, wall);

    return fragment ? fragment->position + MIN(wall - fragment->captured, fragment->duration) : 0;
}
