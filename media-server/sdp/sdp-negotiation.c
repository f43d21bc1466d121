#include "sdp-negotiation.h"

#include <string.h>

#include "sdp-h264.h"

/* Ids above 14 need the two-byte form of RFC 8285, which our packets do not use. */
#define EXTENSION_ID_MAX 14

const char *
sdp_codec_name(SdpCodecId codec)
{
    static const char *const names[] = { [SDP_CODEC_OPUS] = "opus", [SDP_CODEC_H264] = "H264", [SDP_CODEC_VP8] = "VP8" };

    return names[codec];
}

const SdpLineCodec *
sdp_line_codec(const SdpLine *line, SdpCodecId id)
{
    for (guint i = 0; i < line->n_codecs; i++)
        if (line->codecs[i].id == id)
            return &line->codecs[i];
    return NULL;
}

/* ---- codecs ---- */

static gboolean
is_codec(const SdpCodec *codec, const char *name, guint32 clock_rate)
{
    return !g_ascii_strcasecmp(codec->name, name) && codec->clock_rate == clock_rate;
}

static gint16
rtx_for(const SdpMediaLine *offered, guint8 payload_type)
{
    char apt[4], wanted[4];

    g_snprintf(wanted, sizeof wanted, "%u", payload_type);
    for (guint i = 0; i < offered->codecs->len; i++) {
        const SdpCodec *codec = &g_array_index(offered->codecs, SdpCodec, i);

        if (!g_ascii_strcasecmp(codec->name, "rtx") && sdp_fmtp_get(codec->fmtp, "apt", apt, sizeof apt) && !strcmp(apt, wanted))
            return codec->payload_type;
    }
    return SDP_NO_PAYLOAD_TYPE;
}

static SdpLineCodec *
add_codec(SdpLine *line, const SdpMediaLine *offered, const SdpCodec *codec, SdpCodecId id)
{
    SdpLineCodec *added = &line->codecs[line->n_codecs++];

    added->id = id;
    added->payload_type = codec->payload_type;
    added->rtx_payload_type = rtx_for(offered, codec->payload_type);
    added->clock_rate = codec->clock_rate;
    added->channels = codec->channels;
    added->feedback = codec->feedback;
    return added;
}

static void
add_opus(SdpLine *line, const SdpMediaLine *offered)
{
    char text[8];

    for (guint i = 0; i < offered->codecs->len; i++) {
        const SdpCodec *codec = &g_array_index(offered->codecs, SdpCodec, i);

        if (!is_codec(codec, "opus", 48000) || codec->channels != 2)
            continue;

        gboolean fec = sdp_fmtp_get(codec->fmtp, "useinbandfec", text, sizeof text) && !strcmp(text, "1");
        gboolean dtx = sdp_fmtp_get(codec->fmtp, "usedtx", text, sizeof text) && !strcmp(text, "1");
        SdpLineCodec *opus = add_codec(line, offered, codec, SDP_CODEC_OPUS);

        g_snprintf(opus->fmtp, sizeof opus->fmtp, "minptime=10%s%s", fec ? ";useinbandfec=1" : "", dtx ? ";usedtx=1" : "");
        return;
    }
}

static void
add_h264(SdpLine *line, const SdpMediaLine *offered)
{
    const SdpCodec *best = NULL;
    guint best_rank = SDP_H264_UNUSABLE;
    char text[16];

    for (guint i = 0; i < offered->codecs->len; i++) {
        const SdpCodec *codec = &g_array_index(offered->codecs, SdpCodec, i);
        guint rank = is_codec(codec, "H264", 90000) ? sdp_h264_rank(codec->fmtp, line->direction == SDP_RECVONLY) : SDP_H264_UNUSABLE;

        if (rank < best_rank) {
            best_rank = rank;
            best = codec;
        }
    }
    if (!best)
        return;

    SdpLineCodec *h264 = add_codec(line, offered, best, SDP_CODEC_H264);
    gboolean asymmetry = sdp_fmtp_get(best->fmtp, "level-asymmetry-allowed", text, sizeof text) && !strcmp(text, "1");
    gboolean mode_1 = sdp_fmtp_get(best->fmtp, "packetization-mode", text, sizeof text) && !strcmp(text, "1");

    if (!sdp_fmtp_get(best->fmtp, "profile-level-id", text, sizeof text))
        g_strlcpy(text, "42000a", sizeof text);
    /* RFC 6184 section 8.2.2: mode and profile of the answer are the offer's; so is the level, which they can send and receive. */
    g_snprintf(h264->fmtp, sizeof h264->fmtp, "%spacketization-mode=%d;profile-level-id=%s", asymmetry ? "level-asymmetry-allowed=1;" : "",
               mode_1, text);
}

