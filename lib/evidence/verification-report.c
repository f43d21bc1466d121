/* The report of a verification as JSON and as text. docs/evidence-format.md, section 7. */
#include "verification-private.h"

#define FRAGMENT_VERDICTS (FRAGMENT_DISPOSED + 1)

static void
count_verdicts(const Verification *verification, guint counts[FRAGMENT_VERDICTS])
{
    for (guint i = 0; i < verification->claims->len; i++) {
        const Claim *claim = &g_array_index(verification->claims, Claim, i);

        if (claim->kind == RANGE_FRAGMENT || (claim->kind == RANGE_TORN && claim->verdict == FRAGMENT_TORN))
            counts[claim->verdict]++;
    }
}

static json_t *
counts_to_json(const Verification *verification)
{
    guint counts[FRAGMENT_VERDICTS] = { 0 };
    json_t *object = json_object();

    count_verdicts(verification, counts);
    for (guint i = 0; i < FRAGMENT_VERDICTS; i++)
        json_object_set_new(object, fragment_verdict_name(i), json_integer(counts[i]));
    return object;
}

static json_t *
fragments_to_json(const Verification *verification)
{
    json_t *array = json_array();

    for (guint i = 0; i < verification->claims->len; i++) {
        const Claim *claim = &g_array_index(verification->claims, Claim, i);

        if (claim->kind == RANGE_FRAGMENT)
            json_array_append_new(array, json_pack("{s:I, s:s?, s:I, s:I, s:s, s:I, s:I, s:I, s:s}", "seq", (json_int_t) claim->seq,
                                                   "track", claim->track, "part", (json_int_t) claim->part, "n",
                                                   (json_int_t) claim->n, "file", claim->file, "offset",
                                                   (json_int_t) claim->offset, "length", (json_int_t) claim->length, "at",
                                                   (json_int_t) claim->captured, "verdict",
                                                   fragment_verdict_name(claim->verdict)));
    }
    return array;
}

static json_t *
stills_to_json(const Verification *verification)
{
    json_t *array = json_array();

    for (guint i = 0; i < verification->claims->len; i++) {
        const Claim *claim = &g_array_index(verification->claims, Claim, i);

        if (claim->kind == RANGE_STILL)
            json_array_append_new(array, json_pack("{s:I, s:s?, s:s, s:I, s:s}", "seq", (json_int_t) claim->seq, "id", claim->id,
                                                   "file", claim->file, "length", (json_int_t) claim->length, "verdict",
                                                   fragment_verdict_name(claim->verdict)));
    }
    return array;
}

static json_t *
torn_to_json(const Verification *verification)
{
    json_t *array = json_array();

    for (guint i = 0; i < verification->claims->len; i++) {
        const Claim *claim = &g_array_index(verification->claims, Claim, i);

        if (claim->kind == RANGE_TORN)
            json_array_append_new(array, json_pack("{s:I, s:s, s:I, s:I}", "seq", (json_int_t) claim->seq, "file", claim->file,
                                                   "offset", (json_int_t) claim->offset, "length", (json_int_t) claim->length));
    }
    return array;
}

static json_t *
fault_to_json(const Fault *fault)
{
    g_autofree char *zh = fault_to_text(fault, "zh");
    g_autofree char *en = fault_to_text(fault, "en");
    json_t *object = json_pack("{s:s, s:{s:s, s:s}}", "code", fault->code, "message", "zh", zh, "en", en);

    if (fault->seq >= 0) {
        json_object_set_new(object, "seq", json_integer(fault->seq));
        json_object_set_new(object, "last_seq", json_integer(fault->last_seq));
    }
    if (fault->file)
        json_object_set_new(object, "file", json_string(fault->file));
    if (fault->offset >= 0) {
        json_object_set_new(object, "offset", json_integer(fault->offset));
        json_object_set_new(object, "length", json_integer(fault->length));
    }
    return object;
}

static json_t *
faults_to_json(const GArray *faults)
{
    json_t *array = json_array();

    for (guint i = 0; i < faults->len; i++)
        json_array_append_new(array, fault_to_json(&g_array_index(faults, Fault, i)));
    return array;
}

static json_t *
time_or_null(gint64 at)
{
    return at < 0 ? json_null() : json_integer(at);
}

