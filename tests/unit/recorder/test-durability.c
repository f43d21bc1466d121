/* From the phone's packets to the disk, with every write failing in turn: at most a second is lost, the recording goes on by itself, and what is
 * missing is declared, with its reason and its length. H.264 in MP4 and VP8 in WebM, with everybody's speech mixed. */
#include "recording-writer.h"

#include <string.h>

#include "evidence-support.h"
#include "phone.h"
#include "playlist.h"
#include "recovery.h"
#include "suite-main.h"
#include "verification.h"

#define LOSS_MAX   (1 * SECOND)
/* Positions are rounded to the tracks' time scales. */
#define ROUNDING   (2 * MS)
#define OPENING_OPERATIONS 4 /* certificate and open line: before them there is no recording */

/** A recorder without threads, with a phone that sends to it. */
typedef struct {
    FakeClock clock;
    Phone phone;
    FaultyDisk disk;
    Signer *signer;
    char *scratch, *folder;
    Recording *recording;
    RecordingWriter *writer;
    gint64 next_tick, began, failed_at; /* mono; wall, wall */
    gboolean dies; /* the first failure is the end of the process */
    guint refused;
} Site;

static void
on_opened(Recording *recording, RecordingIndex *index, gpointer user)
{
    recording_index_free(index);
}

static void
on_line(Recording *recording, json_t *line, gpointer user)
{
    json_decref(line);
}

static void
on_state(Recording *recording, RecordingState state, const char *alarm, gpointer user)
{
}

static void
recorder_start(Site *site)
{
    static const RecordingOpening opening = { "visit", "case", "item", "1", "title", PHONE_SITE };
    RecordingEnvironment environment = { &site->disk.base, &site->clock.base, site->signer, on_opened, on_line, NULL, on_state, site };
    Phone *phone = &site->phone;

    site->recording = recording_new(&environment, RECORDING_ID, site->folder, &opening);
    site->writer = recording_writer_new(site->recording);
    phone->room = feed_room_new(
        &(FeedRoomConfig){ &site->clock.base, &feed_sink_recording, site->recording, RECORDING_ID, PHONE_SITE, phone_on_send, phone });
    phone_announce(phone, phone->video_ssrc, FEED_VIDEO);
    phone_announce(phone, PHONE_AUDIO, FEED_AUDIO);
}

/** As SIGKILL or a power cut: what was not written yet is gone. */
static void
recorder_die(Site *site)
{
    feed_room_free(g_steal_pointer(&site->phone.room), NULL);
    recording_writer_abandon(g_steal_pointer(&site->writer));
    g_clear_pointer(&site->recording, recording_unref);
}

static void
do_jobs(Site *site)
{
    Job *job;

    while ((job = g_async_queue_try_pop(site->recording->mailbox))) {
        recording_writer_do(site->writer, job);
        g_atomic_int_add(&site->recording->waiting_bytes, -(gint) job->weight);
        job_free(job);
    }
    if (site->clock.mono_us >= site->next_tick) {
        site->next_tick = site->clock.mono_us + RECORDING_TICK_US;
        recording_writer_tick(site->writer);
    }
}

static void
step(gpointer user)
{
    Site *site = user;

    if (!site->recording)
        return;
    do_jobs(site);
    if (site->failed_at || !site->disk.fail_at || site->disk.operations < site->disk.fail_at)
        return;
    site->failed_at = site->clock.wall_us;
    if (site->dies)
        recorder_die(site);
}

static Site *
site_new(const FaultyDisk *fault, gboolean dies)
{
    Site *site = g_new0(Site, 1);

    fake_clock_init(&site->clock, WALL_START);
    fake_clock_advance(&site->clock, 100 * SECOND);
    site->scratch = scratch_new();
    site->folder = g_build_filename(site->scratch, RECORDING_ID, NULL);
    site->signer = signer_generate("ed25519", "test", NULL);
    faulty_disk_init(&site->disk);
    if (fault) {
        site->disk.fail_at = fault->fail_at;
        site->disk.fail_once = fault->fail_once;
        site->disk.short_write = fault->short_write;
        site->disk.lose_pending = fault->lose_pending;
    }
    site->dies = dies;
    site->began = site->clock.wall_us;
    phone_init(&site->phone, &site->clock, 10);
    site->phone.step = step;
    site->phone.user = site;
    recorder_start(site);
    return site;
}

