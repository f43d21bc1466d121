#include "export.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "evidence-range.h"
#include "export-sheets.h"
#include "export-words.h"
#include "ledger-writer.h"
#include "verification.h"

/* One read from the disk and at most this much (and a header) in memory. */
#define BLOCK_SIZE (256 * 1024)

typedef struct {
    char *name; /* in the ZIP */
    char *path; /* on the disk, or NULL: */
    char *text;
    guint64 size;
    char *sha256; /* once it is written */
} ExportFile;

struct Export {
    char *folder, *file_name, *root;
    char *beside, *derive, *scratch; /* scratch: of the plain copies, or NULL */
    RecordingIndex *index;
    json_t *record, *verification;
    GChecksum *checksum; /* of the file under way */
    gboolean closing, listed; /* the metadata, the manifest is in the list of files */
    struct archive *archive;
    GArray *files; /* of ExportFile */
    guint next;    /* of files */
    int fd;        /* of the file under way, -1: none */
    guint64 left;
    gboolean ended, failed;
    GByteArray *pending; /* made by the ZIP writer, not yet read */
    gsize taken;         /* of pending */
};

static void
clear_file(gpointer pointer)
{
    ExportFile *file = pointer;

    g_free(file->name);
    g_free(file->path);
    g_free(file->text);
    g_free(file->sha256);
}

static la_ssize_t
take_output(struct archive *archive, void *user, const void *data, size_t length)
{
    Export *export = user;

    g_byte_array_append(export->pending, data, (guint) length);
    return (la_ssize_t) length;
}

static gboolean
fail(Export *export, GError **error, const char *name, const char *reason)
{
    export->failed = TRUE;
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_IO, "%s: %s", name, reason ? reason : "the ZIP cannot be written");
    return FALSE;
}

static void
add_text(Export *export, const char *name, char *text)
{
    ExportFile file = { .name = g_build_filename(export->root, name, NULL), .text = text, .size = strlen(text) };

    g_array_append_val(export->files, file);
}

static void
add_json(Export *export, const char *name, json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(1));

    add_text(export, name, g_strdup(text));
    free(text);
    json_decref(json);
}

/* Digits and Latin letters of the case number: a name that every file system and every HTTP header can carry. */
static char *
plain_name(const char *text)
{
    GString *plain = g_string_new(NULL);

    for (; text && *text && plain->len < 60; text++) {
        if (g_ascii_isalnum(*text))
            g_string_append_c(plain, *text);
        else if (plain->len > 0 && plain->str[plain->len - 1] != '-')
            g_string_append_c(plain, '-');
    }
    if (plain->len > 0 && plain->str[plain->len - 1] != '-')
        g_string_append_c(plain, '-');
    return g_string_free(plain, FALSE);
}

/* Whole lines only: the rest belongs to a line that is being written this moment. */
static guint64
whole_ledger(const char *folder, guint64 size)
{
    g_autofree char *path = g_build_filename(folder, LEDGER_FILE, NULL);
    g_autofree char *end = g_malloc(LEDGER_LINE_MAX + 1);
    guint64 length = MIN(size, LEDGER_LINE_MAX + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    gssize got = fd >= 0 ? pread(fd, end, length, (off_t) (size - length)) : -1;
    const char *newline = got > 0 ? memrchr(end, '\n', (gsize) got) : NULL;

    if (fd >= 0)
        close(fd);
    return newline ? size - (guint64) got + (guint64) (newline - end) + 1 : size;
}

static gboolean
add_recording(Export *export, const char *recording, gboolean ended, GError **error)
{
    g_autofree char *ledger = g_build_filename(export->folder, LEDGER_FILE, NULL);
    struct stat status = { 0 };
    /* The ledger's length first: what its lines speak of is in the list that comes after. */
    guint64 ledger_size = stat(ledger, &status) == 0 ? (guint64) status.st_size : 0;
    g_autoptr(GArray) files = evidence_files_list(export->folder, error);

    if (!files)
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        const EvidenceFile *found = &g_array_index(files, EvidenceFile, i);
        gboolean is_ledger = g_str_equal(found->name, LEDGER_FILE);
        ExportFile file = { .name = g_build_filename(export->root, recording, found->name, NULL),
                            .path = g_build_filename(export->folder, found->name, NULL),
                            .size = found->size };

        if (is_ledger)
            file.size = ended ? ledger_size : whole_ledger(export->folder, ledger_size);
        if (found->regular)
            g_array_append_val(export->files, file);
        else
            clear_file(&file);
    }
    return TRUE;
}

