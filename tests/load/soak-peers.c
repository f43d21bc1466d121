/* soak-peers: subscribers that come and go, told what to do by lines on standard input. The signalling is the caller's.
 *
 *   offer ID            -> {"peer":ID,"offer":SDP}
 *   answer ID "SDP"     -> {"peer":ID,"ready_ms":F,"media_ms":F} once the first packet has come, or {"peer":ID,"failed":WHY}
 *   drop ID             the peer vanishes, without a farewell
 *
 * SDP of an answer is a JSON string. Milliseconds count from the answer. Ends with its input. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load-clock.h"
#include "load-loop.h"
#include "load-sdp.h"

#define LINE_MAX_BYTES (256 * 1024) /* an answer has some 4 KiB */
#define READY_US       (15 * LOAD_SECOND)
#define LOOK_US        (10 * G_TIME_SPAN_MILLISECOND)
#define PEERS_MAX      1000

typedef struct {
    LoadPeer *peer; /* the loop's */
    gint64 answered_us;
    gboolean told;
} Guest;

typedef struct {
    LoadLoop *loop;
    LoadDtlsIdentity *identity;
    GHashTable *guests; /* id -> Guest */
    GString *input;
    gboolean ended;
} Soak;

static void
say(json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(6));

    printf("%s\n", text);
    fflush(stdout);
    free(text);
    json_decref(message);
}

static void
say_failed(guint id, const char *why)
{
    say(json_pack("{si ss}", "peer", (int)id, "failed", why));
}

static void
offer(Soak *soak, guint id)
{
    g_autoptr(GError) error = NULL;
    LoadPeer *peer = g_hash_table_size(soak->guests) < PEERS_MAX ? load_peer_new(soak->identity, "127.0.0.1", id, &error) : NULL;

    if (!peer || g_hash_table_contains(soak->guests, GUINT_TO_POINTER(id))) {
        load_peer_free(peer);
        say_failed(id, error ? error->message : "too many peers, or this one is there");
        return;
    }
    Guest *guest = g_new0(Guest, 1);
    g_autofree char *sdp = load_sdp_offer(peer, LOAD_RECEIVE);

    guest->peer = peer;
    load_loop_add_peer(soak->loop, peer);
    g_hash_table_insert(soak->guests, GUINT_TO_POINTER(id), guest);
    say(json_pack("{si ss}", "peer", (int)id, "offer", sdp));
}

static void
answer(Soak *soak, guint id, const char *text)
{
    Guest *guest = g_hash_table_lookup(soak->guests, GUINT_TO_POINTER(id));
    json_t *sdp = json_loads(text, JSON_DECODE_ANY, NULL);
    LoadRemote remote;

    if (guest && json_is_string(sdp) && load_sdp_read_remote(json_string_value(sdp), TRUE, &remote)) {
        guest->answered_us = load_now_us();
        load_peer_set_remote(guest->peer, &remote);
    } else {
        say_failed(id, "an answer that cannot be used");
    }
    json_decref(sdp);
}

static void
drop(Soak *soak, guint id)
{
    Guest *guest = g_hash_table_lookup(soak->guests, GUINT_TO_POINTER(id));

    if (!guest)
        return;
    load_loop_remove_peer(soak->loop, guest->peer);
    g_hash_table_remove(soak->guests, GUINT_TO_POINTER(id));
}

static void
obey(Soak *soak, char *line)
{
    char *rest = strchr(line, ' '), *end = NULL;
    guint id = rest ? (guint)strtoul(rest + 1, &end, 10) : 0;

    if (g_str_has_prefix(line, "offer "))
        offer(soak, id);
    else if (g_str_has_prefix(line, "answer ") && *end == ' ')
        answer(soak, id, end + 1);
    else if (g_str_has_prefix(line, "drop "))
        drop(soak, id);
    else
        say_failed(id, "offer, answer or drop is wanted");
}

static void
read_input(Soak *soak)
{
    char bytes[16384], *end;
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0 || soak->input->len > LINE_MAX_BYTES) {
        soak->ended = TRUE;
        return;
    }
    g_string_append_len(soak->input, bytes, n);
    while ((end = memchr(soak->input->str, '\n', soak->input->len))) {
        g_autofree char *line = g_strndup(soak->input->str, (gsize)(end - soak->input->str));

        g_string_erase(soak->input, 0, end - soak->input->str + 1);
        obey(soak, line);
    }
}

/* Says what has happened to a peer, once. */
static void
look(LoadLoop *loop, guint id, Guest *guest)
{
    const LoadPeer *peer = guest->peer;

    if (guest->told || !guest->answered_us)
        return;
    guest->told = TRUE;
    if (peer->failed) {
        say_failed(id, "DTLS failed");
    } else if (peer->first_packet_us) {
        load_loop_settle_peer(loop, guest->peer);
        say(json_pack("{si sf sf}", "peer", (int)id, "ready_ms", (double)(peer->ready_us - guest->answered_us) / 1000, "media_ms",
                      (double)(peer->first_packet_us - guest->answered_us) / 1000));
    } else if (load_now_us() > guest->answered_us + READY_US) {
        say_failed(id, !peer->selected ? "no ICE in time" : !peer->ready ? "no DTLS in time" : "no media in time");
    } else {
        guest->told = FALSE;
    }
}

static void
run(Soak *soak)
{
    while (!soak->ended) {
        GHashTableIter iter;
        gpointer id, guest;

        if (load_loop_run_until_readable(soak->loop, STDIN_FILENO, LOOK_US))
            read_input(soak);
        g_hash_table_iter_init(&iter, soak->guests);
        while (g_hash_table_iter_next(&iter, &id, &guest))
            look(soak->loop, GPOINTER_TO_UINT(id), guest);
    }
}

int
main(void)
{
    Soak soak = {0};

    srtp_init();
    soak.loop = load_loop_new();
    soak.identity = load_dtls_identity_new(LOAD_SRTP_AEAD_AES_128_GCM);
    soak.guests = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    soak.input = g_string_new(NULL);
    run(&soak);
    g_hash_table_unref(soak.guests);
    g_string_free(soak.input, TRUE);
    load_loop_free(soak.loop);
    load_dtls_identity_free(soak.identity);
    srtp_shutdown();
    return 0;
}
