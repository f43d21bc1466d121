#include "sdp-offer.h"

#include <string.h>

#include "sdp-lines.h"

#define MID_URI          "urn:ietf:params:rtp-hdrext:sdes:mid"
#define RID_URI          "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
#define REPAIRED_RID_URI "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
#define TRANSPORT_CC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

typedef struct {
    SdpOffer *offer;
    SdpMediaLine *line;   /* the media line being read; before the first one, `session` */
    SdpMediaLine *session; /* what every media line starts with */
    GPtrArray *bundle;    /* mids of the first BUNDLE group */
    gboolean bundle_only[SDP_LINES_MAX];
    gboolean port_zero[SDP_LINES_MAX];
} Parser;

typedef void (*AttributeFunc)(Parser *parser, char *value);

static void
media_line_free(SdpMediaLine *line)
{
    g_array_unref(line->codecs);
    g_array_unref(line->sources);
    g_free(line);
}

static SdpMediaLine *
media_line_new(const SdpMediaLine *session)
{
    SdpMediaLine *line = g_new0(SdpMediaLine, 1);

    if (session)
        *line = *session;
    else
        line->direction = SDP_SENDRECV; /* RFC 8866 section 6.7 */
    line->codecs = g_array_new(FALSE, TRUE, sizeof(SdpCodec));
    line->sources = g_array_new(FALSE, TRUE, sizeof(SdpSource));
    return line;
}

static SdpCodec *
find_codec(SdpMediaLine *line, const char *payload_type)
{
    guint64 number;

    if (!sdp_parse_number(payload_type, 127, &number))
        return NULL;
    for (guint i = 0; i < line->codecs->len; i++) {
        SdpCodec *codec = &g_array_index(line->codecs, SdpCodec, i);

        if (codec->payload_type == number)
            return codec;
    }
    return NULL;
}

static SdpSource *
find_or_add_source(SdpMediaLine *line, const char *text)
{
    SdpSource source = { 0 };
    guint64 ssrc;

    if (!sdp_parse_number(text, G_MAXUINT32, &ssrc))
        return NULL;
    for (guint i = 0; i < line->sources->len; i++)
        if (g_array_index(line->sources, SdpSource, i).ssrc == ssrc)
            return &g_array_index(line->sources, SdpSource, i);
    if (line->sources->len == SDP_SOURCES_MAX)
        return NULL;
    source.ssrc = (guint32) ssrc;
    g_array_append_val(line->sources, source);
    return &g_array_index(line->sources, SdpSource, line->sources->len - 1);
}

/* ---- attributes; what cannot be read is passed over, sdp_negotiate() misses what it needs ---- */

static void
read_group(Parser *parser, char *value)
{
    const char *semantics = sdp_next_word(&value), *mid;

    if (parser->line != parser->session || !semantics || strcmp(semantics, "BUNDLE") || parser->offer->has_bundle)
        return;
    parser->offer->has_bundle = TRUE;
    while ((mid = sdp_next_word(&value)) && parser->bundle->len < SDP_LINES_MAX)
        g_ptr_array_add(parser->bundle, g_strdup(mid));
}

/* RFC 5888 section 4: a token. A space in it would change the meaning of our BUNDLE group. */
static void
read_mid(Parser *parser, char *value)
{
    if (value[0] && !strpbrk(value, " \t") && sdp_copy(parser->line->mid, sizeof parser->line->mid, value))
        parser->line->has_mid = TRUE;
}

static void
read_sendrecv(Parser *parser, char *value)
{
    parser->line->direction = SDP_SENDRECV;
}

static void
read_sendonly(Parser *parser, char *value)
{
    parser->line->direction = SDP_SENDONLY;
}

static void
read_recvonly(Parser *parser, char *value)
{
    parser->line->direction = SDP_RECVONLY;
}

static void
read_inactive(Parser *parser, char *value)
{
    parser->line->direction = SDP_INACTIVE;
}

static void
read_rtcp_mux(Parser *parser, char *value)
{
    parser->line->rtcp_mux = TRUE;
}

static void
read_rtcp_rsize(Parser *parser, char *value)
{
    parser->line->rtcp_rsize = TRUE;
}

static void
read_setup(Parser *parser, char *value)
{
    static const char *const names[] = { [SDP_SETUP_ACTPASS] = "actpass",
                                         [SDP_SETUP_ACTIVE] = "active",
                                         [SDP_SETUP_PASSIVE] = "passive",
                                         [SDP_SETUP_HOLDCONN] = "holdconn" };

    for (guint i = SDP_SETUP_ACTPASS; i < G_N_ELEMENTS(names); i++)
        if (!g_ascii_strcasecmp(value, names[i]))
            parser->line->setup = (SdpSetup) i;
}