/* --- plain copies of the site's parts --- */

static gboolean
make_scratch(Export *export)
{
    if (!export->derive || !export->beside)
        return FALSE;
    export->scratch = g_build_filename(export->beside, "export-XXXXXX", NULL);
    if (g_mkdir_with_parents(export->beside, 0700) == 0 && g_mkdtemp_full(export->scratch, 0700))
        return TRUE;
    g_clear_pointer(&export->scratch, g_free);
    return FALSE;
}

static gboolean
copy_plainly(const Export *export, const char *in, const char *out)
{
    char *arguments[] = { export->derive, (char *) "plain", (char *) in, (char *) out, NULL };
    int status = -1;

    return g_spawn_sync(NULL, arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL) && status == 0;
}

/* The part as it is played: a plain copy where one can be made, else the part itself, which most browsers play too. */
static char *
playable(Export *export, const IndexPart *part, guint number)
{
    g_autofree char *in = g_build_filename(export->folder, part->file, NULL);
    g_autofree char *name = g_strdup_printf("part-%04u.mp4", number);
    g_autofree char *out = export->scratch ? g_build_filename(export->scratch, name, NULL) : NULL;
    g_autofree char *inside = g_build_filename("media", name, NULL);
    struct stat status;

    if (!out || !copy_plainly(export, in, out) || stat(out, &status) != 0)
        return g_build_filename(recording_index_recording(export->index), part->file, NULL);

    ExportFile file = { .name = g_build_filename(export->root, inside, NULL), .path = g_steal_pointer(&out), .size = (guint64) status.st_size };

    g_array_append_val(export->files, file);
    return g_steal_pointer(&inside);
}

static GArray *
playable_parts(Export *export)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(SheetPart));
    guint count, fragment_count;
    const IndexPart *all = recording_index_parts(export->index, &count);
    const IndexFragment *fragments = recording_index_fragments(export->index, &fragment_count);

    make_scratch(export);
    for (guint i = 0; i < count; i++) {
        if (!g_str_equal(all[i].track, RECORDING_TRACK_SITE) || all[i].first_fragment >= fragment_count)
            continue;

        SheetPart part = { playable(export, &all[i], all[i].part), fragments[all[i].first_fragment].position / 1000 };

        g_array_append_val(parts, part);
    }
    return parts;
}

static void
free_parts(GArray *parts)
{
    for (guint i = 0; i < parts->len; i++)
        g_free((char *) g_array_index(parts, SheetPart, i).file);
    g_array_unref(parts);
}

/* --- what lies beside the evidence --- */

