/**
 * rtsp-camera — a fixed camera of a real RTSP server's making (gst-rtsp-server), for the integration tests.
 *
 *   rtsp-camera [--port N] [--codec h264|vp8] [--sound] [--user U --password P] [--colour 0xAARRGGBB]
 *
 * Serves rtsp://127.0.0.1:PORT/live: 640x360 at 15 pictures a second, H.264 in packets of up to 1400 bytes with a key frame every 2 s and sound as
 * G.711 A-law, as fixed cameras do. Prints "ready PORT". Ends at SIGTERM; to die, it is killed.
 */
#include <glib-unix.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>

typedef struct {
    int port;
    char *codec, *user, *password, *colour;
    gboolean sound;
} Options;

static char *
launch_line(const Options *options)
{
    gboolean vp8 = g_strcmp0(options->codec, "vp8") == 0;

    return g_strdup_printf(
        "( videotestsrc is-live=true pattern=ball background-color=%s ! video/x-raw,width=640,height=360,framerate=15/1 ! videoconvert ! %s%s )",
        options->colour ? options->colour : "0xff204080",
        vp8 ? "vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay name=pay0 pt=96"
            : "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=600 ! video/x-h264,profile=constrained-baseline ! "
              "rtph264pay name=pay0 pt=96 mtu=1400",
        options->sound ? " audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8" : "");
}

/* Digest, as cameras ask for. */
static void
require_password(GstRTSPServer *server, GstRTSPMediaFactory *factory, const Options *options)
{
    g_autoptr(GstRTSPAuth) auth = gst_rtsp_auth_new();
    GstRTSPToken *token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", NULL);

    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    gst_rtsp_auth_add_digest(auth, options->user, options->password, token);
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server, auth);
    gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                    GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
}

static gboolean
quit(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

int
main(int argc, char **argv)
{
    Options options = {0};
    GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &options.port, "TCP port, 0 = any", "N"},
        {"codec", 0, 0, G_OPTION_ARG_STRING, &options.codec, "h264 or vp8", "C"},
        {"sound", 0, 0, G_OPTION_ARG_NONE, &options.sound, "with G.711 sound", NULL},
        {"user", 0, 0, G_OPTION_ARG_STRING, &options.user, "who may look", "U"},
        {"password", 0, 0, G_OPTION_ARG_STRING, &options.password, "their password", "P"},
        {"colour", 0, 0, G_OPTION_ARG_STRING, &options.colour, "of the background", "0xAARRGGBB"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("rtsp-camera: %s\n", error->message);
        return 2;
    }
    gst_init(NULL, NULL);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GstRTSPServer) server = gst_rtsp_server_new();
    g_autoptr(GstRTSPMountPoints) mounts = gst_rtsp_server_get_mount_points(server);
    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    g_autofree char *launch = launch_line(&options), *service = g_strdup_printf("%d", options.port);

    gst_rtsp_media_factory_set_launch(factory, launch);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (options.user)
        require_password(server, factory, &options);
    gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
    gst_rtsp_server_set_address(server, "127.0.0.1");
    gst_rtsp_server_set_service(server, service);
    if (!gst_rtsp_server_attach(server, NULL)) {
        g_printerr("rtsp-camera: cannot listen on port %d\n", options.port);
        return 1;
    }
    printf("ready %d\n", gst_rtsp_server_get_bound_port(server));
    fflush(stdout);
    g_unix_signal_add(SIGTERM, quit, loop);
    g_main_loop_run(loop);
    return 0;
}
