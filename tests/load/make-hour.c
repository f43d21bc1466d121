/**
 * make-hour — a recording of an hour with check points, without waiting for an hour, for ./dev bench review.
 *
 *     make-hour --data DIR --recording ID --visit ID --participant ID --video FILE --audio FILE --checkpoints CODE,… --ended-at µs [--seconds N]
 *
 * FILE holds RTP packets, each behind its length (RFC 4571), and is repeated, as recorder-load does. They go through the recorder's own way from a
 * feed to fragments, by a clock that runs as fast as the machine can; the folder is what the recorder would have written, sealed with DIR's key. Each
 * check point is shown for its share of the time. Nothing is synced.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "feed-room.h"
#include "ledger-writer.h"
#include "part-writer.h"
#include "recording-place.h"
#include "signer.h"
#include "uuid7.h"

#define VIDEO_SSRC 0x11111111u
#define AUDIO_SSRC 0x22222222u
#define PACKET_MAX 1500
#define POLL_US    (100 * 1000)
#define REPORT_US  G_USEC_PER_SEC
#define NTP_1970   G_GUINT64_CONSTANT(2208988800)

typedef struct {
    char *bytes;
    GPtrArray *packets; /* into bytes, at their length */
    guint32 rate, ssrc, first, duration;
    guint next;
    guint64 rounds, sent;
    gint64 reported_at;
} Tape;

typedef struct {
    AppendFiles files;
    FakeClock clock;
    LedgerWriter *ledger;
    GHashTable *parts;   /* track → PartWriter */
    GHashTable *numbers; /* track → the last part's */
    FeedRoom *room;
    GError *error;
} Maker;

typedef struct {
    char *data, *recording, *visit, *participant, *video, *audio, *checkpoints;
    gint64 ended_at;
    int seconds;
} Options;

/* --- a disk that is not waited for --- */

static gboolean
no_sync(AppendFile *file, GError **error)
{
    return TRUE;
}

static AppendFile *
open_unsynced(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error)
{
    AppendFile *file = append_file_open(append_files_posix(), path, mode, error);

    if (file)
        file->sync = no_sync;
    return file;
}

/* --- where the room writes --- */

static gboolean
accepts(gpointer user)
{
    return TRUE;
}

static guint
epoch(gpointer user)
{
    return 0;
}

static void
end_part(const char *track, gpointer user)
{
    g_hash_table_remove(((Maker *) user)->parts, track);
}

static void
begin_part(const RecordingPart *part, gpointer user)
{
    Maker *maker = user;
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(maker->numbers, part->track)) + 1;

    end_part(part->track, user);
    if (maker->error)
        return;

    PartWriter *writer = part_writer_new(maker->ledger, part->track, number, part->extension, part->init_segment, part->codecs, part->width, part->height,
                                         &maker->error);

    if (!writer)
        return;
    g_hash_table_insert(maker->numbers, g_strdup(part->track), GUINT_TO_POINTER(number));
    g_hash_table_insert(maker->parts, g_strdup(part->track), writer);
}

static void
add_fragment(const RecordingFragment *fragment, gpointer user)
{
    Maker *maker = user;
    PartWriter *part = g_hash_table_lookup(maker->parts, fragment->track);
    PartFragment one = { fragment->t, fragment->duration, fragment->key, fragment->captured, fragment->filled };

    if (part && !maker->error && part_writer_append(part, &one, fragment->bytes, &maker->error))
        ledger_writer_seal_if_due(maker->ledger, &maker->error);
}

static void
no_gap(const char *track, gint64 from, gint64 to, const char *reason, gpointer user)
{
}

static void
no_damage(const RecordingDamage *damage, gpointer user)
{
}

static void
no_warning(const char *alarm, gpointer user)
{
}

static void
no_request(const guint8 *packet, gsize length, gpointer user)
{
}

/* --- what is played --- */

