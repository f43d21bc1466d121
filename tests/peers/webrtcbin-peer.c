/**
 * webrtcbin-peer — an independent WebRTC stack (GStreamer's webrtcbin with libnice) against ours, for the integration tests.
 *
 *   webrtcbin-peer publish|subscribe --url URL [--unix SOCKET] [--bearer TOKEN] [--insecure] [--seconds N] [--frames N]
 *   webrtcbin-peer offer
 *
 * `publish` sends a moving picture (H.264 constrained baseline) and a ticking tone (Opus). `subscribe` receives one video and one audio line and decodes
 * them. Both end after --seconds; `subscribe` as soon as --frames pictures and as many milliseconds of sound were decoded. `offer` prints the SDP that
 * `publish` would send. The last line on standard output is JSON; exit 0 when the goal was reached, 1 otherwise. "connected" is printed when it is.
 */
#define GST_USE_UNSTABLE_API
#include <gst/gst.h>
#include <gst/webrtc/webrtc.h>
#include <jansson.h>
#include <stdio.h>

#include "whip-client.h"

typedef enum { ROLE_PUBLISH, ROLE_SUBSCRIBE, ROLE_OFFER } Role;

typedef struct {
    Role role;
    WhipTarget target;
    int seconds, frames;

    GMainLoop *loop;
    GstElement *pipeline, *webrtc;
    char *resource;
    gint64 started_us;
    gboolean connected, posted;
    char *error;

    /* Written by streaming threads. */
    gint video_frames, audio_buffers;
    gint64 first_frame_us;
    gint width, height;
} Peer;

#define PUBLISH_PIPELINE                                                                                                \
    "webrtcbin name=w bundle-policy=max-bundle "                                                                        \
    "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=15/1 ! videoconvert ! " \
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=600 ! video/x-h264,profile=constrained-baseline ! " \
    "h264parse ! rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200 ! "                                 \
    "application/x-rtp,media=video,encoding-name=H264,payload=96 ! w. "                                                 \
    "audiotestsrc is-live=true wave=ticks ! audioconvert ! audioresample ! opusenc frame-size=20 ! rtpopuspay ! "       \
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! w."

static void
stop(Peer *peer, const char *error)
{
    if (error && !peer->error)
        peer->error = g_strdup(error);
    g_main_loop_quit(peer->loop);
}

/* ---- receiving ---- */

static void
count_video(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user)
{
    Peer *peer = user;

    if (g_atomic_int_add(&peer->video_frames, 1) == 0)
        peer->first_frame_us = g_get_monotonic_time();

    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    const GstStructure *structure = caps ? gst_caps_get_structure(caps, 0) : NULL;

    if (structure) {
        gst_structure_get_int(structure, "width", &peer->width);
        gst_structure_get_int(structure, "height", &peer->height);
    }
}

static void
count_audio(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user)
{
    g_atomic_int_inc(&((Peer *) user)->audio_buffers);
}

static void
on_decoded(GstElement *decodebin, GstPad *pad, gpointer user)
{
    Peer *peer = user;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    gboolean video = caps && g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "video/");
    GstElement *sink = gst_element_factory_make("fakesink", NULL);
    g_autoptr(GstPad) sink_pad = gst_element_get_static_pad(sink, "sink");

    g_object_set(sink, "signal-handoffs", TRUE, "sync", FALSE, "async", FALSE, NULL);
    g_signal_connect(sink, "handoff", G_CALLBACK(video ? count_video : count_audio), peer);
    gst_bin_add(GST_BIN(peer->pipeline), sink);
    gst_element_sync_state_with_parent(sink);
    gst_pad_link(pad, sink_pad);
}

static void
on_incoming(GstElement *webrtc, GstPad *pad, gpointer user)
{
    Peer *peer = user;

    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC)
        return;

    GstElement *decodebin = gst_element_factory_make("decodebin", NULL);
    g_autoptr(GstPad) sink_pad = gst_element_get_static_pad(decodebin, "sink");

    g_signal_connect(decodebin, "pad-added", G_CALLBACK(on_decoded), peer);
    gst_bin_add(GST_BIN(peer->pipeline), decodebin);
    gst_element_sync_state_with_parent(decodebin);
    gst_pad_link(pad, sink_pad);
}

/* ---- offer and answer ---- */

static gboolean
set_answer(Peer *peer, const char *text)
{
    GstSDPMessage *message;

    if (gst_sdp_message_new_from_text(text, &message) != GST_SDP_OK)
        return FALSE;

    g_autoptr(GstWebRTCSessionDescription) answer = gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, message);

    g_signal_emit_by_name(peer->webrtc, "set-remote-description", answer, NULL);
    return TRUE;
}

