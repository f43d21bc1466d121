/**
 * Cms — a detached signature over a document as CMS SignedData (RFC 5652), which `openssl cms -verify` and every signing program can check.
 *
 * The key must be "ecdsa-p256": CMS with Ed25519 (RFC 8419) or SM2 is not yet checked by the OpenSSL of the day. Any thread.
 */
#pragma once

#include <glib.h>

#include "signer.h"

/** DER, with the signer's certificate and the time in it. NULL on error (SIGNER_ERROR). */
GBytes *cms_sign_detached(const Signer *signer, GBytes *document, GError **error);
