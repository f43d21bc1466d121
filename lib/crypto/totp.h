/**
 * Totp — one-time codes of an authenticator (RFC 6238 over RFC 4226): SHA-1, six digits, steps of 30 s, which is what every program of that kind does. Pure; any thread.
 *
 * A secret is base32 (RFC 4648) without padding, as it is typed or put into a QR code.
 */
#pragma once

#include <glib.h>

#define TOTP_STEP_S 30
/* Clocks of phones are a little off: one step to either side. */
#define TOTP_DRIFT_STEPS 1

/** A new secret of 20 random bytes; the caller frees it. */
char *totp_secret_new(void);
/** The six digits of a step; NULL when the secret is none. The caller frees them. */
char *totp_code(const char *secret, gint64 step);
/** The step whose code this is, near `seconds` (since 1970) and after `used`, the last step that was let in; 0 when it is none. */
gint64 totp_check(const char *secret, const char *code, gint64 seconds, gint64 used);
