#include "guide-pdf.h"

#include "field-rules.h"
#include "paper.h"
#include "record-words.h"

typedef struct {
    const json_t *item;
    const char *address;
    gboolean english;
} Draw;

static const char *
in_language(const Draw *draw, const json_t *object, const char *zh, const char *en)
{
    const char *text = draw->english ? field_string(object, en) : NULL;

    return text ? text : field_string(object, zh);
}

static const char *
evidence_word(const Draw *draw, const char *code)
{
    static const struct {
        const char *code, *word;
    } english[] = { { "video", "Video" }, { "photo", "Picture" }, { "measure", "Measurement" }, { "document", "Document" } };

    for (gsize i = 0; draw->english && i < G_N_ELEMENTS(english); i++)
        if (g_strcmp0(code, english[i].code) == 0)
            return english[i].word;
    return document_evidence(code);
}

static char *
limit_words(const Draw *draw, const json_t *measure)
{
    const char *unit = field_string(measure, "unit");
    const json_t *low = json_object_get(measure, "min"), *high = json_object_get(measure, "max");
    GString *words = g_string_new(NULL);

    if (low)
        g_string_append_printf(words, draw->english ? "At least %g %s. " : "不少于 %g %s。", json_number_value(low), unit);
    if (high)
        g_string_append_printf(words, draw->english ? "At most %g %s." : "不大于 %g %s。", json_number_value(high), unit);
    return g_string_free(words, FALSE);
}

static void
draw_head(Paper *paper, const Draw *draw)
{
    const json_t *item = draw->item;
    g_autofree char *below = g_strdup_printf(draw->english ? "%s, version %d" : "%s  第 %d 版", field_string(item, "code"), (int) field_integer(item, "version"));
    const PaperField fields[] = {
        { draw->english ? "Item" : "事项", in_language(draw, item, "name_zh", "name_en"), TRUE },
        { draw->english ? "Office" : "承办单位", in_language(draw, item, "division_zh", "division_en"), TRUE },
        { draw->english ? "Legal basis" : "核查依据", field_string(item, "legal_basis_zh"), TRUE },
        { draw->english ? "Not by video" : "不适用情形", in_language(draw, item, "exclusions_zh", "exclusions_en"), TRUE },
    };

    paper_title(paper, draw->english ? "Preparing for your video inspection" : "视频踏勘准备指南", below);
    paper_fields(paper, fields, G_N_ELEMENTS(fields));
}

static void
draw_tools(Paper *paper, const Draw *draw)
{
    json_t *tools = json_object_get(draw->item, draw->english && json_object_get(draw->item, "tools_en") ? "tools_en" : "tools_zh");
    gsize i;
    json_t *tool;

    paper_heading(paper, draw->english ? "1. Have at hand" : "一、请备好");
    json_array_foreach(tools, i, tool) {
        g_autofree char *line = g_strdup_printf("□ %s", json_string_value(tool));

        paper_text(paper, line);
    }
    paper_text(paper, draw->english ? "□ A good mobile signal; calls and notifications switched off" : "□ 手机信号良好,来电和消息提醒已关闭");
    paper_space(paper, 6);
}

static void
draw_checkpoints(Paper *paper, const Draw *draw)
{
    const PaperTable table = { 4,
                               { 0.8, 3.2, 7, 1.8 },
                               { draw->english ? "No." : "序号", draw->english ? "Check point" : "检查点", draw->english ? "What to show" : "怎样拍", draw->english ? "Kind" : "方式" } };
    gsize i;
    json_t *checkpoint;

    paper_heading(paper, draw->english ? "2. What will be looked at" : "二、要看的地方");
    paper_table(paper, &table);
    json_array_foreach(json_object_get(draw->item, "checkpoints"), i, checkpoint) {
        g_autofree char *number = g_strdup_printf("%d", (int) i + 1);
        g_autofree char *limit = limit_words(draw, json_object_get(checkpoint, "measure"));
        g_autofree char *guide = g_strdup_printf("%s%s%s%s", in_language(draw, checkpoint, "guide_zh", "guide_en"), *limit ? "\n" : "", limit,
                                                 field_boolean(checkpoint, "required") ? "" : draw->english ? "\nOnly where it applies." : "\n如不涉及,可以不拍。");
        const char *cells[] = { number, in_language(draw, checkpoint, "title_zh", "title_en"), guide, evidence_word(draw, field_string(checkpoint, "evidence")) };

        paper_row(paper, &table, cells);
    }
    paper_space(paper, 8);
}

static void
draw_guide(Paper *paper, gpointer user)
{
    const Draw *draw = user;

    draw_head(paper, draw);
    draw_tools(paper, draw);
    draw_checkpoints(paper, draw);
    if (draw->address)
        paper_qr(paper, draw->address,
                 draw->english ? "Scan to read this guide on the phone. For the inspection itself use the link that the office sends you."
                               : "扫码在手机上查看本指南。踏勘当天请用工作人员发送的链接进入。");
}

GBytes *
guide_pdf(const json_t *item, const char *address, gboolean english, GError **error)
{
    Draw draw = { item, address, english };
    const PaperInfo info = { in_language(&draw, item, "name_zh", "name_en"), "信丰县行政审批局", field_string(item, "code"), NULL, 0 };

    return paper_print(&info, draw_guide, &draw, error);
}