static void
add_vp8(SdpLine *line, const SdpMediaLine *offered)
{
    for (guint i = 0; i < offered->codecs->len; i++) {
        const SdpCodec *codec = &g_array_index(offered->codecs, SdpCodec, i);

        if (is_codec(codec, "VP8", 90000)) {
            add_codec(line, offered, codec, SDP_CODEC_VP8);
            return;
        }
    }
}

static void
choose_codecs(SdpLine *line, const SdpMediaLine *offered)
{
    if (line->kind == SDP_KIND_AUDIO) {
        add_opus(line, offered);
    } else {
        add_h264(line, offered);
        if (!line->n_codecs || line->direction != SDP_RECVONLY)
            add_vp8(line, offered);
    }
}

/* ---- simulcast ---- */

static gboolean
is_announced(const SdpMediaLine *offered, const char *rid)
{
    for (guint i = 0; i < offered->n_rids; i++)
        if (!strcmp(offered->rids[i], rid))
            return TRUE;
    return FALSE;
}

/* The rank of a layer by its name, 0 the lowest; −1 when the names say nothing. */
static gint
rank_of(const char *rid, const char *names)
{
    const char *at = rid[1] ? NULL : strchr(names, rid[0]);

    return at ? (gint) (at - names) : -1;
}

static gboolean
are_named(const SdpLine *line, const char *names)
{
    for (guint i = 0; i < line->n_layers; i++)
        if (rank_of(line->layers[i], names) < 0)
            return FALSE;
    return TRUE;
}

static void
sort_layers(SdpLine *line)
{
    const char *names = are_named(line, "lmh") ? "lmh" : are_named(line, "qhf") ? "qhf" : NULL;

    for (guint i = 0; i < line->n_layers; i++) /* a handful */
        for (guint k = 0; k + 1 < line->n_layers - i; k++)
            /* As offered, the preferred one first: each pass turns the order round. */
            if (!names || rank_of(line->layers[k], names) > rank_of(line->layers[k + 1], names)) {
                char moved[SDP_RID_MAX];

                memcpy(moved, line->layers[k], SDP_RID_MAX);
                memcpy(line->layers[k], line->layers[k + 1], SDP_RID_MAX);
                memcpy(line->layers[k + 1], moved, SDP_RID_MAX);
            }
}

static gboolean
has_layer(const SdpLine *line, const char *rid)
{
    for (guint i = 0; i < line->n_layers; i++)
        if (!strcmp(line->layers[i], rid))
            return TRUE;
    return FALSE;
}

/* Layers are told apart by the header extension alone: without it there is no simulcast. */
static void
choose_layers(SdpLine *line, const SdpMediaLine *offered)
{
    if (line->kind != SDP_KIND_VIDEO || line->direction != SDP_RECVONLY || !offered->rid_extension ||
        offered->rid_extension > EXTENSION_ID_MAX)
        return;
    for (guint i = 0; i < offered->n_simulcast && line->n_layers < SDP_LAYERS_MAX; i++)
        if (is_announced(offered, offered->simulcast[i]) && !has_layer(line, offered->simulcast[i]))
            g_strlcpy(line->layers[line->n_layers++], offered->simulcast[i], SDP_RID_MAX);
    if (line->n_layers < 2) {
        memset(line->layers, 0, sizeof line->layers);
        line->n_layers = 0;
        return;
    }
    line->rid_extension = offered->rid_extension;
    if (offered->repaired_rid_extension <= EXTENSION_ID_MAX)
        line->repaired_rid_extension = offered->repaired_rid_extension;
    sort_layers(line);
}

/* ---- lines ---- */

static SdpDirection
our_direction(SdpDirection theirs)
{
    switch (theirs) {
    case SDP_SENDONLY:
    case SDP_SENDRECV:
        return SDP_RECVONLY;
    case SDP_RECVONLY:
        return SDP_SENDONLY;
    default:
        return SDP_INACTIVE;
    }
}

static gboolean
is_candidate_line(const SdpOffer *offer, const SdpMediaLine *offered)
{
    /* UDP/TLS/RTP/SAVPF, and the older spellings that some encoders still use. */
    return offered->kind != SDP_KIND_OTHER && !offered->disabled && g_str_has_suffix(offered->protocol, "RTP/SAVPF") &&
           (offered->bundled || !offer->has_bundle);
}

