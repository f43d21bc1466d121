#include "ctl.h"

#include <locale.h>
#include <qrencode.h>
#include <string.h>

#include "suite-main.h"

static int
read_line(Ctl *ctl, const char *line)
{
    g_auto(GStrv) argv = NULL;
    int argc;

    *ctl = (Ctl){.options = g_hash_table_new(g_str_hash, g_str_equal)};
    ck_assert(g_shell_parse_argv(line, &argc, &argv, NULL));
    int result = ctl_options_read(ctl, argc, argv);

    /* the values point into argv: look at them before it goes */
    if (result == CTL_OK && g_hash_table_contains(ctl->options, "number")) {
        ck_assert_str_eq(ctl_option(ctl, "number", NULL), "XF-1");
        ck_assert_str_eq(ctl_option(ctl, "applicant", NULL), "王 芳");
    }
    if (result == CTL_OK && g_hash_table_contains(ctl->options, "output"))
        ck_assert_str_eq(ctl_option(ctl, "output", NULL), "a.zip");
    return result;
}

START_TEST(reads_command_lines)
{
    static const struct {
        const char *line;
        int result;
        const char *words;
    } cases[] = {
        {"yuntakanctl", CTL_OK, NULL},
        {"yuntakanctl --help", CTL_OK, NULL},
        {"yuntakanctl visit invite --help", CTL_OK, "visit invite"},
        {"yuntakanctl case add --number XF-1 --item=MKT-01 --applicant '王 芳' --json", CTL_OK, "case add"},
        {"yuntakanctl recording export R -o a.zip", CTL_OK, "recording export"},
        {"yuntakanctl recording export --output=a.zip R", CTL_OK, "recording export"},
        {"yuntakanctl case export C -o a.zip", CTL_OK, "case export"},
        {"yuntakanctl recording import a.zip --data /var/lib/yuntakan", CTL_OK, "recording import"},
        {"yuntakanctl recording import", CTL_USAGE, NULL},
        {"yuntakanctl login --account a", CTL_OK, "login"},
        {"yuntakanctl case add --number XF-1", CTL_USAGE, NULL},
        {"yuntakanctl visit invite", CTL_USAGE, NULL},
        {"yuntakanctl visit invite V W", CTL_USAGE, NULL},
        {"yuntakanctl visit", CTL_USAGE, NULL},
        {"yuntakanctl visit burn V", CTL_USAGE, NULL},
        {"yuntakanctl visit show V --frobnicate", CTL_USAGE, NULL},
        {"yuntakanctl visit show V --server", CTL_USAGE, NULL},
        {"yuntakanctl visit show V -x", CTL_USAGE, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Ctl ctl;

        ck_assert_msg(read_line(&ctl, cases[i].line) == cases[i].result, "%s", cases[i].line);
        if (cases[i].words)
            ck_assert_str_eq(ctl.command->words, cases[i].words);
        g_hash_table_unref(ctl.options);
    }
}
END_TEST

START_TEST(reads_times)
{
    gint64 now = G_GINT64_CONSTANT(1800000000000000), when;

    g_setenv("TZ", "Asia/Shanghai", TRUE);
    ck_assert(ctl_parse_time("+0", now, &when) && when == now);
    ck_assert(ctl_parse_time("+90", now, &when) && when == now + G_GINT64_CONSTANT(5400000000));
    ck_assert(ctl_parse_time("1800000000000001", now, &when) && when == now + 1);
    ck_assert(ctl_parse_time("2027-01-15T16:00", now, &when) && when == now);
    ck_assert(ctl_parse_time("2027-01-15T08:00:00Z", now, &when) && when == now);
    static const char *const wrong[] = {"", "+", "+x", "+99999999", "tomorrow", "2027-13-01T00:00", "-5"};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        ck_assert_msg(!ctl_parse_time(wrong[i], now, &when), "%s", wrong[i]);
}
END_TEST

START_TEST(speaks_the_operators_language)
{
    g_unsetenv("LC_ALL");
    g_unsetenv("LC_MESSAGES");
    g_setenv("LANG", "zh_CN.UTF-8", TRUE);
    ck_assert(ctl_wants_chinese());
    g_setenv("LC_ALL", "C.UTF-8", TRUE);
    ck_assert(!ctl_wants_chinese());
    for (const CtlCommand *command = ctl_commands; command->words; command++) {
        ck_assert(command->help.en && command->help.zh && command->run);
        for (const CtlOption *option = command->options; option && option->name; option++)
            ck_assert(option->help.en && option->help.zh);
    }
}
END_TEST

/* The picture, read back cell by cell, is the code that libqrencode made. */
START_TEST(draws_the_code)
{
    static const char link[] =
        "https://192.0.2.7:8443/v#eyJhbGciOiJIUzI1NiJ9.c2lnbmF0dXJl-c2lnbmF0dXJl_c2lnbmF0dXJl";
    g_autofree char *picture = ctl_qr(link);
    QRcode *code = QRcode_encodeString(link, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);

    ck_assert_int_eq((int)g_strv_length(lines) - 1, (code->width + 4 + 1) / 2);
    for (int y = 0; y < code->width; y++) {
        const char *line = lines[(y + 2) / 2];

        ck_assert(g_str_has_prefix(line, "\033[30;107m") && g_str_has_suffix(line, "\033[0m"));
        line += strlen("\033[30;107m");
        for (int x = 0; x < code->width; x++) {
            gunichar cell = g_utf8_get_char(g_utf8_offset_to_pointer(line, x + 2));
            gboolean dark = (y + 2) % 2 ? cell == 0x2588 || cell == 0x2584 : cell == 0x2588 || cell == 0x2580;

            ck_assert_int_eq(dark, code->data[y * code->width + x] & 1);
        }
    }
    QRcode_free(code);
    g_autofree char *huge = g_strnfill(5000, 'x');
    ck_assert_ptr_null(ctl_qr(huge));
}
END_TEST

SUITE_MAIN("ctl", reads_command_lines, reads_times, speaks_the_operators_language, draws_the_code)
