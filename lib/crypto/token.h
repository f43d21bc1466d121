/**
 * Tokens — short texts that we sign and later recognise: invitations, resume tokens, stream tokens, cookies.
 *
 *     base64url(payload) "." base64url(HMAC-SHA-256(secret, "yuntakan-token/1\n" payload))
 *     payload = "1 " purpose " " expiry (wall µs) " " id
 *
 * A token says: we made this, for this purpose, until then. It is readable by whoever has it; whether it still counts (revoked, used) is
 * for the store to say. Pure functions, any thread.
 */
#pragma once

#include <glib.h>

#define TOKEN_SECRET_BYTES 32

/* The id is what the caller wants back: printable ASCII without spaces. */
#define TOKEN_ID_MAX 256

/* Base64url of the longest payload and of the MAC. Longer text is malformed. */
#define TOKEN_TEXT_MAX 512

typedef enum {
    TOKEN_ERROR_MALFORMED, /* not a token at all */
    TOKEN_ERROR_SIGNATURE, /* not ours, or altered */
    TOKEN_ERROR_PURPOSE,   /* ours, but for something else */
    TOKEN_ERROR_EXPIRED,
} TokenError;

#define TOKEN_ERROR (token_error_quark())
GQuark token_error_quark(void);

/** 32 random bytes from the system. */
GBytes *token_secret_new(void);

/** `purpose`: lower-case letters and '-', at most 32 ("invitation", "resume", …). The caller frees the text. */
char *token_sign(GBytes *secret, const char *purpose, const char *id, gint64 expires_us);

/** The id; NULL with a TokenError. The signature is compared in constant time and before anything else is believed. The caller frees the id. */
char *token_open(GBytes *secret, const char *purpose, const char *token, gint64 now_us, GError **error);