static void
read_ufrag(Parser *parser, char *value)
{
    sdp_copy(parser->line->ufrag, sizeof parser->line->ufrag, value);
}

static void
read_password(Parser *parser, char *value)
{
    sdp_copy(parser->line->password, sizeof parser->line->password, value);
}

static void
read_fingerprint(Parser *parser, char *value)
{
    const char *hash = sdp_next_word(&value), *hex = sdp_next_word(&value);
    guint8 bytes[32];

    if (!hash || !hex || g_ascii_strcasecmp(hash, "sha-256") || strlen(hex) != sizeof bytes * 3 - 1)
        return;
    for (gsize i = 0; i < sizeof bytes; i++) {
        int high = g_ascii_xdigit_value(hex[3 * i]), low = g_ascii_xdigit_value(hex[3 * i + 1]);

        if (high < 0 || low < 0 || (i + 1 < sizeof bytes && hex[3 * i + 2] != ':'))
            return;
        bytes[i] = (guint8) (high << 4 | low);
    }
    memcpy(parser->line->fingerprint, bytes, sizeof bytes);
    parser->line->has_fingerprint = TRUE;
}

static void
read_ice_lite(Parser *parser, char *value)
{
    parser->offer->ice_lite = TRUE;
}

static void
read_ice_options(Parser *parser, char *value)
{
    const char *option;

    while ((option = sdp_next_word(&value)))
        if (!strcmp(option, "trickle"))
            parser->offer->trickle = TRUE;
}

/* "96 H264/90000", "111 opus/48000/2" */
static void
read_rtpmap(Parser *parser, char *value)
{
    SdpCodec *codec = find_codec(parser->line, sdp_next_word(&value));
    char *encoding = sdp_next_word(&value), *rate = encoding ? strchr(encoding, '/') : NULL;
    guint64 clock_rate, channel_count = 1;

    if (!codec || !rate)
        return;
    *rate++ = '\0';

    char *channels = strchr(rate, '/');

    if (channels)
        *channels++ = '\0';
    if (!sdp_parse_number(rate, 1000000, &clock_rate) || (channels && !sdp_parse_number(channels, 255, &channel_count)))
        return;
    if (sdp_copy(codec->name, sizeof codec->name, encoding)) {
        codec->clock_rate = (guint32) clock_rate;
        codec->channels = (guint8) channel_count;
    }
}

static void
read_fmtp(Parser *parser, char *value)
{
    SdpCodec *codec = find_codec(parser->line, sdp_next_word(&value));

    if (!codec)
        return;
    value += strspn(value, " \t");
    if (sdp_copy(codec->fmtp, sizeof codec->fmtp, value))
        return;
    g_strlcpy(codec->fmtp, value, sizeof codec->fmtp);

    char *last = strrchr(codec->fmtp, ';');

    *(last ? last : codec->fmtp) = '\0';
}

static guint
feedback_bit(const char *type, const char *parameter)
{
    if (!strcmp(type, "nack"))
        return !parameter ? SDP_FEEDBACK_NACK : !strcmp(parameter, "pli") ? SDP_FEEDBACK_PLI : 0;
    if (!strcmp(type, "ccm"))
        return parameter && !strcmp(parameter, "fir") ? SDP_FEEDBACK_FIR : 0;
    return !strcmp(type, "transport-cc") ? SDP_FEEDBACK_TRANSPORT_CC : 0;
}

static void
read_rtcp_fb(Parser *parser, char *value)
{
    const char *payload_type = sdp_next_word(&value), *type = sdp_next_word(&value), *parameter = sdp_next_word(&value);

    if (!type)
        return;

    guint bit = feedback_bit(type, parameter);
    SdpCodec *codec = find_codec(parser->line, payload_type);

    if (codec)
        codec->feedback |= bit;
    if (!strcmp(payload_type, "*"))
        for (guint i = 0; i < parser->line->codecs->len; i++)
            g_array_index(parser->line->codecs, SdpCodec, i).feedback |= bit;
}

/* "3 URI", "3/sendonly URI attributes" */
static void
read_extmap(Parser *parser, char *value)
{
    char *number = sdp_next_word(&value);
    const char *uri = sdp_next_word(&value);
    guint64 id;

    if (!uri)
        return;
    number[strcspn(number, "/")] = '\0';
    if (!sdp_parse_number(number, 255, &id) || !id)
        return;
    if (!strcmp(uri, MID_URI))
        parser->line->mid_extension = (guint8) id;
    else if (!strcmp(uri, TRANSPORT_CC_URI))
        parser->line->transport_cc_extension = (guint8) id;
    else if (!strcmp(uri, RID_URI))
        parser->line->rid_extension = (guint8) id;
    else if (!strcmp(uri, REPAIRED_RID_URI))
        parser->line->repaired_rid_extension = (guint8) id;
}

