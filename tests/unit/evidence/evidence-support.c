#include "evidence-support.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

char *
scratch_new(void)
{
    char *folder = g_dir_make_tmp("yuntakan-evidence-XXXXXX", NULL);

    ck_assert_ptr_nonnull(folder);
    return folder;
}

static void
remove_tree(const char *path)
{
    GDir *folder = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        remove_tree(child);
    }
    if (folder)
        g_dir_close(folder);
    g_remove(path);
}

void
scratch_remove(char *folder)
{
    remove_tree(folder);
    g_free(folder);
}

void
copy_folder(const char *from, const char *to)
{
    GDir *folder = g_dir_open(from, 0, NULL);
    const char *name;

    ck_assert_ptr_nonnull(folder);
    g_mkdir_with_parents(to, 0700);
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *source = g_build_filename(from, name, NULL);
        g_autofree char *target = g_build_filename(to, name, NULL);
        g_autofree char *content = NULL;
        gsize length;

        if (g_file_test(source, G_FILE_TEST_IS_DIR)) {
            copy_folder(source, target);
        } else {
            ck_assert(g_file_get_contents(source, &content, &length, NULL));
            write_text(to, name, content, length);
        }
    }
    g_dir_close(folder);
}

void
cut_file(const char *folder, const char *name, guint64 size)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    ck_assert_int_eq(truncate(path, (off_t) size), 0);
}

guint64
file_size(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    GStatBuf status;

    return g_stat(path, &status) == 0 ? (guint64) status.st_size : 0;
}

char *
read_text(const char *folder, const char *name, gsize *ret_length)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *text = NULL;

    ck_assert_msg(g_file_get_contents(path, &text, ret_length, NULL), "%s", path);
    return text;
}

void
write_text(const char *folder, const char *name, const char *text, gsize length)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    FILE *file = fopen(path, "wb");

    /* Not g_file_set_contents(): its fsync makes thousands of copies slow. */
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

static GBytes *
noise_after(guint32 seed, gsize length, const guint8 *head, gsize head_length)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    guint8 *bytes = g_malloc(length);

    for (gsize i = 0; i < length; i++)
        bytes[i] = i < head_length ? head[i] : (guint8) g_rand_int(rand);
    return g_bytes_new_take(bytes, length);
}

GBytes *
noise(guint32 seed, gsize length)
{
    return noise_after(seed, length, NULL, 0);
}

GBytes *
jpeg(guint32 seed, gsize length)
{
    static const guint8 head[] = { 0xff, 0xd8, 0xff, 0xe0 };

    return noise_after(seed, length, head, sizeof head);
}

void
studio_init(Studio *studio, const char *folder)
{
    studio_init_with(studio, folder, "ed25519");
}

void
studio_init_with(Studio *studio, const char *folder, const char *algorithm)
{
    *studio = (Studio){ .signer = signer_generate(algorithm, "test", NULL) };
    fake_clock_init(&studio->clock, WALL_START);
    studio->config = (LedgerConfig){ .folder = folder, .clock = &studio->clock.base, .signer = studio->signer };
}

void
studio_clear(Studio *studio)
{
    signer_free(studio->signer);
}

static PartWriter *
begin_part(LedgerWriter *ledger, const char *track, guint number, guint32 seed, GError **error)
{
    g_autoptr(GBytes) init = noise(seed, 60 + number);
    gboolean video = g_str_equal(track, RECORDING_TRACK_SITE);

    return part_writer_new(ledger, track, number, "mp4", init, video ? "avc1.42e01f,opus" : "opus", video ? 640 : 0,
                           video ? 480 : 0, error);
}

static gboolean
add_fragment(Studio *studio, PartWriter *part, guint i, guint32 seed, GError **error)
{
    g_autoptr(GBytes) bytes = noise(seed * 1000 + i, 90 + seed % 7 * 3 + i % 5);
    PartFragment fragment = { i * G_USEC_PER_SEC, G_USEC_PER_SEC, i % 2 == 0, studio->clock.wall_us, 0 };

    return part_writer_append(part, &fragment, bytes, error);
}

static gboolean
add_still(Studio *studio, LedgerWriter *ledger, guint i, guint32 seed, GError **error)
{
    g_autofree char *id = g_strdup_printf("still-%u", i);
    g_autoptr(GBytes) bytes = jpeg(seed * 77 + i, 120 + i);
    Still still = { id, "A-01", "p1", studio->clock.wall_us, bytes };
    char digest[65];

    return still_write(ledger, &still, NULL, digest, error);
}