static void
add_record(Export *export)
{
    static const char *const names[] = { "record.pdf", "record-signatures.json" };
    g_autofree char *path = export->beside ? g_build_filename(export->beside, "record.json", NULL) : NULL;
    struct stat status;

    export->record = path ? json_load_file(path, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (export->record)
        add_json(export, "record.json", json_incref(export->record));
    for (gsize i = 0; export->beside && i < G_N_ELEMENTS(names); i++) {
        g_autofree char *file = g_build_filename(export->beside, names[i], NULL);

        if (stat(file, &status) == 0 && S_ISREG(status.st_mode)) {
            ExportFile entry = { .name = g_build_filename(export->root, names[i], NULL), .path = g_steal_pointer(&file), .size = (guint64) status.st_size };

            g_array_append_val(export->files, entry);
        }
    }
}

static void
add_page(Export *export, json_t *index)
{
    GArray *parts = playable_parts(export);

    add_text(export, "index.html", g_strdup(export_page()));
    add_text(export, "data.js", export_page_data(index, export->record, export->verification, (const SheetPart *) parts->data, parts->len));
    add_text(export, "chapters.zh.vtt", export_chapters(export->index, export->record, "zh"));
    add_text(export, "chapters.en.vtt", export_chapters(export->index, export->record, "en"));
    free_parts(parts);
}

static gboolean
add_files(Export *export, GError **error)
{
    export->index = recording_index_load(export->folder, error);

    const char *recording = export->index ? recording_index_recording(export->index) : NULL;

    if (!recording)
        return FALSE;

    VerificationRules rules = { .recording = recording };
    g_autoptr(Verification) verification = verification_run(export->folder, &rules);
    g_autofree char *plain = plain_name(recording_index_case_number(export->index));
    g_autofree char *zh = verification_to_text(verification, "zh");
    g_autofree char *en = verification_to_text(verification, "en");
    json_t *index = recording_index_to_json(export->index);

    export->root = g_strconcat(plain, recording, NULL);
    export->file_name = g_strconcat(export->root, ".zip", NULL);
    export->verification = verification_to_json(verification);
    add_text(export, "README.txt", export_readme(export->index, recording));
    add_text(export, "verification.txt", g_strconcat(zh, "\n", en, NULL));
    add_json(export, "verification.json", json_incref(export->verification));
    add_record(export);
    add_page(export, index);
    add_json(export, "index.json", index);
    return add_recording(export, recording, recording_index_ended_at(export->index) >= 0, error);
}

static gboolean
open_archive(Export *export, GError **error)
{
    struct archive *archive = export->archive = archive_write_new();

    /* No blocking: every byte goes straight to take_output(), so `pending` never holds more than one step's. */
    if (archive_write_set_format_zip(archive) == ARCHIVE_OK && archive_write_zip_set_compression_store(archive) == ARCHIVE_OK &&
        archive_write_set_bytes_per_block(archive, 0) == ARCHIVE_OK &&
        archive_write_open(archive, export, NULL, take_output, NULL) == ARCHIVE_OK)
        return TRUE;
    return fail(export, error, "ZIP", archive_error_string(archive));
}

Export *
export_new(const ExportSource *source, GError **error)
{
    g_autoptr(Export) export = g_new0(Export, 1);

    export->folder = g_strdup(source->folder);
    export->beside = g_strdup(source->beside);
    export->derive = g_strdup(source->derive);
    export->checksum = g_checksum_new(G_CHECKSUM_SHA256);
    export->fd = -1;
    export->pending = g_byte_array_new();
    export->files = g_array_new(FALSE, FALSE, sizeof(ExportFile));
    g_array_set_clear_func(export->files, clear_file);
    if (!add_files(export, error) || !open_archive(export, error))
        return NULL;
    return g_steal_pointer(&export);
}

static void
remove_scratch(Export *export)
{
    g_autoptr(GDir) dir = export->scratch ? g_dir_open(export->scratch, 0, NULL) : NULL;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(export->scratch, name, NULL);

        unlink(path);
    }
    if (export->scratch)
        rmdir(export->scratch);
}

void
export_free(Export *export)
{
    if (!export)
        return;
    remove_scratch(export);
    if (export->fd >= 0)
        close(export->fd);
    if (export->archive)
        archive_write_free(export->archive);
    g_byte_array_unref(export->pending);
    g_array_unref(export->files);
    g_checksum_free(export->checksum);
    recording_index_free(export->index);
    json_decref(export->record);
    json_decref(export->verification);
    g_free(export->beside);
    g_free(export->derive);
    g_free(export->scratch);
    g_free(export->folder);
    g_free(export->file_name);
    g_free(export->root);
    g_free(export);
}

const char *
export_file_name(const Export *export)
{
    return export->file_name;
}

static gboolean
write_header(Export *export, const ExportFile *file, time_t changed, GError **error)
{
    struct archive_entry *entry = archive_entry_new();
    int status;

    archive_entry_set_pathname(entry, file->name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t) file->size);
    archive_entry_set_mtime(entry, changed, 0);
    status = archive_write_header(export->archive, entry);
    archive_entry_free(entry);
    return status == ARCHIVE_OK || fail(export, error, file->name, archive_error_string(export->archive));
}

static gboolean
write_data(Export *export, const char *name, const void *data, gsize length, GError **error)
{
    g_checksum_update(export->checksum, data, (gssize) length);
    return archive_write_data(export->archive, data, length) == (la_ssize_t) length ||
           fail(export, error, name, archive_error_string(export->archive));
}

