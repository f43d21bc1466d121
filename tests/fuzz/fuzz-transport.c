/* A script of datagrams, each with a length of 16 bits before it, for a connection whose peer's address has passed its check: DTLS, SRTP, STUN. */
#include <string.h>

#include "fuzz.h"
#include "peer-transport.h"
#include "stun-message.h"

typedef struct {
    gsize sent;
    guint addresses;
} Peer;

static void
on_send(gpointer user, const NetAddress *to, const guint8 *data, gsize length)
{
    FUZZ_CHECK(length && length <= 1200);
    ((Peer *) user)->sent += length;
}

static void
on_packet(gpointer user, guint8 *packet, gsize length, gint64 now_us)
{
    FUZZ_CHECK(!"a packet got in without keys");
}

static void
on_state(gpointer user, PeerState state, PeerReason reason)
{
    FUZZ_CHECK(state != PEER_CONNECTED);
}

static void
on_address(gpointer user, const NetAddress *address, gboolean valid)
{
    ((Peer *) user)->addresses += valid ? 1 : -1;
}

static const PeerTransportHandlers handlers = { on_send, on_packet, on_packet, on_state, on_address };

/* Made once: an identity's key pair costs more than everything else here. */
static DtlsIdentity *
identity(void)
{
    static DtlsIdentity *made;

    if (!made)
        made = dtls_identity_new(NULL);
    FUZZ_CHECK(made);
    return made;
}

static void
check(PeerTransport *transport, const NetAddress *from)
{
    static const guint8 transaction[STUN_TRANSACTION_LENGTH];
    guint8 buffer[256];
    StunWriter writer;
    g_autofree char *username = g_strconcat(peer_transport_local_ufrag(transport), ":peer", NULL);

    stun_writer_begin(&writer, buffer, sizeof buffer, STUN_BINDING_REQUEST, transaction);
    stun_writer_username(&writer, username);
    stun_writer_priority(&writer, 1);
    stun_writer_controlling(&writer, 1);
    stun_writer_use_candidate(&writer);
    stun_writer_integrity(&writer, peer_transport_local_password(transport));
    peer_transport_receive(transport, from, buffer, stun_writer_end(&writer), 1000000);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const NetAddress from = { .family = NET_FAMILY_V4, .port = 40000, .bytes = { 192, 0, 2, 1 } };
    static const guint8 fingerprint[DTLS_FINGERPRINT_LENGTH];
    Peer peer = { 0 };
    PeerTransportConfig config = { .identity = identity(), .remote_ufrag = "peer", .remote_password = "peer-password-peer-pass",
                                   .remote_fingerprint = fingerprint, .handlers = &handlers, .user = &peer };
    PeerTransport *transport = peer_transport_new(&config, 1000000, NULL);
    gint64 now_us = 1000000;

    check(transport, &from);
    FUZZ_CHECK(peer.addresses == 1);
    for (guint i = 0; size >= 2 && i < 64; i++) {
        gsize length = MIN((gsize) data[0] << 8 | data[1], size - 2);
        g_autofree guint8 *exact = length ? g_memdup2(data + 2, length) : NULL;

        peer_transport_receive(transport, &from, exact, length, now_us);
        peer_transport_poll(transport, now_us += 1000);
        data += 2 + length;
        size -= 2 + length;
    }
    peer_transport_close(transport, now_us);
    peer_transport_free(transport);
    FUZZ_CHECK(!peer.addresses);
    return 0;
}