static guint32
read32(const guint8 *data)
{
    return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static void
write32(guint8 *data, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(data, &value, 4);
}

static gboolean
tape_load(Tape *tape, const char *path, guint32 rate, guint32 ssrc, GError **error)
{
    gsize length, at = 0;
    guint32 last = 0, step = 0;

    *tape = (Tape){ .packets = g_ptr_array_new(), .rate = rate, .ssrc = ssrc };
    if (!g_file_get_contents(path, &tape->bytes, &length, error))
        return FALSE;
    while (at + 2 < length) {
        guint8 *frame = (guint8 *) tape->bytes + at;
        gsize size = (gsize) frame[0] << 8 | frame[1];

        if (size < 12 || size > PACKET_MAX || at + 2 + size > length)
            break;
        if (tape->packets->len == 0)
            tape->first = read32(frame + 6);

        guint32 ticks = read32(frame + 6) - tape->first;

        step = ticks > last ? ticks - last : step;
        last = MAX(last, ticks);
        g_ptr_array_add(tape->packets, frame);
        at += 2 + size;
    }
    tape->duration = last + step;
    if (tape->packets->len < 2)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no packets", path);
    return tape->packets->len >= 2;
}

static guint64
ticks_of(const Tape *tape)
{
    return tape->rounds * tape->duration + (read32((const guint8 *) tape->packets->pdata[tape->next] + 6) - tape->first);
}

static void
report(Maker *maker, const Tape *tape, guint32 rtp)
{
    guint8 packet[28] = { 0x80, 200, 0, 6 };

    write32(packet + 4, tape->ssrc);
    write32(packet + 8, (guint32) ((guint64) (maker->clock.wall_us / G_USEC_PER_SEC) + NTP_1970));
    write32(packet + 12, (guint32) (((guint64) (maker->clock.wall_us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC));
    write32(packet + 16, rtp);
    feed_room_packet(maker->room, packet, sizeof packet);
}

/** What is due `elapsed` µs after the beginning. */
static void
play(Maker *maker, Tape *tape, gint64 elapsed)
{
    while ((gint64) (ticks_of(tape) * G_USEC_PER_SEC / tape->rate) <= elapsed) {
        const guint8 *frame = tape->packets->pdata[tape->next];
        gsize size = (gsize) frame[0] << 8 | frame[1];
        guint32 rtp = (guint32) ticks_of(tape);
        guint16 sequence = GUINT16_TO_BE((guint16) tape->sent);
        guint8 packet[PACKET_MAX];

        memcpy(packet, frame + 2, size);
        memcpy(packet + 2, &sequence, 2);
        write32(packet + 4, rtp);
        write32(packet + 8, tape->ssrc);
        if (elapsed >= tape->reported_at) {
            tape->reported_at = elapsed + REPORT_US;
            report(maker, tape, rtp);
        }
        feed_room_packet(maker->room, packet, size);
        tape->sent++;
        if (++tape->next == tape->packets->len) {
            tape->next = 0;
            tape->rounds++;
        }
    }
}

/* --- the visit --- */

static void
mark(Maker *maker, const char *kind, const char *checkpoint)
{
    g_autofree char *id = uuid7_new(&maker->clock.base);
    json_t *data = json_pack("{s:s, s:s}", "kind", kind, "checkpoint", checkpoint);
    LedgerEntry entry = { id, "mark", maker->clock.wall_us, data };

    if (!maker->error)
        ledger_writer_entry(maker->ledger, &entry, NULL, &maker->error);
    json_decref(data);
}

static void
announce(Maker *maker, const char *participant, const Tape *tape, FeedKind kind)
{
    g_autofree char *text = g_strdup_printf("{\"type\":\"track\",\"ssrc\":%u,\"participant\":\"%s\",\"order\":0,\"kind\":\"%s\",\"codec\":\"%s\","
                                            "\"payload_type\":%u,\"clock_rate\":%u}", tape->ssrc, participant, kind == FEED_VIDEO ? "video" : "audio",
                                            kind == FEED_VIDEO ? "H264" : "opus", kind == FEED_VIDEO ? 102 : 111, tape->rate);
    FeedMessage message;

    if (feed_message_parse((const guint8 *) text, strlen(text), &message, &maker->error))
        feed_room_message(maker->room, &message);
}

static void
record(Maker *maker, const Options *options, Tape *video, Tape *audio)
{
    g_auto(GStrv) codes = g_strsplit(options->checkpoints, ",", -1);
    guint count = g_strv_length(codes);
    gint64 length = (gint64) options->seconds * G_USEC_PER_SEC, share = length / MAX(count, 1), polled = 0;

    announce(maker, options->participant, video, FEED_VIDEO);
    announce(maker, options->participant, audio, FEED_AUDIO);
    for (gint64 elapsed = 0; elapsed < length && !maker->error; elapsed += 5000) {
        if (count && elapsed % share < 5000 && elapsed / share < count) {
            if (elapsed / share > 0)
                mark(maker, "checkpoint-end", codes[elapsed / share - 1]);
            mark(maker, "checkpoint-start", codes[elapsed / share]);
        }
        play(maker, video, elapsed);
        play(maker, audio, elapsed);
        if (elapsed - polled >= POLL_US) {
            polled = elapsed;
            feed_room_poll(maker->room);
        }
        fake_clock_advance(&maker->clock, 5000);
    }
    if (count)
        mark(maker, "checkpoint-end", codes[count - 1]);
}

static gboolean
make(const Options *options, GError **error)
{
    static const FeedSink sink = { accepts, epoch, begin_part, add_fragment, end_part, no_gap, no_damage, no_warning };
    g_autofree char *key = g_build_filename(options->data, "evidence", "key.pem", NULL);
    g_autofree char *certificate = g_build_filename(options->data, "evidence", "cert.pem", NULL);
    g_autofree char *root = g_build_filename(options->data, "recordings", NULL);
    g_autofree char *folder = recording_place(root, options->recording);
    g_autoptr(Signer) signer = signer_load_or_create(key, certificate, "ed25519", "bench", error);
    Maker maker = { .files = { open_unsynced } };
    Tape video, audio;

    if (!signer || !tape_load(&video, options->video, 90000, VIDEO_SSRC, error) || !tape_load(&audio, options->audio, 48000, AUDIO_SSRC, error))
        return FALSE;
    fake_clock_init(&maker.clock, options->ended_at - (gint64) options->seconds * G_USEC_PER_SEC);

    LedgerConfig ledger = { .folder = folder, .files = &maker.files, .clock = &maker.clock.base, .signer = signer };
    LedgerOpening opening = { options->recording, options->visit, "bench", "bench", "1", "bench" };
    FeedRoomConfig room = { &maker.clock.base, &sink, &maker, options->recording, options->participant, no_request, &maker };

    maker.ledger = ledger_writer_create(&ledger, &opening, error);
    if (!maker.ledger)
        return FALSE;
    maker.parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) part_writer_free);
    maker.numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    maker.room = feed_room_new(&room);
    record(&maker, options, &video, &audio);
    feed_room_free(maker.room, NULL);
    g_hash_table_unref(maker.parts);
    if (!maker.error)
        ledger_writer_end(maker.ledger, "visit-ended", &maker.error);
    ledger_writer_free(maker.ledger);
    g_hash_table_unref(maker.numbers);
    if (maker.error)
        g_propagate_error(error, maker.error);
    return maker.error == NULL;
}

int
main(int argc, char **argv)
{
    Options options = { .seconds = 3600 };
    const GOptionEntry entries[] = {
        { "data", 0, 0, G_OPTION_ARG_FILENAME, &options.data, "the data directory", "DIR" },
        { "recording", 0, 0, G_OPTION_ARG_STRING, &options.recording, "its id", "ID" },
        { "visit", 0, 0, G_OPTION_ARG_STRING, &options.visit, "the visit's", "ID" },
        { "participant", 0, 0, G_OPTION_ARG_STRING, &options.participant, "whose camera it is", "ID" },
        { "video", 0, 0, G_OPTION_ARG_FILENAME, &options.video, "packets of H.264", "FILE" },
        { "audio", 0, 0, G_OPTION_ARG_FILENAME, &options.audio, "packets of Opus", "FILE" },
        { "checkpoints", 0, 0, G_OPTION_ARG_STRING, &options.checkpoints, "shown one after the other", "CODE,…" },
        { "ended-at", 0, 0, G_OPTION_ARG_INT64, &options.ended_at, "when it ended", "µs" },
        { "seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "its length", "N" },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || !options.data || !options.recording || !options.visit || !options.participant ||
        !options.video || !options.audio || !options.checkpoints || options.seconds < 1 || !make(&options, &error)) {
        fprintf(stderr, "make-hour: %s\n", error ? error->message : "--data --recording --visit --participant --video --audio --checkpoints --ended-at");
        return 1;
    }
    return 0;
}
