#include "export-case.h"

#include <stdlib.h>

#include "embedded-text.h"

const char *
export_case_page(void)
{
    return embedded_export_page[1].text;
}

static char *
take(char *text)
{
    char *copy = g_strdup(text ? text : "");

    free(text);
    return copy;
}

static const char *
text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static json_t *
packages_json(const SheetPackage *packages, guint count)
{
    json_t *list = json_array();

    for (guint i = 0; i < count; i++) {
        const SheetPackage *package = &packages[i];
        guint stills;

        recording_index_stills(package->index, &stills);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:I, s:I, s:i, s:O?, s:O?, s:O?, s:O?}", "folder", package->folder, "recording",
                                              recording_index_recording(package->index), "visit", recording_index_visit(package->index), "title",
                                              recording_index_title(package->index), "started_at", (json_int_t) recording_index_started_at(package->index), "ended_at",
                                              (json_int_t) recording_index_ended_at(package->index), "duration_ms",
                                              (json_int_t) (recording_index_duration(package->index) / 1000), "stills", (int) stills, "verdict",
                                              json_object_get(package->verification, "verdict"), "message", json_object_get(package->verification, "message"),
                                              "documents", json_object_get(package->record, "documents"), "conclusion",
                                              json_object_get(package->record, "conclusion")));
    }
    return list;
}

char *
export_case_page_data(const json_t *sheet, const SheetPackage *packages, guint count)
{
    json_t *data = json_pack("{s:O, s:o}", "case", (json_t *) sheet, "packages", packages_json(packages, count));
    g_autofree char *text = take(json_dumps(data, JSON_COMPACT | JSON_ENSURE_ASCII));
    /* "</script>" within a name must not end the element. */
    g_auto(GStrv) pieces = g_strsplit(text, "<", -1);
    g_autofree char *safe = g_strjoinv("\\u003c", pieces);

    json_decref(data);
    return g_strconcat("window.yuntakanCase = ", safe, ";\n", NULL);
}

/* --- metadata --- */

static void
add(json_t *group, const char *name, const char *label, json_t *value)
{
    json_array_append_new(group, json_pack("{s:s, s:s, s:o}", "name", name, "label", label, "value", value ? value : json_null()));
}

static json_t *
own(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);

    return value ? json_incref(value) : json_null();
}

static json_t *
time_of(gint64 us)
{
    g_autoptr(GDateTime) time = us < 0 ? NULL : g_date_time_new_from_unix_utc(us / G_USEC_PER_SEC);
    g_autofree char *shown = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

    return shown ? json_string(shown) : json_null();
}

static json_t *
structure(const SheetPackage *packages, guint count)
{
    json_t *group = json_array(), *list = json_array();

    for (guint i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:I, s:o}", "path", packages[i].folder, "recording", recording_index_recording(packages[i].index), "metadata",
                                              json_sprintf("%s/metadata.json", packages[i].folder), "bytes", (json_int_t) recording_index_bytes(packages[i].index), "verdict",
                                              own(packages[i].verification, "verdict")));
    add(group, "packages", "组成录像", list);
    add(group, "manifest", "全部文件摘要", json_string("manifest-sha256.txt"));
    return group;
}

static gint64
first_start(const SheetPackage *packages, guint count)
{
    gint64 first = -1;

    for (guint i = 0; i < count; i++) {
        gint64 at = recording_index_started_at(packages[i].index);

        first = first < 0 ? at : MIN(first, at);
    }
    return first;
}

static gint64
last_end(const SheetPackage *packages, guint count)
{
    gint64 last = -1;

    for (guint i = 0; i < count; i++)
        last = MAX(last, recording_index_ended_at(packages[i].index));
    return last;
}

char *
export_case_metadata(const json_t *sheet, const SheetPackage *packages, guint count)
{
    json_t *identification = json_array(), *content = json_array(), *management = json_array();
    const json_t *item = json_object_get(sheet, "item");
    json_t *metadata;
    char *text;

    add(identification, "case_number", "办件编号", own(sheet, "case_number"));
    add(identification, "case", "办件标识符", own(sheet, "case"));
    add(identification, "item_code", "事项编码", own(sheet, "item_code"));
    add(identification, "format", "数据格式", json_string("yuntakan-case/1"));
    add(content, "title", "题名", json_sprintf("%s %s", text_of(item, "name_zh"), text_of(sheet, "applicant")));
    add(content, "applicant", "申请人", own(sheet, "applicant"));
    add(content, "premises", "场所", own(sheet, "premises"));
    add(content, "visits", "踏勘次数", json_integer((json_int_t) json_array_size(json_object_get(sheet, "visits"))));
    add(content, "recordings", "录像段数", json_integer(count));
    add(content, "started_at", "开始时间", time_of(first_start(packages, count)));
    add(content, "ended_at", "结束时间", time_of(last_end(packages, count)));
    add(management, "retention", "保管期限", own(sheet, "retention"));
    add(management, "exported_at", "导出时间", time_of(g_get_real_time()));
    add(management, "software", "导出软件", json_string("Yuntakan " YUNTAKAN_VERSION));
    metadata = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "format", "yuntakan-metadata/1", "standard", "GB/T 42727-2023", "identification", identification, "content", content,
                         "structure", structure(packages, count), "management", management);
    text = take(json_dumps(metadata, JSON_INDENT(1)));
    json_decref(metadata);
    return text;
}

char *
export_case_readme(const json_t *sheet)
{
    return g_strdup_printf("云踏勘 一案一档：%s\n\n"
                           "index.html            用浏览器打开：本案各次踏勘，点开即可离线回放\n"
                           "日期-录像/            每次踏勘一个文件夹：录像及其验证数据、检查点、照片、笔录、核验报告，说明见其中的 README.txt\n"
                           "case.json             办件与各次踏勘；metadata.json 归档元数据（GB/T 42727-2023）\n"
                           "manifest-sha256.txt   全部文件的摘要：sha256sum -c manifest-sha256.txt\n\n"
                           "核验（不需要联网，不需要服务器）：yuntakan-verify 本文件夹，或直接核验 ZIP 文件。\n"
                           "导入另一套系统：yuntakanctl recording import 文件.zip --data 数据目录，导入前逐字节核验。\n\n"
                           "Yuntakan, the whole case %s\n\n"
                           "index.html            open it in a browser: the visits of this case, each replays offline\n"
                           "DATE-RECORDING/       a folder for each visit: the recording with its verification data, check points, stills, record, report; see README.txt there\n"
                           "case.json             the case and its visits; metadata.json: for the archive (GB/T 42727-2023)\n"
                           "manifest-sha256.txt   digests of everything: sha256sum -c manifest-sha256.txt\n\n"
                           "To verify (no network and no server needed): yuntakan-verify THIS-FOLDER, or the ZIP itself.\n"
                           "Into another installation: yuntakanctl recording import FILE.zip --data DIRECTORY, which verifies every byte first.\n",
                           text_of(sheet, "case_number"), text_of(sheet, "case_number"));
}
