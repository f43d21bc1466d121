/**
 * Turn — what a client is told of the TURN servers (coturn), with credentials of its own that expire.
 *
 * The scheme is coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00): the user name is "EXPIRY:PARTICIPANT", EXPIRY in seconds since 1970, the
 * password the base64 HMAC-SHA1 of it under a secret that only coturn and signaling know. Immutable after turn_new(); loop thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/** A server under UDP, TCP and TLS is three URLs; two servers are plenty. */
#define TURN_URLS_MAX 8
#define TURN_URL_MAX_CHARS 200
/** coturn asks at every refresh of an allocation: longer than any visit, and every `welcome` brings new ones. */
#define TURN_LIFETIME_US (G_GINT64_CONSTANT(12) * 3600 * G_USEC_PER_SEC)
/** 128 bits in hexadecimal are 32 characters; fewer than 16 can be tried out by whoever sees one user name with its password. */
#define TURN_SECRET_MIN_CHARS 16
#define TURN_SECRET_MAX_BYTES 1024

typedef struct Turn Turn;

/** `urls`: "turn:host:3478?transport=udp,turns:host:443?transport=tcp", or NULL for no TURN (then the result is NULL without an error). `secret_file`:
 *  its first line is the secret. Errors: G_OPTION_ERROR_BAD_VALUE, G_FILE_ERROR. */
Turn *turn_new(const char *urls, const char *secret_file, GError **error);
void turn_free(Turn *turn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Turn, turn_free)

/** `ice_servers` of a participant's `welcome`: [{urls, username, credential}], [] when `turn` is NULL; a new reference. */
json_t *turn_ice_servers(const Turn *turn, const char *participant, gint64 now_us);
