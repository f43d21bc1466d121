#include "http-private.h"
#include "suite-main.h"

static GHashTable *
table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

START_TEST(matches_patterns)
{
    g_autoptr(GHashTable) params = table();

    ck_assert(http_route_match("/", "/", params));
    ck_assert(http_route_match("/rooms/{room}/feed", "/rooms/a-1/feed", params));
    ck_assert_str_eq(g_hash_table_lookup(params, "room"), "a-1");
    ck_assert(http_route_match("/r/{id}/files/{path*}", "/r/1/files/site/part-0001.mp4", params));
    ck_assert_str_eq(g_hash_table_lookup(params, "path"), "site/part-0001.mp4");
    ck_assert(!http_route_match("/rooms/{room}/feed", "/rooms//feed", params));
    ck_assert(!http_route_match("/rooms/{room}", "/rooms/1/2", params));
    ck_assert(!http_route_match("/rooms/{room}", "/rooms", params));
    ck_assert(!http_route_match("/rooms/{room}", "/rooms/1/", params));
    ck_assert(!http_route_match("/rooms", "rooms", params));
    ck_assert(!http_route_match("/rooms", "/room", params));
}
END_TEST

START_TEST(lists_what_is_allowed)
{
    static const HttpRoute routes[] = {
        {"GET", "/a", NULL, 0, NULL}, {"PUT", "/a", NULL, 0, NULL}, {"*", "/b/{x}", NULL, 0, NULL}};
    g_autoptr(GHashTable) params = table();
    g_autofree char *allow = NULL;
    int status = 0;

    ck_assert_ptr_eq(http_route_find(routes, 3, "HEAD", "/a", params, &status, &allow), &routes[0]);
    ck_assert_ptr_eq(http_route_find(routes, 3, "PUT", "/a", params, &status, &allow), &routes[1]);
    ck_assert_ptr_eq(http_route_find(routes, 3, "DELETE", "/b/1", params, &status, &allow), &routes[2]);
    ck_assert_ptr_null(http_route_find(routes, 3, "POST", "/a", params, &status, &allow));
    ck_assert_int_eq(status, 405);
    ck_assert_str_eq(allow, "GET, HEAD, PUT");
    g_clear_pointer(&allow, g_free);
    ck_assert_ptr_null(http_route_find(routes, 3, "GET", "/c", params, &status, &allow));
    ck_assert_int_eq(status, 404);
    ck_assert_ptr_null(allow);
}
END_TEST

/* RFC 9110, section 14.1.2: the examples are for a representation of 10000 bytes. */
START_TEST(reads_ranges_as_rfc_9110)
{
    static const struct {
        const char *header;
        guint64 size;
        HttpRangeResult result;
        guint64 first, length;
    } cases[] = {
        {"bytes=0-499", 10000, HTTP_RANGE_ONE, 0, 500},
        {"bytes=500-999", 10000, HTTP_RANGE_ONE, 500, 500},
        {"bytes=-500", 10000, HTTP_RANGE_ONE, 9500, 500},
        {"bytes=9500-", 10000, HTTP_RANGE_ONE, 9500, 500},
        {"Bytes=0-0", 10000, HTTP_RANGE_ONE, 0, 1},
        {"bytes=-1", 10000, HTTP_RANGE_ONE, 9999, 1},
        {"bytes=0-99999", 10000, HTTP_RANGE_ONE, 0, 10000},
        {"bytes=-99999", 10000, HTTP_RANGE_ONE, 0, 10000},
        {"bytes=10000-", 10000, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-0", 10000, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-5", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=5-4", 10000, HTTP_RANGE_NONE, 0, 0},
        {"bytes=0-1,3-4", 10000, HTTP_RANGE_NONE, 0, 0},
        {"bytes=a-b", 10000, HTTP_RANGE_NONE, 0, 0},
        {"bytes=", 10000, HTTP_RANGE_NONE, 0, 0},
        {"bytes=1", 10000, HTTP_RANGE_NONE, 0, 0},
        {"bytes=--5", 10000, HTTP_RANGE_NONE, 0, 0},
        {"bytes=1-2x", 10000, HTTP_RANGE_NONE, 0, 0},
        {"bytes=9999999999999999999999-", 10000, HTTP_RANGE_NONE, 0, 0},
        {"lines=0-5", 10000, HTTP_RANGE_NONE, 0, 0},
        {NULL, 10000, HTTP_RANGE_NONE, 0, 0},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint64 first = 0, length = 0;

        ck_assert_int_eq(http_range_parse(cases[i].header, cases[i].size, &first, &length), cases[i].result);
        if (cases[i].result == HTTP_RANGE_ONE) {
            ck_assert_uint_eq(first, cases[i].first);
            ck_assert_uint_eq(length, cases[i].length);
        }
    }
}
END_TEST

START_TEST(compares_etags)
{
    ck_assert(http_etag_listed("\"a\"", "\"a\""));
    ck_assert(http_etag_listed("\"b\", W/\"a\"", "\"a\""));
    ck_assert(http_etag_listed("*", "\"a\""));
    ck_assert(!http_etag_listed("\"aa\"", "\"a\""));
    ck_assert(!http_etag_listed("", "\"a\""));
    ck_assert(!http_etag_listed(NULL, "\"a\""));
}
END_TEST

START_TEST(asks_the_fallback_last)
{
    static const HttpRoute routes[] = {{"POST", "/api/in", NULL, 0, NULL},
                                       {"GET", "/{path*}", NULL, 0, NULL}};
    g_autoptr(GHashTable) params = table();
    g_autofree char *allow = NULL;
    int status = 0;

    ck_assert_ptr_eq(http_route_find(routes, 2, "GET", "/", params, &status, &allow), &routes[1]);
    ck_assert_ptr_eq(http_route_find(routes, 2, "GET", "/src/a.js", params, &status, &allow), &routes[1]);
    ck_assert_ptr_null(http_route_find(routes, 2, "GET", "/api/in", params, &status, &allow));
    ck_assert_int_eq(status, 405);
    ck_assert_str_eq(allow, "POST");
}
END_TEST

SUITE_MAIN("http-pure", matches_patterns, lists_what_is_allowed, asks_the_fallback_last,
           reads_ranges_as_rfc_9110, compares_etags)
