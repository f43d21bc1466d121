#include "submission-pdf.h"

#include <stdlib.h>
#include <string.h>

#include "../record/record-words.h"
#include "bounded-json.h"
#include "field-rules.h"
#include "paper.h"

/* --- the signature --- */

Strokes *
submission_strokes(const char *path)
{
    g_autoptr(json_t) strokes = json_array();
    json_t *stroke = NULL;

    while (path && *path) {
        char *end;
        double x, y;
        gboolean begins = *path == 'M';

        /* A dot is an M with a line of no length. */
        if (*path == 'l') {
            path += strcspn(path, "ML");
            continue;
        }
        if (!begins && *path != 'L')
            return NULL;
        x = g_ascii_strtod(path + 1, &end);
        if (end == path + 1)
            return NULL;
        path = end;
        y = g_ascii_strtod(path, &end);
        if (end == path)
            return NULL;
        path = end + strspn(end, " ");
        if (begins) {
            stroke = json_array();
            json_array_append_new(strokes, stroke);
        }
        if (!stroke)
            return NULL;
        json_array_append_new(stroke, json_integer((json_int_t) CLAMP(x, 0, STROKES_EXTENT)));
        json_array_append_new(stroke, json_integer((json_int_t) CLAMP(y * STROKES_ASPECT, 0, STROKES_EXTENT)));
    }
    return strokes_from_json(strokes);
}

/* --- values in words --- */

static char *
value_words(const FormField *field, const json_t *layout, const json_t *value)
{
    gsize i;
    json_t *option;

    if (json_is_true(value))
        return g_strdup("是");
    if (json_is_false(value))
        return g_strdup("否");
    if (json_is_array(value))
        return g_strdup_printf("附 %d 页,见附页", (int) json_array_size(value));
    json_array_foreach(json_object_get(layout, "options"), i, option)
        if (g_strcmp0(field_string(option, "value"), json_string_value(value)) == 0)
            return g_strdup(field_string(option, "label_zh"));
    return json_is_string(value) && *json_string_value(value) ? g_strdup(json_string_value(value)) : field->kind == FORM_FLAG ? g_strdup("否") : NULL;
}

/* Who wrote it, unless that was the applicant's own hand. */
static void
add_origin(GString *origins, const char *label, const json_t *entry)
{
    const char *role = field_string(entry, "role");
    const char *source = field_string(entry, "source");

    if (!role || (g_str_equal(role, "applicant") && g_strcmp0(source, "typed") == 0))
        return;
    g_string_append_printf(origins, "%s%s:%s", origins->len ? ";" : "", label,
                           g_str_equal(role, "system")                ? "办件带入"
                           : g_strcmp0(source, "document") == 0       ? "按证件填"
                           : g_str_equal(role, "helper")              ? "按申请人口述代填"
                                                                      : "申请人口述");
    if (g_str_equal(role, "helper"))
        g_string_append_printf(origins, "(%s)", field_string(entry, "name"));
}

/* --- sections --- */

typedef struct {
    const SubmissionPdf *what;
    GString *origins;
} Draw;

static const json_t *
entry_at(const Draw *draw, const char *path)
{
    return json_object_get(json_object_get(form_document_json(draw->what->document), "fields"), path);
}

static void
draw_group(Paper *paper, Draw *draw, const json_t *layout, const FormField *group)
{
    PaperTable table = { 0 };
    gsize i, r;
    json_t *column, *row;

    json_array_foreach(json_object_get(layout, "fields"), i, column) {
        if (table.count == PAPER_COLUMNS_MAX)
            break;
        table.widths[table.count] = 1;
        table.heads[table.count++] = field_string(column, "label_zh");
    }
    paper_small(paper, field_string(layout, "label_zh"));
    paper_table(paper, &table);
    json_array_foreach(json_object_get(json_object_get(form_document_json(draw->what->document), "rows"), group->name), r, row) {
        char *cells[PAPER_COLUMNS_MAX] = { NULL };

        json_array_foreach(json_object_get(layout, "fields"), i, column) {
            g_autofree char *path = g_strdup_printf("%s/%s/%s", group->name, json_string_value(row), field_string(column, "field"));
            const char *found_row;
            const FormField *field = i < table.count ? form_schema_find(form_document_schema(draw->what->document), path, &found_row) : NULL;

            if (field)
                cells[i] = value_words(field, column, json_object_get(entry_at(draw, path), "value"));
            if (field)
                add_origin(draw->origins, field_string(column, "label_zh"), entry_at(draw, path));
        }
        paper_row(paper, &table, (const char *const *) cells);
        for (gsize c = 0; c < table.count; c++)
            g_free(cells[c]);
    }
}

