#include "record-pdf.h"

#include "bounded-json.h"
#include "field-rules.h"
#include "paper.h"
#include "record-words.h"

typedef struct {
    const RecordPdf *what;
    const json_t *content;
} Draw;

static const char *
text(const json_t *object, const char *name)
{
    const char *value = field_string(object, name);

    return value && *value ? value : NULL;
}

static json_t *
list(const json_t *object, const char *name)
{
    return json_object_get(object, name);
}

static double
real(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static char *
names_of(const json_t *content, const char *role)
{
    GString *names = g_string_new(NULL);
    gsize i;
    json_t *person;

    json_array_foreach(list(content, "people"), i, person) {
        if (g_strcmp0(text(person, "role"), role) != 0)
            continue;
        g_string_append_printf(names, "%s%s", names->len ? "、" : "", text(person, "name") ? text(person, "name") : "—");
        if (text(person, "credential"))
            g_string_append_printf(names, "(证件号 %s)", text(person, "credential"));
        if (text(person, "department"))
            g_string_append_printf(names, "[%s]", text(person, "department"));
    }
    return g_string_free(names, FALSE);
}

/* --- the head --- */

static char *
location_words(const json_t *content)
{
    json_t *location = json_array_get(list(content, "locations"), json_array_size(list(content, "locations")) - 1);
    GString *words;

    if (!json_is_object(location))
        return g_strdup("未提供定位");
    words = g_string_new(NULL);
    g_string_append_printf(words, "北纬 %.5f°,东经 %.5f°(精度 %.0f 米)", real(location, "lat"), real(location, "lon"), real(location, "accuracy_m"));
    if (json_is_number(json_object_get(location, "distance_m")))
        g_string_append_printf(words, ",距登记地址 %.0f 米", real(location, "distance_m"));
    return g_string_free(words, FALSE);
}

static void
draw_head(Paper *paper, const Draw *draw)
{
    const json_t *content = draw->content, *visit = list(content, "visit"), *item = list(content, "item");
    g_autofree char *below = g_strdup_printf("文号:%s    第 %d 版", text(content, "number"), (int) field_integer(content, "version"));
    g_autofree char *started = document_time(field_integer(visit, "started_at"));
    g_autofree char *made = document_time(field_integer(content, "made_at"));
    g_autofree char *period = g_strdup_printf("%s 至 %s", started, made);
    g_autofree char *inspectors = names_of(content, "inspector");
    g_autofree char *applicants = names_of(content, "applicant");
    g_autofree char *place = location_words(content);
    const PaperField fields[] = {
        { "案号", text(visit, "case_number"), FALSE },
        { "核查方式", document_mode(text(visit, "mode") ? text(visit, "mode") : "live"), FALSE },
        { "事项与情形", text(item, "name_zh"), TRUE },
        { "申请人", text(visit, "applicant"), FALSE },
        { "统一社会信用代码", text(visit, "credit_code"), FALSE },
        { "场所地址", text(visit, "premises"), TRUE },
        { "现场定位", place, TRUE },
        { "起止时间", period, TRUE },
        { "检查人员", inspectors, TRUE },
        { "现场配合人员", applicants, TRUE },
        { "承办单位", text(item, "division_zh"), TRUE },
        { "核查依据", text(item, "legal_basis_zh"), TRUE },
    };

    paper_title(paper, "现场核查记录", below);
    paper_fields(paper, fields, G_N_ELEMENTS(fields));
}

/* --- what was told and done --- */

static void
draw_acts(Paper *paper, const Draw *draw)
{
    static const PaperTable table = { 3, { 3, 3, 4 }, { "时间", "人员", "事项" } };
    gsize i;
    json_t *row;

    paper_heading(paper, "一、告知与程序");
    paper_table(paper, &table);
    json_array_foreach(list(draw->content, "people"), i, row) {
        g_autofree char *at = document_time(field_integer(row, "consent_at"));
        g_autofree char *words = g_strdup_printf("阅读并同意告知书(版本 %s)", text(row, "consent") ? text(row, "consent") : "");
        const char *cells[] = { at, text(row, "name"), words };

        if (text(row, "consent"))
            paper_row(paper, &table, cells);
    }
    json_array_foreach(list(draw->content, "acts"), i, row) {
        g_autofree char *at = document_time(field_integer(row, "at"));
        const char *cells[] = { at, text(row, "by"), document_act(text(row, "act")) };

        paper_row(paper, &table, cells);
    }
    json_array_foreach(list(draw->content, "challenges"), i, row) {
        g_autofree char *at = document_time(field_integer(row, "at"));
        g_autofree char *words = g_strdup_printf("随机验证“%s”:%s", text(row, "task_zh") ? text(row, "task_zh") : "",
                                                 g_strcmp0(text(row, "result"), "passed") == 0 ? "通过" : g_strcmp0(text(row, "result"), "failed") == 0 ? "未通过" : "未判定");
        const char *cells[] = { at, text(row, "by"), words };

        paper_row(paper, &table, cells);
    }
    paper_space(paper, 4);
}

/* --- check points --- */

static void
append_measurements(GString *words, const json_t *finding)
{
    gsize i;
    json_t *row;

    json_array_foreach(list(finding, "measurements"), i, row) {
        const char *verdict = text(row, "verdict");

        g_string_append_printf(words, "%s测量值 %s %s%s", words->len ? "\n" : "", text(row, "value"), text(row, "unit"),
                               g_strcmp0(verdict, "pass") == 0 ? "(达标)" : g_strcmp0(verdict, "fail") == 0 ? "(不达标)" : "");
    }
}

static char *
finding_words(const json_t *finding)
{
    GString *words = g_string_new(text(finding, "note") ? text(finding, "note") : "");
    gsize corrections = json_array_size(list(finding, "corrections"));

    append_measurements(words, finding);
    if (corrections)
        g_string_append_printf(words, "%s当场整改 %d 处,整改前后照片见附件", words->len ? "\n" : "", (int) corrections);
    return g_string_free(words, FALSE);
}

static char *
numbers(const json_t *finding)
{
    GString *words = g_string_new(NULL);
    gsize i;
    json_t *number;

    json_array_foreach(list(finding, "stills"), i, number)
        g_string_append_printf(words, "%s照片%d", words->len ? "、" : "", (int) json_integer_value(number));
    return g_string_free(words, FALSE);
}

static void
draw_findings(Paper *paper, const Draw *draw)
{
    static const PaperTable table = { 6, { 1.0, 3.6, 1.5, 4.6, 2.0, 1.8 }, { "序号", "检查点", "方法", "所见事实", "证据", "结果" } };
    gsize i;
    json_t *finding;

    paper_heading(paper, "二、逐项核查情况");
    paper_table(paper, &table);
    json_array_foreach(list(draw->content, "findings"), i, finding) {
        g_autofree char *number = g_strdup_printf("%d", (int) i + 1);
        g_autofree char *title = g_strdup_printf("%s\n%s", text(finding, "title_zh"), text(finding, "code"));
        g_autofree char *words = finding_words(finding);
        g_autofree char *evidence = numbers(finding);
        const char *cells[] = { number, title, document_evidence(text(finding, "evidence")), words, evidence,
                                text(finding, "result") ? document_result(text(finding, "result")) : field_boolean(finding, "required") ? "未核查" : "未涉及" };

        paper_row(paper, &table, cells);
    }
    paper_space(paper, 4);
}

static void
draw_gaps(Paper *paper, const Draw *draw)
{
    static const PaperTable table = { 4, { 3, 3, 1.4, 3 }, { "中断开始", "恢复", "时长", "原因" } };
    gsize i;
    json_t *gap;

    paper_heading(paper, "三、中断与补拍情况");
    if (json_array_size(list(draw->content, "gaps")) == 0) {
        paper_text(paper, "录像连续,没有中断。");
        return;
    }
    paper_table(paper, &table);
    json_array_foreach(list(draw->content, "gaps"), i, gap) {
        g_autofree char *from = document_time(field_integer(gap, "from"));
        g_autofree char *to = document_time(field_integer(gap, "to"));
        g_autofree char *span = document_span(field_integer(gap, "to") - field_integer(gap, "from"));
        const char *cells[] = { from, to, span, document_gap(text(gap, "reason")) };

        paper_row(paper, &table, cells);
    }
    paper_space(paper, 4);
}

/* --- conclusion and signatures --- */

static void
draw_conclusion(Paper *paper, const Draw *draw)
{
    const json_t *content = draw->content;
    g_autofree char *deadline = document_day(field_integer(content, "deadline_at"));
    const PaperField fields[] = {
        { "综合结论", document_decision(text(content, "decision")), FALSE },
        { "整改期限", deadline, FALSE },
        { "理由与要求", text(content, "remark"), TRUE },
    };

    paper_heading(paper, "四、综合结论");
    paper_fields(paper, fields, G_N_ELEMENTS(fields));
}

static void
draw_signature(Paper *paper, const Draw *draw, const json_t *signature)
{
    gboolean applicant = g_strcmp0(text(signature, "role"), "applicant") == 0;
    gboolean signed_it = g_strcmp0(text(signature, "act"), "signed") == 0;
    g_autofree char *who = g_strdup_printf("%s:%s", applicant ? "申请人" : "检查人员", text(signature, "name") ? text(signature, "name") : "—");
    g_autofree char *at = document_time(field_integer(signature, "at"));
    g_autoptr(GString) words = g_string_new(at);
    const char *strokes_text = text(signature, "strokes");
    g_autoptr(json_t) json = strokes_text ? json_loads(strokes_text, 0, NULL) : NULL;
    g_autoptr(Strokes) strokes = strokes_from_json(json);

    if (applicant && signed_it)
        g_string_append_printf(words, "\n已阅读(听读)本记录,与现场情况一致。\n意见:%s", text(signature, "words") ? text(signature, "words") : "无");
    else if (signed_it)
        g_string_append(words, "\n已核对账号密码,对本记录电子签名。");
    else
        g_string_append_printf(words, "\n拒绝签名。理由:%s%s%s", text(signature, "words") ? text(signature, "words") : "未说明",
                               text(signature, "noted_by") ? "\n由检查人员注明:" : "", text(signature, "noted_by") ? text(signature, "noted_by") : "");
    paper_signature(paper, who, words->str, strokes, signed_it ? (applicant ? NULL : text(signature, "name")) : "拒绝签名", applicant ? NULL : draw->what->seal);
}

static void
draw_signatures(Paper *paper, const Draw *draw)
{
    gsize i;
    json_t *signature;

    paper_heading(paper, "五、阅读确认与签名");
    if (json_array_size(list(draw->what->record, "signatures")) == 0)
        paper_text(paper, "尚未签名。");
    json_array_foreach(list(draw->what->record, "signatures"), i, signature)
        draw_signature(paper, draw, signature);
    paper_space(paper, 6);
}

/* --- annexes --- */

static const char *
title_of(const json_t *content, const char *code)
{
    gsize i;
    json_t *finding;

    json_array_foreach(list(content, "findings"), i, finding)
        if (g_strcmp0(text(finding, "code"), code) == 0)
            return text(finding, "title_zh");
    return "未归入检查点";
}

static void
draw_pictures(Paper *paper, const Draw *draw)
{
    gsize i;
    json_t *still;

    json_array_foreach(list(draw->content, "stills"), i, still) {
        const Picture *picture = g_hash_table_lookup(draw->what->pictures, text(still, "id"));
        g_autofree char *at = document_time(field_integer(still, "at"));
        g_autofree char *caption = g_strdup_printf("照片%d  %s\n%s", (int) field_integer(still, "number"), title_of(draw->content, text(still, "checkpoint")), at);

        if (picture)
            paper_picture(paper, picture, caption);
    }
    paper_pictures_end(paper);
}

static void
draw_annexes(Paper *paper, const Draw *draw)
{
    static const PaperTable table = { 4, { 1.2, 2.4, 1.4, 7 }, { "附件", "检查点", "字节", "摘要(SHA-256)" } };
    gsize i;
    json_t *still;

    paper_heading(paper, "附件清单");
    if (json_array_size(list(draw->content, "stills"))) {
        paper_table(paper, &table);
        json_array_foreach(list(draw->content, "stills"), i, still) {
            g_autofree char *number = g_strdup_printf("照片%d", (int) field_integer(still, "number"));
            g_autofree char *bytes = g_strdup_printf("%d", (int) field_integer(still, "bytes"));
            const char *cells[] = { number, text(still, "checkpoint"), bytes, text(still, "sha256") };

            paper_row(paper, &table, cells);
        }
        paper_space(paper, 10);
        draw_pictures(paper, draw);
    } else {
        paper_text(paper, "没有照片。");
    }
}

static void
draw_proof(Paper *paper, const Draw *draw)
{
    const json_t *record = draw->what->record;
    g_autofree char *caption = g_strdup_printf("扫码查看录像与证据(限有权限的工作人员)。\n录像编号 %s\n记录内容摘要(SHA-256)\n%s\n"
                                               "签名确认的是上述摘要;本文件的数字签名(CMS)另存,录像的证据账本登记了两者的摘要。",
                                               text(record, "recording") ? text(record, "recording") : "—", text(record, "digest"));

    paper_heading(paper, "核验");
    if (draw->what->replay)
        paper_qr(paper, draw->what->replay, caption);
    else
        paper_small(paper, caption);
}

static void
draw_record(Paper *paper, gpointer user)
{
    const Draw *draw = user;

    draw_head(paper, draw);
    draw_acts(paper, draw);
    draw_findings(paper, draw);
    draw_gaps(paper, draw);
    draw_conclusion(paper, draw);
    draw_signatures(paper, draw);
    draw_annexes(paper, draw);
    draw_proof(paper, draw);
}

GBytes *
record_pdf(const RecordPdf *what, GError **error)
{
    Draw draw = { what, json_object_get(what->record, "content") };
    const json_t *visit = json_object_get(draw.content, "visit");
    g_autofree char *title = g_strdup_printf("现场核查记录 %s", text(draw.content, "number"));
    g_autofree char *foot = g_strdup_printf("%s  %s", text(draw.content, "number"), text(visit, "applicant"));
    PaperInfo info = { title, "信丰县行政审批局", foot, what->draft ? "未签署" : NULL,
                       field_integer(what->record, "signed_at") ? field_integer(what->record, "signed_at") : field_integer(draw.content, "made_at") };

    return paper_print(&info, draw_record, &draw, error);
}
