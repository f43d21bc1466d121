/**
 * WhipClient — the HTTP half of a peer: POST an offer, get the answer, DELETE at the end (RFC 9725; the WHEP draft is the same with other directions).
 *
 * Blocking; for test programs.
 */
#pragma once

#include <glib.h>

typedef struct {
    const char *url;         /* http(s)://…, or http://localhost/… with `unix_socket` */
    const char *unix_socket; /* NULL = TCP */
    const char *bearer;      /* NULL = no Authorization */
    gboolean insecure;       /* take any TLS certificate: test installations sign their own */
} WhipTarget;

#define WHIP_ERROR (whip_error_quark())
GQuark whip_error_quark(void);

/** The answer's SDP, and where to DELETE (`ret_resource`, a full URL). The GError's code is the HTTP status, 0 when there was none. */
char *whip_post_offer(const WhipTarget *target, const char *offer, char **ret_resource, GError **error);
gboolean whip_delete(const WhipTarget *target, const char *resource, GError **error);
