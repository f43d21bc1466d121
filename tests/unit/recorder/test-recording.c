#include "recording.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gated-disk.h"
#include "suite-main.h"
#include "verification.h"

#define ID          "018bcfe5-6800-7000-8000-000000000001"
#define PARTICIPANT "018bcfe5-6800-7000-8000-000000000002"
#define WALL        G_GINT64_CONSTANT(1700000000000000)

/** What a recording tells, collected for the test's thread. */
typedef struct {
    GatedDisk disk;
    Signer *signer;
    char *root, *folder;
    Recording *recording;
    GMutex lock;
    GCond changed;
    RecordingState state;
    GString *gaps;
    guint alarms;
} Bench;

static void
on_opened(Recording *recording, RecordingIndex *index, gpointer user)
{
    recording_index_free(index);
}

static void
on_line(Recording *recording, json_t *line, gpointer user)
{
    Bench *bench = user;

    g_mutex_lock(&bench->lock);
    if (g_str_equal(json_string_value(json_object_get(line, "type")), "gap"))
        g_string_append_printf(bench->gaps, "%s %s;", json_string_value(json_object_get(line, "reason")),
                               json_is_null(json_object_get(line, "to")) ? "lasts" : "closed");
    g_mutex_unlock(&bench->lock);
    json_decref(line);
}

static void
on_state(Recording *recording, RecordingState state, const char *alarm, gpointer user)
{
    Bench *bench = user;

    g_mutex_lock(&bench->lock);
    bench->state = state;
    bench->alarms += state == RECORDING_ALARM;
    g_cond_broadcast(&bench->changed);
    g_mutex_unlock(&bench->lock);
}

static void
bench_start(Bench *bench, const RecordingOpening *opening)
{
    RecordingEnvironment environment = { &bench->disk.files, clock_system(), bench->signer, on_opened, on_line, NULL, on_state, bench };

    bench->recording = recording_start(&environment, ID, bench->folder, opening);
    ck_assert(recording_wait_opened(bench->recording, 20000));
}

static Bench *
bench_new(gint fail_at)
{
    static const RecordingOpening opening = { PARTICIPANT, "case", "item", "1", "title", PARTICIPANT };
    Bench *bench = g_new0(Bench, 1);

    gated_disk_init(&bench->disk);
    bench->disk.appends = fail_at;
    g_mutex_init(&bench->lock);
    g_cond_init(&bench->changed);
    bench->gaps = g_string_new(NULL);
    bench->root = g_dir_make_tmp("recording-XXXXXX", NULL);
    bench->folder = g_build_filename(bench->root, "month", ID, NULL);
    bench->signer = signer_generate("ed25519", "test", NULL);
    bench_start(bench, &opening);
    return bench;
}

static void
bench_stop(Bench *bench)
{
    recording_stop(bench->recording);
    g_clear_pointer(&bench->recording, recording_unref);
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        remove_tree(child);
    }
    g_remove(path);
}

