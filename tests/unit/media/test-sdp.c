#include "sdp-answer.h"
#include "sdp-fragment.h"
#include "sdp-h264.h"

#include <string.h>

#include "suite-main.h"

#define FINGERPRINT "7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08"

/* ---- the offers of real clients ---- */

static char *
vector(const char *name)
{
    g_autofree char *path = g_build_filename(SDP_VECTORS, name, NULL);
    char *text;

    ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    return text;
}

static SdpNegotiation *
negotiate_text(const char *text, GError **error)
{
    g_autoptr(SdpOffer) offer = sdp_offer_parse(text, strlen(text), error);

    return offer ? sdp_negotiate(offer, error) : NULL;
}

static SdpNegotiation *
negotiate_vector(const char *name)
{
    g_autofree char *text = vector(name);
    g_autoptr(GError) error = NULL;
    SdpNegotiation *negotiation = negotiate_text(text, &error);

    ck_assert_msg(negotiation != NULL, "%s: %s", name, error ? error->message : "");
    return negotiation;
}

static char *
answer_to(const SdpNegotiation *negotiation)
{
    static const SdpCandidate candidates[] = { { "203.0.113.5", 40000, FALSE }, { "2001:db8::5", 40000, FALSE }, { "203.0.113.5", 40000, TRUE } };
    SdpSlotSource slots[SDP_LINES_MAX];
    SdpAnswerParameters parameters = { .ufrag = "ABCDEFGHabcd", .password = "0123456789012345678901AB", .fingerprint = FINGERPRINT,
                                       .session_id = 77, .session_version = 1, .candidates = candidates, .n_candidates = 3, .slots = slots };
    char tracks[SDP_LINES_MAX][8];

    for (guint i = 0; i < SDP_LINES_MAX; i++) {
        const SdpLine *line = &negotiation->lines[i];
        gboolean rtx = line->n_codecs && line->codecs[0].rtx_payload_type != SDP_NO_PAYLOAD_TYPE;

        g_snprintf(tracks[i], sizeof tracks[i], "t%u", i);
        slots[i] = (SdpSlotSource){ .ssrc = 1000 + i, .rtx_ssrc = rtx ? 2000 + i : 0, .cname = "cname", .stream = "s", .track = tracks[i] };
    }
    return sdp_answer_build(negotiation, &parameters);
}

static gboolean
has_line(const char *text, const char *line)
{
    g_autofree char *wanted = g_strdup_printf("\n%s\r\n", line);

    return strstr(text, wanted) != NULL;
}

