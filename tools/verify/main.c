/* yuntakan-verify: is this recording what was sealed? Needs no server and no network. docs/evidence-format.md, section 7. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive-unpack.h"
#include "certificate-chain.h"
#include "evidence-folders.h"
#include "uuid7.h"
#include "verification.h"

/* sysexits.h: wrong use is not a verdict. */
#define EXIT_USAGE 64

typedef struct {
    gboolean json, version;
    char *language, *key_path, *fingerprint, *authorities_path, *authorities, *stampers_path, *stampers;
    char **paths;
    PublicKey *key;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->language);
    g_free(options->key_path);
    g_free(options->fingerprint);
    g_free(options->authorities_path);
    g_free(options->authorities);
    g_free(options->stampers_path);
    g_free(options->stampers);
    g_strfreev(options->paths);
    public_key_free(options->key);
}

static gboolean
usage_error(const char *text)
{
    fprintf(stderr, "yuntakan-verify: %s\n", text);
    return FALSE;
}

/* Chinese unless the user's environment speaks English: the officers who run this are in China. */
static const char *
language_of(const Options *options)
{
    const char *locale = g_getenv("LC_ALL");

    if (options->language)
        return options->language;
    if (!locale || !locale[0])
        locale = g_getenv("LC_MESSAGES");
    if (!locale || !locale[0])
        locale = g_getenv("LANG");
    return locale && g_str_has_prefix(locale, "en") ? "en" : "zh";
}

static gboolean
load_key(Options *options)
{
    g_autofree char *pem = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;

    if (g_file_get_contents(options->key_path, &pem, &length, &error))
        options->key = public_key_from_pem(pem, length, &error);
    return options->key || usage_error(error->message);
}

static gboolean
load_authorities(const char *path, char **ret_pem)
{
    g_autoptr(GError) error = NULL;
    gsize length;

    if (!g_file_get_contents(path, ret_pem, &length, &error))
        return usage_error(error->message);
    return certificate_chain_count(*ret_pem, length) > 0 || usage_error("--ca, --tsa-ca: no certificate (PEM) in this file");
}

/* openssl prints fingerprints in capitals with colons. */
static gboolean
tidy_fingerprint(Options *options)
{
    g_auto(GStrv) pieces = g_strsplit(options->fingerprint, ":", -1);
    char *tidy = g_strjoinv("", pieces);

    g_free(options->fingerprint);
    options->fingerprint = tidy;
    return (strlen(tidy) == 64 && strspn(tidy, "0123456789abcdefABCDEF") == 64) ||
           usage_error("--fingerprint is 64 hexadecimal digits, the SHA-256 of the key's SubjectPublicKeyInfo");
}