static void
negotiate_line(const SdpOffer *offer, const SdpMediaLine *offered, SdpLine *line)
{
    line->kind = offered->kind;
    g_strlcpy(line->kind_text, offered->kind_text, sizeof line->kind_text);
    g_strlcpy(line->protocol, offered->protocol, sizeof line->protocol);
    g_strlcpy(line->formats, offered->formats, sizeof line->formats);
    g_strlcpy(line->mid, offered->mid, sizeof line->mid);
    if (!is_candidate_line(offer, offered))
        return;

    line->direction = our_direction(offered->direction);
    choose_codecs(line, offered);
    line->accepted = line->n_codecs > 0;
    if (offered->mid_extension <= EXTENSION_ID_MAX)
        line->mid_extension = offered->mid_extension;
    if (offered->transport_cc_extension <= EXTENSION_ID_MAX)
        line->transport_cc_extension = offered->transport_cc_extension;
    line->rtcp_rsize = offered->rtcp_rsize;
    choose_layers(line, offered);
    if (offered->sources->len && !line->n_layers) { /* a layer's SSRC is learned from its packets */
        const SdpSource *source = &g_array_index(offered->sources, SdpSource, 0);

        line->remote_ssrc = source->ssrc;
        line->remote_rtx_ssrc = source->rtx_ssrc;
        g_strlcpy(line->remote_cname, source->cname, sizeof line->remote_cname);
    }
}

/* ---- the transport, taken from the first accepted line: with BUNDLE it is that of all ---- */

static gboolean
fail(GError **error, SdpError code)
{
    g_set_error_literal(error, SDP_ERROR, code, sdp_error_english(code));
    return FALSE;
}

static gboolean
negotiate_transport(const SdpOffer *offer, const SdpMediaLine *line, SdpNegotiation *negotiation, GError **error)
{
    if (offer->ice_lite || strlen(line->ufrag) < 4 || strlen(line->password) < 22)
        return fail(error, SDP_ERROR_NO_ICE);
    if (!line->has_fingerprint)
        return fail(error, SDP_ERROR_NO_FINGERPRINT);
    if (line->setup == SDP_SETUP_PASSIVE || line->setup == SDP_SETUP_HOLDCONN)
        return fail(error, SDP_ERROR_SETUP);
    g_strlcpy(negotiation->remote_ufrag, line->ufrag, sizeof negotiation->remote_ufrag);
    g_strlcpy(negotiation->remote_password, line->password, sizeof negotiation->remote_password);
    memcpy(negotiation->remote_fingerprint, line->fingerprint, sizeof negotiation->remote_fingerprint);
    return TRUE;
}

static gboolean
check_offer(const SdpOffer *offer, GError **error)
{
    guint active = 0, media = 0;

    for (guint i = 0; i < offer->lines->len; i++) {
        const SdpMediaLine *line = g_ptr_array_index(offer->lines, i);

        active += !line->disabled;
        media += !line->disabled && line->kind != SDP_KIND_OTHER;
    }
    if (!media)
        return fail(error, SDP_ERROR_NO_MEDIA);
    if (active > 1 && !offer->has_bundle)
        return fail(error, SDP_ERROR_NO_BUNDLE);
    return TRUE;
}

SdpNegotiation *
sdp_negotiate(const SdpOffer *offer, GError **error)
{
    const SdpMediaLine *first = NULL;

    if (!check_offer(offer, error))
        return NULL;

    g_autoptr(SdpNegotiation) negotiation = g_new0(SdpNegotiation, 1);

    negotiation->n_lines = offer->lines->len;
    for (guint i = 0; i < offer->lines->len; i++) {
        const SdpMediaLine *line = g_ptr_array_index(offer->lines, i);

        negotiate_line(offer, line, &negotiation->lines[i]);
        if (!negotiation->lines[i].accepted)
            continue;
        if (!line->rtcp_mux) {
            fail(error, SDP_ERROR_NO_RTCP_MUX);
            return NULL;
        }
        if (!first)
            first = line;
    }
    if (!first) {
        fail(error, SDP_ERROR_NO_COMMON_CODEC);
        return NULL;
    }
    return negotiate_transport(offer, first, negotiation, error) ? g_steal_pointer(&negotiation) : NULL;
}

void
sdp_negotiation_free(SdpNegotiation *negotiation)
{
    g_free(negotiation);
}
