#include "export-package.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence-range.h"
#include "export-sheets.h"
#include "export-words.h"
#include "ledger-line.h"
#include "ledger-writer.h"
#include "verification.h"

/* record.json of a visit with everything in it; far below what a page could still read. */
#define RECORD_MAX (8 * 1024 * 1024)
#define DOCUMENTS_MAX 20

struct ExportPackage {
    char *folder, *beside, *documents, *derive, *root;
    char *scratch; /* of the plain copies, or NULL */
    RecordingIndex *index;
    json_t *record, *verification;
    GArray *files; /* borrowed while it is opened */
    guint first;   /* its first file */
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

GArray *
export_files_new(void)
{
    GArray *files = g_array_new(FALSE, FALSE, sizeof(ExportFile));

    g_array_set_clear_func(files, clear_file);
    return files;
}

void
export_files_add_text(GArray *files, const char *root, const char *name, char *text)
{
    ExportFile file = { .name = g_build_filename(root, name, NULL), .text = text, .size = strlen(text) };

    g_array_append_val(files, file);
}

void
export_files_add_json(GArray *files, const char *root, const char *name, json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(1));

    export_files_add_text(files, root, name, g_strdup(text));
    free(text);
    json_decref(json);
}

static void
add_text(ExportPackage *package, const char *name, char *text)
{
    export_files_add_text(package->files, package->root, name, text);
}

static void
add_json(ExportPackage *package, const char *name, json_t *json)
{
    export_files_add_json(package->files, package->root, name, json);
}

/* FALSE when there is no such file. `path` is taken over. */
static gboolean
add_path(ExportPackage *package, const char *name, char *path)
{
    struct stat status;
    ExportFile file = { .path = path };

    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        g_free(path);
        return FALSE;
    }
    file.name = g_build_filename(package->root, name, NULL);
    file.size = (guint64) status.st_size;
    g_array_append_val(package->files, file);
    return TRUE;
}

char *
export_plain_name(const char *text)
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
add_recording(ExportPackage *package, const char *recording, gboolean ended, GError **error)
{
    g_autofree char *ledger = g_build_filename(package->folder, LEDGER_FILE, NULL);
    struct stat status = { 0 };
    /* The ledger's length first: what its lines speak of is in the list that comes after. */
    guint64 ledger_size = stat(ledger, &status) == 0 ? (guint64) status.st_size : 0;
    g_autoptr(GArray) files = evidence_files_list(package->folder, error);

    if (!files)
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        const EvidenceFile *found = &g_array_index(files, EvidenceFile, i);
        gboolean is_ledger = g_str_equal(found->name, LEDGER_FILE);
        ExportFile file = { .name = g_build_filename(package->root, recording, found->name, NULL),
                            .path = g_build_filename(package->folder, found->name, NULL),
                            .size = found->size };

        if (is_ledger)
            file.size = ended ? ledger_size : whole_ledger(package->folder, ledger_size);
        if (found->regular)
            g_array_append_val(package->files, file);
        else
            clear_file(&file);
    }
    return TRUE;
}

/* --- plain copies of the site's parts --- */

static gboolean
make_scratch(ExportPackage *package)
{
    if (!package->derive || !package->beside)
        return FALSE;
    package->scratch = g_build_filename(package->beside, "export-XXXXXX", NULL);
    if (g_mkdir_with_parents(package->beside, 0700) == 0 && g_mkdtemp_full(package->scratch, 0700))
        return TRUE;
    g_clear_pointer(&package->scratch, g_free);
    return FALSE;
}

static gboolean
copy_plainly(const ExportPackage *package, const char *in, const char *out)
{
    char *arguments[] = { package->derive, (char *) "plain", (char *) in, (char *) out, NULL };
    int status = -1;

    return g_spawn_sync(NULL, arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL) && status == 0;
}

/* The part as it is played: a plain copy where one can be made, else the part itself, which most browsers play too; NULL: it is not there any more. */
static char *
playable(ExportPackage *package, const IndexPart *part, guint number)
{
    g_autofree char *in = g_build_filename(package->folder, part->file, NULL);
    g_autofree char *name = g_strdup_printf("part-%04u.mp4", number);
    g_autofree char *out = package->scratch ? g_build_filename(package->scratch, name, NULL) : NULL;
    g_autofree char *inside = g_build_filename("media", name, NULL);
    struct stat status;

    if (stat(in, &status) != 0) /* disposed of */
        return NULL;
    if (!out || !copy_plainly(package, in, out) || stat(out, &status) != 0)
        return g_build_filename(recording_index_recording(package->index), part->file, NULL);

    ExportFile file = { .name = g_build_filename(package->root, inside, NULL), .path = g_steal_pointer(&out), .size = (guint64) status.st_size };

    g_array_append_val(package->files, file);
    return g_steal_pointer(&inside);
}

