/* docs/evidence-format.md, sections 4 and 5: the writer dies at every byte, and by SIGKILL; what is lost is declared, and no more than that. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "evidence-support.h"
#include "recovery.h"
#include "suite-main.h"
#include "verification.h"

typedef struct {
    char *name;    /* relative to the recording */
    GBytes *bytes; /* NULL: the file was made */
} TapeStep;

/** A disk that writes everything down, in order; on the real disk nothing appears. */
typedef struct {
    AppendFiles base;
    const char *folder;
    GArray *steps;
} TapeDisk;

typedef struct {
    AppendFile base;
    TapeDisk *disk;
    char *name;
    guint64 size;
} TapeFile;

static void
add_step(TapeDisk *disk, const char *name, GBytes *bytes)
{
    TapeStep step = { g_strdup(name), bytes };

    g_array_append_val(disk->steps, step);
}

static void
clear_step(gpointer step)
{
    g_free(((TapeStep *) step)->name);
    g_bytes_unref(((TapeStep *) step)->bytes);
}

static gboolean
tape_append(AppendFile *base, const void *data, gsize length, GError **error)
{
    TapeFile *file = (TapeFile *) base;

    add_step(file->disk, file->name, g_bytes_new(data, length));
    file->size += length;
    return TRUE;
}

static gboolean
tape_sync(AppendFile *base, GError **error)
{
    return TRUE;
}

static guint64
tape_size(AppendFile *base)
{
    return ((TapeFile *) base)->size;
}

static void
tape_close(AppendFile *base)
{
    g_free(((TapeFile *) base)->name);
    g_free(base);
}

static AppendFile *
tape_open(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error)
{
    TapeDisk *disk = (TapeDisk *) files;
    TapeFile *file = g_new0(TapeFile, 1);
    const char *name = path + strlen(disk->folder);

    file->base = (AppendFile){ tape_append, tape_sync, tape_size, tape_close };
    file->disk = disk;
    file->name = g_strdup(g_str_has_prefix(name, ".new/") ? name + 5 : name + 1);
    if (g_str_has_prefix(name, ".new/")) { /* the writer renames its nursery on the real disk: there must be one */
        g_autofree char *nursery = g_path_get_dirname(path);

        g_mkdir_with_parents(nursery, 0700);
    }
    add_step(disk, file->name, g_bytes_new(NULL, 0));
    return &file->base;
}

static void
append_to(const char *folder, const char *name, const void *data, gsize length)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    FILE *file;

    g_mkdir_with_parents(parent, 0700);
    file = fopen(path, "ab");
    ck_assert_ptr_nonnull(file);
    ck_assert(length == 0 || fwrite(data, 1, length, file) == length);
    fclose(file);
}

typedef struct {
    guint64 media, covered;
    guint fragments;
} Expected;

/* What must stand: every fragment whose line is whole, with or without its newline. */
static Expected
expected_of(const TapeDisk *disk, guint steps, gsize bytes)
{
    Expected expected = { 0 };
    gsize pending = 0; /* media bytes whose line has not come */

    for (guint i = 0; i <= steps && i < disk->steps->len; i++) {
        const TapeStep *step = &g_array_index(disk->steps, TapeStep, i);
        gsize length;
        const char *data = g_bytes_get_data(step->bytes, &length);
        gsize stands = i < steps ? length : bytes;

        if (g_str_equal(step->name, "cert.pem") || length == 0)
            continue;
        if (!g_str_equal(step->name, LEDGER_FILE)) {
            expected.media += stands;
            pending = stands;
        } else if (stands + 1 >= length) {
            expected.covered += pending;
            pending = 0;
            if (g_strstr_len(data, (gssize) length, "\"type\":\"fragment\""))
                expected.fragments++;
        }
    }
    return expected;
}

static guint64
torn_media(json_t *report)
{
    json_t *range;
    guint64 total = 0;
    size_t i;

    json_array_foreach(json_object_get(report, "torn"), i, range)
        if (!g_str_equal(json_string_value(json_object_get(range, "file")), LEDGER_FILE))
            total += (guint64) json_integer_value(json_object_get(range, "length"));
    return total;
}

static void
assert_verdict(const char *folder, Verdict expected, guint fragments, guint64 torn)
{
    g_autoptr(Verification) verification = verification_run(folder, NULL);
    json_t *report = verification_to_json(verification);
    g_autofree char *text = verification_to_text(verification, "en");

    ck_assert_msg(verification_verdict(verification) == expected, "%s: %s", folder, text);
    ck_assert_uint_eq(json_array_size(json_object_get(report, "fragments")), fragments);
    ck_assert_uint_eq(torn_media(report), torn);
    json_decref(report);
}

/* Recovery only ever appends to the ledger, so cutting that off again undoes it. */
static void
crash_at(const TapeDisk *disk, Studio *studio, guint steps, gsize bytes)
{
    const char *folder = studio->config.folder;
    guint64 ledger_size = file_size(folder, LEDGER_FILE);
    Expected expected = expected_of(disk, steps, bytes);
    g_autoptr(LedgerWriter) writer = NULL;
    g_autoptr(RecordingIndex) index = NULL;
    g_autoptr(Verification) before = verification_run(folder, NULL);
    g_autoptr(GError) error = NULL;
    RecoveryReport report;

    ck_assert_int_eq(verification_verdict(before), VERDICT_UNSEALED);
    ck_assert_msg(recovery_resume(&studio->config, &writer, &index, &report, &error), "%s", error ? error->message : "");
    ck_assert_uint_eq(recording_index_sealed_seq(index) + 1, ledger_writer_next_seq(writer));
    ck_assert(ledger_writer_end(writer, "recovered", &error));
    assert_verdict(folder, VERDICT_INTACT, expected.fragments, expected.media - expected.covered);
    cut_file(folder, LEDGER_FILE, ledger_size);
}

