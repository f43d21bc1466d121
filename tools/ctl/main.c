#include "ctl.h"

#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>

static int
run(Ctl *ctl)
{
    int result = CTL_OK;

    ctl->http = ctl_http_new(ctl);
    if (ctl->command->signed_in)
        result = ctl_http_sign_in(ctl);
    if (result == CTL_OK)
        result = ctl->command->run(ctl);
    ctl_http_free(ctl->http);
    return result;
}

int
main(int argc, char **argv)
{
    Ctl ctl = {.chinese = ctl_wants_chinese(), .options = g_hash_table_new(g_str_hash, g_str_equal)};
    int result = ctl_options_read(&ctl, argc, argv);

    setlocale(LC_CTYPE, "");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result == CTL_OK && (ctl_flag(&ctl, "help") || !ctl.command))
        ctl_print_help(&ctl);
    else if (result == CTL_OK)
        result = run(&ctl);
    curl_global_cleanup();
    g_hash_table_unref(ctl.options);
    return result;
}