static void
site_free(Site *site)
{
    if (site->recording)
        recorder_die(site);
    phone_clear(&site->phone);
    signer_free(site->signer);
    g_free(site->folder);
    scratch_remove(site->scratch);
    g_free(site);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Site, site_free)

/** After half a second without a recorder. */
static void
restart(Site *site)
{
    site->disk.fail_at = 0;
    phone_run(&site->phone, SECOND / 2);
    recorder_start(site);
}

static void
change_to_vp8(Phone *phone)
{
    FeedMessage ended = { .type = FEED_TRACK_ENDED, .ssrc = phone->video_ssrc };

    if (phone->room)
        feed_room_message(phone->room, &ended);
    phone->codec = VIDEO_VP8;
    phone->video_ssrc = 5;
    phone->key_wanted = TRUE;
    if (phone->room)
        phone_announce(phone, 5, FEED_VIDEO);
}

/** Three seconds, in the middle of which the camera changes to VP8: what a fault is put into. */
static void
record(Site *site)
{
    phone_run(&site->phone, 1500 * MS);
    change_to_vp8(&site->phone);
    phone_run(&site->phone, 1500 * MS);
}

static void
on_done(const RecordingAnswer *answer, gpointer user)
{
    *(RecordingOutcome *) user = answer->outcome;
}

/** Ends the recording, as the API does: the feed first. */
static void
end(Site *site)
{
    RecordingOutcome outcome = RECORDING_UNAVAILABLE;

    feed_room_free(g_steal_pointer(&site->phone.room), NULL);
    recording_end(site->recording, "visit-ended", on_done, &outcome);
    do_jobs(site);
    ck_assert_int_eq(outcome, RECORDING_DONE);

    g_autoptr(Verification) verification = verification_run(site->folder, NULL);
    g_autofree char *text = verification_to_text(verification, "en");

    ck_assert_msg(verification_verdict(verification) == VERDICT_INTACT, "%s", text);
}

/** The declared gap that is exactly this hole in the track. */
static const IndexGap *
gap_of(const RecordingIndex *index, const char *track, gint64 from, gint64 to)
{
    guint count;
    const IndexGap *gaps = recording_index_gaps(index, &count);

    for (guint i = 0; i < count; i++)
        if (g_str_equal(gaps[i].track, track) && ABS(gaps[i].from - from) <= ROUNDING && ABS(gaps[i].to - to) <= ROUNDING)
            return &gaps[i];
    return NULL;
}

/** Every microsecond of the track from its first fragment on is in a fragment or in a declared gap, never in both. Returns the number of gaps. */
static guint
assert_complete(const RecordingIndex *index, const char *track, const char *reason, const char *what)
{
    guint count, holes = 0;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    gint64 end = -1;

    for (guint i = 0; i < count; i++) {
        if (!g_str_equal(fragments[i].track, track))
            continue;

        gint64 hole = end < 0 ? 0 : fragments[i].captured - end;

        ck_assert_msg(hole >= -ROUNDING, "%s: %s overlaps by %" G_GINT64_FORMAT " us", what, track, -hole);
        if (hole > ROUNDING) {
            const IndexGap *gap = gap_of(index, track, end, fragments[i].captured);

            ck_assert_msg(gap != NULL, "%s: %s has a hole of %" G_GINT64_FORMAT " ms that nobody declares", what, track, hole / 1000);
            ck_assert_msg(g_str_equal(gap->reason, reason), "%s: %s instead of %s", what, gap->reason, reason);
            holes++;
        }
        end = fragments[i].captured + fragments[i].duration;
    }
    return holes;
}

/** Wall time up to which the track stood when it was `at`. */
static gint64
durable_at(const RecordingIndex *index, const char *track, gint64 at)
{
    guint count;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    gint64 end = -1;

    for (guint i = 0; i < count; i++)
        if (g_str_equal(fragments[i].track, track) && fragments[i].captured + fragments[i].duration <= at)
            end = MAX(end, fragments[i].captured + fragments[i].duration);
    return end;
}

/** The reviewer's two sources say what the ledger says. */
static void
assert_shown(const RecordingIndex *index, const char *reason, const char *what)
{
    g_autoptr(PlaylistTrack) track = playlist_track_new(index, RECORDING_TRACK_SITE);
    g_autofree char *playlist = playlist_media(track);
    g_autofree char *said = g_strdup_printf("X-REASON=\"%s\"", reason);
    json_t *json = recording_index_to_json(index), *gap;
    gboolean found = FALSE;
    size_t i;

    ck_assert_msg(strstr(playlist, said) && strstr(playlist, ",DURATION=") && strstr(playlist, "#EXT-X-DISCONTINUITY\n"), "%s: %s", what, playlist);
    json_array_foreach(json_object_get(json, "gaps"), i, gap)
        found |= !g_strcmp0(json_string_value(json_object_get(gap, "reason")), reason) &&
                 json_integer_value(json_object_get(gap, "to")) > json_integer_value(json_object_get(gap, "from"));
    ck_assert_msg(found, "%s: the review does not know", what);
    json_decref(json);
}

