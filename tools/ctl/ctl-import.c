#include "ctl-import.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive-unpack.h"
#include "evidence-folders.h"
#include "recording-index.h"
#include "recording-place.h"
#include "uuid7.h"
#include "verification.h"

#define RECORD_MAX (8 * 1024 * 1024)
#define PARTICIPANTS_MAX 64

static const CtlText no_recording = { "there is no recording in this file", "文件中没有录像" };
static const CtlText no_place = { "this is no data directory: it has no store.sqlite", "不是数据目录：没有 store.sqlite" };
static const CtlText refused = { "not imported: the recording does not stand", "未导入：录像核验未通过" };
static const CtlText there = { "not imported: this recording is here already", "未导入：已有这段录像" };
static const CtlText unreadable = { "cannot be read", "无法读取" };

static int
refuse(const Ctl *ctl, const char *code, const CtlText *text, const char *detail)
{
    g_autofree char *line = g_strdup_printf("%s%s%s", ctl_text(ctl, text), detail ? ": " : "", detail ? detail : "");

    ctl_complain(ctl, code, line);
    return CTL_REFUSED;
}

/* --- what the server is told --- */

static const char *
text_in(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void
set_text(json_t *object, const char *name, const char *value)
{
    if (value)
        json_object_set_new(object, name, json_string(value));
}

/* The last finding on each check point stands. */
static void
take_finding(json_t *findings, const IndexEntry *entry)
{
    json_t *finding = json_pack("{s:s, s:s?, s:s, s:s?, s:I}", "checkpoint", entry->checkpoint, "result", text_in(entry->data, "result"), "note",
                                text_in(entry->data, "note") ? text_in(entry->data, "note") : "", "participant", text_in(entry->data, "participant"), "at",
                                (json_int_t) entry->occurred);
    gsize i;
    json_t *before;

    json_array_foreach(findings, i, before)
        if (g_strcmp0(text_in(before, "checkpoint"), entry->checkpoint) == 0) {
            json_array_set_new(findings, i, finding);
            return;
        }
    json_array_append_new(findings, finding);
}

static void
take_join(json_t *participants, const IndexEntry *entry)
{
    const char *id = text_in(entry->data, "participant"), *role = text_in(entry->data, "role"), *name = text_in(entry->data, "name");
    gsize i;
    json_t *before;

    json_array_foreach(participants, i, before)
        if (g_strcmp0(text_in(before, "id"), id) == 0)
            return;
    if (id && role && name && json_array_size(participants) < PARTICIPANTS_MAX)
        json_array_append_new(participants, json_pack("{s:s, s:s, s:s}", "id", id, "role", role, "name", name));
}

static void
take_entries(json_t *facts, const RecordingIndex *index)
{
    json_t *participants = json_array(), *findings = json_array(), *marks = json_array();
    guint count;
    const IndexEntry *entries = recording_index_entries(index, &count);

    for (guint i = 0; i < count; i++) {
        const IndexEntry *entry = &entries[i];

        if (g_str_equal(entry->type, "join"))
            take_join(participants, entry);
        else if (g_str_equal(entry->type, "finding") && entry->checkpoint && text_in(entry->data, "participant"))
            take_finding(findings, entry);
        else if (g_str_equal(entry->type, "mark") && entry->kind && text_in(entry->data, "mark"))
            json_array_append_new(marks, json_pack("{s:s, s:s, s:s?, s:I, s:s?}", "id", text_in(entry->data, "mark"), "kind", entry->kind, "checkpoint", entry->checkpoint, "at",
                                                   (json_int_t) entry->occurred, "participant", text_in(entry->data, "participant")));
        else if (g_str_equal(entry->type, "site-participant"))
            set_text(facts, "site_participant", text_in(entry->data, "participant"));
    }
    json_object_set_new(facts, "participants", participants);
    json_object_set_new(facts, "findings", findings);
    json_object_set_new(facts, "marks", marks);
}

json_t *
ctl_import_facts(const char *folder, const json_t *record)
{
    g_autoptr(RecordingIndex) index = recording_index_load(folder, NULL);
    json_t *facts;

    if (!index)
        return NULL;
    facts = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "recording", recording_index_recording(index), "visit", recording_index_visit(index), "case_number",
                      recording_index_case_number(index), "item_code", recording_index_item(index), "title", recording_index_title(index), "started_at",
                      (json_int_t) recording_index_started_at(index), "ended_at", (json_int_t) recording_index_ended_at(index));
    if (recording_index_disposed_at(index) >= 0)
        json_object_set_new(facts, "disposed_at", json_integer(recording_index_disposed_at(index)));
    /* The ledger does not know these two; without a record the title, which names both, serves. */
    set_text(facts, "applicant", text_in(record, "applicant") ? text_in(record, "applicant") : recording_index_title(index));
    set_text(facts, "premises", text_in(record, "premises") ? text_in(record, "premises") : "");
    set_text(facts, "retention", text_in(record, "retention"));
    take_entries(facts, index);
    return facts;
}