static gboolean
parse_options(int argc, char **argv, Options *options)
{
    const GOptionEntry entries[] = {
        { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "The report as JSON / 输出 JSON", NULL },
        { "lang", 0, 0, G_OPTION_ARG_STRING, &options->language, "zh or en / 语言", "LANG" },
        { "key", 0, 0, G_OPTION_ARG_FILENAME, &options->key_path, "The authority's certificate or public key (PEM) / 机关证书", "FILE" },
        { "fingerprint", 0, 0, G_OPTION_ARG_STRING, &options->fingerprint, "Or its key's SHA-256 / 或其公钥指纹", "HEX" },
        { "ca", 0, 0, G_OPTION_ARG_FILENAME, &options->authorities_path,
          "Certificates (PEM) that the recording's chain must lead to / 可信颁发机构证书", "FILE" },
        { "tsa-ca", 0, 0, G_OPTION_ARG_FILENAME, &options->stampers_path,
          "Certificates (PEM) that its time-stamps must lead to / 可信时间戳机构证书", "FILE" },
        { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version / 版本", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths, NULL, "PATH" },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, "Verifies a recording: its folder, an export's folder, or the export's ZIP.\n"
                                          "核验录像：录像文件夹、导出文件夹或导出的 ZIP 文件。");
    g_option_context_set_description(context, "Exit status / 退出码: 0 intact 完整; 3 intact, no sealed end 完整但无封签结尾; "
                                              "1 altered or incomplete 被改动或不完整;\n2 not readable as evidence 无法作为证据读取; "
                                              "4 ledger intact, media disposed of 账本完整、音视频已按规定销毁; 64 wrong use 用法错误.");
    if (!g_option_context_parse(context, &argc, &argv, &error))
        return usage_error(error->message);
    if (options->version)
        return TRUE;
    if (!options->paths || g_strv_length(options->paths) != 1)
        return usage_error("give one PATH (--help says more)");
    if (options->language && !g_str_equal(options->language, "zh") && !g_str_equal(options->language, "en"))
        return usage_error("--lang is zh or en");
    return (!options->key_path || load_key(options)) && (!options->fingerprint || tidy_fingerprint(options)) &&
           (!options->authorities_path || load_authorities(options->authorities_path, &options->authorities)) &&
           (!options->stampers_path || load_authorities(options->stampers_path, &options->stampers));
}

/* A folder that bears a recording's id must hold just that recording. */
static Verification *
verify_folder(const char *folder, const Options *options)
{
    g_autofree char *name = g_path_get_basename(folder);
    VerificationRules rules = { options->key, options->fingerprint, uuid7_is_valid(name) ? name : NULL, options->authorities, options->stampers };

    return verification_run(folder, &rules);
}

static void
print_json(const Verification *verification)
{
    json_t *report = verification_to_json(verification);

    json_dumpf(report, stdout, JSON_INDENT(1));
    json_decref(report);
}

/* The worst of several: altered, then unreadable, then unsealed, then disposed. */
static Verdict
worse(Verdict a, Verdict b)
{
    static const int badness[] = { [VERDICT_INTACT] = 0, [VERDICT_DISPOSED] = 1, [VERDICT_UNSEALED] = 2, [VERDICT_UNREADABLE] = 3, [VERDICT_ALTERED] = 4 };

    return badness[a] > badness[b] ? a : b;
}

static Verdict
verify_all(const GPtrArray *folders, const Options *options)
{
    Verdict verdict = VERDICT_INTACT;

    if (options->json && folders->len > 1)
        fputs("[\n", stdout);
    for (guint i = 0; i < folders->len; i++) {
        g_autoptr(Verification) verification = verify_folder(folders->pdata[i], options);
        g_autofree char *text = verification_to_text(verification, language_of(options));

        verdict = worse(verdict, verification_verdict(verification));
        if (i > 0)
            fputs(options->json ? ",\n" : "\n", stdout);
        if (options->json)
            print_json(verification);
        else
            fputs(text, stdout);
    }
    if (options->json)
        fputs(folders->len > 1 ? "\n]\n" : "\n", stdout);
    return verdict;
}

static Verdict
verify_path(const char *path, const Options *options)
{
    g_autoptr(GPtrArray) folders = evidence_folders_find(path);

    if (folders->len == 0) /* the report says why */
        g_ptr_array_add(folders, g_strdup(path));
    return verify_all(folders, options);
}

static Verdict
verify_zip(const char *path, const Options *options)
{
    g_autofree char *scratch = g_dir_make_tmp("yuntakan-verify-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    Verdict verdict = VERDICT_UNREADABLE;

    if (!scratch) {
        fprintf(stderr, "yuntakan-verify: no temporary folder can be made (TMPDIR)\n");
        return VERDICT_UNREADABLE;
    }
    if (archive_unpack(path, scratch, &error))
        verdict = verify_path(scratch, options);
    else
        fprintf(stderr, "yuntakan-verify: %s: %s\n", path, error->message);
    archive_remove_folder(scratch);
    return verdict;
}

int
main(int argc, char **argv)
{
    Options options = { FALSE };
    int status = EXIT_USAGE;

    setlocale(LC_CTYPE, "C.UTF-8"); /* names in a ZIP are UTF-8, whatever the terminal speaks */
    if (parse_options(argc, argv, &options)) {
        if (options.version) {
            puts("yuntakan-verify " YUNTAKAN_VERSION);
            status = EXIT_SUCCESS;
        } else if (g_file_test(options.paths[0], G_FILE_TEST_IS_REGULAR)) {
            status = (int) verify_zip(options.paths[0], &options);
        } else {
            status = (int) verify_path(options.paths[0], &options);
        }
    }
    options_clear(&options);
    return status;
}