static void
judge(Site *site, const char *reason, const char *what)
{
    static const char voice[] = "audio-" PHONE_SITE;
    g_autoptr(RecordingIndex) index = recording_index_load(site->folder, NULL);
    gint64 failed = site->failed_at, durable = durable_at(index, "site", failed), heard = durable_at(index, voice, failed);

    ck_assert_ptr_nonnull(index);
    ck_assert_msg(failed > 0, "%s: nothing failed", what);
    guint holes = assert_complete(index, "site", reason, what);

    assert_complete(index, voice, reason, what);
    if (failed - site->began > LOSS_MAX + SECOND / 2) { /* it had begun for certain */
        ck_assert_msg(failed - durable <= LOSS_MAX, "%s: %" G_GINT64_FORMAT " ms of the site lost", what, (failed - durable) / 1000);
        ck_assert_msg(failed - heard <= LOSS_MAX, "%s: %" G_GINT64_FORMAT " ms of the voice lost", what, (failed - heard) / 1000);
    }
    ck_assert_msg(durable_at(index, "site", G_MAXINT64) >= site->clock.wall_us - SECOND / 2, "%s: it did not go on", what);
    if (holes)
        assert_shown(index, reason, what);
}

static guint
operations_of_a_good_run(void)
{
    g_autoptr(Site) site = site_new(NULL, FALSE);

    record(site);

    guint operations = site->disk.operations;

    phone_run(&site->phone, 1500 * MS);
    end(site);

    g_autoptr(RecordingIndex) index = recording_index_load(site->folder, NULL);

    ck_assert_uint_eq(assert_complete(index, "site", "", "a good run"), 0);
    ck_assert_uint_eq(assert_complete(index, "audio-" PHONE_SITE, "", "a good run"), 0);
    ck_assert_uint_gt(operations, 50);
    return operations;
}

static void
every_operation(const char *mode, FaultyDisk fault, gboolean dies)
{
    guint operations = operations_of_a_good_run();

    for (guint i = 1; i <= operations; i++) {
        g_autofree char *what = g_strdup_printf("%s at operation %u of %u", mode, i, operations);

        fault.fail_at = i;

        g_autoptr(Site) site = site_new(&fault, dies);

        record(site);
        if (!site->recording)
            restart(site);
        phone_run(&site->phone, 3 * SECOND);
        end(site);
        judge(site, dies ? "recorder-killed" : "disk-full", what);
    }
}

START_TEST(a_write_that_fails)
{
    every_operation("failure", (FaultyDisk){ .fail_once = TRUE }, FALSE);
}
END_TEST

START_TEST(a_write_that_is_torn)
{
    every_operation("torn write", (FaultyDisk){ .fail_once = TRUE, .short_write = TRUE }, FALSE);
}
END_TEST

START_TEST(a_power_cut)
{
    every_operation("power cut", (FaultyDisk){ .lose_pending = TRUE }, TRUE);
}
END_TEST

START_TEST(a_kill_within_a_write)
{
    every_operation("kill", (FaultyDisk){ .short_write = TRUE }, TRUE);
}
END_TEST

/* --- the clock is set --- */

static guint
count_steps(const RecordingIndex *index)
{
    guint count, steps = 0;
    const IndexEntry *entries = recording_index_entries(index, &count);

    for (guint i = 0; i < count; i++)
        steps += g_str_equal(entries[i].type, "clock-step");
    return steps;
}

static gboolean
has_gap(const RecordingIndex *index, const char *track, const char *reason)
{
    guint count;
    const IndexGap *gaps = recording_index_gaps(index, &count);

    for (guint i = 0; i < count; i++)
        if (g_str_equal(gaps[i].track, track) && g_str_equal(gaps[i].reason, reason) && gaps[i].to > gaps[i].from)
            return TRUE;
    return FALSE;
}

