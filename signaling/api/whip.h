/**
 * whip — encoders and players that are not ours join a visit: WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep). Handlers with the Server as user. Loop
 * thread.
 *
 * A bearer token of `/api/visits/{visit}/stream-tokens` is bound to one visit, one participant and one direction. The session's address is
 * `/whip/{visit}/{connection}`; nothing is kept here: whose connection it is, the room knows, also after a restart.
 *
 * The entity-tag names the ICE session (RFC 9725, section 4.3.1): a digest over the connection and the client's ufrag, which every fragment repeats. So it
 * needs no memory. We are ICE-lite and learn addresses from checks; a candidate that is sent is checked for form and for its session, and not needed.
 */
#pragma once

#include "http-server.h"

/* An offer of a browser with many codecs is 10 to 20 KiB. */
#define WHIP_BODY_MAX (64 * 1024)

/* POST /whip/{visit}, PATCH and DELETE /whip/{visit}/{connection} */
void whip_publish(HttpRequest *request, gpointer server);
void whip_patch(HttpRequest *request, gpointer server);
void whip_delete(HttpRequest *request, gpointer server);

/* POST /whep/{visit}, PATCH and DELETE /whep/{visit}/{connection} */
void whep_play(HttpRequest *request, gpointer server);
void whep_patch(HttpRequest *request, gpointer server);
void whep_delete(HttpRequest *request, gpointer server);

/** OPTIONS of each of the four. Any origin may call: the token is the right, no cookie is looked at. */
void whip_options(HttpRequest *request, gpointer server);
void whip_session_options(HttpRequest *request, gpointer server);

/** Value of the first `a=ice-ufrag` (RFC 8839, section 5.4) of an SDP or a fragment; NULL if there is none. Pure; the caller frees it. */
char *whip_ufrag(const char *sdp, gsize length);
/** With its quotes. Pure; the caller frees it. */
char *whip_etag(const char *connection, const char *ufrag);