static void
bench_free(Bench *bench)
{
    if (bench->recording)
        bench_stop(bench);
    remove_tree(bench->root);
    signer_free(bench->signer);
    gated_disk_clear(&bench->disk);
    g_mutex_clear(&bench->lock);
    g_cond_clear(&bench->changed);
    g_string_free(bench->gaps, TRUE);
    g_free(bench->root);
    g_free(bench->folder);
    g_free(bench);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

static void
wait_for_state(Bench *bench, RecordingState state)
{
    gint64 deadline = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;

    g_mutex_lock(&bench->lock);
    while (bench->state != state)
        ck_assert_msg(g_cond_wait_until(&bench->changed, &bench->lock, deadline), "state stays %d", bench->state);
    g_mutex_unlock(&bench->lock);
}

static void
begin_part(Bench *bench, gint64 at)
{
    g_autoptr(GBytes) init = g_bytes_new_static("init segment", 12);

    recording_begin_part(bench->recording, &(RecordingPart){ .epoch = recording_epoch(bench->recording), .track = "site",
                                                             .init_segment = init, .extension = "mp4", .codecs = "avc1.42e01f,opus", .width = 640,
                                                             .height = 480, .captured = WALL + at });
}

static void
add_fragments(Bench *bench, gint64 from, guint count, gsize size)
{
    g_autofree char *data = g_malloc0(size);
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    guint epoch = recording_epoch(bench->recording);

    for (guint i = 0; i < count; i++)
        recording_add_fragment(bench->recording,
                               &(RecordingFragment){ .epoch = epoch, .track = "site", .bytes = bytes, .t = i * G_USEC_PER_SEC,
                                                     .duration = G_USEC_PER_SEC, .captured = WALL + from + i * G_USEC_PER_SEC, .key = TRUE });
}

typedef struct {
    GMutex lock;
    GCond done;
    gboolean answered;
    RecordingAnswer answer;
} Call;

static void
on_done(const RecordingAnswer *answer, gpointer user)
{
    Call *call = user;

    g_mutex_lock(&call->lock);
    call->answer = *answer;
    call->answered = TRUE;
    g_cond_signal(&call->done);
    g_mutex_unlock(&call->lock);
}

static RecordingAnswer
wait_for_answer(Call *call)
{
    gint64 deadline = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;

    g_mutex_lock(&call->lock);
    while (!call->answered)
        ck_assert(g_cond_wait_until(&call->done, &call->lock, deadline));
    call->answered = FALSE;
    g_mutex_unlock(&call->lock);
    return call->answer;
}

static RecordingAnswer
enter(Bench *bench, const char *id)
{
    Call call = { 0 };

    recording_enter(bench->recording, id, "mark", WALL, NULL, on_done, &call);
    return wait_for_answer(&call);
}

static RecordingAnswer
end(Bench *bench)
{
    Call call = { 0 };

    recording_end(bench->recording, "test", on_done, &call);
    return wait_for_answer(&call);
}

static Verdict
verdict(Bench *bench)
{
    g_autoptr(Verification) verification = verification_run(bench->folder, NULL);

    return verification_verdict(verification);
}

START_TEST(entries_are_entered_once)
{
    g_autoptr(Bench) bench = bench_new(0);
    RecordingAnswer first = enter(bench, "a"), again = enter(bench, "a");

    ck_assert_int_eq(first.outcome, RECORDING_DONE);
    ck_assert_int_eq(again.outcome, RECORDING_REPEATED);
    ck_assert_uint_eq(first.seq, again.seq);
    bench_stop(bench);
    bench_start(bench, NULL);
    again = enter(bench, "a");
    ck_assert_int_eq(again.outcome, RECORDING_REPEATED);
    ck_assert_uint_eq(first.seq, again.seq);
    ck_assert_str_eq(recording_site_participant(bench->recording), PARTICIPANT);
    ck_assert_int_eq(end(bench).outcome, RECORDING_DONE);
    ck_assert_int_eq(enter(bench, "b").outcome, RECORDING_OVER);
    ck_assert_int_eq(verdict(bench), VERDICT_INTACT);
}
END_TEST

/** Whichever append fails, in media, ledger or the opening itself: the alarm, then on by itself, everything declared. */
START_TEST(any_append_may_fail)
{
    g_autoptr(Bench) bench = bench_new(_i + 1);

    wait_for_state(bench, RECORDING_WAITING);
    begin_part(bench, 0);
    add_fragments(bench, 0, 3, 1000);

    RecordingAnswer answer = enter(bench, "a");

    while (answer.outcome == RECORDING_UNAVAILABLE) {
        g_usleep(50000); /* a caller that tries again */
        answer = enter(bench, "a");
    }
    ck_assert(answer.outcome == RECORDING_DONE || answer.outcome == RECORDING_REPEATED);
    while ((answer = end(bench)).outcome == RECORDING_UNAVAILABLE)
        g_usleep(50000);
    ck_assert(g_atomic_int_get(&bench->disk.failed));
    ck_assert_uint_ge(bench->alarms, 1);
    ck_assert_int_eq(verdict(bench), VERDICT_INTACT);
}
END_TEST

START_TEST(a_failure_in_the_media_is_a_gap)
{
    g_autoptr(Bench) bench = bench_new(0);

    begin_part(bench, 0);
    wait_for_state(bench, RECORDING_RUNNING);
    enter(bench, "before");
    g_atomic_int_set(&bench->disk.appends, 1);

    guint epoch = recording_epoch(bench->recording);

    add_fragments(bench, 0, 1, 1000);
    wait_for_state(bench, RECORDING_ALARM);
    ck_assert(!recording_accepts(bench->recording));
    wait_for_state(bench, RECORDING_WAITING);
    ck_assert(recording_accepts(bench->recording));
    ck_assert_uint_ne(recording_epoch(bench->recording), epoch);
    begin_part(bench, 10 * G_USEC_PER_SEC);
    wait_for_state(bench, RECORDING_RUNNING);
    add_fragments(bench, 10 * G_USEC_PER_SEC, 1, 1000);
    ck_assert_int_eq(end(bench).outcome, RECORDING_DONE);
    ck_assert_str_eq(bench->gaps->str, "io-error lasts;io-error closed;");
    ck_assert_int_eq(verdict(bench), VERDICT_INTACT);
}
END_TEST

START_TEST(a_disk_that_stalls_holds_nobody_up)
{
    g_autoptr(Bench) bench = bench_new(0);

    begin_part(bench, 0);
    wait_for_state(bench, RECORDING_RUNNING);
    gated_disk_stall(&bench->disk);

    guint epoch = recording_epoch(bench->recording);

    /* The writer stands at the gate before the mailbox fills: one that is late finds fragments of the old epoch and throws them away. */
    add_fragments(bench, 0, 1, 1024 * 1024);
    gated_disk_wait_for_arrival(&bench->disk);

    gint64 began = g_get_monotonic_time();

    add_fragments(bench, G_USEC_PER_SEC, 60, 1024 * 1024); /* more than the mailbox takes */
    ck_assert_int_lt(g_get_monotonic_time() - began, 5 * G_USEC_PER_SEC);
    ck_assert(!recording_accepts(bench->recording));
    ck_assert_uint_ne(recording_epoch(bench->recording), epoch);
    gated_disk_go_on(&bench->disk);
    ck_assert_int_eq(enter(bench, "after").outcome, RECORDING_DONE);
    ck_assert(recording_accepts(bench->recording));
    begin_part(bench, 90 * G_USEC_PER_SEC);
    ck_assert_int_eq(end(bench).outcome, RECORDING_DONE);
    ck_assert_str_eq(bench->gaps->str, "overflow lasts;overflow closed;");
    ck_assert_int_eq(verdict(bench), VERDICT_INTACT);
}
END_TEST

START_TEST(a_stop_is_declared_and_the_rest_goes_on)
{
    g_autoptr(Bench) bench = bench_new(0);

    begin_part(bench, 0);
    add_fragments(bench, 0, 2, 1000);
    bench_stop(bench);
    ck_assert_str_eq(bench->gaps->str, "recorder-stopped lasts;");
    ck_assert_int_eq(verdict(bench), VERDICT_UNSEALED);
    bench_start(bench, NULL);
    begin_part(bench, 5 * G_USEC_PER_SEC);
    ck_assert_int_eq(end(bench).outcome, RECORDING_DONE);
    ck_assert_str_eq(bench->gaps->str, "recorder-stopped lasts;recorder-stopped closed;");
    ck_assert_int_eq(verdict(bench), VERDICT_INTACT);
}
END_TEST

START_TEST(another_reason_takes_over)
{
    g_autoptr(Bench) bench = bench_new(0);

    recording_gap(bench->recording, "site", WALL, -1, "feed-lost");
    recording_gap(bench->recording, "site", WALL + 5, -1, "video-codec");
    recording_gap(bench->recording, "site", WALL, WALL + 9, "feed-lost"); /* of yesterday */
    ck_assert_int_eq(end(bench).outcome, RECORDING_DONE);
    ck_assert_str_eq(bench->gaps->str, "feed-lost lasts;feed-lost closed;video-codec lasts;video-codec closed;");
}
END_TEST

START_TEST(a_feed_that_ends_in_order_leaves_no_gap)
{
    g_autoptr(Bench) bench = bench_new(0);

    begin_part(bench, 0);
    add_fragments(bench, 0, 2, 1000);
    recording_gap(bench->recording, "site", WALL + 2 * G_USEC_PER_SEC, -1, RECORDING_FEED_ENDED);
    ck_assert_int_eq(end(bench).outcome, RECORDING_DONE);
    ck_assert_str_eq(bench->gaps->str, "");
    ck_assert_int_eq(verdict(bench), VERDICT_INTACT);
}
END_TEST

START_TEST(a_feed_that_comes_back_has_a_gap_before_it)
{
    g_autoptr(Bench) bench = bench_new(0);

    begin_part(bench, 0);
    add_fragments(bench, 0, 2, 1000);
    recording_gap(bench->recording, "site", WALL + 2 * G_USEC_PER_SEC, -1, RECORDING_FEED_ENDED);
    begin_part(bench, 9 * G_USEC_PER_SEC);
    ck_assert_int_eq(end(bench).outcome, RECORDING_DONE);
    ck_assert_str_eq(bench->gaps->str, "feed-ended closed;");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("recording");
    TCase *tcase = tcase_create("recording");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, entries_are_entered_once);
    tcase_add_loop_test(tcase, any_append_may_fail, 0, 8);
    tcase_add_test(tcase, a_failure_in_the_media_is_a_gap);
    tcase_add_test(tcase, a_disk_that_stalls_holds_nobody_up);
    tcase_add_test(tcase, a_stop_is_declared_and_the_rest_goes_on);
    tcase_add_test(tcase, another_reason_takes_over);
    tcase_add_test(tcase, a_feed_that_ends_in_order_leaves_no_gap);
    tcase_add_test(tcase, a_feed_that_comes_back_has_a_gap_before_it);
    suite_add_tcase(suite, tcase);

    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_ENV);

    int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
