#include "ctl.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

gboolean
ctl_wants_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);

        if (value && *value)
            return g_str_has_prefix(value, "zh");
    }
    return FALSE;
}

const char *
ctl_text(const Ctl *ctl, const CtlText *text)
{
    return ctl->chinese ? text->zh : text->en;
}

void
ctl_complain(const Ctl *ctl, const char *code, const char *text)
{
    fprintf(stderr, "yuntakanctl: %s [%s]\n", text, code);
}

static int
usage(const Ctl *ctl, const char *word, const CtlText *text)
{
    g_autofree char *line =
        g_strdup_printf("%s%s%s", ctl_text(ctl, text), word ? ": " : "", word ? word : "");

    ctl_complain(ctl, "usage", line);
    fprintf(stderr, "%s\n", ctl->chinese ? "用法见 yuntakanctl --help" : "See yuntakanctl --help");
    return CTL_USAGE;
}

const char *
ctl_option(const Ctl *ctl, const char *name, const char *environment)
{
    const char *value = g_hash_table_lookup(ctl->options, name);

    if (!value && environment)
        value = g_getenv(environment);
    return value && *value ? value : NULL;
}

gboolean
ctl_flag(const Ctl *ctl, const char *name)
{
    return g_hash_table_contains(ctl->options, name);
}

static const CtlOption *
find_in(const CtlOption *table, const char *name, gsize length, char letter)
{
    for (; table && table->name; table++)
        if (letter ? table->letter == letter
                   : strlen(table->name) == length && memcmp(table->name, name, length) == 0)
            return table;
    return NULL;
}

static const CtlOption *
find_option(const Ctl *ctl, const char *word)
{
    const char *name = word + 2;
    gboolean is_long = word[1] == '-';
    gsize length = is_long ? strcspn(name, "=") : 0;
    char letter = is_long || word[2] ? 0 : word[1];
    const CtlOption *option = NULL;

    if (!is_long && !letter)
        return NULL;
    if (ctl->command)
        option = find_in(ctl->command->options, name, length, letter);
    return option ? option : find_in(ctl_common_options, name, length, letter);
}

static const CtlCommand *
find_command(const char *first, const char *second)
{
    g_autofree char *both = g_strdup_printf("%s %s", first, second ? second : "");

    for (const CtlCommand *command = ctl_commands; command->words; command++)
        if (g_str_equal(command->words, both) || g_str_equal(command->words, first))
            return command;
    return NULL;
}

static int
check_complete(const Ctl *ctl)
{
    static const CtlText no_argument = {"this argument is missing", "缺少参数"};
    static const CtlText no_option = {"this option is missing", "缺少选项"};

    if (ctl->command->argument && !ctl->argument)
        return usage(ctl, ctl->command->argument, &no_argument);
    for (const CtlOption *option = ctl->command->options; option && option->name; option++)
        if (option->required && !ctl_flag(ctl, option->name)) {
            g_autofree char *name = g_strconcat("--", option->name, NULL);

            return usage(ctl, name, &no_option);
        }
    return CTL_OK;
}

/* One option at argv[*at]; moves *at over its value. */
static int
read_option(Ctl *ctl, int argc, char **argv, int *at)
{
    static const CtlText unknown = {"unknown option", "未知选项"};
    static const CtlText no_value = {"this option needs a value", "选项缺少值"};
    char *word = argv[*at], *equals = strchr(word, '=');
    const CtlOption *option = find_option(ctl, word);
    const char *value = "";

    if (!option)
        return usage(ctl, word, &unknown);
    if (!option->flag) {
        if (g_str_has_prefix(word, "--") && equals)
            value = equals + 1;
        else if (*at + 1 < argc)
            value = argv[++*at];
        else
            return usage(ctl, word, &no_value);
    }
    g_hash_table_replace(ctl->options, (gpointer)option->name, (gpointer)value);
    return CTL_OK;
}