/** An hour forward or back while it records, and the power goes soon after: the step is in the ledger, the interruption too, nothing more is lost. */
static void
set_clock(gint64 by)
{
    g_autoptr(Site) site = site_new(NULL, FALSE);

    record(site);
    site->clock.wall_us += by;
    phone_run(&site->phone, 4 * SECOND);

    gint64 died = site->clock.wall_us;

    recorder_die(site);
    restart(site);
    phone_run(&site->phone, 3 * SECOND);
    end(site);

    g_autoptr(RecordingIndex) index = recording_index_load(site->folder, NULL);
    gint64 recorded = recording_index_duration(index);

    ck_assert_uint_eq(count_steps(index), 1);
    ck_assert(has_gap(index, "site", "recorder-killed"));
    ck_assert(has_gap(index, "audio-" PHONE_SITE, "recorder-killed"));
    ck_assert_int_ge(recorded, 10 * SECOND + SECOND / 2 - LOSS_MAX - SECOND); /* all but the loss, the restart and the wait for a key frame */
    ck_assert_int_le(recorded, 10 * SECOND + SECOND / 2);
    /* What was marked just before the power went is found there, by the clock as it was then. */
    gint64 position = recording_index_position_at(index, died - 2 * SECOND);

    if (by > 0)
        ck_assert_int_le(ABS(position - 5 * SECOND), SECOND / 2);
}

START_TEST(a_clock_that_is_set_forward)
{
    set_clock(3600 * SECOND);
}
END_TEST

START_TEST(a_clock_that_is_set_back)
{
    set_clock(-3600 * SECOND);
}
END_TEST

/** While no recorder runs: the gap's length is not known, and still it is one. */
START_TEST(a_clock_that_is_set_back_between_two_starts)
{
    g_autoptr(Site) site = site_new(NULL, FALSE);

    record(site);
    recorder_die(site);
    site->clock.wall_us -= 3600 * SECOND;
    restart(site);
    phone_run(&site->phone, 3 * SECOND);
    end(site);

    g_autoptr(RecordingIndex) index = recording_index_load(site->folder, NULL);

    ck_assert(has_gap(index, "site", "recorder-killed"));
    ck_assert(has_gap(index, "audio-" PHONE_SITE, "recorder-killed"));
}
END_TEST

/* --- cut at every byte --- */

static gsize
box_size(const guint8 *box)
{
    return (gsize) box[0] << 24 | (gsize) box[1] << 16 | (gsize) box[2] << 8 | box[3];
}

/** A fragment is a moof and its mdat, or one Cluster: nothing before it and nothing after it. */
static void
assert_container(const char *folder, const IndexPart *part, const IndexFragment *fragment)
{
    gsize length;
    g_autofree char *text = read_text(folder, part->file, &length);
    const guint8 *data = (const guint8 *) text + fragment->offset;

    ck_assert_uint_le(fragment->offset + fragment->length, length);
    if (g_str_has_suffix(part->file, ".webm")) {
        static const guint8 cluster[] = { 0x1f, 0x43, 0xb6, 0x75 };

        ck_assert(!memcmp(data, cluster, 4));
        ck_assert_uint_eq(8 + (box_size(data + 4) & 0x0fffffff), fragment->length);
        return;
    }

    gsize moof = box_size(data), mdat = box_size(data + moof);

    ck_assert(!memcmp(data + 4, "moof", 4) && !memcmp(data + moof + 4, "mdat", 4));
    ck_assert_uint_eq(moof + mdat, fragment->length);
}

typedef struct {
    Studio studio; /* who recovers */
    guint64 ledger; /* bytes of it that stand */
    guint fragments;
    guint64 torn; /* media bytes behind their last line */
    guint cuts;
} Cutter;

/** Recovers what stands, and takes it back again, for recovery only ever appends to the ledger. */
static void
assert_recovers(Cutter *cutter, guint64 ledger, guint fragments, guint64 torn)
{
    g_autoptr(LedgerWriter) writer = NULL;
    g_autoptr(RecordingIndex) index = NULL;
    g_autoptr(GError) error = NULL;
    RecoveryReport report;
    guint count;

    ck_assert_msg(recovery_resume(&cutter->studio.config, &writer, &index, &report, &error), "%s", error ? error->message : "");
    recording_index_fragments(index, &count);
    ck_assert_uint_eq(count, fragments);
    ck_assert_uint_eq(report.torn_bytes, torn);
    cut_file(cutter->studio.config.folder, LEDGER_FILE, ledger);
    cutter->cuts++;
}

