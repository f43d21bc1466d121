/**
 * Passwords — scrypt (RFC 7914) with N = 2^15, r = 8, p = 1 and a random salt of 16 bytes.
 *
 * The stored text is PHC-like: `$scrypt$ln=15,r=8,p=1$SALT$HASH`, base64 without padding. Any thread. Both calls are slow on purpose (about 100 ms
 * and 32 MiB each): call them on a worker, never on an event loop.
 */
#pragma once

#include <glib.h>

/* Bytes of UTF-8. The interface asks for less; this bound only keeps a hostile request cheap. */
#define PASSWORD_MAX_BYTES 1024

/** The text to store; NULL with an error for a password that is empty, too long or not UTF-8. The caller frees it. */
char *password_hash(const char *password, GError **error);

/**
 * Constant time in the password and the hash. FALSE also for text that is no such hash or asks for more than ln = 20, r = 16, p = 4, so that a
 * tampered store cannot make us work for hours.
 */
gboolean password_verify(const char *password, const char *stored);