/* All candidates are in the offer before it is sent, as WHIP clients without trickle do. */
static gboolean
post_offer(gpointer user)
{
    Peer *peer = user;
    g_autoptr(GstWebRTCSessionDescription) local = NULL;
    g_autoptr(GError) error = NULL;

    if (peer->posted)
        return G_SOURCE_REMOVE;
    peer->posted = TRUE;
    g_object_get(peer->webrtc, "local-description", &local, NULL);

    g_autofree char *offer = gst_sdp_message_as_text(local->sdp);

    if (peer->role == ROLE_OFFER) {
        fputs(offer, stdout);
        stop(peer, NULL);
        return G_SOURCE_REMOVE;
    }

    g_autofree char *answer = whip_post_offer(&peer->target, offer, &peer->resource, &error);

    if (!answer)
        stop(peer, error->message);
    else if (!set_answer(peer, answer))
        stop(peer, "the answer is no SDP");
    return G_SOURCE_REMOVE;
}

static void
on_gathering(GstElement *webrtc, GParamSpec *spec, gpointer user)
{
    GstWebRTCICEGatheringState state;

    g_object_get(webrtc, "ice-gathering-state", &state, NULL);
    if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
        g_main_context_invoke(NULL, post_offer, user);
}

static gboolean
note_connection(gpointer user)
{
    Peer *peer = user;
    GstWebRTCPeerConnectionState state;

    g_object_get(peer->webrtc, "connection-state", &state, NULL);
    if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED && !peer->connected) {
        peer->connected = TRUE;
        puts("connected");
        fflush(stdout);
    } else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED) {
        stop(peer, "the connection failed");
    }
    return G_SOURCE_REMOVE;
}

static void
on_connection(GstElement *webrtc, GParamSpec *spec, gpointer user)
{
    g_main_context_invoke(NULL, note_connection, user);
}