static void
draw_confirmation(Paper *paper, const Draw *draw, const char *section)
{
    const json_t *confirmed = json_object_get(json_object_get(form_document_json(draw->what->document), "sections"), section);
    g_autofree char *at = confirmed ? document_time(field_integer(confirmed, "at")) : NULL;
    g_autofree char *words = confirmed ? g_strdup_printf("以上由 %s 于 %s %s确认。", field_string(confirmed, "name"), at,
                                                         g_strcmp0(field_string(confirmed, "how"), "voice") == 0 ? "口头" : "点按")
                                       : NULL;

    if (words)
        paper_small(paper, words);
    if (draw->origins->len) {
        g_autofree char *line = g_strconcat("填写来源:", draw->origins->str, "。", NULL);

        paper_small(paper, line);
    }
}

static void
draw_section(Paper *paper, Draw *draw, const json_t *section)
{
    gsize i;
    json_t *layout;
    gboolean begun = FALSE;

    g_string_truncate(draw->origins, 0);
    json_array_foreach(json_object_get(section, "fields"), i, layout) {
        const char *row;
        const FormField *field = form_schema_find(form_document_schema(draw->what->document), field_string(layout, "field"), &row);

        if (!field || !form_document_asks(draw->what->document, field, NULL))
            continue;
        if (!begun)
            paper_heading(paper, field_string(section, "title_zh"));
        begun = TRUE;
        if (field->kind == FORM_GROUP) {
            draw_group(paper, draw, layout, field);
        } else {
            g_autofree char *words = value_words(field, layout, json_object_get(entry_at(draw, field->name), "value"));
            const PaperField cell = { field_string(layout, "label_zh"), words, TRUE };

            paper_fields(paper, &cell, 1);
            add_origin(draw->origins, field_string(layout, "label_zh"), entry_at(draw, field->name));
        }
    }
    if (begun)
        draw_confirmation(paper, draw, field_string(section, "section"));
}

/* --- the signature and the pages --- */

static void
draw_signature(Paper *paper, const Draw *draw)
{
    const json_t *signature = json_object_get(form_document_json(draw->what->document), "signature");
    g_autoptr(Strokes) strokes = submission_strokes(field_string(signature, "id"));
    g_autofree char *at = document_time(field_integer(signature, "at"));
    g_autofree char *who = g_strdup_printf("申请人:%s", field_string(signature, "name") ? field_string(signature, "name") : "—");

    paper_heading(paper, "签名");
    paper_signature(paper, who, at, strokes, strokes ? NULL : "(手写签名见电子档)", NULL);
}

static void
draw_pages(Paper *paper, const Draw *draw, const json_t *section)
{
    gsize i, p;
    json_t *layout, *page;

    json_array_foreach(json_object_get(section, "fields"), i, layout) {
        const json_t *value = json_object_get(entry_at(draw, field_string(layout, "field")), "value");

        if (!json_is_array(value))
            continue;
        json_array_foreach(value, p, page) {
            const Picture *picture = g_hash_table_lookup(draw->what->pictures, json_string_value(page));
            g_autofree char *caption = g_strdup_printf("%s 第 %d 页", field_string(layout, "label_zh"), (int) p + 1);
            g_autofree char *missing = g_strconcat(caption, "(图片缺失)", NULL);

            if (picture)
                paper_picture(paper, picture, caption);
            else
                paper_small(paper, missing);
        }
    }
}

static void
draw_all(Paper *paper, gpointer user)
{
    Draw *draw = user;
    const json_t *form = form_schema_json(form_document_schema(draw->what->document)), *document = form_document_json(draw->what->document);
    g_autofree char *below = g_strdup_printf("案号 %s    表单编号 %s", draw->what->case_number, form_document_id(draw->what->document));
    g_autofree char *at = document_time(field_integer(document, "submitted_at"));
    g_autofree char *digest = g_strdup_printf("提交时间 %s。本表内容(JSON)的 SHA-256:%s", at, draw->what->sha256);
    gsize i;
    json_t *section;

    paper_title(paper, field_string(form, "title_zh"), below);
    json_array_foreach(json_object_get(form, "layout"), i, section)
        draw_section(paper, draw, section);
    draw_signature(paper, draw);
    paper_small(paper, digest);
    json_array_foreach(json_object_get(form, "layout"), i, section)
        draw_pages(paper, draw, section);
    paper_pictures_end(paper);
}

GBytes *
submission_pdf(const SubmissionPdf *what, GError **error)
{
    const json_t *form = form_schema_json(form_document_schema(what->document));
    g_autoptr(GString) origins = g_string_new(NULL);
    g_autofree char *footer = g_strdup_printf("%s · %s", field_string(form, "title_zh"), what->case_number);
    Draw draw = { what, origins };
    PaperInfo info = { field_string(form, "title_zh"), "云踏勘", footer, NULL, field_integer(form_document_json(what->document), "submitted_at") };

    return paper_print(&info, draw_all, &draw, error);
}