START_TEST(answers_chromium)
{
    g_autoptr(SdpNegotiation) negotiation = negotiate_vector("chromium-156.sdp");
    g_autofree char *answer = answer_to(negotiation);

    ck_assert_uint_eq(negotiation->n_lines, 7);
    ck_assert_str_eq(negotiation->remote_ufrag, "BdAN");
    ck_assert_str_eq(negotiation->remote_password, "gQWhepyYvpgTFSZ1MchN/Sz2");
    ck_assert_uint_eq(negotiation->remote_fingerprint[0], 0x21);
    ck_assert_uint_eq(negotiation->remote_fingerprint[31], 0xfa);

    const SdpLine *audio = &negotiation->lines[0], *video = &negotiation->lines[1], *slot = &negotiation->lines[3];
    ck_assert_int_eq(audio->direction, SDP_RECVONLY);
    ck_assert_uint_eq(audio->codecs[0].payload_type, 111);
    ck_assert_uint_eq(audio->remote_ssrc, 1259471876u);
    ck_assert_uint_eq(audio->transport_cc_extension, 3);
    ck_assert_uint_eq(audio->mid_extension, 4);

    /* Constrained baseline, mode 1, although VP8 and plain baseline come first; nothing else, so that it must send this. */
    ck_assert_uint_eq(video->n_codecs, 1);
    ck_assert_int_eq(video->codecs[0].id, SDP_CODEC_H264);
    ck_assert_uint_eq(video->codecs[0].payload_type, 108);
    ck_assert_int_eq(video->codecs[0].rtx_payload_type, 109);
    ck_assert_uint_eq(video->codecs[0].feedback, SDP_FEEDBACK_NACK | SDP_FEEDBACK_PLI | SDP_FEEDBACK_FIR | SDP_FEEDBACK_TRANSPORT_CC);
    ck_assert_uint_eq(video->remote_ssrc, 3564463371u);
    ck_assert_uint_eq(video->remote_rtx_ssrc, 1861573237u);

    /* A slot may carry any publisher's codec. */
    ck_assert_int_eq(slot->direction, SDP_SENDONLY);
    ck_assert_uint_eq(slot->n_codecs, 2);
    ck_assert_ptr_nonnull(sdp_line_codec(slot, SDP_CODEC_VP8));
    ck_assert_ptr_null(sdp_line_codec(slot, SDP_CODEC_OPUS));

    ck_assert(!negotiation->lines[6].accepted);
    ck_assert(has_line(answer, "a=group:BUNDLE 0 1 2 3 4 5"));
    ck_assert(has_line(answer, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"));
    ck_assert(has_line(answer, "m=video 40000 UDP/TLS/RTP/SAVPF 108 109"));
    ck_assert(has_line(answer, "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"));
    ck_assert(has_line(answer, "a=ssrc-group:FID 1003 2003"));
    ck_assert(has_line(answer, "a=msid:s t3"));
    ck_assert(has_line(answer, "a=ice-lite"));
    ck_assert(has_line(answer, "a=setup:passive"));
    ck_assert(has_line(answer, "a=candidate:1 1 udp 2130706431 203.0.113.5 40000 typ host"));
    ck_assert(has_line(answer, "a=candidate:2 1 udp 2130706175 2001:db8::5 40000 typ host"));
    ck_assert(has_line(answer, "a=candidate:3 1 tcp 1520434687 203.0.113.5 40000 typ host tcptype passive"));
    ck_assert_ptr_null(strstr(answer, "video-orientation"));
    ck_assert_ptr_null(strstr(answer, "abs-send-time"));
}
END_TEST

START_TEST(answers_firefox)
{
    g_autoptr(SdpNegotiation) negotiation = negotiate_vector("firefox-like.sdp");
    g_autofree char *answer = answer_to(negotiation);
    const SdpLine *video = &negotiation->lines[1];

    /* Session-level fingerprint and direction, attributes before their rtpmap, port 0 with bundle-only, candidates of all kinds. */
    ck_assert_uint_eq(negotiation->remote_fingerprint[0], 0x7b);
    ck_assert_int_eq(video->direction, SDP_RECVONLY);
    ck_assert_uint_eq(video->codecs[0].payload_type, 126);
    ck_assert_int_eq(video->codecs[0].rtx_payload_type, 127);
    ck_assert_uint_eq(video->remote_ssrc, 1111111111u);
    ck_assert_uint_eq(video->remote_rtx_ssrc, 2222222222u);
    ck_assert(negotiation->lines[2].accepted);
    ck_assert_int_eq(negotiation->lines[2].direction, SDP_SENDONLY);
    ck_assert(!negotiation->lines[0].rtcp_rsize && video->rtcp_rsize);
    ck_assert(has_line(answer, "a=group:BUNDLE 0 1 2"));
}
END_TEST

START_TEST(answers_safari)
{
    g_autoptr(SdpNegotiation) negotiation = negotiate_vector("safari-like.sdp");

    /* R8: 640c1f first, 42e01f second; a fingerprint in lower case; mids that are words. */
    ck_assert_uint_eq(negotiation->lines[1].codecs[0].payload_type, 98);
    ck_assert_str_eq(negotiation->lines[1].mid, "video");
    ck_assert_uint_eq(negotiation->remote_fingerprint[0], 0x7b);
    ck_assert_uint_eq(negotiation->lines[1].remote_rtx_ssrc, 3300000003u);
}
END_TEST

START_TEST(answers_webrtcbin)
{
    g_autoptr(SdpNegotiation) negotiation = negotiate_vector("webrtcbin-1.22.sdp");
    g_autofree char *answer = answer_to(negotiation);

    ck_assert_uint_eq(negotiation->n_lines, 2);
    for (guint i = 0; i < 2; i++) {
        ck_assert(negotiation->lines[i].accepted);
        ck_assert_int_eq(negotiation->lines[i].direction, SDP_RECVONLY);
    }
    ck_assert_ptr_nonnull(strstr(answer, "a=group:BUNDLE video0 audio1"));
}
END_TEST

/* ---- one rule each ---- */

#define SESSION   "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define TRANSPORT "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 " FINGERPRINT "\r\na=setup:actpass\r\n"
#define OPUS      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"
#define VIDEO     "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\n"

static SdpNegotiation *
accept_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    SdpNegotiation *negotiation = negotiate_text(text, &error);

    ck_assert_msg(negotiation != NULL, "%s\n%s", error ? error->message : "", text);
    return negotiation;
}

START_TEST(refuses_with_a_stable_code)
{
    static const struct {
        SdpError error;
        const char *code, *text;
    } cases[] = {
        { SDP_ERROR_MALFORMED, "sdp/malformed", "" },
        { SDP_ERROR_MALFORMED, "sdp/malformed", "GET / HTTP/1.1\r\n" },
        { SDP_ERROR_MALFORMED, "sdp/malformed", "o=- 1 1 IN IP4 0.0.0.0\r\nv=0\r\n" },
        { SDP_ERROR_MALFORMED, "sdp/malformed", SESSION "nonsense\r\n" },
        { SDP_ERROR_MALFORMED, "sdp/malformed", SESSION "m=audio\r\n" },
        { SDP_ERROR_MALFORMED, "sdp/malformed", SESSION "m=audio 70000 RTP/SAVPF 0\r\n" },
        { SDP_ERROR_MALFORMED, "sdp/malformed", SESSION "a=\x01\r\n" },
        { SDP_ERROR_NO_MEDIA, "sdp/no-media", SESSION },
        { SDP_ERROR_NO_MEDIA, "sdp/no-media", SESSION "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" TRANSPORT },
        { SDP_ERROR_NO_BUNDLE, "sdp/no-bundle", SESSION OPUS TRANSPORT "a=rtcp-mux\r\na=mid:0\r\n" OPUS TRANSPORT "a=rtcp-mux\r\na=mid:1\r\n" },
        { SDP_ERROR_NO_RTCP_MUX, "sdp/no-rtcp-mux", SESSION OPUS TRANSPORT },
        { SDP_ERROR_NO_ICE, "sdp/no-ice", SESSION OPUS "a=rtcp-mux\r\na=setup:actpass\r\na=fingerprint:sha-256 " FINGERPRINT "\r\n" },
        { SDP_ERROR_NO_ICE, "sdp/no-ice", SESSION "a=ice-lite\r\n" OPUS TRANSPORT "a=rtcp-mux\r\n" },
        { SDP_ERROR_NO_FINGERPRINT, "sdp/no-fingerprint", SESSION OPUS "a=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" },
        { SDP_ERROR_NO_FINGERPRINT, "sdp/no-fingerprint",
          SESSION OPUS "a=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-1 00:11\r\n" },
        { SDP_ERROR_SETUP, "sdp/setup", SESSION OPUS TRANSPORT "a=setup:passive\r\na=rtcp-mux\r\n" },
        { SDP_ERROR_NO_COMMON_CODEC, "sdp/no-common-codec", SESSION "m=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\na=rtcp-mux\r\n" TRANSPORT },
        { SDP_ERROR_NO_COMMON_CODEC, "sdp/no-common-codec", SESSION VIDEO "a=rtpmap:96 VP9/90000\r\na=rtpmap:97 AV1/90000\r\na=rtcp-mux\r\n" TRANSPORT },
        { SDP_ERROR_NO_COMMON_CODEC, "sdp/no-common-codec", SESSION "m=audio 9 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-mux\r\n" TRANSPORT },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(SdpNegotiation) negotiation = negotiate_text(cases[i].text, &error);

        ck_assert_msg(!negotiation, "case %u was accepted", i);
        ck_assert_msg(g_error_matches(error, SDP_ERROR, cases[i].error), "case %u: %s", i, error->message);
        ck_assert_str_eq(sdp_error_code(error->code), cases[i].code);
        ck_assert(sdp_error_english(error->code)[0] && sdp_error_chinese(error->code)[0]);
    }
}
END_TEST

START_TEST(refuses_what_is_too_large)
{
    g_autofree char *large = g_strnfill(SDP_OFFER_MAX + 1, 'a');
    g_autoptr(GString) lines = g_string_new(SESSION);
    g_autoptr(GError) error = NULL;

    ck_assert_ptr_null(sdp_offer_parse(large, SDP_OFFER_MAX + 1, &error));
    ck_assert(g_error_matches(error, SDP_ERROR, SDP_ERROR_TOO_LARGE));
    g_clear_error(&error);

    for (guint i = 0; i < SDP_LINES_MAX; i++)
        g_string_append(lines, OPUS);
    g_autoptr(SdpOffer) offer = sdp_offer_parse(lines->str, lines->len, &error);
    ck_assert_ptr_nonnull(offer);
    g_string_append(lines, OPUS);
    ck_assert_ptr_null(sdp_offer_parse(lines->str, lines->len, &error));
    ck_assert(g_error_matches(error, SDP_ERROR, SDP_ERROR_TOO_LARGE));
}
END_TEST

START_TEST(bounds_everything_inside)
{
    g_autoptr(GString) text = g_string_new(SESSION "m=video 9 UDP/TLS/RTP/SAVPF");
    g_autofree char *long_value = g_strnfill(600, 'x');

    for (guint i = 0; i < 300; i++)
        g_string_append_printf(text, " %u", i);
    g_string_append(text, "\r\na=rtpmap:0 H264/90000\r\n");
    g_string_append_printf(text, "a=fmtp:0 packetization-mode=1;profile-level-id=42e01f;sprop-parameter-sets=%s\r\n", long_value);
    g_string_append_printf(text, "a=mid:%s\r\na=ice-ufrag:%s\r\na=rid:%s send\r\n", long_value, long_value, long_value);
    for (guint i = 0; i < SDP_SOURCES_MAX + 8; i++)
        g_string_append_printf(text, "a=ssrc:%u cname:%s\r\na=rid:%u send\r\n", i, long_value, i);
    for (guint i = 0; i < 300; i++)
        g_string_append(text, "a=candidate:1 1 udp 1 x.local 9 typ host\r\n");

    g_autoptr(GError) error = NULL;
    g_autoptr(SdpOffer) offer = sdp_offer_parse(text->str, text->len, &error);
    ck_assert_ptr_nonnull(offer);
    const SdpMediaLine *line = g_ptr_array_index(offer->lines, 0);
    ck_assert_uint_eq(line->codecs->len, SDP_CODECS_MAX);
    ck_assert_uint_eq(line->sources->len, SDP_SOURCES_MAX);
    ck_assert_uint_eq(line->n_rids, SDP_RIDS_MAX);
    ck_assert_uint_eq(line->n_candidates, SDP_CANDIDATES_MAX);
    ck_assert(!line->has_mid && !line->ufrag[0]);
    /* What was too long lost its last parameter, not the ones before. */
    ck_assert_str_eq(g_array_index(line->codecs, SdpCodec, 0).fmtp, "packetization-mode=1;profile-level-id=42e01f");
}
END_TEST

START_TEST(takes_a_single_line_without_mid_and_bundle)
{
    g_autoptr(SdpNegotiation) negotiation = accept_text(SESSION OPUS TRANSPORT "a=rtcp-mux\r\na=inactive\r\n");
    g_autofree char *answer = answer_to(negotiation);

    ck_assert_ptr_null(strstr(answer, "a=mid"));
    ck_assert_ptr_null(strstr(answer, "BUNDLE"));
    ck_assert(has_line(answer, "a=inactive"));
}
END_TEST

START_TEST(rejects_lines_it_cannot_use_and_keeps_the_rest)
{
    g_autoptr(SdpNegotiation) negotiation =
        accept_text(SESSION "a=group:BUNDLE a v w\r\n" OPUS TRANSPORT "a=rtcp-mux\r\na=mid:a\r\n" /* accepted */
                    VIDEO "a=rtpmap:96 VP9/90000\r\na=mid:v\r\n"                                    /* no codec */
                    "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=mid:w\r\n"        /* stopped by the client */
                    VIDEO "a=rtpmap:96 VP8/90000\r\na=mid:x\r\n"                                    /* outside the group */
                    "m=text 9 UDP/TLS/RTP/SAVPF 99\r\na=mid:y\r\n");
    g_autofree char *answer = answer_to(negotiation);

    for (guint i = 0; i < 5; i++)
        ck_assert_int_eq(negotiation->lines[i].accepted, i == 0);
    ck_assert(has_line(answer, "a=group:BUNDLE a"));
    ck_assert(has_line(answer, "m=video 0 UDP/TLS/RTP/SAVPF 96 97 98"));
    ck_assert(has_line(answer, "m=text 0 UDP/TLS/RTP/SAVPF 99"));
}
END_TEST

START_TEST(chooses_h264_by_profile_and_mode)
{
    static const char *const in_order[] = {
        "packetization-mode=1;profile-level-id=42e01f", "profile-level-id=42001f;packetization-mode=1",
        "packetization-mode=1;profile-level-id=4d001f", "level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=640c1f",
    };

    for (guint i = 0; i + 1 < G_N_ELEMENTS(in_order); i++)
        ck_assert_uint_lt(sdp_h264_rank(in_order[i], TRUE), sdp_h264_rank(in_order[i + 1], TRUE));
    ck_assert_uint_eq(sdp_h264_rank("packetization-mode=1;profile-level-id=4d801f", TRUE), 0); /* RFC 6184: constrained too */
    ck_assert_uint_gt(sdp_h264_rank("profile-level-id=42e01f", TRUE), sdp_h264_rank(in_order[3], TRUE));
    ck_assert_uint_eq(sdp_h264_rank("profile-level-id=42e01f", FALSE), SDP_H264_UNUSABLE);
    ck_assert_uint_eq(sdp_h264_rank("packetization-mode=2;profile-level-id=42e01f", TRUE), SDP_H264_UNUSABLE);
    ck_assert_uint_eq(sdp_h264_rank("packetization-mode=1;profile-level-id=f4001f", TRUE), SDP_H264_UNUSABLE);
    ck_assert_uint_eq(sdp_h264_rank("packetization-mode=1;profile-level-id=42e0", TRUE), SDP_H264_UNUSABLE);
    ck_assert_uint_eq(sdp_h264_rank("packetization-mode=1;profile-level-id=zzzzzz", TRUE), SDP_H264_UNUSABLE);
}
END_TEST

START_TEST(takes_vp8_from_a_phone_without_h264)
{
    g_autoptr(SdpNegotiation) negotiation =
        accept_text(SESSION VIDEO "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtcp-fb:* nack pli\r\n"
                                  "a=sendonly\r\na=rtcp-mux\r\n" TRANSPORT);

    ck_assert_uint_eq(negotiation->lines[0].n_codecs, 1);
    ck_assert_int_eq(negotiation->lines[0].codecs[0].id, SDP_CODEC_VP8);
    ck_assert_int_eq(negotiation->lines[0].codecs[0].rtx_payload_type, 97);
    ck_assert_uint_eq(negotiation->lines[0].codecs[0].feedback, SDP_FEEDBACK_PLI);
}
END_TEST

START_TEST(answers_640c1f_when_there_is_nothing_else)
{
    g_autoptr(SdpNegotiation) negotiation =
        accept_text(SESSION VIDEO "a=rtpmap:96 H264/90000\r\na=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f\r\n"
                                  "a=rtcp-mux\r\n" TRANSPORT);

    /* R8: what is described is what will be sent. */
    ck_assert_str_eq(negotiation->lines[0].codecs[0].fmtp, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f");
    ck_assert_int_eq(negotiation->lines[0].direction, SDP_RECVONLY); /* the offer said nothing, which is sendrecv */
}
END_TEST

START_TEST(answers_opus_as_offered)
{
    g_autoptr(SdpNegotiation) negotiation =
        accept_text(SESSION OPUS "a=fmtp:111 useinbandfec=1;usedtx=1;stereo=0\r\na=rtcp-mux\r\n" TRANSPORT);
    g_autoptr(SdpNegotiation) plain = accept_text(SESSION OPUS "a=rtcp-mux\r\n" TRANSPORT);

    ck_assert_str_eq(negotiation->lines[0].codecs[0].fmtp, "minptime=10;useinbandfec=1;usedtx=1");
    ck_assert_str_eq(plain->lines[0].codecs[0].fmtp, "minptime=10");
}
END_TEST

/* ---- simulcast, RFC 8851 to 8853 ---- */

START_TEST(takes_simulcast_with_rids)
{
    g_autoptr(SdpNegotiation) negotiation = negotiate_vector("chromium-156-simulcast.sdp");
    g_autofree char *answer = answer_to(negotiation);
    const SdpLine *video = &negotiation->lines[1], *slot = &negotiation->lines[2];

    ck_assert_uint_eq(video->n_layers, 3);
    ck_assert_str_eq(video->layers[0], "l");
    ck_assert_str_eq(video->layers[1], "m");
    ck_assert_str_eq(video->layers[2], "h");
    ck_assert_uint_ne(video->rid_extension, 0);
    ck_assert_uint_ne(video->repaired_rid_extension, 0);
    ck_assert_uint_eq(video->remote_ssrc, 0);
    ck_assert_uint_eq(slot->n_layers, 0);
    ck_assert(has_line(answer, "a=rid:l recv"));
    ck_assert(has_line(answer, "a=rid:h recv"));
    ck_assert(has_line(answer, "a=simulcast:recv h;m;l"));
    ck_assert(has_line(answer, "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
    ck_assert(has_line(answer, "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"));
}
END_TEST

static SdpNegotiation *
negotiate_simulcast(const char *from, const char *to)
{
    g_autofree char *text = vector("chromium-156-simulcast.sdp");
    g_auto(GStrv) parts = g_strsplit(text, from, -1);
    g_autofree char *changed = g_strjoinv(to, parts);
    SdpNegotiation *negotiation = negotiate_text(changed, NULL);

    ck_assert(parts[1] != NULL); /* it was there */
    ck_assert(negotiation != NULL);
    return negotiation;
}

START_TEST(orders_layers_by_their_names_or_as_preferred)
{
    static const struct {
        const char *simulcast, *layers[3];
    } cases[] = {
        { "h;m;l", { "l", "m", "h" } },   { "m;~h;l,x", { "l", "m", "h" } },
        { "l;h", { "l", "h", NULL } },    { "l;h;h", { "l", "h", NULL } },
        { "h", { NULL, NULL, NULL } },    { "", { NULL, NULL, NULL } },
        { "x;y", { NULL, NULL, NULL } },  { ";;,;~", { NULL, NULL, NULL } },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = g_strconcat("a=simulcast:send ", cases[i].simulcast, NULL);
        g_autoptr(SdpNegotiation) negotiation = negotiate_simulcast("a=simulcast:send l;m;h", line);
        const SdpLine *video = &negotiation->lines[1];

        for (guint k = 0; k < 3; k++)
            ck_assert_str_eq(video->layers[k], cases[i].layers[k] ? cases[i].layers[k] : "");
        ck_assert_uint_eq(video->n_layers, cases[i].layers[2] ? 3 : cases[i].layers[1] ? 2 : 0);
    }

    g_autofree char *text = vector("chromium-156-simulcast.sdp");
    g_auto(GStrv) parts = g_strsplit(text, "a=rid:l send\na=rid:m send\na=rid:h send\na=simulcast:send l;m;h", -1);
    g_autofree char *named = g_strjoinv("a=rid:big send\na=rid:mid send\na=rid:low send\na=rid:tiny send\na=simulcast:send big;mid;low;tiny", parts);
    g_autoptr(SdpNegotiation) negotiation = negotiate_text(named, NULL);

    ck_assert_uint_eq(negotiation->lines[1].n_layers, 3);
    ck_assert_str_eq(negotiation->lines[1].layers[0], "low"); /* the preferred one first, and three are enough */
    ck_assert_str_eq(negotiation->lines[1].layers[2], "big");
}
END_TEST

START_TEST(without_the_rid_extension_there_is_no_simulcast)
{
    g_autoptr(SdpNegotiation) negotiation = negotiate_simulcast("rtp-hdrext:sdes:rtp-stream-id", "rtp-hdrext:other");
    g_autofree char *answer = answer_to(negotiation);

    ck_assert_uint_eq(negotiation->lines[1].n_layers, 0);
    ck_assert(negotiation->lines[1].accepted);
    ck_assert(!strstr(answer, "simulcast"));
    ck_assert(!strstr(answer, "a=rid"));
}
END_TEST

START_TEST(leaves_out_extensions_with_large_ids)
{
    g_autoptr(SdpNegotiation) negotiation = accept_text(SESSION OPUS "a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                                                                     "a=extmap:14/sendonly http://www.ietf.org/id/"
                                                                     "draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
                                                                     "a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=rtcp-mux\r\n" TRANSPORT);

    ck_assert_uint_eq(negotiation->lines[0].mid_extension, 0);
    ck_assert_uint_eq(negotiation->lines[0].transport_cc_extension, 14);
}
END_TEST

/* ---- trickle fragments ---- */

START_TEST(reads_a_trickle_fragment)
{
    static const char text[] = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
                               "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n"
                               "a=candidate:3471623853 1 udp 2122194687 x.local 61765 typ host\r\na=end-of-candidates\r\n";
    g_autoptr(GError) error = NULL;
    SdpFragment fragment;

    ck_assert(sdp_fragment_parse(text, strlen(text), &fragment, &error));
    ck_assert_str_eq(fragment.ufrag, "EsAw");
    ck_assert_str_eq(fragment.password, "P2uYro0UCOQ4zxjKXaWCBui1");
    ck_assert_uint_eq(fragment.n_candidates, 2);
    ck_assert(fragment.end_of_candidates);
    ck_assert(sdp_fragment_parse("", 0, &fragment, &error));
    ck_assert_str_eq(fragment.ufrag, "");
}
END_TEST

START_TEST(refuses_a_wrong_trickle_fragment)
{
    static const struct {
        const char *text;
        SdpError error;
    } cases[] = {
        { "a=ice-ufrag:EsAw\r\n", SDP_ERROR_NO_ICE },
        { "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n", SDP_ERROR_NO_ICE },
        { "a=ice-ufrag:abc\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n", SDP_ERROR_NO_ICE },
        { "{\"candidate\":1}", SDP_ERROR_MALFORMED },
    };
    g_autofree char *large = g_strnfill(SDP_FRAGMENT_MAX + 1, '\n');
    g_autofree char *long_name = g_strnfill(300, 'u');
    g_autofree char *long_ufrag = g_strdup_printf("a=ice-ufrag:%s\r\n", long_name);
    SdpFragment fragment;

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        ck_assert(!sdp_fragment_parse(cases[i].text, strlen(cases[i].text), &fragment, &error));
        ck_assert_msg(g_error_matches(error, SDP_ERROR, cases[i].error), "case %u", i);
    }
    g_autoptr(GError) error = NULL;
    ck_assert(!sdp_fragment_parse(large, SDP_FRAGMENT_MAX + 1, &fragment, &error));
    ck_assert(g_error_matches(error, SDP_ERROR, SDP_ERROR_TOO_LARGE));
    g_clear_error(&error);
    ck_assert(!sdp_fragment_parse(long_ufrag, strlen(long_ufrag), &fragment, &error));
    ck_assert(g_error_matches(error, SDP_ERROR, SDP_ERROR_NO_ICE));
}
END_TEST

START_TEST(writes_a_fragment_that_it_can_read)
{
    SdpCandidate candidate = { "192.0.2.1", 4000, FALSE };
    g_autofree char *text = sdp_fragment_build("ABCDEFGHabcd", "0123456789012345678901AB", "0", SDP_KIND_AUDIO, &candidate, 1);
    SdpFragment fragment;

    ck_assert(sdp_fragment_parse(text, strlen(text), &fragment, NULL));
    ck_assert_str_eq(fragment.ufrag, "ABCDEFGHabcd");
    ck_assert_uint_eq(fragment.n_candidates, 1);
    ck_assert(fragment.end_of_candidates);
}
END_TEST

/* ---- garbage ---- */

static void
try_everything(const char *text, gsize length)
{
    g_autoptr(SdpOffer) offer = sdp_offer_parse(text, length, NULL);
    g_autoptr(SdpNegotiation) negotiation = offer ? sdp_negotiate(offer, NULL) : NULL;
    g_autofree char *answer = negotiation ? answer_to(negotiation) : NULL;
    SdpFragment fragment;

    sdp_fragment_parse(text, length, &fragment, NULL);
    if (answer) {
        /* Whatever came in, what goes out can be read again, and has as many lines. */
        g_autoptr(SdpOffer) again = sdp_offer_parse(answer, strlen(answer), NULL);

        ck_assert_ptr_nonnull(again);
        ck_assert_uint_eq(again->lines->len, negotiation->n_lines);
    }
}

START_TEST(survives_mutations)
{
    static const char *const names[] = { "chromium-156.sdp", "firefox-like.sdp", "safari-like.sdp", "webrtcbin-1.22.sdp" };
    g_autofree char *original = vector(names[_i]);
    gsize length = strlen(original);
    GRand *random = g_rand_new_with_seed(29 + (guint32) _i);

    for (guint round = 0; round < 3000; round++) {
        g_autofree char *text = g_memdup2(original, length);
        gsize used = (gsize) g_rand_int_range(random, 0, 4) ? length : (gsize) g_rand_int_range(random, 0, (gint32) length);
        guint changes = (guint) g_rand_int_range(random, 1, 12);

        for (guint i = 0; used && i < changes; i++) {
            gsize at = (gsize) g_rand_int_range(random, 0, (gint32) used), run = (gsize) g_rand_int_range(random, 1, 40);

            switch (g_rand_int_range(random, 0, 4)) {
            case 0:
                text[at] = (char) g_rand_int_range(random, 0, 256);
                break;
            case 1:
                text[at] = "\n=: /;0a"[g_rand_int_range(random, 0, 8)];
                break;
            default: { /* a piece from elsewhere */
                gsize from = (gsize) g_rand_int_range(random, 0, (gint32) used);

                memmove(text + at, text + from, MIN(run, used - MAX(at, from)));
                break;
            }
            }
        }
        try_everything(text, used);
    }
    g_rand_free(random);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("sdp");
    TCase *tcase = tcase_create("sdp");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, answers_chromium);
    tcase_add_test(tcase, answers_firefox);
    tcase_add_test(tcase, answers_safari);
    tcase_add_test(tcase, answers_webrtcbin);
    tcase_add_test(tcase, refuses_with_a_stable_code);
    tcase_add_test(tcase, refuses_what_is_too_large);
    tcase_add_test(tcase, bounds_everything_inside);
    tcase_add_test(tcase, takes_a_single_line_without_mid_and_bundle);
    tcase_add_test(tcase, rejects_lines_it_cannot_use_and_keeps_the_rest);
    tcase_add_test(tcase, chooses_h264_by_profile_and_mode);
    tcase_add_test(tcase, takes_vp8_from_a_phone_without_h264);
    tcase_add_test(tcase, answers_640c1f_when_there_is_nothing_else);
    tcase_add_test(tcase, answers_opus_as_offered);
    tcase_add_test(tcase, takes_simulcast_with_rids);
    tcase_add_test(tcase, orders_layers_by_their_names_or_as_preferred);
    tcase_add_test(tcase, without_the_rid_extension_there_is_no_simulcast);
    tcase_add_test(tcase, leaves_out_extensions_with_large_ids);
    tcase_add_test(tcase, reads_a_trickle_fragment);
    tcase_add_test(tcase, refuses_a_wrong_trickle_fragment);
    tcase_add_test(tcase, writes_a_fragment_that_it_can_read);
    tcase_add_loop_test(tcase, survives_mutations, 0, 4);
    suite_add_tcase(suite, tcase);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
