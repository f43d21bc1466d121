/** A loop with a server on its own thread, and a blocking peer that speaks raw bytes to it. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http-client.h"
#include "http-loop.h"
#include "http-server.h"
#include "suite-main.h"

typedef struct {
    HttpLoop *loop;
    HttpServer *server;
    GThread *thread;
    char *folder;
    char *path; /* of the Unix socket */
    int port;
    gint events; /* whatever a test's callbacks count */
} Fixture;

static inline gpointer
fixture_thread(gpointer data)
{
    http_loop_run(((Fixture *)data)->loop);
    return NULL;
}

static inline void
fixture_listen(Fixture *fixture, const HttpListen *listen, const HttpRoute *routes, gsize count)
{
    g_autoptr(GError) error = NULL;

    fixture->loop = http_loop_new(&error);
    ck_assert_msg(fixture->loop != NULL, "%s", error ? error->message : "");
    fixture->server = http_server_new(fixture->loop, listen, routes, count, fixture, &error);
    ck_assert_msg(fixture->server != NULL, "%s", error ? error->message : "");
    fixture->port = http_server_port(fixture->server);
    fixture->thread = g_thread_new("loop", fixture_thread, fixture);
}

static inline void
fixture_folder(Fixture *fixture)
{
    fixture->folder = g_dir_make_tmp("http-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "test.sock", NULL);
}

static inline void
fixture_unix(Fixture *fixture, const HttpRoute *routes, gsize count)
{
    fixture_folder(fixture);
    fixture_listen(fixture, &(HttpListen){.unix_path = fixture->path}, routes, count);
}

static inline void
fixture_tcp(Fixture *fixture, const HttpRoute *routes, gsize count)
{
    fixture_listen(fixture, &(HttpListen){.address = "127.0.0.1"}, routes, count);
}

static inline void
fixture_end(Fixture *fixture)
{
    http_loop_stop(fixture->loop);
    g_thread_join(fixture->thread);
    http_server_free(fixture->server);
    http_loop_free(fixture->loop);
    if (fixture->folder) {
        ck_assert_int_ne(g_access(fixture->path, F_OK), 0); /* the socket file went with its server */
        g_rmdir(fixture->folder);
    }
    g_free(fixture->folder);
    g_free(fixture->path);
}

/** Waits for a counter that the loop's thread moves. */
static inline void
await(gint *counter, gint value)
{
    gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    while (g_atomic_int_get(counter) < value) {
        ck_assert_msg(g_get_monotonic_time() < deadline, "waited too long for %d, is %d", value,
                      g_atomic_int_get(counter));
        g_usleep(1000);
    }
}

static inline int
peer_open(Fixture *fixture)
{
    struct timeval patience = {.tv_sec = 30};
    int fd;

    if (fixture->path && !fixture->port) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        g_strlcpy(address.sun_path, fixture->path, sizeof address.sun_path);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    } else {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((guint16)fixture->port)};

        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fd = socket(AF_INET, SOCK_STREAM, 0);
        ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

static inline void
peer_send(int fd, const char *text)
{
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (gssize)strlen(text));
}

/** Reads until `until` has come, or to the end of the connection if NULL. */
static inline GString *
peer_read(int fd, const char *until)
{
    GString *got = g_string_new(NULL);
    char buffer[65536];

    while (!until || !strstr(got->str, until)) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);

        if (count < 0 && errno == ECONNRESET && !until)
            break;
        ck_assert_msg(count >= 0, "recv: %s after '%s'", strerror(errno), got->str);
        if (count == 0) {
            ck_assert_msg(!until, "closed before '%s': '%s'", until, got->str);
            break;
        }
        g_string_append_len(got, buffer, count);
    }
    return got;
}

/** One exchange on a connection of its own; reads to the end. */
static inline char *
ask(Fixture *fixture, const char *request)
{
    int fd = peer_open(fixture);

    peer_send(fd, request);
    GString *got = peer_read(fd, NULL);

    close(fd);
    return g_string_free(got, FALSE);
}

#define assert_has(text, part)                                                                               \
    ck_assert_msg(strstr((text), (part)) != NULL, "no '%s' in '%s'", (part), (text))
#define assert_lacks(text, part) ck_assert_msg(strstr((text), (part)) == NULL, "'%s' in '%s'", (part), (text))
