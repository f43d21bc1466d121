#include "record-words.h"

#define ZONE_S (8 * 3600)

typedef struct {
    const char *code;
    const char *words;
} Word;

static char *
format(gint64 at, const char *pattern)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(ZONE_S);
    g_autoptr(GDateTime) utc = at > 0 ? g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC) : NULL;
    g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, zone) : NULL;

    return local ? g_date_time_format(local, pattern) : g_strdup("—");
}

char *
document_time(gint64 at)
{
    return format(at, "%Y年%-m月%-d日 %H:%M:%S");
}

char *
document_day(gint64 at)
{
    return format(at, "%Y年%-m月%-d日");
}

char *
document_span(gint64 us)
{
    gint64 seconds = MAX(0, us) / G_USEC_PER_SEC;

    return g_strdup_printf("%02d:%02d", (int) (seconds / 60), (int) (seconds % 60));
}

static const char *
find(const Word *words, gsize count, const char *code)
{
    for (gsize i = 0; i < count; i++)
        if (g_strcmp0(words[i].code, code) == 0)
            return words[i].words;
    return code ? code : "—";
}

#define WORDS(function, ...)                                                                                           \
    const char *function(const char *code)                                                                             \
    {                                                                                                                  \
        static const Word words[] = { __VA_ARGS__ };                                                                   \
                                                                                                                       \
        return find(words, G_N_ELEMENTS(words), code);                                                                 \
    }

WORDS(document_decision, { "passed", "通过" }, { "rectify", "限期整改" }, { "failed", "不通过" }, { "on-site", "转现场踏勘" })
WORDS(document_result, { "conform", "符合" }, { "mostly", "基本符合" }, { "nonconform", "不符合" }, { "not-applicable", "不适用" })
WORDS(document_role, { "applicant", "申请人(现场配合人员)" }, { "inspector", "检查人员" }, { "helper", "帮办人员" }, { "observer", "观察员" }, { "admin", "管理员" })
WORDS(document_mode, { "live", "远程实时视频" }, { "self-shot", "申请人自拍视频" }, { "assisted", "工作人员现场协助" }, { "camera", "固定摄像头" })
WORDS(document_evidence, { "video", "视频" }, { "photo", "拍照" }, { "measure", "测量" }, { "document", "查验文件" })
WORDS(document_act, { "notice-read", "宣读告知书" }, { "notice-agreed", "同意告知书" }, { "credentials-shown", "出示执法证件" }, { "identity-checked", "核对配合人员身份" },
      { "premises-checked", "核对门头与地址" }, { "record-read", "宣读核查记录" }, { "rights-explained", "告知陈述申辩权利" })
WORDS(document_gap, { "paused", "手机切到后台或来电" }, { "lost", "网络中断" }, { "no-media", "没有画面" }, { "overflow", "录像服务繁忙" }, { "media-restarted", "媒体服务重启" },
      { "recorder-restarted", "录像服务重启" }, { "pause", "暂停" })
