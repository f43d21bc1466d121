#include "export.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "evidence-error.h"
#include "export-case.h"
#include "export-package.h"

/* One read from the disk and at most this much (and a header) in memory. */
#define BLOCK_SIZE (256 * 1024)

/* What is packed next, when every file that is listed so far has been. */
typedef enum { AHEAD_METADATA, AHEAD_PACKAGE, AHEAD_CASE, AHEAD_MANIFEST, AHEAD_END } Ahead;

struct Export {
    char *file_name, *root, *derive, *documents;
    json_t *case_sheet;   /* of the case, or NULL: one recording by itself */
    ExportRecording *recordings;
    guint count, opened;
    GPtrArray *packages; /* of ExportPackage, those that are opened */
    Ahead ahead;
    GChecksum *checksum; /* of the file under way */
    struct archive *archive;
    GArray *files; /* of ExportFile */
    guint next;    /* of files */
    int fd;        /* of the file under way, -1: none */
    guint64 left;
    gboolean ended, failed;
    GByteArray *pending; /* made by the ZIP writer, not yet read */
    gsize taken;         /* of pending */
};

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

/* --- what it holds --- */

/* "2026-11-23-RECORDING": in the order of the visits where a folder is sorted by name. */
static char *
package_folder(const Export *export, const ExportRecording *recording)
{
    g_autofree char *id = g_path_get_basename(recording->folder);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(recording->started_at / G_USEC_PER_SEC);
    g_autoptr(GTimeZone) beijing = g_time_zone_new_offset(8 * 3600);
    g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, beijing) : NULL;
    g_autofree char *day = local ? g_date_time_format(local, "%Y-%m-%d") : g_strdup("0000-00-00");
    g_autofree char *name = g_strconcat(day, "-", id, NULL);

    return g_build_filename(export->root, name, NULL);
}

static gboolean
open_package(Export *export, GError **error)
{
    const ExportRecording *recording = &export->recordings[export->opened++];
    ExportPackageSource source = { .folder = recording->folder, .beside = recording->beside, .record = recording->record,
                                   .known_documents = recording->known_documents, .documents = export->documents, .derive = export->derive };
    g_autofree char *root = export->case_sheet ? package_folder(export, recording) : NULL;
    ExportPackage *package = export_package_open(&source, root, export->files, error);

    if (!package) {
        export->failed = TRUE;
        return FALSE;
    }
    g_ptr_array_add(export->packages, package);
    if (!export->root)
        export->root = g_strdup(export_package_root(package));
    return TRUE;
}

static gboolean
export_open(Export *export, GError **error)
{
    if (export->case_sheet) {
        g_autofree char *plain = export_plain_name(json_string_value(json_object_get(export->case_sheet, "case_number")));

        export->root = g_strconcat(plain, json_string_value(json_object_get(export->case_sheet, "case")), NULL);
    }
    if (!open_package(export, error) || !open_archive(export, error))
        return FALSE;
    export->file_name = g_strconcat(export->root, ".zip", NULL);
    return TRUE;
}

static Export *
export_make(const ExportRecording *recordings, guint count, const char *derive, const char *documents, const json_t *case_sheet, GError **error)
{
    g_autoptr(Export) export = g_new0(Export, 1);

    export->recordings = g_new0(ExportRecording, count);
    export->count = count;
    for (guint i = 0; i < count; i++)
        export->recordings[i] = (ExportRecording){ g_strdup(recordings[i].folder), g_strdup(recordings[i].beside), recordings[i].started_at,
                                                   json_deep_copy(recordings[i].record), json_deep_copy(recordings[i].known_documents) };
    export->derive = g_strdup(derive);
    export->documents = g_strdup(documents);
    export->case_sheet = case_sheet ? json_deep_copy(case_sheet) : NULL;
    export->checksum = g_checksum_new(G_CHECKSUM_SHA256);
    export->fd = -1;
    export->pending = g_byte_array_new();
    export->files = export_files_new();
    export->packages = g_ptr_array_new_with_free_func((GDestroyNotify) export_package_free);
    return export_open(export, error) ? g_steal_pointer(&export) : NULL;
}

