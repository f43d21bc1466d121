/* From what was negotiated to what a connection publishes and receives. */
#include "connection-private.h"

#include <string.h>

static MediaCodec
codec_of(SdpCodecId id)
{
    return media_codec_from_name(sdp_codec_name(id));
}

/* A line's one stream, or one of its layers. */
static void
add_track(Connection *connection, RtpReceiver *receiver, guint index, guint ordinal, guint layer)
{
    const SdpLine *line = &connection->negotiation->lines[index];
    const SdpLineCodec *codec = &line->codecs[0];
    RtpTrackConfig config = {
        .codec = codec_of(codec->id),
        .payload_type = codec->payload_type,
        .rtx_payload_type = codec->rtx_payload_type,
        .clock_rate = codec->clock_rate,
        .ssrc = line->remote_ssrc,
        .rtx_ssrc = line->remote_rtx_ssrc,
        .nack = (codec->feedback & SDP_FEEDBACK_NACK) != 0,
        .pli = (codec->feedback & SDP_FEEDBACK_PLI) != 0,
    };
    gint track;

    if (strlen(line->mid) <= RTP_MID_MAX)
        g_strlcpy(config.mid, line->mid, sizeof config.mid);
    g_strlcpy(config.cname, line->remote_cname, sizeof config.cname);
    if (line->n_layers)
        g_strlcpy(config.rid, line->layers[layer], sizeof config.rid);
    track = rtp_receiver_add_track(receiver, &config);
    if (line->remote_ssrc)
        worker_add_ssrc(connection->worker, connection, line->remote_ssrc);
    if (track >= 0)
        connection->tracks[track] = (TrackLine){index, ordinal, layer, MAX(1, line->n_layers)};
}

static void
add_line(Connection *connection, RtpReceiver *receiver, guint index, guint *ordinals)
{
    const SdpLine *line = &connection->negotiation->lines[index];
    guint ordinal = ordinals[line->kind]++;

    for (guint layer = 0; layer < MAX(1, line->n_layers); layer++)
        add_track(connection, receiver, index, ordinal, layer);
}

void
connection_make_source(Connection *connection)
{
    const SdpNegotiation *negotiation = connection->negotiation;
    RtpExtensions extensions = {0};
    guint ordinals[SDP_KIND_OTHER + 1] = {0};
    guint n = 0;

    for (guint i = 0; i < negotiation->n_lines; i++) {
        const SdpLine *line = &negotiation->lines[i];

        if (!line->accepted || line->direction != SDP_RECVONLY)
            continue;
        n++;
        /* One number per URI in the whole BUNDLE group (RFC 8843, section 9.2). */
        extensions.mid = line->mid_extension ? line->mid_extension : extensions.mid;
        extensions.transport_cc =
            line->transport_cc_extension ? line->transport_cc_extension : extensions.transport_cc;
        extensions.rid = line->rid_extension ? line->rid_extension : extensions.rid;
        extensions.repaired_rid =
            line->repaired_rid_extension ? line->repaired_rid_extension : extensions.repaired_rid;
    }
    if (!n || !connection->publish)
        return;
    RtpReceiver *receiver = rtp_receiver_new(g_random_int(), extensions);

    for (guint i = 0; i < negotiation->n_lines; i++)
        if (negotiation->lines[i].accepted && negotiation->lines[i].direction == SDP_RECVONLY)
            add_line(connection, receiver, i, ordinals);
    connection->src = g_object_ref_sink(ytk_rtc_src_new(receiver, &connection->link));
}

static void
add_slot(Connection *connection, guint index, const SdpSlotSource *source)
{
    const SdpLine *line = &connection->negotiation->lines[index];
    SlotConfig config = {
        .ssrc = source->ssrc,
        .rtx_ssrc = source->rtx_ssrc,
        .clock_rate = line->codecs[0].clock_rate,
        .video = line->kind == SDP_KIND_VIDEO,
        .mid = line->mid,
        .mid_extension = line->mid_extension,
        .transport_cc_extension = line->transport_cc_extension,
        .cname = source->cname,
        .seed = g_random_int(),
    };
    guint slot;

    for (guint i = 0; i < G_N_ELEMENTS(config.payloads); i++)
        config.payloads[i] = (SlotPayload){-1, -1};
    for (guint i = line->n_codecs; i-- > 0;) { /* the preferred one of a codec wins */
        const SdpLineCodec *codec = &line->codecs[i];

        config.payloads[codec_of(codec->id)] = (SlotPayload){codec->payload_type, codec->rtx_payload_type};
    }
    slot = rtc_subscriber_add_slot(connection->subscriber, &config);
    connection->slot_lines[slot] = index;
}

static gboolean
has_rtx(const SdpLine *line)
{
    for (guint i = 0; i < line->n_codecs; i++)
        if (line->codecs[i].rtx_payload_type != SDP_NO_PAYLOAD_TYPE)
            return TRUE;
    return FALSE;
}

void
connection_make_slots(Connection *connection, SdpSlotSource *sources, char names[][16])
{
    const SdpNegotiation *negotiation = connection->negotiation;
    guint32 base = g_random_int() & 0x7fffff00; /* so that the connection's SSRCs differ */

    for (guint i = 0; i < negotiation->n_lines; i++) {
        const SdpLine *line = &negotiation->lines[i];

        if (!line->accepted || line->direction != SDP_SENDONLY)
            continue;
        g_snprintf(names[i], sizeof names[i], "slot-%u", i);
        /* A stream of its own for each slot: the browser would else delay one to match another publisher's
         * clock. */
        sources[i] = (SdpSlotSource){
            .ssrc = base + 2 * i + 1,
            .rtx_ssrc = has_rtx(line) ? base + 2 * i + 2 : 0,
            .cname = names[i],
            .stream = names[i],
            .track = names[i],
        };
        if (!connection->subscriber)
            connection->subscriber = rtc_subscriber_new(&connection->link);
        add_slot(connection, i, &sources[i]);
    }
}

void
connection_keep_lines(Connection *connection)
{
    const SdpNegotiation *negotiation = connection->negotiation;

    connection->n_lines = negotiation->n_lines;
    connection->lines = g_new0(Line, negotiation->n_lines);
    for (guint i = negotiation->n_lines; i-- > 0;) {
        const SdpLine *line = &negotiation->lines[i];

        connection->lines[i] =
            (Line){line->kind, g_strdup(line->mid), g_strdup(line->n_codecs ? line->codecs[0].fmtp : "")};
        if (line->accepted) /* a negotiation has one that is */
            connection->first_accepted = i;
    }
    g_clear_pointer(&connection->negotiation, sdp_negotiation_free);
}
