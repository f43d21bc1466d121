/**
 * Inside lib/crypto only: what Signer and PublicKey share of OpenSSL.
 */
#pragma once

#include <glib.h>
#include <openssl/evp.h>

#include "digest.h"

/** Sets SIGNER_ERROR_CRYPTO or `code` with OpenSSL's own words, and empties its queue. Always FALSE. */
gboolean crypto_fail(GError **error, int code, const char *what);
/** Our name of the key's algorithm; NULL if it is none of ours. */
const char *key_algorithm_name(EVP_PKEY *key);
/** Hex digest of the DER SubjectPublicKeyInfo. */
gboolean key_digest(EVP_PKEY *key, char ret_hex[DIGEST_HEX_SIZE], GError **error);
/** The digest that goes with the signature: none for Ed25519, which has its own. */
const EVP_MD *key_message_digest(EVP_PKEY *key);