static json_t *
key_to_json(const Verification *verification)
{
    const PublicKey *key = verification->key;

    return json_pack("{s:s?, s:s?, s:s?, s:s, s:s}", "algorithm", key ? public_key_algorithm(key) : NULL, "sha256",
                     key ? public_key_digest(key) : NULL, "subject", key ? public_key_subject(key) : NULL, "authority",
                     verification->pin, "chain", verification->chain);
}

static json_t *
timestamps_to_json(const Verification *verification)
{
    return json_pack("{s:i, s:s, s:o, s:I}", "count", (int) verification->timestamps, "authority", verification->stamper, "at",
                     time_or_null(verification->stamped_at), "of", (json_int_t) verification->stamped_seq);
}

json_t *
verification_to_json(const Verification *verification)
{
    Verdict verdict = verification_verdict(verification);

    return json_pack("{s:s, s:s, s:i, s:{s:s, s:s}, s:{s:s, s:s}, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:o,"
                     " s:I, s:I, s:I, s:o, s:b, s:i, s:i, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "format", "yuntakan-verification/1", "verdict", verdict_name(verdict), "exit", (int) verdict, "limits", "zh",
                     verification_limits("zh"), "en", verification_limits("en"), "message", "zh",
                     verification_headline(verification, "zh"), "en", verification_headline(verification, "en"), "recording",
                     verification->recording, "visit", verification->visit, "case_number", verification->case_number, "item",
                     verification->item, "item_version", verification->item_version, "title", verification->title, "started_at",
                     time_or_null(verification->recording ? verification->started_at : -1), "ended_at",
                     time_or_null(verification->ended_at), "key", key_to_json(verification), "lines",
                     (json_int_t) verification->lines, "bytes", (json_int_t) verification->bytes, "sealed_seq",
                     (json_int_t) verification->sealed_seq, "sealed_at", time_or_null(verification->sealed_at), "sealed_end",
                     verification->sealed_end, "gaps", (int) verification->gaps, "resumes", (int) verification->resumes, "counts",
                     counts_to_json(verification), "faults", faults_to_json(verification->faults), "faults_dropped",
                     (json_int_t) verification->faults_dropped, "tail", faults_to_json(verification->tail), "torn",
                     torn_to_json(verification), "stills", stills_to_json(verification), "fragments",
                     fragments_to_json(verification), "timestamps", timestamps_to_json(verification), "disposal",
                     verification->disposed ? json_pack("{s:I, s:s?}", "at", (json_int_t) verification->disposed_at, "reason", verification->disposal_reason)
                                            : json_null());
}

static void
add_time(GString *text, const char *label, gint64 at)
{
    g_autoptr(GDateTime) time = at < 0 ? NULL : g_date_time_new_from_unix_utc(at / G_USEC_PER_SEC);
    g_autofree char *shown = time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

    if (shown)
        g_string_append_printf(text, "%s%s\n", label, shown);
}

static void
add_facts(GString *text, const Verification *verification, gboolean zh)
{
    const char *pin = verification->pin;

    g_string_append_printf(text, "%s%s\n", zh ? "录像：　" : "recording: ", verification->recording ? verification->recording : "?");
    g_string_append_printf(text, "%s%s\n", zh ? "案号：　" : "case:      ", verification->case_number ? verification->case_number : "?");
    g_string_append_printf(text, "%s%s %s\n", zh ? "事项：　" : "item:      ", verification->item ? verification->item : "?",
                           verification->title ? verification->title : "");
    add_time(text, zh ? "开始：　" : "started:   ", verification->recording ? verification->started_at : -1);
    add_time(text, zh ? "结束：　" : "ended:     ", verification->ended_at);
    add_time(text, zh ? "末次封签：" : "sealed:    ", verification->sealed_at);
    if (verification->disposed) {
        add_time(text, zh ? "销毁：　" : "disposed:  ", verification->disposed_at);
        g_string_append_printf(text, "%s%s\n", zh ? "　　　　　原因：" : "           reason: ", verification->disposal_reason ? verification->disposal_reason : "?");
    }
    if (verification->key)
        g_string_append_printf(text, "%s%s %s\n", zh ? "封签密钥：" : "key:       ", public_key_algorithm(verification->key),
                               public_key_digest(verification->key));
    if (g_str_equal(pin, "matches"))
        g_string_append(text, zh ? "　　　　　即所指定机关的密钥\n" : "           it is the authority's key that was given\n");
    else if (g_str_equal(pin, "not-given"))
        g_string_append(text, zh ? "　　　　　注意：未指定机关密钥，这只是录像自带的密钥\n"
                                 : "           note: no authority's key was given, this is only the recording's own\n");
    add_time(text, zh ? "时间戳：　" : "stamped:   ", verification->stamped_at);
    if (verification->timestamps > 0 && g_str_equal(verification->stamper, "not-given"))
        g_string_append(text, zh ? "　　　　　注意：未指定时间戳机构（--tsa-ca），未核验其签名\n"
                                 : "           note: no time-stamp authority was given (--tsa-ca), its signature was not checked\n");
    if (g_str_equal(verification->chain, "trusted"))
        g_string_append(text, zh ? "　　　　　证书链追溯到所指定的颁发机构\n" : "           its certificate chain leads to the authority that was given\n");
    g_string_append_printf(text, zh ? "账本 %" G_GUINT64_FORMAT " 行，共 %" G_GUINT64_FORMAT " 字节，中断 %u 段，恢复 %u 次\n"
                                    : "%" G_GUINT64_FORMAT " ledger lines, %" G_GUINT64_FORMAT " bytes, %u gap lines, resumed %u times\n",
                           verification->lines, verification->bytes, verification->gaps, verification->resumes);
}

