/* The words of a verification's report, Chinese and English side by side. */
#include "verification-private.h"

typedef struct {
    const char *code, *zh, *en;
} Words;

static const Words fault_words[] = {
    { "line-altered", "账本第 %s 行被改动", "ledger line %s was altered" },
    { "line-removed", "账本第 %s 行缺失", "ledger line %s is missing" },
    { "line-inserted", "账本中多出一行，序号 %s", "a ledger line was inserted, number %s" },
    { "line-swapped", "账本第 %s 行被移到了别处", "ledger line %s was moved" },
    { "line-malformed", "账本第 %s 行的字段不合规范", "ledger line %s does not have the members of its type" },
    { "seal-wrong", "账本第 %s 行的封签无效", "the seal in ledger line %s is wrong" },
    { "timestamp-wrong", "账本第 %s 行的时间戳与其封签不符", "the time-stamp in ledger line %s is not of the seal that it names" },
    { "timestamp-untrusted", "账本第 %s 行的时间戳不是由所指定的时间戳机构签发", "the time-stamp in ledger line %s is not of the authority that was given" },
    { "after-end", "结束之后仍有账本行，序号 %s", "ledger line %s follows the end" },
    { "other-key", "证书的密钥与账本开头所写的不一致", "the certificate's key is not the one that the ledger's first line names" },
    { "other-authority", "封签密钥不是指定机关的密钥", "the sealing key is not the authority's key that was given" },
    { "chain-untrusted", "证书链不能追溯到所指定的颁发机构", "the certificate chain does not lead to the authority that was given" },
    { "wrong-recording", "这里存放的是另一份录像", "this is another recording than the one that belongs here" },
    { "certificate-missing", "缺少证书 cert.pem，封签无法核验", "the certificate cert.pem is missing: no seal can be checked" },
    { "certificate-altered", "证书 cert.pem 被改动", "the certificate cert.pem was altered" },
    { "ledger-bytes", "账本中有不属于任何一行、也未申报的内容", "the ledger has bytes that are no line and were not declared" },
    { "init-altered", "初始化段被改动", "an initialization segment was altered" },
    { "init-missing", "初始化段缺失", "an initialization segment is missing" },
    { "still-altered", "照片被改动", "a still was altered" },
    { "still-missing", "照片缺失", "a still is missing" },
    { "torn-altered", "已申报的残缺字节被改动", "torn bytes are not those that were declared" },
    { "torn-missing", "已申报的残缺字节缺失", "torn bytes that were declared are missing" },
    { "extra-bytes", "有账本未记载的字节", "bytes that no ledger line covers" },
    { "extra-file", "有账本未记载的文件", "a file that no ledger line names" },
    { "overlap", "两行账本指向同一段字节", "two ledger lines claim the same bytes" },
    { "folder", "文件夹无法读取", "the folder cannot be read" },
    { "tail", "末尾的字节尚未写入账本", "bytes at the end that no ledger line covers yet" },
};

static char *
place_of(const Fault *fault)
{
    if (!fault->file)
        return g_strdup("");
    if (fault->offset < 0)
        return g_strdup_printf(" (%s)", fault->file);
    return g_strdup_printf(" (%s, %" G_GINT64_FORMAT "+%" G_GINT64_FORMAT ")", fault->file, fault->offset, fault->length);
}

/* A template has one "%s" for the line numbers, or none; not a printf format, so that no table can become one. */
char *
fault_to_text(const Fault *fault, const char *language)
{
    const char *template = fault->code;
    g_autofree char *place = place_of(fault);
    g_autofree char *lines = fault->seq == fault->last_seq
                                 ? g_strdup_printf("%" G_GINT64_FORMAT, fault->seq)
                                 : g_strdup_printf("%" G_GINT64_FORMAT "–%" G_GINT64_FORMAT, fault->seq, fault->last_seq);

    for (gsize i = 0; i < G_N_ELEMENTS(fault_words); i++)
        if (g_str_equal(fault_words[i].code, fault->code))
            template = g_str_equal(language, "zh") ? fault_words[i].zh : fault_words[i].en;

    g_auto(GStrv) pieces = g_strsplit(template, "%s", 2);
    g_autofree char *sentence = g_strjoinv(lines, pieces);

    return g_strconcat(sentence, place, NULL);
}

const char *
verification_limits(const char *language)
{
    if (g_str_equal(language, "zh"))
        return "本核验能证明：封签之前的每一个字节、每一行账本及其先后次序，都与持有封签密钥者封签时的内容一致。\n"
               "本核验不能证明：画面内容真实；时钟准确；密钥未曾外泄；没有封签结尾的录像之后本应还有内容。\n"
               "未指定机关密钥时，只能说明录像与其自带的密钥一致；请用 --key 或 --fingerprint 指定机关公布的密钥。\n";
    return "This proves: every byte, every ledger line and their order, up to the last seal, are those that the holder of the sealing key sealed.\n"
           "It does not prove: that what was in front of the camera was genuine, that the clock was right, that the key never leaked,\n"
           "or that nothing should follow a recording without a sealed end.\n"
           "Without the authority's key it only says that the recording agrees with the key it brings along; give the published one by --key or "
           "--fingerprint.\n";
}

const char *
verification_headline(const Verification *verification, const char *language)
{
    static const char *const zh[] = {
        "完整：每个字节都与封签一致，录像已正常结束。",
        "已被改动或不完整。",
        "无法作为证据读取。",
        "已封签部分完整；但没有封签的结尾（仍在录制、曾中断，或末尾被截去）。",
        "账本完整；音视频和照片已按账本中封签的销毁记录删除。",
    };
    static const char *const en[] = {
        "Intact: every byte agrees with the seals and the recording has its sealed end.",
        "Altered or incomplete.",
        "Not readable as evidence.",
        "What is sealed is intact; but there is no sealed end (still running, interrupted, or cut off).",
        "The ledger is intact; media and stills were removed by the disposal that it declares under seal.",
    };

    return (g_str_equal(language, "zh") ? zh : en)[verification_verdict(verification)];
}