static GArray *
playable_parts(ExportPackage *package)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(SheetPart));
    guint count, fragment_count;
    const IndexPart *all = recording_index_parts(package->index, &count);
    const IndexFragment *fragments = recording_index_fragments(package->index, &fragment_count);

    make_scratch(package);
    for (guint i = 0; i < count; i++) {
        if (!g_str_equal(all[i].track, RECORDING_TRACK_SITE) || all[i].first_fragment >= fragment_count)
            continue;

        SheetPart part = { playable(package, &all[i], all[i].part), fragments[all[i].first_fragment].position / 1000 };

        if (part.file)
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

static json_t *
load_beside(const ExportPackage *package, const char *name)
{
    g_autofree char *path = package->beside ? g_build_filename(package->beside, name, NULL) : NULL;
    struct stat status;

    return path && stat(path, &status) == 0 && status.st_size <= RECORD_MAX ? json_load_file(path, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* documents.json: [{name, file}], made by whoever knows the case; the files lie in the folder of documents. */
static void
add_documents(ExportPackage *package, const json_t *known)
{
    json_t *documents = known ? json_incref((json_t *) known) : load_beside(package, "documents.json"), *document;
    gsize i;

    json_array_foreach(documents, i, document) {
        const char *name = json_string_value(json_object_get(document, "name")), *file = json_string_value(json_object_get(document, "file"));

        if (i < DOCUMENTS_MAX && package->documents && ledger_path_is_valid(name) && ledger_path_is_valid(file) && !strchr(file, '/'))
            add_path(package, name, g_build_filename(package->documents, file, NULL));
    }
    json_decref(documents);
}

static void
add_record(ExportPackage *package, const ExportPackageSource *source)
{
    package->record = source->record ? json_incref((json_t *) source->record) : load_beside(package, "record.json");
    if (package->record)
        add_json(package, "record.json", json_incref(package->record));
    add_documents(package, source->known_documents);
}

static void
add_page(ExportPackage *package, json_t *index)
{
    GArray *parts = playable_parts(package);

    add_text(package, "index.html", g_strdup(export_page()));
    add_text(package, "data.js", export_page_data(index, package->record, package->verification, (const SheetPart *) parts->data, parts->len));
    add_text(package, "chapters.zh.vtt", export_chapters(package->index, package->record, "zh"));
    add_text(package, "chapters.en.vtt", export_chapters(package->index, package->record, "en"));
    free_parts(parts);
}

static gboolean
add_files(ExportPackage *package, const ExportPackageSource *source, GError **error)
{
    package->index = recording_index_load(package->folder, error);

    const char *recording = package->index ? recording_index_recording(package->index) : NULL;

    if (!recording)
        return FALSE;

    VerificationRules rules = { .recording = recording };
    g_autoptr(Verification) verification = verification_run(package->folder, &rules);
    g_autofree char *plain = export_plain_name(recording_index_case_number(package->index));
    g_autofree char *zh = verification_to_text(verification, "zh");
    g_autofree char *en = verification_to_text(verification, "en");
    json_t *index = recording_index_to_json(package->index);

    if (!package->root)
        package->root = g_strconcat(plain, recording, NULL);
    package->verification = verification_to_json(verification);
    add_text(package, "README.txt", export_readme(package->index, recording));
    add_text(package, "verification.txt", g_strconcat(zh, "\n", en, NULL));
    add_json(package, "verification.json", json_incref(package->verification));
    add_record(package, source);
    add_page(package, index);
    add_json(package, "index.json", index);
    return add_recording(package, recording, recording_index_ended_at(package->index) >= 0, error);
}

ExportPackage *
export_package_open(const ExportPackageSource *source, const char *root, GArray *files, GError **error)
{
    g_autoptr(ExportPackage) package = g_new0(ExportPackage, 1);

    package->folder = g_strdup(source->folder);
    package->beside = g_strdup(source->beside);
    package->documents = g_strdup(source->documents);
    package->derive = g_strdup(source->derive);
    package->root = g_strdup(root);
    package->files = files;
    package->first = files->len;
    if (!add_files(package, source, error))
        return NULL;
    package->files = NULL;
    return g_steal_pointer(&package);
}

void
export_package_close(ExportPackage *package, GArray *files)
{
    guint count = files->len - package->first;
    g_autofree SheetFile *sheet = g_new(SheetFile, count);

    for (guint i = 0; i < count; i++) {
        const ExportFile *file = &g_array_index(files, ExportFile, package->first + i);

        sheet[i] = (SheetFile){ file->name + strlen(package->root) + 1, file->size, file->sha256 };
    }
    export_files_add_text(files, package->root, "metadata.json", export_metadata(package->index, package->record, package->verification, sheet, count));
}

static void
remove_scratch(ExportPackage *package)
{
    g_autoptr(GDir) dir = package->scratch ? g_dir_open(package->scratch, 0, NULL) : NULL;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(package->scratch, name, NULL);

        unlink(path);
    }
    if (package->scratch)
        rmdir(package->scratch);
}

void
export_package_free(ExportPackage *package)
{
    if (!package)
        return;
    remove_scratch(package);
    recording_index_free(package->index);
    json_decref(package->record);
    json_decref(package->verification);
    g_free(package->folder);
    g_free(package->beside);
    g_free(package->documents);
    g_free(package->derive);
    g_free(package->scratch);
    g_free(package->root);
    g_free(package);
}

const char *
export_package_root(const ExportPackage *package)
{
    return package->root;
}

const RecordingIndex *
export_package_index(const ExportPackage *package)
{
    return package->index;
}

const json_t *
export_package_record(const ExportPackage *package)
{
    return package->record;
}

const json_t *
export_package_verification(const ExportPackage *package)
{
    return package->verification;
}
