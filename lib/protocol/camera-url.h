/**
 * CameraUrl — an address of a fixed camera as an inspector types it: rtsp://admin:secret@10.20.0.7:554/Streaming/Channels/101
 *
 * Strict, because a server will connect there: only rtsp and rtsps (RFC 7826, section 4.2), no spaces or control characters, no fragment, a host
 * of letters, digits, dots and hyphens or an IPv6 literal in brackets. The password stands in the URL only here: `location` goes to the player
 * without it, `shown` to people and logs with nothing that could be a secret; many cameras carry theirs in the path. Pure; any thread.
 */
#pragma once

#include <glib.h>

/* Cameras' paths with their parameters have up to some 150 characters. */
#define CAMERA_URL_MAX 512

typedef struct {
    gboolean tls;
    char *host; /* name or address, without brackets */
    guint16 port;
    char *user, *password; /* percent-decoded; NULL = none */
    char *location;        /* the URL without them */
    char *shown;           /* rtsp://10.20.0.7:554/… */
} CameraUrl;

/** FALSE when it is not such a URL; then nothing has to be freed. */
gboolean camera_url_parse(const char *text, CameraUrl *ret_url);
void camera_url_clear(CameraUrl *url);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CameraUrl, camera_url_clear)
