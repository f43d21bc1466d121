/**
 * Certificate chains: does a certificate, with the chain it carries along, lead to an authority that the caller trusts? RFC 5280, section 6.
 * Any thread.
 */
#pragma once

#include <glib.h>

/**
 * `pem`: the certificate and after it, in any order, those between it and the authority. `authorities`: the trusted ones; any of them may
 * end the chain, and nothing else does (no system's list, no network). Validity is judged at `at`, seconds since 1970.
 */
gboolean certificate_chain_verify(const char *pem, gsize length, const char *authorities, gint64 at);
/** How many certificates the text holds; at most CERTIFICATE_CHAIN_MAX are read. */
guint certificate_chain_count(const char *pem, gsize length);

/* A chain has three or four, a list of an administration's authorities some dozens. */
#define CERTIFICATE_CHAIN_MAX 200