static gboolean
begin_file(Export *export, const ExportFile *file, GError **error)
{
    struct stat status = { .st_mtime = g_get_real_time() / G_USEC_PER_SEC };

    if (file->path) {
        export->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (export->fd < 0 || fstat(export->fd, &status) != 0)
            return fail(export, error, file->name, g_strerror(errno));
    }
    export->left = file->path ? file->size : 0;
    g_checksum_reset(export->checksum);
    return write_header(export, file, status.st_mtime, error) &&
           (file->path || write_data(export, file->name, file->text, file->size, error));
}

static gboolean
copy_block(Export *export, const ExportFile *file, GError **error)
{
    g_autofree char *block = g_malloc(BLOCK_SIZE);
    gssize got;

    do
        got = read(export->fd, block, MIN(export->left, BLOCK_SIZE));
    while (got < 0 && errno == EINTR);
    if (got <= 0) /* a recording's files only grow: one that has become shorter is damaged */
        return fail(export, error, file->name, got < 0 ? g_strerror(errno) : "shorter than it was");
    export->left -= (guint64) got;
    return write_data(export, file->name, block, (gsize) got, error);
}

static gboolean
end_file(Export *export, const ExportFile *file, GError **error)
{
    if (export->fd >= 0)
        close(export->fd);
    export->fd = -1;
    g_array_index(export->files, ExportFile, export->next).sha256 = g_strdup(g_checksum_get_string(export->checksum));
    export->next++;
    return archive_write_finish_entry(export->archive) == ARCHIVE_OK ||
           fail(export, error, file->name, archive_error_string(export->archive));
}

static void
add_metadata(Export *export)
{
    g_autofree SheetFile *files = g_new(SheetFile, export->files->len);

    for (guint i = 0; i < export->files->len; i++) {
        const ExportFile *file = &g_array_index(export->files, ExportFile, i);

        files[i] = (SheetFile){ file->name + strlen(export->root) + 1, file->size, file->sha256 };
    }
    add_text(export, "metadata.json", export_metadata(export->index, export->record, export->verification, files, export->files->len));
}

/* In the form that `sha256sum -c` reads, within the folder. */
static void
add_manifest(Export *export)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < export->files->len; i++) {
        const ExportFile *file = &g_array_index(export->files, ExportFile, i);

        g_string_append_printf(text, "%s  %s\n", file->sha256, file->name + strlen(export->root) + 1);
    }
    add_text(export, "manifest-sha256.txt", g_string_free(text, FALSE));
}

/* One step of the work: a header, a block, or the end. */
static gboolean
step(Export *export, GError **error)
{
    const ExportFile *file;

    if (export->next == export->files->len && !export->closing) {
        export->closing = TRUE;
        add_metadata(export);
        return TRUE;
    }
    if (export->next == export->files->len && !export->listed) {
        export->listed = TRUE;
        add_manifest(export);
        return TRUE;
    }
    if (export->next == export->files->len) {
        export->ended = TRUE;
        return archive_write_close(export->archive) == ARCHIVE_OK ||
               fail(export, error, "ZIP", archive_error_string(export->archive));
    }
    file = &g_array_index(export->files, ExportFile, export->next);
    if (export->fd < 0 && !begin_file(export, file, error))
        return FALSE;
    if (export->left > 0 && !copy_block(export, file, error))
        return FALSE;
    return export->left > 0 || end_file(export, file, error);
}

gssize
export_read(Export *export, void *buffer, gsize size, GError **error)
{
    gsize ready;

    if (export->failed) {
        g_set_error_literal(error, EVIDENCE_ERROR, EVIDENCE_ERROR_STATE, "the export has failed before");
        return -1;
    }
    while (export->taken == export->pending->len && !export->ended) {
        g_byte_array_set_size(export->pending, 0);
        export->taken = 0;
        if (!step(export, error))
            return -1;
    }
    ready = MIN(size, export->pending->len - export->taken);
    memcpy(buffer, export->pending->data + export->taken, ready);
    export->taken += ready;
    return (gssize) ready;
}
