#include "fuzz-datagrams.h"

#include "media-peer.h"

int
fuzz_datagrams(const guint8 *data, gsize size)
{
    MediaPeer peer = { 0 };

    media_peer_start(&peer);
    media_peer_check(&peer, TRUE);
    while (size >= 2) {
        gsize length = MIN((gsize) data[0] << 8 | data[1], size - 2);
        g_autofree guint8 *exact = length ? g_memdup2(data + 2, length) : NULL;

        peer_transport_receive(peer.transport, &peer.address, exact, length, peer.now_us);
        peer_transport_poll(peer.transport, peer.now_us += 1000);
        data += 2 + length;
        size -= 2 + length;
    }
    media_peer_stop(&peer);
    return 0;
}