static void
add_counts(GString *text, const Verification *verification, gboolean zh)
{
    static const char *const words[] = { "未变动", "被改动", "缺失", "次序错误", "未封签", "残缺（已申报）", "已按规定销毁" };
    guint counts[FRAGMENT_VERDICTS] = { 0 };

    count_verdicts(verification, counts);
    g_string_append(text, zh ? "片段：" : "fragments:");
    for (guint i = 0; i < FRAGMENT_VERDICTS; i++)
        if (counts[i] > 0 || i == FRAGMENT_STANDS)
            g_string_append_printf(text, " %s %u", zh ? words[i] : fragment_verdict_name(i), counts[i]);
    g_string_append_c(text, '\n');
}

static void
add_bad_fragments(GString *text, const Verification *verification, gboolean zh)
{
    guint shown = 0;

    for (guint i = 0; i < verification->claims->len && shown < FAULTS_MAX; i++) {
        const Claim *claim = &g_array_index(verification->claims, Claim, i);

        if (claim->kind != RANGE_FRAGMENT || claim->verdict == FRAGMENT_STANDS || claim->verdict == FRAGMENT_UNSEALED ||
            claim->verdict == FRAGMENT_DISPOSED)
            continue;
        g_string_append_printf(text, zh ? "  片段 %s 第 %u 部分第 %" G_GUINT64_FORMAT " 段：%s（%s, %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT ")\n"
                                        : "  fragment %s part %u number %" G_GUINT64_FORMAT ": %s (%s, %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT ")\n",
                               claim->track ? claim->track : "?", claim->part, claim->n, fragment_verdict_name(claim->verdict),
                               claim->file, claim->offset, claim->length);
        shown++;
    }
}

static void
add_faults(GString *text, const GArray *faults, const char *language)
{
    for (guint i = 0; i < faults->len; i++) {
        g_autofree char *sentence = fault_to_text(&g_array_index(faults, Fault, i), language);

        g_string_append_printf(text, "  %s\n", sentence);
    }
}

char *
verification_to_text(const Verification *verification, const char *language)
{
    gboolean zh = g_str_equal(language, "zh");
    GString *text = g_string_new(verification_limits(language));

    g_string_append_c(text, '\n');
    if (verification->readable) {
        add_facts(text, verification, zh);
        add_counts(text, verification, zh);
        add_bad_fragments(text, verification, zh);
        add_faults(text, verification->faults, language);
        if (verification->faults_dropped)
            g_string_append_printf(text, zh ? "  另有 %u 处\n" : "  and %u more\n", verification->faults_dropped);
        add_faults(text, verification->tail, language);
    } else if (g_strcmp0(verification->unreadable_why, "format") == 0) {
        g_string_append(text, zh ? "账本的格式或版本未知\n" : "the ledger is of an unknown format or version\n");
    } else {
        g_string_append(text, zh ? "没有可读的账本\n" : "there is no readable ledger\n");
    }
    g_string_append_printf(text, "%s%s\n", zh ? "结论：" : "verdict: ", verification_headline(verification, language));
    return g_string_free(text, FALSE);
}
