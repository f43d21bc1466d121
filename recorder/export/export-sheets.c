#include "export-sheets.h"

#include <stdlib.h>

#include "embedded-text.h"

const char *
export_page(void)
{
    return embedded_export_page[0].text;
}

static char *
take(char *text)
{
    char *copy = g_strdup(text ? text : "");

    free(text);
    return copy;
}

char *
export_page_data(json_t *index, const json_t *record, json_t *verification, const SheetPart *parts, guint count)
{
    json_t *media = json_array();

    for (guint i = 0; i < count; i++)
        json_array_append_new(media, json_pack("{s:s, s:I}", "file", parts[i].file, "from_ms", (json_int_t) parts[i].from_ms));

    json_t *data = json_pack("{s:O, s:O?, s:O, s:o}", "index", index, "record", record, "verification", verification, "media", media);
    g_autofree char *text = take(json_dumps(data, JSON_COMPACT | JSON_ENSURE_ASCII));
    /* "</script>" within a note must not end the element; "<" is ASCII and thus not escaped above. */
    g_auto(GStrv) pieces = g_strsplit(text, "<", -1);
    g_autofree char *safe = g_strjoinv("\\u003c", pieces);

    json_decref(data);
    return g_strconcat("window.yuntakan = ", safe, ";\n", NULL);
}

/* --- chapters --- */

static const char *
title_of(const json_t *record, const char *checkpoint, const char *language)
{
    g_autofree char *field = g_strconcat("title_", language, NULL);
    gsize i;
    json_t *point;

    json_array_foreach(json_object_get(json_object_get(record, "item"), "checkpoints"), i, point)
        if (g_strcmp0(json_string_value(json_object_get(point, "code")), checkpoint) == 0)
            return json_string_value(json_object_get(point, field));
    return NULL;
}

static void
add_time(GString *text, gint64 us)
{
    gint64 ms = us / 1000;

    g_string_append_printf(text, "%02d:%02d:%02d.%03d", (int) (ms / 3600000), (int) (ms / 60000 % 60), (int) (ms / 1000 % 60), (int) (ms % 1000));
}

/* WebVTT, section 4.2: no "-->" and no line end within a cue. */
static void
add_cue_text(GString *text, const char *title)
{
    g_auto(GStrv) pieces = g_strsplit(title, "-->", -1);
    g_autofree char *joined = g_strjoinv("→", pieces);

    g_string_append(text, g_strdelimit(joined, "\r\n", ' '));
}

char *
export_chapters(const RecordingIndex *index, const json_t *record, const char *language)
{
    g_autoptr(GArray) spans = recording_index_spans(index, NULL);
    GString *text = g_string_new("WEBVTT\n\n");

    for (guint i = 0; i < spans->len; i++) {
        const IndexSpan *span = &g_array_index(spans, IndexSpan, i);
        const char *title = title_of(record, span->checkpoint, language);

        add_time(text, span->from_position);
        g_string_append(text, " --> ");
        /* A chapter has a length. */
        add_time(text, MAX(span->to_position, span->from_position + 1000));
        g_string_append_c(text, '\n');
        add_cue_text(text, span->checkpoint);
        g_string_append_c(text, ' ');
        add_cue_text(text, title ? title : "");
        g_string_append(text, "\n\n");
    }
    return g_string_free(text, FALSE);
}

/* --- metadata --- */

static void
add(json_t *group, const char *name, const char *label, json_t *value)
{
    json_array_append_new(group, json_pack("{s:s, s:s, s:o}", "name", name, "label", label, "value", value ? value : json_null()));
}

static json_t *
text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? json_string(text) : json_null();
}

static json_t *
time_of(gint64 us)
{
    g_autoptr(GDateTime) time = us < 0 ? NULL : g_date_time_new_from_unix_utc(us / G_USEC_PER_SEC);
    g_autofree char *shown = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

    return shown ? json_string(shown) : json_null();
}

static json_t *
people(const json_t *record)
{
    json_t *names = json_array();
    gsize i;
    json_t *member;

    json_array_foreach(json_object_get(record, "staff"), i, member)
        json_array_append_new(names, text_of(member, "name"));
    return names;
}

static json_t *
identification(const RecordingIndex *index)
{
    json_t *group = json_array();

    add(group, "case_number", "办件编号", json_string(recording_index_case_number(index)));
    add(group, "recording", "录像标识符", json_string(recording_index_recording(index)));
    add(group, "visit", "踏勘标识符", json_string(recording_index_visit(index)));
    add(group, "item_code", "事项编码", json_string(recording_index_item(index)));
    add(group, "format", "数据格式", json_string("yuntakan-evidence/1"));
    return group;
}

static json_t *
content(const RecordingIndex *index, const json_t *record)
{
    json_t *group = json_array();
    guint stills;

    recording_index_stills(index, &stills);

    g_autoptr(GArray) spans = recording_index_spans(index, NULL);

    add(group, "title", "题名", json_string(recording_index_title(index)));
    add(group, "applicant", "申请人", text_of(record, "applicant"));
    add(group, "premises", "场所", text_of(record, "premises"));
    add(group, "inspectors", "踏勘人员", people(record));
    add(group, "started_at", "开始时间", time_of(recording_index_started_at(index)));
    add(group, "ended_at", "结束时间", time_of(recording_index_ended_at(index)));
    add(group, "duration_ms", "时长（毫秒）", json_integer(recording_index_duration(index) / 1000));
    add(group, "checkpoints", "检查点片段数", json_integer(spans->len));
    add(group, "stills", "照片数", json_integer(stills));
    add(group, "conclusion", "结论", text_of(record, "conclusion"));
    return group;
}

static json_t *
structure(const SheetFile *files, guint count)
{
    json_t *list = json_array();
    json_t *group = json_array();

    for (guint i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "path", files[i].name, "bytes", (json_int_t) files[i].size, "sha256", files[i].sha256));
    add(group, "files", "组成文件及摘要", list);
    return group;
}

static json_t *
management(const json_t *record, const json_t *verification)
{
    const json_t *key = json_object_get(verification, "key");
    json_t *group = json_array();

    add(group, "creator", "形成机构（签名证书主体）", text_of(key, "subject"));
    add(group, "retention", "保管期限", text_of(record, "retention"));
    add(group, "verdict", "核验结论", text_of(verification, "verdict"));
    add(group, "signature_algorithm", "签名算法", text_of(key, "algorithm"));
    add(group, "key_sha256", "签名密钥指纹", text_of(key, "sha256"));
    add(group, "sealed_at", "最后一次签名", json_is_integer(json_object_get(verification, "sealed_at"))
                                               ? time_of(json_integer_value(json_object_get(verification, "sealed_at")))
                                               : json_null());
    add(group, "exported_at", "导出时间", time_of(g_get_real_time()));
    add(group, "software", "导出软件", json_string("Yuntakan " YUNTAKAN_VERSION));
    return group;
}

char *
export_metadata(const RecordingIndex *index, const json_t *record, const json_t *verification, const SheetFile *files, guint count)
{
    json_t *metadata = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "format", "yuntakan-metadata/1", "standard", "GB/T 42727-2023", "identification",
                                 identification(index), "content", content(index, record), "structure", structure(files, count), "management",
                                 management(record, verification));
    char *text = take(json_dumps(metadata, JSON_INDENT(1)));

    json_decref(metadata);
    return text;
}