/* Writes one step of the tape byte by byte and crashes after each. */
static void
crash_within(const TapeDisk *disk, Studio *studio, guint number)
{
    const TapeStep *step = &g_array_index(disk->steps, TapeStep, number);
    gsize length;
    const guint8 *data = g_bytes_get_data(step->bytes, &length);

    for (gsize bytes = 0; bytes < length; bytes++) {
        crash_at(disk, studio, number, bytes);
        append_to(studio->config.folder, step->name, data + bytes, 1);
    }
    if (length == 0)
        append_to(studio->config.folder, step->name, "", 0);
}

/* Every byte of the last three fragments, media and ledger, with the still, the mark and the seal between them. */
START_TEST(loses_only_what_it_declares_wherever_the_power_goes)
{
    const Script script = { .fragments = 6, .stills = 6, .two_parts = TRUE, .seed = 11 };
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, "tape", NULL);
    g_autofree char *crashed = g_build_filename(scratch, "crashed", NULL);
    TapeDisk disk = { { tape_open }, folder, g_array_new(FALSE, FALSE, sizeof(TapeStep)) };
    FaultyDisk quick;
    g_autoptr(GError) error = NULL;
    Studio studio;

    g_array_set_clear_func(disk.steps, clear_step);
    faulty_disk_init(&quick); /* real files whose sync is not real: thousands of recoveries */
    studio_init(&studio, folder);
    studio.config.files = &disk.base;
    ck_assert_msg(studio_record(&studio, &script, &error), "%s", error ? error->message : "");
    studio.config.files = &quick.base;
    studio.config.folder = crashed;
    for (guint i = 0; i < disk.steps->len * 3 / 4; i++) {
        const TapeStep *step = &g_array_index(disk.steps, TapeStep, i);

        append_to(crashed, step->name, g_bytes_get_data(step->bytes, NULL), g_bytes_get_size(step->bytes));
    }
    for (guint i = disk.steps->len * 3 / 4; i < disk.steps->len; i++)
        crash_within(&disk, &studio, i);
    g_array_unref(disk.steps);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

/* Writes parts of random length until it is killed; a byte goes through the pipe for every durable fragment. */
static void
record_until_killed(const LedgerConfig *config, gboolean first, int pipe_end)
{
    LedgerOpening opening = { RECORDING_ID, "v", "c", "i", "1", "t" };
    LedgerWriter *writer = NULL;
    RecordingIndex *index = NULL;
    RecoveryReport report;
    GBytes *init = noise(1, 700);

    if (first)
        writer = ledger_writer_create(config, &opening, NULL);
    else if (!recovery_resume(config, &writer, &index, &report, NULL))
        _exit(1);

    guint number = index ? recording_index_next_part(index, "site") : 1;
    PartWriter *part = part_writer_new(writer, "site", number, "mp4", init, "avc1.42e01f", 640, 480, NULL);

    for (guint i = 0; part; i++) {
        GBytes *bytes = noise(i, 20000 + i % 7 * 9000);
        PartFragment fragment = { i * G_USEC_PER_SEC, G_USEC_PER_SEC, TRUE, g_get_real_time(), 0 };

        if (!part_writer_append(part, &fragment, bytes, NULL) || write(pipe_end, "f", 1) != 1 ||
            (i % 4 == 3 && !ledger_writer_seal(writer, NULL)))
            _exit(1);
        g_bytes_unref(bytes);
    }
    _exit(1);
}

/* Kills a recording process after a few fragments, in whatever it is doing then; returns how many it had reported as durable. */
static guint
kill_once(const LedgerConfig *config, gboolean first, guint after, guint spin_us)
{
    int ends[2];
    guint durable = 0;
    char byte;
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    if (child == 0)
        record_until_killed(config, first, ends[1]);
    ck_assert_int_gt(child, 0);
    close(ends[1]);
    while (durable < after && read(ends[0], &byte, 1) == 1)
        durable++;
    g_usleep(spin_us); /* not to wait for something, but to die at another place each time */
    kill(child, SIGKILL);
    while (read(ends[0], &byte, 1) == 1)
        durable++;
    waitpid(child, NULL, 0);
    close(ends[0]);
    return durable;
}

START_TEST(twenty_kills_lose_no_durable_fragment)
{
    char *scratch = scratch_new();
    g_autofree char *folder = g_build_filename(scratch, RECORDING_ID, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    g_autoptr(RecordingIndex) index = NULL;
    LedgerWriter *writer = NULL;
    RecoveryReport report;
    guint durable = 0, count;
    Studio studio;

    studio_init(&studio, folder);
    studio.config.clock = clock_system();
    for (guint i = 0; i < 20; i++)
        durable += kill_once(&studio.config, i == 0, 1 + i % 5, (guint) g_rand_int_range(rand, 0, 4000));
    ck_assert_uint_ge(durable, 20);
    ck_assert(recovery_resume(&studio.config, &writer, &index, &report, NULL));
    recording_index_fragments(index, &count);
    ck_assert_uint_ge(count, durable);
    ck_assert_uint_le(count, durable + 20); /* one a kill may have been durable and not yet reported */
    ck_assert(ledger_writer_end(writer, "done", NULL));
    ledger_writer_free(writer);

    g_autoptr(Verification) verification = verification_run(folder, NULL);
    g_autofree char *text = verification_to_text(verification, "en");

    ck_assert_msg(verification_verdict(verification) == VERDICT_INTACT, "%s", text);
    studio_clear(&studio);
    scratch_remove(scratch);
}
END_TEST

SUITE_MAIN("ledger-crash", loses_only_what_it_declares_wherever_the_power_goes, twenty_kills_lose_no_durable_fragment)
