/**
 * webhook-signature — signs what is POSTed to other systems, as the Standard Webhooks specification 1.0 says, so that receivers find libraries in their language:
 *
 *     webhook-id: ID
 *     webhook-timestamp: SECONDS
 *     webhook-signature: v1,base64(HMAC-SHA-256(secret, ID "." SECONDS "." BODY))
 *
 * A secret is "whsec_" and the base64 of 24 to 64 bytes. Pure; any thread.
 */
#pragma once

#include <glib.h>

/** A new secret of 32 random bytes; the caller frees it. */
char *webhook_secret_new(void);
/** "v1,…"; NULL when the secret is none. The caller frees it. */
char *webhook_sign(const char *secret, const char *id, gint64 seconds, const char *body, gsize length);
