/* Which file a path names, and what a client reads of it. */
#include "api/static.h"

#include "suite-main.h"

static const char *
file_of(const char *path)
{
    static char text[256];
    g_autofree char *file = static_file_of(path);

    g_strlcpy(text, file ? file : "-", sizeof text);
    return text;
}

START_TEST(a_path_names_a_file_of_the_client_or_nothing)
{
    ck_assert_str_eq(file_of("/"), "index.html");
    ck_assert_str_eq(file_of("/help"), "help.html");
    ck_assert_str_eq(file_of("/src/pages/help.js"), "src/pages/help.js");
    ck_assert_str_eq(file_of("/src/../secret"), "-");
    ck_assert_str_eq(file_of("/.git"), "-");
    ck_assert_str_eq(file_of("//x"), "-");
    ck_assert_str_eq(file_of("/a b"), "-");
    ck_assert_str_eq(file_of("/src/pages"), "-");
    /* What lies beside a file is not a file of its own. */
    ck_assert(static_content_type("src/pages/help.js.br") == NULL);
    ck_assert(static_content_type("src/pages/help.js.gz") == NULL);
}
END_TEST

START_TEST(a_coding_is_used_when_the_client_reads_it)
{
    ck_assert(static_accepts("gzip, deflate, br", "br"));
    ck_assert(static_accepts("GZIP", "gzip"));
    ck_assert(static_accepts("br;q=0.5, gzip;q=1.0", "br"));
    ck_assert(!static_accepts("br;q=0, gzip", "br"));
    ck_assert(!static_accepts("brotli", "br"));
    ck_assert(!static_accepts("", "gzip"));
    ck_assert(!static_accepts(NULL, "gzip"));
}
END_TEST

SUITE_MAIN("static", a_path_names_a_file_of_the_client_or_nothing, a_coding_is_used_when_the_client_reads_it)
