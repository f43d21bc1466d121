#include "load-sdp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "load-publisher.h"

#define H264_FMTP "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"

static void
append_session(GString *sdp, const char *group)
{
    g_string_append_printf(sdp, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE %s\r\n",
                           group);
}

static void
append_transport(GString *sdp, const LoadPeer *peer, const char *setup)
{
    g_string_append_printf(
        sdp,
        "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\na=setup:%s\r\na=rtcp-mux\r\n"
        "a=candidate:1 1 UDP 2130706431 %s %u typ host\r\na=end-of-candidates\r\n",
        peer->ufrag, peer->password, load_dtls_identity_fingerprint(peer->identity), setup, peer->address,
        peer->port);
}

static void
append_offered(GString *sdp, const LoadPeer *peer, LoadDirection direction, gboolean video, guint32 ssrc)
{
    g_string_append_printf(sdp, "m=%s 9 UDP/TLS/RTP/SAVPF %d\r\nc=IN IP4 0.0.0.0\r\na=mid:%d\r\na=%s\r\n",
                           video ? "video" : "audio", video ? 96 : 111, video,
                           direction == LOAD_SEND ? "sendonly" : "recvonly");
    g_string_append(sdp, video ? "a=rtpmap:96 H264/90000\r\na=fmtp:96 " H264_FMTP
                                 "\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n"
                               : "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n");
    if (direction == LOAD_SEND)
        g_string_append_printf(sdp, "a=msid:load load%d\r\na=ssrc:%u cname:load\r\n", video, ssrc);
    append_transport(sdp, peer, "actpass");
}

char *
load_sdp_offer(const LoadPeer *peer, LoadDirection direction)
{
    GString *sdp = g_string_sized_new(2048);
    guint32 video, audio;

    load_publisher_ssrcs(peer->index, &video, &audio);
    append_session(sdp, "0 1");
    append_offered(sdp, peer, direction, FALSE, audio);
    append_offered(sdp, peer, direction, TRUE, video);
    return g_string_free(sdp, FALSE);
}

/* The rest of the line that begins with `prefix`, or NULL. */
static char *
line_value(const char *text, const char *prefix)
{
    gsize length = strlen(prefix);

    for (const char *at = text; at && *at; at = strchr(at, '\n'), at += at != NULL)
        if (!strncmp(at, prefix, length))
            return g_strndup(at + length, strcspn(at + length, "\r\n"));
    return NULL;
}

/* Media sections without their "m=". */
static char **
media_sections(const char *sdp)
{
    const char *first = strstr(sdp, "\nm=");

    return first ? g_strsplit(first + 3, "\nm=", -1) : g_new0(char *, 1);
}

static void
append_copied(GString *sdp, const char *section, const char *name, unsigned type)
{
    g_autofree char *prefix = g_strdup_printf("a=%s:%u ", name, type);
    g_autofree char *value = line_value(section, prefix);

    if (value)
        g_string_append_printf(sdp, "%s%s\r\n", prefix, value);
}

static void
append_answered(GString *sdp, const LoadPeer *peer, const char *section)
{
    g_autofree char *mid = line_value(section, "a=mid:");
    char kind[16];
    unsigned type;

    if (sscanf(section, "%15s %*u %*s %u", kind, &type) != 2)
        return;
    g_string_append_printf(sdp,
                           "m=%s 9 UDP/TLS/RTP/SAVPF %u\r\nc=IN IP4 0.0.0.0\r\na=mid:%s\r\na=recvonly\r\n",
                           kind, type, mid ? mid : "");
    append_copied(sdp, section, "rtpmap", type);
    append_copied(sdp, section, "fmtp", type);
    if (!strcmp(kind, "video"))
        g_string_append_printf(sdp, "a=rtcp-fb:%u nack\r\na=rtcp-fb:%u nack pli\r\n", type, type);
    append_transport(sdp, peer, "active");
}

char *
load_sdp_answer(const LoadPeer *peer, const char *offer)
{
    g_auto(GStrv) sections = media_sections(offer);
    g_autofree char *group = line_value(offer, "a=group:BUNDLE ");
    GString *sdp = g_string_sized_new(2048);

    append_session(sdp, group ? group : "0 1");
    for (char **section = sections; *section; section++)
        append_answered(sdp, peer, *section);
    return g_string_free(sdp, FALSE);
}

static void
read_candidate(const char *line, LoadRemote *remote)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char transport[8], ip[64];
    unsigned component, port;

    if (sscanf(line, "a=candidate:%*s %u %7s %*u %63s %u", &component, transport, ip, &port) != 4 ||
        component != 1 || g_ascii_strcasecmp(transport, "udp") ||
        inet_pton(AF_INET, ip, &address.sin_addr) != 1)
        return;
    address.sin_port = htons((guint16)port);
    for (guint i = 0; i < remote->n_candidates; i++)
        if (!memcmp(&remote->candidates[i], &address, sizeof address))
            return;
    if (remote->n_candidates < LOAD_CANDIDATES_MAX)
        remote->candidates[remote->n_candidates++] = address;
}

static void
read_payload_types(const char *sdp, LoadRemote *remote)
{
    g_auto(GStrv) sections = media_sections(sdp);

    for (char **section = sections; *section; section++) {
        unsigned type;

        if (sscanf(*section, "video %*u %*s %u", &type) == 1)
            remote->video_type = (guint8)type;
        else if (sscanf(*section, "audio %*u %*s %u", &type) == 1)
            remote->audio_type = (guint8)type;
    }
}

gboolean
load_sdp_read_remote(const char *sdp, gboolean offerer, LoadRemote *ret_remote)
{
    g_autofree char *ufrag = line_value(sdp, "a=ice-ufrag:");
    g_autofree char *password = line_value(sdp, "a=ice-pwd:");
    g_autofree char *setup = line_value(sdp, "a=setup:");
    g_auto(GStrv) lines = g_strsplit_set(sdp, "\r\n", -1);
    LoadRemote remote = {0};

    if (!ufrag || !password || g_strlcpy(remote.ufrag, ufrag, sizeof remote.ufrag) >= sizeof remote.ufrag ||
        g_strlcpy(remote.password, password, sizeof remote.password) >= sizeof remote.password)
        return FALSE;
    for (char **line = lines; *line; line++)
        read_candidate(*line, &remote);
    read_payload_types(sdp, &remote);
    remote.controlling = offerer;
    /* An offer of actpass is answered active; an answer of active leaves us the server's part. */
    remote.we_start_dtls = !offerer || g_strcmp0(setup, "active") != 0;
    *ret_remote = remote;
    return remote.n_candidates && remote.video_type && remote.audio_type;
}