static void
on_offer(GstPromise *promise, gpointer user)
{
    Peer *peer = user;
    g_autoptr(GstWebRTCSessionDescription) offer = NULL;

    gst_structure_get(gst_promise_get_reply(promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
    gst_promise_unref(promise);
    g_signal_emit_by_name(peer->webrtc, "set-local-description", offer, NULL);
}

static void
on_negotiation_needed(GstElement *webrtc, gpointer user)
{
    Peer *peer = user;

    if (!peer->posted)
        g_signal_emit_by_name(webrtc, "create-offer", NULL, gst_promise_new_with_change_func(on_offer, peer, NULL));
}

/* ---- life ---- */

static void
set_directions(Peer *peer)
{
    GstWebRTCRTPTransceiver *transceiver;

    for (int i = 0; i < 2; i++) {
        g_signal_emit_by_name(peer->webrtc, "get-transceiver", i, &transceiver);
        if (transceiver) {
            g_object_set(transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack", TRUE, NULL);
            gst_object_unref(transceiver);
        }
    }
}

static void
add_receiver(Peer *peer, const char *caps_text)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string(caps_text);
    GstWebRTCRTPTransceiver *transceiver;

    g_signal_emit_by_name(peer->webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps, &transceiver);
    g_object_set(transceiver, "do-nack", TRUE, NULL);
    gst_object_unref(transceiver);
}

/* Only from the loopback address: tests keep their traffic to themselves, and libnice would bind its checks of 127.0.0.1 to another interface. */
static gboolean
stay_on_loopback(Peer *peer)
{
    g_autoptr(GstObject) ice = NULL;
    g_autoptr(GObject) agent = NULL;
    gboolean added = FALSE;

    g_object_get(peer->webrtc, "ice-agent", &ice, NULL);
    g_signal_emit_by_name(ice, "add-local-ip-address", "127.0.0.1", &added);
    g_object_get(ice, "agent", &agent, NULL);
    g_object_set(agent, "upnp", FALSE, "ice-tcp", FALSE, NULL);
    return added;
}

static gboolean
build(Peer *peer, GError **error)
{
    peer->pipeline = gst_parse_launch_full(peer->role == ROLE_SUBSCRIBE ? "webrtcbin name=w bundle-policy=max-bundle latency=100" : PUBLISH_PIPELINE,
                                           NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
    if (!peer->pipeline)
        return FALSE;
    if (peer->role == ROLE_SUBSCRIBE) {
        /* gst_parse_launch_full() answers a lone element itself. */
        GstElement *alone = peer->pipeline;

        peer->pipeline = gst_pipeline_new(NULL);
        gst_bin_add(GST_BIN(peer->pipeline), alone);
    }
    peer->webrtc = gst_bin_get_by_name(GST_BIN(peer->pipeline), "w");
    if (!stay_on_loopback(peer)) {
        g_set_error_literal(error, WHIP_ERROR, 0, "libnice takes no local address");
        return FALSE;
    }
    g_signal_connect(peer->webrtc, "on-negotiation-needed", G_CALLBACK(on_negotiation_needed), peer);
    g_signal_connect(peer->webrtc, "notify::ice-gathering-state", G_CALLBACK(on_gathering), peer);
    g_signal_connect(peer->webrtc, "notify::connection-state", G_CALLBACK(on_connection), peer);
    g_signal_connect(peer->webrtc, "pad-added", G_CALLBACK(on_incoming), peer);
    if (peer->role == ROLE_SUBSCRIBE) {
        add_receiver(peer, "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,packetization-mode=(string)1,"
                           "profile-level-id=(string)42e01f");
        add_receiver(peer, "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2");
    } else {
        set_directions(peer);
    }
    return TRUE;
}

static gboolean
goal_reached(const Peer *peer)
{
    if (peer->role != ROLE_SUBSCRIBE)
        return peer->connected;
    /* An Opus packet is 20 ms of sound. */
    return g_atomic_int_get(&peer->video_frames) >= peer->frames && g_atomic_int_get(&peer->audio_buffers) * 20 >= peer->frames;
}

static gboolean
watch(gpointer user)
{
    Peer *peer = user;

    if (g_get_monotonic_time() - peer->started_us >= (gint64) peer->seconds * G_USEC_PER_SEC || (peer->role == ROLE_SUBSCRIBE && goal_reached(peer)))
        stop(peer, NULL);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_bus(GstBus *bus, GstMessage *message, gpointer user)
{
    g_autoptr(GError) error = NULL;

    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        gst_message_parse_error(message, &error, NULL);
        stop(user, error->message);
    }
    return G_SOURCE_CONTINUE;
}

static void
report(const Peer *peer)
{
    static const char *const names[] = { "publish", "subscribe", "offer" };
    json_t *report = json_pack("{s:s, s:b, s:i, s:i, s:i, s:i, s:I, s:s?}", "role", names[peer->role], "connected", peer->connected, "frames",
                               peer->video_frames, "audio_buffers", peer->audio_buffers, "width", peer->width, "height", peer->height,
                               "first_frame_ms", (json_int_t) (peer->first_frame_us ? (peer->first_frame_us - peer->started_us) / 1000 : -1),
                               "error", peer->error);

    json_dumpf(report, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(report);
}

static void
run(Peer *peer)
{
    g_autoptr(GstBus) bus = gst_pipeline_get_bus(GST_PIPELINE(peer->pipeline));
    g_autoptr(GError) error = NULL;
    guint bus_watch = gst_bus_add_watch(bus, on_bus, peer), timer = g_timeout_add(50, watch, peer);

    peer->started_us = g_get_monotonic_time();
    gst_element_set_state(peer->pipeline, GST_STATE_PLAYING);
    g_main_loop_run(peer->loop);
    if (peer->resource && !whip_delete(&peer->target, peer->resource, &error) && !peer->error)
        peer->error = g_strdup(error->message);
    gst_element_set_state(peer->pipeline, GST_STATE_NULL);
    g_source_remove(bus_watch);
    g_source_remove(timer);
}

int
main(int argc, char **argv)
{
    Peer peer = { .seconds = 10, .frames = 30 };
    const GOptionEntry options[] = {
        { "url", 0, 0, G_OPTION_ARG_STRING, &peer.target.url, "where to POST the offer", "URL" },
        { "unix", 0, 0, G_OPTION_ARG_STRING, &peer.target.unix_socket, "over this Unix socket", "PATH" },
        { "bearer", 0, 0, G_OPTION_ARG_STRING, &peer.target.bearer, "stream token", "TOKEN" },
        { "insecure", 0, 0, G_OPTION_ARG_NONE, &peer.target.insecure, "take any TLS certificate", NULL },
        { "seconds", 0, 0, G_OPTION_ARG_INT, &peer.seconds, "end after so many seconds (10)", "N" },
        { "frames", 0, 0, G_OPTION_ARG_INT, &peer.frames, "goal of a subscriber (30)", "N" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new("publish|subscribe|offer");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, options, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
        fprintf(stderr, "%s\n", error ? error->message : "publish, subscribe or offer");
        return 2;
    }
    peer.role = g_str_equal(argv[1], "publish") ? ROLE_PUBLISH : g_str_equal(argv[1], "subscribe") ? ROLE_SUBSCRIBE : ROLE_OFFER;
    if (peer.role != ROLE_OFFER && !peer.target.url) {
        fprintf(stderr, "--url is missing\n");
        return 2;
    }
    peer.loop = g_main_loop_new(NULL, FALSE);
    if (!build(&peer, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    run(&peer);
    if (peer.role != ROLE_OFFER)
        report(&peer);
    else if (peer.error)
        fprintf(stderr, "%s\n", peer.error);
    gst_object_unref(peer.webrtc);
    gst_object_unref(peer.pipeline);
    g_main_loop_unref(peer.loop);
    g_free(peer.resource);
    g_free(peer.error);
    return peer.role == ROLE_OFFER || (goal_reached(&peer) && !peer.error) ? 0 : 1;
}
