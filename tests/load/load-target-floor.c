#include <arpa/inet.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor-protocol.h"
#include "load-clock.h"
#include "load-target.h"

typedef struct {
    LoadTarget target;
    LoadLoop *loop;
    int fd;
} FloorTarget;

static gboolean
floor_open_room(LoadTarget *target, guint room, GError **error)
{
    return TRUE;
}

static gboolean
add_peer(FloorTarget *bare, guint room, LoadPeer *peer, gboolean publishes, GError **error)
{
    FloorPeer description = {.room = room,
                             .publishes = publishes,
                             .address = inet_addr(peer->address),
                             .port = peer->port,
                             .audio_type = 111,
                             .video_type = 96};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = description.address};
    LoadRemote remote = {.audio_type = description.audio_type, .video_type = description.video_type};
    FloorAnswer answer;

    RAND_bytes(description.key, sizeof description.key);
    if (send(bare->fd, &description, sizeof description, MSG_NOSIGNAL) != sizeof description ||
        !load_loop_run_until_readable(bare->loop, bare->fd, LOAD_ANSWER_US) ||
        recv(bare->fd, &answer, sizeof answer, 0) != sizeof answer || !answer.port)
        return load_fail(error, "relay-floor does not take room %u", room);
    to.sin_port = htons((guint16)answer.port);
    load_peer_set_bare(peer, &to, load_srtp_new(LOAD_SRTP_AEAD_AES_128_GCM, TRUE, description.key),
                       load_srtp_new(LOAD_SRTP_AEAD_AES_128_GCM, FALSE, description.key), &remote);
    return TRUE;
}

static gboolean
floor_publish(LoadTarget *target, guint room, LoadPeer *peer, GError **error)
{
    return add_peer((FloorTarget *)target, room, peer, TRUE, error);
}

static gboolean
floor_subscribe(LoadTarget *target, guint room, LoadPeer *peer, gint64 *ret_asked_us, GError **error)
{
    *ret_asked_us = load_now_us();
    return add_peer((FloorTarget *)target, room, peer, FALSE, error);
}

static void
floor_keep_alive(LoadTarget *target)
{
}

static void
floor_free(LoadTarget *target)
{
    close(((FloorTarget *)target)->fd);
    g_free(target);
}

LoadTarget *
load_target_floor_new(LoadLoop *loop, const char *socket_path, LoadSrtpProfile profile, GError **error)
{
    int fd;
    FloorTarget *bare;

    if (profile != LOAD_SRTP_AEAD_AES_128_GCM) {
        load_fail(error, "the floor is measured with AEAD_AES_128_GCM only");
        return NULL;
    }
    fd = load_unix_connect(socket_path, SOCK_SEQPACKET, error);
    if (fd < 0)
        return NULL;
    bare = g_new0(FloorTarget, 1);
    bare->target =
        (LoadTarget){floor_open_room, floor_publish, floor_subscribe, floor_keep_alive, floor_free};
    bare->loop = loop;
    bare->fd = fd;
    return &bare->target;
}
