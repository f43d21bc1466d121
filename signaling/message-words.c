#include "message-words.h"

#include <string.h>

#include "field-rules.h"
#include "record/record-words.h"

typedef struct {
    const char *kind;
    const char *subject;
    const char *zh; /* {case}, {day}, {time}, {words}, {n} */
    const char *en;
} Entry;

static const Entry entries[] = {
    { "invitation", "视频踏勘邀请", "您的办件 {case} 将于 {time} 进行视频踏勘。请届时在现场打开下面的链接。",
      "Your case {case} will be inspected by video at {time} (Beijing time). Please be on site then and open the link." },
    { "appointment-open", "请预约视频踏勘", "您的办件 {case} 可以预约视频踏勘了。请打开链接选择时间。", "You can now book the video inspection of your case {case}. Open the link and choose a time." },
    { "appointment-booked", "视频踏勘已预约", "您的办件 {case} 已预约于 {time} 视频踏勘。改期、取消请打开链接。",
      "The video inspection of your case {case} is booked for {time} (Beijing time). Open the link to move or cancel it." },
    { "appointment-cancelled", "视频踏勘预约已取消", "您的办件 {case} 于 {time} 的视频踏勘已取消。请打开链接重新预约。",
      "The video inspection of your case {case} at {time} (Beijing time) is cancelled. Open the link to book another." },
    { "appointment-reminder", "视频踏勘提醒", "您的办件 {case} 将于 {time} 视频踏勘。请提前备好工具,手机充满电。",
      "The video inspection of your case {case} is at {time} (Beijing time). Please prepare, and charge the phone." },
    { "no-show", "您错过了视频踏勘", "您的办件 {case} 于 {time} 的视频踏勘没有等到您。请打开链接重新预约。",
      "Nobody came to the video inspection of your case {case} at {time} (Beijing time). Open the link to book another." },
    { "rectification-opened", "请在期限前完成整改", "您的办件 {case} 有 {n} 处需要整改,请在 {day} 前改好,并打开链接拍照提交。",
      "{n} points of your case {case} need correction by {day}. Open the link, take pictures and send them." },
    { "rectification-reminder", "整改即将到期", "您的办件 {case} 的整改期限是 {day},还有 {n} 处没有提交。请打开链接拍照提交。",
      "The corrections of your case {case} are due by {day}; {n} points are still open. Open the link and send pictures." },
    { "rectification-overdue", "整改已超期", "您的办件 {case} 的整改已于 {day} 到期,还有 {n} 处没有提交。请尽快打开链接提交,或联系工作人员。",
      "The corrections of your case {case} were due by {day}; {n} points are still open. Open the link now, or contact the office." },
    { "rectification-again", "整改需要补充", "您的办件 {case} 的整改还需补充:{words}。请打开链接重新拍照提交。", "More is needed for your case {case}: {words}. Open the link and send new pictures." },
    { "rectification-accepted", "整改已通过", "您的办件 {case} 的整改已全部通过。欢迎打开链接作出评价。", "All corrections of your case {case} are accepted. Open the link to tell us how it went." },
    { "rectification-revisit", "整改需要再次踏勘", "您的办件 {case} 的整改需要再次视频踏勘。请打开链接预约时间。", "The corrections of your case {case} need another video inspection. Open the link and choose a time." },
    { "evaluation-asked", "请评价本次视频踏勘", "您的办件 {case} 的视频踏勘已结束。欢迎打开链接作出评价。", "The video inspection of your case {case} is over. Open the link to tell us how it went." },
};

static const Entry unknown = { "", "办件通知", "您的办件 {case} 有新的进展。请打开链接查看。", "There is news about your case {case}. Open the link." };

static const Entry *
entry_of(const char *kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(entries); i++)
        if (g_strcmp0(entries[i].kind, kind) == 0)
            return &entries[i];
    return &unknown;
}

static void
append_value(GString *text, const char *name, gsize length, const json_t *about)
{
    const json_t *data = json_object_get(about, "data");
    g_autofree char *value = NULL;

    if (strncmp(name, "case", length) == 0)
        value = g_strdup(field_string(json_object_get(about, "case"), "case_number"));
    else if (strncmp(name, "time", length) == 0)
        value = document_time(field_integer(data, "at"));
    else if (strncmp(name, "day", length) == 0)
        value = document_day(field_integer(data, "deadline_at"));
    else if (strncmp(name, "words", length) == 0)
        value = g_strdup(field_string(data, "words"));
    else
        value = g_strdup_printf("%d", (int) field_integer(data, "count"));
    g_string_append(text, value ? value : "");
}

static void
append_filled(GString *text, const char *pattern, const json_t *about)
{
    while (*pattern) {
        const char *end = *pattern == '{' ? strchr(pattern, '}') : NULL;

        if (!end) {
            g_string_append_c(text, *pattern++);
            continue;
        }
        append_value(text, pattern + 1, (gsize) (end - pattern - 1), about);
        pattern = end + 1;
    }
}

MessageWords
message_words(const json_t *about, const char *link)
{
    const Entry *entry = entry_of(field_string(about, "kind"));
    GString *subject = g_string_new("信丰县行政审批局:");
    GString *text = g_string_new(NULL);

    g_string_append(subject, entry->subject);
    append_filled(text, entry->zh, about);
    g_string_append(text, "\n\n");
    append_filled(text, entry->en, about);
    if (link)
        g_string_append_printf(text, "\n\n%s\n", link);
    return (MessageWords){ g_string_free(subject, FALSE), g_string_free(text, FALSE) };
}

void
message_words_clear(MessageWords *words)
{
    g_clear_pointer(&words->subject, g_free);
    g_clear_pointer(&words->text, g_free);
}
