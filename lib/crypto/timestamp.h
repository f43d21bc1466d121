/**
 * Time-stamps of an authority (RFC 3161): asking for one over a digest, and checking one. Pure: how the bytes travel is the caller's business.
 * Any thread. Digests are those of digest.h, as name and hexadecimal text. Errors are of SIGNER_ERROR.
 */
#pragma once

#include <glib.h>

typedef struct TimestampQuery TimestampQuery;

/** A query with a random nonce, which asks for the authority's certificate in the answer. */
TimestampQuery *timestamp_query_new(const char *hash, const char *digest, GError **error);
void timestamp_query_free(TimestampQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TimestampQuery, timestamp_query_free)

/** The TimeStampReq, DER: the body of `application/timestamp-query`. */
GBytes *timestamp_query_bytes(const TimestampQuery *query);
/** The token (DER) in a TimeStampResp, if it was granted and answers this query: digest and nonce. Its signature is the verifier's business. */
GBytes *timestamp_query_take(const TimestampQuery *query, const void *response, gsize length, GError **error);

/* A token with a chain of four RSA-4096 certificates is about 8 KiB; in base64 it must fit into a ledger line. */
#define TIMESTAMP_TOKEN_MAX (32 * 1024)

/**
 * The token stamps this digest; and, where `authorities` (PEM) is given, is signed by a certificate for time-stamping that leads to one of
 * them, as of the token's own time. `ret_at`, µs since 1970, is set when the first of these holds (`ret_stamps`).
 */
gboolean timestamp_verify(const void *token, gsize length, const char *hash, const char *digest, const char *authorities,
                          gboolean *ret_stamps, gint64 *ret_at);