static gboolean
add_mark(Studio *studio, LedgerWriter *ledger, const char *mark, guint i, GError **error)
{
    g_autofree char *id = g_strdup_printf("mark-%s-%u", mark, i);
    json_t *data = json_pack("{s:s, s:s}", "kind", mark, "checkpoint", "A-01");
    LedgerEntry entry = { id, "mark", studio->clock.wall_us, data };
    gboolean good = ledger_writer_entry(ledger, &entry, NULL, error);

    json_decref(data);
    return good;
}

gboolean
studio_record(Studio *studio, const Script *script, GError **error)
{
    LedgerOpening opening = { script->recording ? script->recording : RECORDING_ID, "visit-1", "（2026）第 7 号", "GX-07", "1",
                              "公共场所卫生许可现场核查" };
    g_autoptr(LedgerWriter) ledger = ledger_writer_create(&studio->config, &opening, error);
    g_autoptr(PartWriter) site = ledger ? begin_part(ledger, "site", 1, script->seed, error) : NULL;
    g_autoptr(PartWriter) audio = site ? begin_part(ledger, "audio-p2", 1, script->seed + 1, error) : NULL;

    if (!audio || !add_mark(studio, ledger, "checkpoint-start", 1, error))
        return FALSE;
    for (guint i = 0; i < script->fragments; i++) {
        if (script->two_parts && i == script->fragments / 2) {
            g_clear_pointer(&site, part_writer_free);
            site = begin_part(ledger, "site", 2, script->seed + 2, error);
            if (!site)
                return FALSE;
        }
        if (!add_fragment(studio, site, i, script->seed + 3, error) || !add_fragment(studio, audio, i, script->seed + 4, error) ||
            (i < script->stills && !add_still(studio, ledger, i, script->seed, error)) ||
            !ledger_writer_seal_if_due(ledger, error))
            return FALSE;
        fake_clock_advance(&studio->clock, G_USEC_PER_SEC);
    }
    return add_mark(studio, ledger, "checkpoint-end", 2, error) && (!script->end || ledger_writer_end(ledger, "visit-ended", error));
}

typedef struct {
    AppendFile base;
    AppendFile *real;
    FaultyDisk *disk;
    char *path;
    guint64 synced;
} FaultyFile;

static gboolean
fails_now(FaultyFile *file, GError **error)
{
    FaultyDisk *disk = file->disk;

    disk->operations++;
    if (!disk->fail_at || disk->operations < disk->fail_at || (disk->fail_once && disk->operations > disk->fail_at))
        return FALSE;
    g_set_error_literal(error, EVIDENCE_ERROR, EVIDENCE_ERROR_NO_SPACE, "the disk was told to fail");
    return TRUE;
}

static gboolean
faulty_append(AppendFile *base, const void *data, gsize length, GError **error)
{
    FaultyFile *file = (FaultyFile *) base;
    gboolean first = file->disk->operations + 1 == file->disk->fail_at;

    if (!fails_now(file, error))
        return append_file_append(file->real, data, length, error);
    if (first && file->disk->short_write)
        append_file_append(file->real, data, length / 2, NULL);
    return FALSE;
}

static gboolean
faulty_sync(AppendFile *base, GError **error)
{
    FaultyFile *file = (FaultyFile *) base;

    if (fails_now(file, error))
        return FALSE;
    file->synced = append_file_size(file->real); /* the real sync would only make the test slow */
    return TRUE;
}

static guint64
faulty_size(AppendFile *base)
{
    return append_file_size(((FaultyFile *) base)->real);
}

static void
faulty_close(AppendFile *base)
{
    FaultyFile *file = (FaultyFile *) base;
    FaultyDisk *disk = file->disk;

    append_file_close(file->real);
    if (disk->lose_pending && disk->fail_at && disk->operations >= disk->fail_at)
        ck_assert(truncate(file->path, (off_t) file->synced) == 0 || !g_file_test(file->path, G_FILE_TEST_EXISTS));
    g_free(file->path);
    g_free(file);
}

static AppendFile *
faulty_open(const AppendFiles *files, const char *path, AppendFileMode mode, GError **error)
{
    AppendFile *real = append_file_open(append_files_posix(), path, mode, error);

    if (!real)
        return NULL;

    FaultyFile *file = g_new0(FaultyFile, 1);

    file->base = (AppendFile){ faulty_append, faulty_sync, faulty_size, faulty_close };
    file->real = real;
    file->disk = (FaultyDisk *) files;
    file->synced = append_file_size(real);
    /* The nursery is renamed while its ledger is open. */
    g_autoptr(GString) name = g_string_new(path);
    g_string_replace(name, ".new/", "/", 1);
    file->path = g_strdup(name->str);
    return &file->base;
}

void
faulty_disk_init(FaultyDisk *disk)
{
    *disk = (FaultyDisk){ .base = { faulty_open } };
}