/* --- verifying --- */

static PublicKey *
load_key(const char *path)
{
    g_autofree char *pem = NULL;
    gsize length;

    return path && g_file_get_contents(path, &pem, &length, NULL) ? public_key_from_pem(pem, length, NULL) : NULL;
}

/* A recording without a sealed end may have been cut off: whoever takes it over would vouch for that. */
static int
verify(const Ctl *ctl, const char *folder, const PublicKey *key, const char *authorities)
{
    g_autofree char *id = g_path_get_basename(folder);
    VerificationRules rules = { .key = key, .recording = id, .authorities = authorities };
    g_autoptr(Verification) verification = NULL;
    g_autofree char *report = NULL;
    Verdict verdict;

    if (!uuid7_is_valid(id))
        return refuse(ctl, "import/name", &no_recording, id);
    verification = verification_run(folder, &rules);
    verdict = verification_verdict(verification);
    if (verdict == VERDICT_INTACT || verdict == VERDICT_DISPOSED)
        return CTL_OK;
    report = verification_to_text(verification, ctl->chinese ? "zh" : "en");
    fprintf(stderr, "%s\n", report);
    return refuse(ctl, "import/refused", &refused, verdict_name(verdict));
}

/* --- into its place --- */

static gboolean
rename_durably(const char *from, const char *to)
{
    g_autofree char *parent = g_path_get_dirname(to);
    int fd = -1;
    gboolean good = g_mkdir_with_parents(parent, 0700) == 0 && (fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0 && rename(from, to) == 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return good;
}

static json_t *
load_record(const char *folder)
{
    g_autofree char *package = g_path_get_dirname(folder);
    g_autofree char *path = g_build_filename(package, "record.json", NULL);
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, NULL) || length > RECORD_MAX)
        return NULL;
    return json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
}

/* What an export had beside the evidence is kept for the next export: record.json and the documents that it names. */
static void
keep_beside(const char *data, const char *folder, const json_t *record)
{
    g_autofree char *id = g_path_get_basename(folder);
    g_autofree char *package = g_path_get_dirname(folder);
    g_autofree char *beside = g_build_filename(data, "derived", id, NULL);
    g_autofree char *documents = g_build_filename(data, "documents", NULL);
    g_autofree char *sheet = g_build_filename(beside, "record.json", NULL);
    g_autofree char *list_path = g_build_filename(beside, "documents.json", NULL);
    json_t *list = json_array(), *name;
    gsize i;

    if (!record || g_mkdir_with_parents(beside, 0700) != 0 || g_mkdir_with_parents(documents, 0700) != 0) {
        json_decref(list);
        return;
    }
    json_dump_file(record, sheet, JSON_INDENT(1));
    json_array_foreach(json_object_get(record, "documents"), i, name) {
        const char *text = json_string_value(name);
        g_autofree char *from = text && !strchr(text, '/') && text[0] != '.' ? g_build_filename(package, text, NULL) : NULL;
        g_autofree char *file = g_strdup_printf("imported-%s-%s", id, text ? text : "");
        g_autofree char *to = g_build_filename(documents, file, NULL);

        if (from && g_file_test(from, G_FILE_TEST_IS_REGULAR) && rename(from, to) == 0)
            json_array_append_new(list, json_pack("{s:s, s:s}", "name", text, "file", file));
    }
    json_dump_file(list, list_path, JSON_INDENT(1));
    json_decref(list);
}

