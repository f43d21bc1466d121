/**
 * Digest — message digests by name, streaming and in one call.
 *
 * Known names: "sha256" (FIPS 180-4) and "sm3" (GB/T 32905-2016). A Digest belongs to one thread at a time; the one-shot call may be used by any.
 * Results are lower-case hexadecimal text, the form in which every document and line of Yuntakan carries them.
 */
#pragma once

#include <glib.h>

/** Room for the hexadecimal text of any known digest and its NUL. */
#define DIGEST_HEX_SIZE 65

typedef struct Digest Digest;

/** NULL when no digest of that name is known. */
Digest *digest_new(const char *algorithm);
void digest_free(Digest *digest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Digest, digest_free)

void digest_update(Digest *digest, const void *data, gsize length);
/** Writes the result and starts afresh, so that one Digest serves many messages. */
void digest_finish(Digest *digest, char ret_hex[DIGEST_HEX_SIZE]);

/** Of one buffer; `algorithm` is a known name. */
void digest_hex(const char *algorithm, const void *data, gsize length, char ret_hex[DIGEST_HEX_SIZE]);
/** SHA-256 of one buffer. */
void digest_sha256_hex(const void *data, gsize length, char ret_hex[DIGEST_HEX_SIZE]);