int
ctl_options_read(Ctl *ctl, int argc, char **argv)
{
    static const CtlText no_command = {"unknown command", "未知命令"};
    static const CtlText too_many = {"one argument too many", "多余的参数"};
    int at = 1;

    if (argc > 1 && argv[1][0] != '-') {
        ctl->command = find_command(argv[1], argc > 2 ? argv[2] : NULL);
        if (!ctl->command)
            return usage(ctl, argv[1], &no_command);
        at += strchr(ctl->command->words, ' ') ? 2 : 1;
    }
    for (; at < argc; at++) {
        if (argv[at][0] == '-' && argv[at][1]) {
            int result = read_option(ctl, argc, argv, &at);

            if (result != CTL_OK)
                return result;
        } else if (ctl->command && ctl->command->argument && !ctl->argument) {
            ctl->argument = argv[at];
        } else {
            return usage(ctl, argv[at], &too_many);
        }
    }
    if (ctl_flag(ctl, "help") || !ctl->command)
        return CTL_OK;
    return check_complete(ctl);
}

static void
print_options(const Ctl *ctl, const CtlOption *table)
{
    for (; table && table->name; table++) {
        g_autofree char *left =
            g_strdup_printf("%s%c%s--%s%s", table->letter ? "-" : "  ", table->letter ? table->letter : ' ',
                            table->letter ? ", " : "  ", table->name, table->flag ? "" : " VALUE");

        printf("  %-24s %s%s\n", left, ctl_text(ctl, &table->help), table->required ? " *" : "");
    }
}

void
ctl_print_help(const Ctl *ctl)
{
    if (ctl->command) {
        printf("yuntakanctl %s%s%s\n  %s\n\n", ctl->command->words, ctl->command->argument ? " " : "",
               ctl->command->argument ? ctl->command->argument : "", ctl_text(ctl, &ctl->command->help));
        print_options(ctl, ctl->command->options);
    } else {
        printf("%s\n\n", ctl->chinese ? "yuntakanctl：云踏勘的管理工具"
                                      : "yuntakanctl: the operator's tool of Yuntakan");
        for (const CtlCommand *command = ctl_commands; command->words; command++)
            printf("  %-16s %-10s %s\n", command->words, command->argument ? command->argument : "",
                   ctl_text(ctl, &command->help));
        printf("\n");
    }
    print_options(ctl, ctl_common_options);
    printf("\n%s\n",
           ctl->chinese
               ? "* 为必填。退出码：0 成功，1 被服务器拒绝，2 用法错误，3 无法连接。"
               : "* is needed. Exit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 not reachable.");
}

char *
ctl_ask_password(const Ctl *ctl)
{
    char line[1024] = "";
    struct termios before, silent;

    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return NULL;
    fprintf(stderr, "%s", ctl->chinese ? "密码：" : "Password: ");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    char *got = fgets(line, sizeof line, stdin);

    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fprintf(stderr, "\n");
    line[strcspn(line, "\n")] = '\0';
    return got && *line ? g_strdup(line) : NULL;
}

gboolean
ctl_parse_time(const char *text, gint64 now_us, gint64 *ret_us)
{
    guint64 number;

    if (text[0] == '+') {
        if (!g_ascii_string_to_unsigned(text + 1, 10, 0, 366 * 24 * 60, &number, NULL))
            return FALSE;
        *ret_us = now_us + (gint64)number * 60 * G_USEC_PER_SEC;
        return TRUE;
    }
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &number, NULL)) {
        *ret_us = (gint64)number;
        return TRUE;
    }
    g_autoptr(GTimeZone) local = g_time_zone_new_local();
    /* GLib wants seconds; people do not. */
    g_autofree char *full =
        strlen(text) == strlen("2026-11-24T09:30") ? g_strconcat(text, ":00", NULL) : g_strdup(text);
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(full, local);

    if (!time)
        return FALSE;
    *ret_us = g_date_time_to_unix(time) * G_USEC_PER_SEC;
    return TRUE;
}
