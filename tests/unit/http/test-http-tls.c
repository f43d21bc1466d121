/* Real TLS with a certificate made for the test; the peer is curl. */
#include "http-fixture.h"

static void
handle_size(HttpRequest *request, gpointer user)
{
    g_autofree char *text = g_strdup_printf("%zu bytes", g_bytes_get_size(http_request_body(request)));

    http_request_reply_text(request, 200, "text/plain", text);
}

static void
handle_big(HttpRequest *request, gpointer user)
{
    g_autofree char *big = g_strnfill(5 * 1024 * 1024, 'z');
    g_autoptr(GBytes) body = g_bytes_new(big, 5 * 1024 * 1024);

    http_request_reply(request, 200, "text/plain", body);
}

static const HttpRoute routes[] = {{"POST", "/size", handle_size, 8 * 1024 * 1024, NULL},
                                   {"GET", "/big", handle_big, 0, NULL}};

static int
run(const char *folder, const char *const *argv, char **ret_output)
{
    g_autoptr(GError) error = NULL;
    int status = 0;

    ck_assert_msg(g_spawn_sync(folder, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                               NULL, NULL, ret_output, NULL, &status, &error),
                  "%s", error ? error->message : "");
    return WEXITSTATUS(status);
}

START_TEST(serves_over_tls)
{
    char *folder = g_dir_make_tmp("tls-XXXXXX", NULL);
    g_autofree char *cert = g_build_filename(folder, "cert.pem", NULL),
                    *key = g_build_filename(folder, "key.pem", NULL);
    const char *const make[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-keyout",
                                key,
                                "-out",
                                cert,
                                "-days",
                                "2",
                                "-subj",
                                "/CN=localhost",
                                "-addext",
                                "subjectAltName=IP:127.0.0.1",
                                NULL};
    Fixture fixture = {0};

    ck_assert_int_eq(run(folder, make, NULL), 0);
    fixture_listen(&fixture, &(HttpListen){.address = "127.0.0.1", .cert_path = cert, .key_path = key},
                   routes, 2);

    g_autofree char *big_url = g_strdup_printf("https://127.0.0.1:%d/big", fixture.port);
    g_autofree char *size_url = g_strdup_printf("https://127.0.0.1:%d/size", fixture.port);
    g_autofree char *at_key = g_strconcat("@", key, NULL);
    /* Two on one connection; --http2 would be taken if ALPN offered it. */
    const char *const get[] = {"curl",
                               "-s",
                               "--http2",
                               "--cacert",
                               cert,
                               "-w",
                               "[%{http_version} %{size_download} %{num_connects}]",
                               "-o",
                               "/dev/null",
                               "-o",
                               "/dev/null",
                               big_url,
                               big_url,
                               NULL};
    const char *const post[] = {"curl", "-s", "--cacert", cert, "--data-binary", at_key, size_url, NULL};
    const char *const old[] = {"curl", "-s", "--tls-max", "1.1", "--cacert", cert, big_url, NULL};
    g_autofree char *got = NULL, *posted = NULL, *key_text = NULL;
    gsize key_length;

    ck_assert_int_eq(run(folder, get, &got), 0);
    ck_assert_str_eq(got, "[1.1 5242880 1][1.1 5242880 0]");
    ck_assert_int_eq(run(folder, post, &posted), 0);
    ck_assert(g_file_get_contents(key, &key_text, &key_length, NULL));
    g_autofree char *expected = g_strdup_printf("%zu bytes", key_length);
    ck_assert_str_eq(posted, expected);
    ck_assert_int_ne(run(folder, old, NULL), 0);

    /* plain text on the TLS port, and half a handshake */
    for (int i = 0; i < 2; i++) {
        int fd = peer_open(&fixture);
        peer_send(fd, i ? "\x16\x03\x01\x02" : "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
        shutdown(fd, SHUT_WR);
        g_autoptr(GString) answer = peer_read(fd, NULL);
        assert_lacks(answer->str, "200");
        close(fd);
    }
    fixture_end(&fixture);

    /* a certificate that is none */
    g_autoptr(HttpLoop) loop = http_loop_new(NULL);
    g_autoptr(GError) error = NULL;
    ck_assert(!http_server_new(
        loop, &(HttpListen){.address = "127.0.0.1", .cert_path = "/nonexistent", .key_path = key}, routes, 2,
        NULL, &error));
    assert_has(error->message, "/nonexistent");
    g_unlink(cert);
    g_unlink(key);
    g_rmdir(folder);
    g_free(folder);
}
END_TEST

SUITE_MAIN("http-tls", serves_over_tls)