/** Takes the newest fragment away: its line byte by byte, then its media byte by byte, as the power may have gone at each of them. */
static void
cut_fragment(Cutter *cutter, const char *file, const IndexFragment *fragment, guint64 line)
{
    const char *folder = cutter->studio.config.folder;

    for (guint64 left = line; left-- > 0;) {
        gboolean stands = left + 1 >= line; /* but for its newline */

        cut_file(folder, LEDGER_FILE, cutter->ledger - line + left);
        assert_recovers(cutter, cutter->ledger - line + left, cutter->fragments - !stands, stands ? 0 : fragment->length + (left ? left + 1 : 0));
    }
    cutter->ledger -= line;
    cutter->fragments--;
    for (guint64 left = fragment->length; left-- > 0;) {
        cut_file(folder, file, fragment->offset + left);
        assert_recovers(cutter, cutter->ledger, cutter->fragments, left);
    }
}

/** The lengths of the ledger's lines with their newlines. */
static GArray *
line_lengths(const char *folder)
{
    gsize length;
    g_autofree char *text = read_text(folder, LEDGER_FILE, &length);
    GArray *lengths = g_array_new(FALSE, FALSE, sizeof(guint64));

    for (gsize at = 0; at < length;) {
        guint64 line = (guint64) ((const char *) memchr(text + at, '\n', length - at) - (text + at)) + 1;

        g_array_append_val(lengths, line);
        at += line;
    }
    return lengths;
}

/** The last three fragments of site and voice, in a recording that stops in an MP4 part (0) or in a WebM part (1). */
START_TEST(the_files_end_at_any_byte)
{
    g_autoptr(Site) site = site_new(NULL, FALSE);

    site->phone.fps = 5;
    site->phone.frame_us = 200 * MS;
    if (_i == 1)
        change_to_vp8(&site->phone);
    phone_run(&site->phone, 4 * SECOND);
    recorder_die(site);

    g_autoptr(RecordingIndex) index = recording_index_load(site->folder, NULL);
    g_autoptr(GArray) lengths = line_lengths(site->folder);
    guint count, parts;
    const IndexFragment *fragments = recording_index_fragments(index, &count);
    const IndexPart *part = recording_index_parts(index, &parts);
    Cutter cutter = { .ledger = file_size(site->folder, LEDGER_FILE), .fragments = count };
    guint sites = 0;

    cutter.studio = (Studio){ .clock = site->clock, .signer = site->signer };
    cutter.studio.config = (LedgerConfig){ .folder = site->folder, .files = &site->disk.base, .clock = &site->clock.base, .signer = site->signer };
    for (guint i = 0; i < count; i++)
        assert_container(site->folder, &part[fragments[i].part_index], &fragments[i]);
    for (guint i = count, line = lengths->len; i-- > 0 && sites < 3;) {
        const IndexFragment *fragment = &fragments[i];

        /* Lines of another kind behind it: they are cut off whole. */
        while (--line > fragment->seq)
            cutter.ledger -= g_array_index(lengths, guint64, line);
        cut_file(site->folder, LEDGER_FILE, cutter.ledger);
        cut_fragment(&cutter, part[fragment->part_index].file, fragment, g_array_index(lengths, guint64, line));
        sites += g_str_equal(fragment->track, RECORDING_TRACK_SITE);
    }
    ck_assert_uint_eq(sites, 3);
    printf("%s: recovered after %u cuts\n", _i ? "WebM" : "MP4", cutter.cuts);
}
END_TEST

static void
add_case(Suite *suite, const char *name, const TTest *const *tests, gsize count, int loops)
{
    TCase *tcase = tcase_create(name);

    tcase_set_timeout(tcase, 170); /* sanitizers on a busy machine; a hang, not slowness, is the failure */
    for (gsize i = 0; i < count; i++)
        tcase_add_loop_test(tcase, tests[i], 0, loops);
    suite_add_tcase(suite, tcase);
}

int
main(void)
{
    const TTest *const faults[] = { a_write_that_fails, a_write_that_is_torn, a_power_cut, a_kill_within_a_write };
    const TTest *const clock[] = { a_clock_that_is_set_forward, a_clock_that_is_set_back, a_clock_that_is_set_back_between_two_starts };
    const TTest *const cuts[] = { the_files_end_at_any_byte };
    Suite *suite = suite_create("durability");

    add_case(suite, "faults", faults, G_N_ELEMENTS(faults), 1);
    add_case(suite, "clock", clock, G_N_ELEMENTS(clock), 1);
    add_case(suite, "cuts", cuts, G_N_ELEMENTS(cuts), 2);

    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_ENV);

    int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
