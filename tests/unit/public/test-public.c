/* What the public port serves beside REST: pages, the recorder's paths, the text of WHIP. */
#include "../http/http-fixture.h"
#include "api/playback.h"
#include "api/static.h"
#include "api/whip.h"

START_TEST(names_the_file_of_a_path)
{
    static const struct {
        const char *path, *file;
    } cases[] = {
        {"/", "index.html"},
        {"/v", "v.html"},
        {"/staff", "staff.html"},
        {"/review", "review.html"},
        {"/src/pages/staff.js", "src/pages/staff.js"},
        {"/vendor/lit-html/lit-html.js", "vendor/lit-html/lit-html.js"},
        {"/src/pages", NULL},
        {"", NULL},
        {"staff", NULL},
        {"//etc/passwd", NULL},
        {"/../secret.key", NULL},
        {"/src/../../secret.key", NULL},
        {"/.git/config", NULL},
        {"/src/.hidden.js", NULL},
        {"/src//a.js", NULL},
        {"/src/", NULL},
        {"/a\\b.js", NULL},
        {"/a b.js", NULL},
        {"/\xe4\xba\x91.js", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *file = static_file_of(cases[i].path);

        ck_assert_msg(g_strcmp0(file, cases[i].file) == 0, "%s: %s", cases[i].path, file);
    }
    g_autofree char *endless = g_strnfill(5000, 'a');
    endless[0] = '/';
    ck_assert_ptr_null(static_file_of(endless));

    ck_assert_str_eq(static_content_type("src/a.js"), "text/javascript; charset=utf-8");
    ck_assert_str_eq(static_content_type("icons.svg"), "image/svg+xml");
    ck_assert_ptr_null(static_content_type("store.sqlite"));
    ck_assert_ptr_null(static_content_type("LICENSE"));
}
END_TEST

static void
serve(HttpRequest *request, gpointer user)
{
    static_serve(request, ((Fixture *)user)->folder, http_request_path(request));
}

static const HttpRoute routes[] = {{"GET", "/{path*}", serve, 0, NULL}};

START_TEST(serves_pages_safely)
{
    Fixture fixture = {0};

    fixture_folder(&fixture);
    g_autofree char *page = g_build_filename(fixture.folder, "index.html", NULL);
    g_autofree char *folder = g_build_filename(fixture.folder, "fold.js", NULL);

    ck_assert(g_file_set_contents(page, "<!doctype html>", -1, NULL));
    ck_assert_int_eq(g_mkdir(folder, 0700), 0);
    fixture_listen(&fixture, &(HttpListen){.unix_path = fixture.path}, routes, 1);

    g_autofree char *got = ask(&fixture, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    static const char *const headers[] = {
        "HTTP/1.1 200 OK\r\n", "\r\nContent-Type: text/html; charset=utf-8\r\n", "\r\nContent-Security-Policy: default-src 'none';",
        "\r\nX-Content-Type-Options: nosniff\r\n", "\r\nStrict-Transport-Security: max-age=", "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nPermissions-Policy: camera=(self), microphone=(self)", "\r\nCache-Control: no-cache\r\n", "\r\nETag: \"",
        "\r\n\r\n<!doctype html>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(headers); i++)
        assert_has(got, headers[i]);
    assert_lacks(got, "unsafe-");

    const char *etag = strstr(got, "ETag: ") + 6;
    g_autofree char *again = g_strdup_printf("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: %.*s\r\n\r\n",
                                             (int)strcspn(etag, "\r"), etag);
    g_autofree char *unchanged = ask(&fixture, again);
    assert_has(unchanged, "HTTP/1.1 304 Not Modified\r\n");

    static const char *const nothing[] = {"/staff", "/fold.js", "/test.sock", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd.txt"};
    for (gsize i = 0; i < G_N_ELEMENTS(nothing); i++) {
        g_autofree char *request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", nothing[i]);
        g_autofree char *missing = ask(&fixture, request);

        assert_has(missing, "HTTP/1.1 404 ");
        assert_has(missing, "Content-Security-Policy");
    }
    g_unlink(page);
    g_rmdir(folder);
    fixture_end(&fixture);
}
END_TEST

START_TEST(knows_the_recorders_paths)
{
    static const char *const known[] = {"index", "verdict", "derived", "derived/strip.json", "hls/main.m3u8", "hls/site.parts.m3u8", "files/site/part-0001.mp4", "files/stills/018b-a.jpg"};
    static const char *const unknown[] = {"", "end", "entries", "export", "hls/", "files/", "files/../../secret.key", "files//a", "files/.x", "files/a/",
                                          "index/x", "hls/a b", "files/a?b", "stills/1", "/index"};

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        ck_assert_msg(playback_path_is_known(known[i]), "%s", known[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(unknown); i++)
        ck_assert_msg(!playback_path_is_known(unknown[i]), "%s", unknown[i]);
}
END_TEST

START_TEST(names_the_ice_session)
{
    static const char sdp[] = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n";
    g_autofree char *ufrag = whip_ufrag(sdp, strlen(sdp));
    g_autofree char *bare = whip_ufrag("a=ice-ufrag:9uB6", 16);
    g_autofree char *one = whip_etag("c1", "EsAw"), *same = whip_etag("c1", "EsAw"), *other = whip_etag("c2", "EsAw"),
                    *restarted = whip_etag("c1", "EsAx");

    ck_assert_str_eq(ufrag, "EsAw");
    ck_assert_str_eq(bare, "9uB6");
    ck_assert_ptr_null(whip_ufrag("v=0\r\n", 5));
    ck_assert_ptr_null(whip_ufrag("a=ice-ufrag:abc\r\n", 17)); /* RFC 8839: at least four */
    ck_assert_ptr_null(whip_ufrag("", 0));
    ck_assert_str_eq(one, same);
    ck_assert_str_ne(one, other);
    ck_assert_str_ne(one, restarted);
    ck_assert(one[0] == '"' && g_str_has_suffix(one, "\""));
}
END_TEST

SUITE_MAIN("public", names_the_file_of_a_path, serves_pages_safely, knows_the_recorders_paths, names_the_ice_session)