/* Moved first, told second: the server finds it where it is told to be. A refusal takes it back; the ZIP still has it. */
static int
take_over(Ctl *ctl, const char *data, const char *folder, json_t *imported)
{
    g_autofree char *id = g_path_get_basename(folder);
    g_autofree char *root = g_build_filename(data, "recordings", NULL);
    g_autofree char *place = recording_place(root, id);
    g_autoptr(json_t) record = load_record(folder);
    g_autoptr(json_t) facts = ctl_import_facts(folder, record);
    json_t *answer = NULL;
    int result;

    if (!facts)
        return refuse(ctl, "import/unreadable", &unreadable, id);
    if (g_file_test(place, G_FILE_TEST_EXISTS))
        return refuse(ctl, "import/exists", &there, id);
    if (!rename_durably(folder, place))
        return refuse(ctl, "file", &unreadable, g_strerror(errno));
    result = ctl_http_call(ctl, "POST", "/api/imports", facts, &answer);
    if (result != CTL_OK) {
        archive_remove_folder(place);
        return result;
    }
    keep_beside(data, folder, record);
    json_array_append_new(imported, answer);
    return CTL_OK;
}

static int
import_folders(Ctl *ctl, const char *data, const GPtrArray *folders, json_t *imported)
{
    g_autoptr(PublicKey) key = load_key(ctl_option(ctl, "key", NULL));
    g_autofree char *authorities = NULL;
    const char *ca = ctl_option(ctl, "evidence-ca", NULL);
    int result = CTL_OK;

    if ((ctl_option(ctl, "key", NULL) && !key) || (ca && !g_file_get_contents(ca, &authorities, NULL, NULL)))
        return refuse(ctl, "file", &unreadable, ca ? ca : ctl_option(ctl, "key", NULL));
    if (folders->len == 0)
        return refuse(ctl, "import/empty", &no_recording, NULL);
    for (guint i = 0; i < folders->len && result == CTL_OK; i++) /* all of them, before any is taken over */
        result = verify(ctl, folders->pdata[i], key, authorities);
    for (guint i = 0; i < folders->len && result == CTL_OK; i++)
        result = take_over(ctl, data, folders->pdata[i], imported);
    return result;
}

static void
print_imported(const Ctl *ctl, const json_t *imported)
{
    gsize i;
    json_t *one;

    if (ctl_flag(ctl, "json")) {
        char *text = json_dumps(imported, JSON_INDENT(2));

        printf("%s\n", text);
        free(text);
        return;
    }
    json_array_foreach(imported, i, one)
        printf("%s  %s\n", text_in(one, "recording"), text_in(one, "case_number"));
}

int
ctl_run_import(Ctl *ctl)
{
    const char *data = ctl_option(ctl, "data", "YUNTAKAN_DATA");
    g_autofree char *root = g_build_filename(data ? data : ".", "recordings", NULL);
    g_autofree char *store = g_build_filename(data ? data : ".", "store.sqlite", NULL);
    g_autofree char *scratch = g_build_filename(root, "import-XXXXXX", NULL);
    g_autoptr(json_t) imported = json_array();
    g_autoptr(GError) error = NULL;
    int result;

    if (!data || !g_file_test(store, G_FILE_TEST_EXISTS))
        return refuse(ctl, "import/data", &no_place, data);
    if (g_mkdir_with_parents(root, 0700) != 0 || !g_mkdtemp_full(scratch, 0700))
        return refuse(ctl, "file", &unreadable, g_strerror(errno));
    if (archive_unpack(ctl->argument, scratch, &error)) {
        g_autoptr(GPtrArray) folders = evidence_folders_find(scratch);

        result = import_folders(ctl, data, folders, imported);
    } else {
        result = refuse(ctl, "import/unreadable", &unreadable, error->message);
    }
    archive_remove_folder(scratch);
    if (result == CTL_OK || json_array_size(imported) > 0)
        print_imported(ctl, imported);
    return result;
}