/* "1234 cname:abc" */
static void
read_ssrc(Parser *parser, char *value)
{
    SdpSource *source = find_or_add_source(parser->line, sdp_next_word(&value));
    char *attribute = sdp_next_word(&value);

    if (source && attribute && g_str_has_prefix(attribute, "cname:"))
        sdp_copy(source->cname, sizeof source->cname, attribute + strlen("cname:"));
}

/* "FID 1234 5678": media, its retransmission (RFC 4588 section 12) */
static void
read_ssrc_group(Parser *parser, char *value)
{
    const char *semantics = sdp_next_word(&value), *media = sdp_next_word(&value), *repair = sdp_next_word(&value);
    SdpSource *source;
    guint64 rtx;

    if (semantics && repair && !strcmp(semantics, "FID") && sdp_parse_number(repair, G_MAXUINT32, &rtx) &&
        (source = find_or_add_source(parser->line, media)) && source->ssrc != rtx)
        source->rtx_ssrc = (guint32) rtx;
}

static void
read_rid(Parser *parser, char *value)
{
    SdpMediaLine *line = parser->line;
    const char *rid = sdp_next_word(&value), *direction = sdp_next_word(&value);

    if (direction && !strcmp(direction, "send") && line->n_rids < SDP_RIDS_MAX && sdp_copy(line->rids[line->n_rids], SDP_RID_MAX, rid))
        line->n_rids++;
}

/* RFC 8853 section 5.1: "send h;m,x;~l recv z": streams by ';', alternatives by ',', '~' = paused at first */
static void
read_simulcast(Parser *parser, char *value)
{
    SdpMediaLine *line = parser->line;
    const char *direction;
    char *list;

    while ((direction = sdp_next_word(&value)) && (list = sdp_next_word(&value))) {
        if (strcmp(direction, "send"))
            continue;
        for (char *next = list; next && line->n_simulcast < SDP_RIDS_MAX;) {
            char *rid = next + strspn(next, "~");

            next = strchr(next, ';');
            if (next)
                *next++ = '\0';
            rid[strcspn(rid, ",")] = '\0';
            if (rid[0] && sdp_copy(line->simulcast[line->n_simulcast], SDP_RID_MAX, rid))
                line->n_simulcast++;
        }
    }
}

static void
read_candidate(Parser *parser, char *value)
{
    if (parser->line->n_candidates < SDP_CANDIDATES_MAX)
        parser->line->n_candidates++;
}

static void
read_bundle_only(Parser *parser, char *value)
{
    if (parser->line != parser->session)
        parser->bundle_only[parser->offer->lines->len - 1] = TRUE;
}

static void
read_attribute(Parser *parser, char *attribute)
{
    static const struct {
        const char *name;
        AttributeFunc read;
    } rules[] = {
        { "rtpmap", read_rtpmap },       { "fmtp", read_fmtp },
        { "rtcp-fb", read_rtcp_fb },     { "extmap", read_extmap },
        { "ssrc", read_ssrc },           { "ssrc-group", read_ssrc_group },
        { "candidate", read_candidate }, { "mid", read_mid },
        { "sendrecv", read_sendrecv },   { "sendonly", read_sendonly },
        { "recvonly", read_recvonly },   { "inactive", read_inactive },
        { "rtcp-mux", read_rtcp_mux },   { "rtcp-rsize", read_rtcp_rsize },
        { "setup", read_setup },         { "ice-ufrag", read_ufrag },
        { "ice-pwd", read_password },    { "fingerprint", read_fingerprint },
        { "ice-lite", read_ice_lite },   { "ice-options", read_ice_options },
        { "group", read_group },         { "bundle-only", read_bundle_only },
        { "rid", read_rid },             { "simulcast", read_simulcast },
    };
    char *value;
    const char *name = sdp_attribute_split(attribute, &value);

    for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
        if (!strcmp(name, rules[i].name)) {
            rules[i].read(parser, value);
            return;
        }
}

/* ---- media lines ---- */

static void
copy_formats(SdpMediaLine *line, const char *formats)
{
    if (sdp_copy(line->formats, sizeof line->formats, formats))
        return;
    g_strlcpy(line->formats, formats, sizeof line->formats);

    char *last = strrchr(line->formats, ' ');

    *(last ? last : line->formats) = '\0';
}

static void
read_formats(SdpMediaLine *line, char *formats)
{
    const char *word;
    guint64 number;

    while ((word = sdp_next_word(&formats)) && line->codecs->len < SDP_CODECS_MAX) {
        SdpCodec codec = { .channels = 1 };

        if (!sdp_parse_number(word, 127, &number) || find_codec(line, word))
            continue;
        codec.payload_type = (guint8) number;
        g_array_append_val(line->codecs, codec);
    }
}

