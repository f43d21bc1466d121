#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load-clock.h"
#include "load-sdp.h"
#include "load-target.h"

#define ANSWER_MAX (256 * 1024)

typedef struct {
    LoadTarget target;
    LoadLoop *loop;
    char *socket_path;
} MediaTarget;

static gboolean
send_all(int fd, const GString *text)
{
    for (gsize sent = 0; sent < text->len;) {
        ssize_t now = send(fd, text->str + sent, text->len - sent, MSG_NOSIGNAL);

        if (now <= 0)
            return FALSE;
        sent += (gsize)now;
    }
    return TRUE;
}

/* The body, once all of it is there. */
static const char *
complete_body(const GString *answer)
{
    const char *end = strstr(answer->str, "\r\n\r\n");
    g_autofree char *head = end ? g_ascii_strdown(answer->str, end - answer->str) : NULL;
    const char *length = head ? strstr(head, "\ncontent-length:") : NULL;

    if (!length || strlen(end + 4) < g_ascii_strtoull(length + strlen("\ncontent-length:"), NULL, 10))
        return NULL;
    return end + 4;
}

static char *
read_answer(MediaTarget *media, int fd, const char *what, GError **error)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    const char *body = NULL;
    char bytes[16384];

    while (!body && answer->len < ANSWER_MAX) {
        ssize_t n;

        if (!load_loop_run_until_readable(media->loop, fd, LOAD_ANSWER_US)) {
            load_fail(error, "%s: no answer in time", what);
            return NULL;
        }
        n = recv(fd, bytes, sizeof bytes, 0);
        if (n <= 0)
            break;
        g_string_append_len(answer, bytes, n);
        body = complete_body(answer);
    }
    if (!body || !g_str_has_prefix(answer->str, "HTTP/1.1 20")) {
        load_fail(error, "%s: %s", what, answer->len ? answer->str : "the connection ended");
        return NULL;
    }
    return g_strdup(body);
}

static char *
request(MediaTarget *media, const char *method, const char *path, const char *type, const char *body,
        GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *what = g_strdup_printf("%s %s", method, path);
    int fd = load_unix_connect(media->socket_path, SOCK_STREAM, error);
    char *answer = NULL;

    if (fd < 0)
        return NULL;
    g_string_printf(text,
                    "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
                    "%s\r\nContent-Length: %zu\r\n\r\n%s",
                    what, type, strlen(body), body);
    if (send_all(fd, text))
        answer = read_answer(media, fd, what, error);
    else
        load_fail(error, "%s: cannot send", what);
    close(fd);
    return answer;
}

static gboolean
media_open_room(LoadTarget *target, guint room, GError **error)
{
    g_autofree char *path = g_strdup_printf("/rooms/load-%u", room);
    g_autofree char *answer = request((MediaTarget *)target, "PUT", path, "application/json", "{}", error);

    return answer != NULL;
}

static gboolean
connect_peer(MediaTarget *media, guint room, LoadPeer *peer, LoadDirection direction, gint64 *ret_asked_us,
             GError **error)
{
    g_autofree char *path =
        g_strdup_printf("/rooms/load-%u/connections?participant=peer-%u&publish=%d&order=0", room,
                        peer->index, direction == LOAD_SEND);
    g_autofree char *offer = load_sdp_offer(peer, direction);
    g_autofree char *answer = NULL;
    LoadRemote remote;

    *ret_asked_us = load_now_us();
    answer = request(media, "POST", path, "application/sdp", offer, error);
    if (!answer)
        return FALSE;
    if (!load_sdp_read_remote(answer, TRUE, &remote))
        return load_fail(error, "an answer that cannot be used:\n%s", answer);
    load_peer_set_remote(peer, &remote);
    return TRUE;
}

static gboolean
media_publish(LoadTarget *target, guint room, LoadPeer *peer, GError **error)
{
    gint64 asked_us;

    return connect_peer((MediaTarget *)target, room, peer, LOAD_SEND, &asked_us, error);
}

static gboolean
media_subscribe(LoadTarget *target, guint room, LoadPeer *peer, gint64 *ret_asked_us, GError **error)
{
    return connect_peer((MediaTarget *)target, room, peer, LOAD_RECEIVE, ret_asked_us, error);
}

static void
media_keep_alive(LoadTarget *target)
{
}

static void
media_free(LoadTarget *target)
{
    g_free(((MediaTarget *)target)->socket_path);
    g_free(target);
}

LoadTarget *
load_target_media_new(LoadLoop *loop, const char *socket_path)
{
    MediaTarget *media = g_new0(MediaTarget, 1);

    media->target =
        (LoadTarget){media_open_room, media_publish, media_subscribe, media_keep_alive, media_free};
    media->loop = loop;
    media->socket_path = g_strdup(socket_path);
    return &media->target;
}