Export *
export_new(const ExportSource *source, GError **error)
{
    ExportRecording recording = { source->folder, source->beside, 0, source->record, source->known_documents };

    return export_make(&recording, 1, source->derive, source->documents, NULL, error);
}

Export *
export_new_case(const ExportCase *source, GError **error)
{
    return export_make(source->recordings, source->count, source->derive, source->documents, source->sheet, error);
}

void
export_free(Export *export)
{
    if (!export)
        return;
    if (export->fd >= 0)
        close(export->fd);
    if (export->archive)
        archive_write_free(export->archive);
    g_ptr_array_unref(export->packages);
    for (guint i = 0; i < export->count; i++) {
        g_free((char *) export->recordings[i].folder);
        g_free((char *) export->recordings[i].beside);
        json_decref((json_t *) export->recordings[i].record);
        json_decref((json_t *) export->recordings[i].known_documents);
    }
    g_free(export->recordings);
    g_byte_array_unref(export->pending);
    g_array_unref(export->files);
    g_checksum_free(export->checksum);
    json_decref(export->case_sheet);
    g_free(export->derive);
    g_free(export->documents);
    g_free(export->file_name);
    g_free(export->root);
    g_free(export);
}

const char *
export_file_name(const Export *export)
{
    return export->file_name;
}

/* --- packing --- */

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

/* In the form that `sha256sum -c` reads, within the folder. */
static void
add_manifest(Export *export)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < export->files->len; i++) {
        const ExportFile *file = &g_array_index(export->files, ExportFile, i);

        g_string_append_printf(text, "%s  %s\n", file->sha256, file->name + strlen(export->root) + 1);
    }
    export_files_add_text(export->files, export->root, "manifest-sha256.txt", g_string_free(text, FALSE));
}

static void
add_case(Export *export)
{
    g_autofree SheetPackage *packages = g_new(SheetPackage, export->packages->len);

    for (guint i = 0; i < export->packages->len; i++) {
        const ExportPackage *package = export->packages->pdata[i];

        packages[i] = (SheetPackage){ export_package_root(package) + strlen(export->root) + 1, export_package_index(package), export_package_record(package),
                                      export_package_verification(package) };
    }
    export_files_add_text(export->files, export->root, "index.html", g_strdup(export_case_page()));
    export_files_add_text(export->files, export->root, "case.js", export_case_page_data(export->case_sheet, packages, export->packages->len));
    export_files_add_text(export->files, export->root, "README.txt", export_case_readme(export->case_sheet));
    export_files_add_json(export->files, export->root, "case.json", json_incref(export->case_sheet));
    export_files_add_text(export->files, export->root, "metadata.json", export_case_metadata(export->case_sheet, packages, export->packages->len));
}

/* All files that were listed are packed: more of them, or the end. */
static gboolean
go_on(Export *export, GError **error)
{
    switch (export->ahead) {
    case AHEAD_METADATA:
        export_package_close(export->packages->pdata[export->packages->len - 1], export->files);
        export->ahead = export->opened < export->count ? AHEAD_PACKAGE : export->case_sheet ? AHEAD_CASE : AHEAD_MANIFEST;
        return TRUE;
    case AHEAD_PACKAGE:
        export->ahead = AHEAD_METADATA;
        return open_package(export, error);
    case AHEAD_CASE:
        export->ahead = AHEAD_MANIFEST;
        add_case(export);
        return TRUE;
    case AHEAD_MANIFEST:
        export->ahead = AHEAD_END;
        add_manifest(export);
        return TRUE;
    case AHEAD_END:
        break;
    }
    export->ended = TRUE;
    return archive_write_close(export->archive) == ARCHIVE_OK || fail(export, error, "ZIP", archive_error_string(export->archive));
}

/* One step of the work: a header, a block, or what comes next. */
static gboolean
step(Export *export, GError **error)
{
    const ExportFile *file;

    if (export->next == export->files->len)
        return go_on(export, error);
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