static SdpKind
kind_of(const char *text)
{
    return !strcmp(text, "audio") ? SDP_KIND_AUDIO : !strcmp(text, "video") ? SDP_KIND_VIDEO : SDP_KIND_OTHER;
}

/* "video 9 UDP/TLS/RTP/SAVPF 96 97" */
static gboolean
read_media(Parser *parser, char *value, GError **error)
{
    SdpOffer *offer = parser->offer;
    const char *kind = sdp_next_word(&value);
    char *port_text = sdp_next_word(&value);
    const char *protocol = sdp_next_word(&value);
    guint64 port;

    if (offer->lines->len == SDP_LINES_MAX) {
        g_set_error(error, SDP_ERROR, SDP_ERROR_TOO_LARGE, "more than %d media lines", SDP_LINES_MAX);
        return FALSE;
    }
    if (port_text)
        port_text[strcspn(port_text, "/")] = '\0'; /* "9/2": a number of ports, which nobody uses */

    SdpMediaLine *line = media_line_new(parser->session);

    if (!protocol || !sdp_parse_number(port_text, G_MAXUINT16, &port) || !sdp_copy(line->kind_text, sizeof line->kind_text, kind) ||
        !sdp_copy(line->protocol, sizeof line->protocol, protocol)) {
        media_line_free(line);
        g_set_error(error, SDP_ERROR, SDP_ERROR_MALFORMED, "media line %u", offer->lines->len);
        return FALSE;
    }
    line->kind = kind_of(kind);
    copy_formats(line, value);
    read_formats(line, value);
    parser->port_zero[offer->lines->len] = port == 0;
    g_ptr_array_add(offer->lines, line);
    parser->line = line;
    return TRUE;
}

/* A retransmission SSRC may have been announced with a cname of its own; it is no source of media. */
static void
drop_repair_sources(SdpMediaLine *line)
{
    for (guint i = 0; i < line->sources->len; i++) {
        guint32 rtx = g_array_index(line->sources, SdpSource, i).rtx_ssrc;

        for (guint k = 0; rtx && k < line->sources->len; k++)
            if (g_array_index(line->sources, SdpSource, k).ssrc == rtx) {
                g_array_remove_index(line->sources, k);
                i -= k < i;
                break;
            }
    }
}

static void
finish(Parser *parser)
{
    for (guint i = 0; i < parser->offer->lines->len; i++) {
        SdpMediaLine *line = g_ptr_array_index(parser->offer->lines, i);

        line->disabled = parser->port_zero[i] && !parser->bundle_only[i];
        drop_repair_sources(line);
        for (guint k = 0; line->has_mid && k < parser->bundle->len; k++)
            line->bundled |= !strcmp(line->mid, g_ptr_array_index(parser->bundle, k));
    }
}

static gboolean
read_lines(Parser *parser, SdpLines *lines, GError **error)
{
    gboolean first = TRUE;
    char type, *value;
    int more;

    while ((more = sdp_lines_next(lines, &type, &value)) > 0) {
        if (first && (type != 'v' || strcmp(value, "0")))
            break;
        first = FALSE;
        if (type == 'm' && !read_media(parser, value, error))
            return FALSE;
        if (type == 'a')
            read_attribute(parser, value);
    }
    if (more == 0 && !first)
        return TRUE;
    g_set_error_literal(error, SDP_ERROR, SDP_ERROR_MALFORMED, first ? "it does not begin with v=0" : "a line is not of the form x=value");
    return FALSE;
}

SdpOffer *
sdp_offer_parse(const char *text, gsize length, GError **error)
{
    g_auto(SdpLines) lines = { 0 };

    if (!sdp_lines_init(&lines, text, length, SDP_OFFER_MAX, error))
        return NULL;

    g_autoptr(SdpOffer) offer = g_new0(SdpOffer, 1);
    Parser parser = { .offer = offer };

    offer->lines = g_ptr_array_new_with_free_func((GDestroyNotify) media_line_free);
    parser.bundle = g_ptr_array_new_with_free_func(g_free);
    parser.session = parser.line = media_line_new(NULL);

    gboolean read = read_lines(&parser, &lines, error);

    if (read)
        finish(&parser);
    g_ptr_array_unref(parser.bundle);
    media_line_free(parser.session);
    return read ? g_steal_pointer(&offer) : NULL;
}

void
sdp_offer_free(SdpOffer *offer)
{
    if (!offer)
        return;
    g_ptr_array_unref(offer->lines);
    g_free(offer);
}
