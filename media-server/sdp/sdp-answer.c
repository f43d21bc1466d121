#include "sdp-answer.h"

#include <string.h>

#include "sdp-candidate.h"

static void
append_session(GString *text, const SdpNegotiation *negotiation, const SdpAnswerParameters *parameters)
{
    g_string_append_printf(text, "v=0\r\no=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n",
                           parameters->session_id, parameters->session_version);

    GString *mids = g_string_new(NULL);

    for (guint i = 0; i < negotiation->n_lines; i++)
        if (negotiation->lines[i].accepted && negotiation->lines[i].mid[0])
            g_string_append_printf(mids, " %s", negotiation->lines[i].mid);
    if (mids->len)
        g_string_append_printf(text, "a=group:BUNDLE%s\r\n", mids->str);
    g_string_free(mids, TRUE);
    g_string_append(text, "a=msid-semantic: WMS *\r\n");
}

static void
append_rejected(GString *text, const SdpLine *line)
{
    g_string_append_printf(text, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\n", line->kind_text, line->protocol, line->formats);
    if (line->mid[0])
        g_string_append_printf(text, "a=mid:%s\r\n", line->mid);
    g_string_append(text, "a=inactive\r\n");
}

static void
append_media(GString *text, const SdpLine *line, const SdpCandidate *candidate)
{
    g_string_append_printf(text, "m=%s %u %s", line->kind_text, candidate->port, line->protocol);
    for (guint i = 0; i < line->n_codecs; i++)
        g_string_append_printf(text, " %u", line->codecs[i].payload_type);
    for (guint i = 0; i < line->n_codecs; i++)
        if (line->codecs[i].rtx_payload_type != SDP_NO_PAYLOAD_TYPE)
            g_string_append_printf(text, " %d", line->codecs[i].rtx_payload_type);
    g_string_append_printf(text, "\r\nc=IN IP%d %s\r\n", strchr(candidate->ip, ':') ? 6 : 4, candidate->ip);
}

static void
append_transport(GString *text, const SdpLine *line, const SdpAnswerParameters *parameters, gboolean first)
{
    g_string_append_printf(text,
                           "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=ice-options:ice2\r\na=fingerprint:sha-256 %s\r\na=setup:passive\r\n"
                           "a=rtcp-mux\r\n",
                           parameters->ufrag, parameters->password, parameters->fingerprint);
    if (line->rtcp_rsize)
        g_string_append(text, "a=rtcp-rsize\r\n");
    /* RFC 9143 section 7.1.3: candidates belong to the tagged line, which is the group's first. */
    if (first)
        sdp_candidates_append(text, parameters->candidates, parameters->n_candidates);
}

static void
append_feedback(GString *text, const SdpLineCodec *codec)
{
    static const struct {
        SdpFeedback bit;
        const char *name;
    } names[] = {
        { SDP_FEEDBACK_NACK, "nack" },
        { SDP_FEEDBACK_PLI, "nack pli" },
        { SDP_FEEDBACK_FIR, "ccm fir" },
        { SDP_FEEDBACK_TRANSPORT_CC, "transport-cc" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (codec->feedback & names[i].bit)
            g_string_append_printf(text, "a=rtcp-fb:%u %s\r\n", codec->payload_type, names[i].name);
}

static void
append_codec(GString *text, const SdpLineCodec *codec)
{
    g_string_append_printf(text, "a=rtpmap:%u %s/%u", codec->payload_type, sdp_codec_name(codec->id), codec->clock_rate);
    if (codec->channels > 1)
        g_string_append_printf(text, "/%u", codec->channels);
    g_string_append(text, "\r\n");
    append_feedback(text, codec);
    if (codec->fmtp[0])
        g_string_append_printf(text, "a=fmtp:%u %s\r\n", codec->payload_type, codec->fmtp);
    if (codec->rtx_payload_type != SDP_NO_PAYLOAD_TYPE)
        g_string_append_printf(text, "a=rtpmap:%d rtx/%u\r\na=fmtp:%d apt=%u\r\n", codec->rtx_payload_type, codec->clock_rate,
                               codec->rtx_payload_type, codec->payload_type);
}

static void
append_source(GString *text, const SdpSlotSource *slot)
{
    g_string_append_printf(text, "a=msid:%s %s\r\n", slot->stream, slot->track);
    if (slot->rtx_ssrc)
        g_string_append_printf(text, "a=ssrc-group:FID %u %u\r\n", slot->ssrc, slot->rtx_ssrc);
    g_string_append_printf(text, "a=ssrc:%u cname:%s\r\n", slot->ssrc, slot->cname);
    if (slot->rtx_ssrc)
        g_string_append_printf(text, "a=ssrc:%u cname:%s\r\n", slot->rtx_ssrc, slot->cname);
}

static void
append_layer_extensions(GString *text, const SdpLine *line)
{
    if (line->rid_extension)
        g_string_append_printf(text, "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n", line->rid_extension);
    if (line->repaired_rid_extension)
        g_string_append_printf(text, "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n", line->repaired_rid_extension);
}

/* RFC 8853 section 5.3.2: what is left out of the answer is not sent. */
static void
append_layers(GString *text, const SdpLine *line)
{
    if (!line->n_layers)
        return;
    for (guint i = line->n_layers; i-- > 0;)
        g_string_append_printf(text, "a=rid:%s recv\r\n", line->layers[i]);
    g_string_append(text, "a=simulcast:recv ");
    for (guint i = line->n_layers; i-- > 0;)
        g_string_append_printf(text, "%s%s", line->layers[i], i ? ";" : "\r\n");
}

static void
append_accepted(GString *text, const SdpLine *line, const SdpSlotSource *slot, const SdpAnswerParameters *parameters, gboolean first)
{
    static const char *const directions[] = { "inactive", "sendonly", "recvonly", "sendrecv" };

    append_media(text, line, &parameters->candidates[0]);
    if (line->mid[0])
        g_string_append_printf(text, "a=mid:%s\r\n", line->mid);
    append_transport(text, line, parameters, first);
    if (line->mid_extension)
        g_string_append_printf(text, "a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:mid\r\n", line->mid_extension);
    if (line->transport_cc_extension)
        g_string_append_printf(text, "a=extmap:%u http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n",
                               line->transport_cc_extension);
    append_layer_extensions(text, line);
    g_string_append_printf(text, "a=%s\r\n", directions[line->direction]);
    for (guint i = 0; i < line->n_codecs; i++)
        append_codec(text, &line->codecs[i]);
    append_layers(text, line);
    if (line->direction == SDP_SENDONLY)
        append_source(text, slot);
}

char *
sdp_answer_build(const SdpNegotiation *negotiation, const SdpAnswerParameters *parameters)
{
    GString *text = g_string_sized_new(4096);
    gboolean first = TRUE;

    append_session(text, negotiation, parameters);
    for (guint i = 0; i < negotiation->n_lines; i++) {
        const SdpLine *line = &negotiation->lines[i];

        if (!line->accepted) {
            append_rejected(text, line);
            continue;
        }
        append_accepted(text, line, &parameters->slots[i], parameters, first);
        first = FALSE;
    }
    return g_string_free(text, FALSE);
}
