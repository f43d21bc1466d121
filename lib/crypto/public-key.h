/**
 * Inside lib/crypto only: what Signer and PublicKey share of OpenSSL.
 */
#pragma once

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "digest.h"
#include "signer.h"

/** Sets SIGNER_ERROR_CRYPTO or `code` with OpenSSL's own words, and empties its queue. Always FALSE. */
gboolean crypto_fail(GError **error, int code, const char *what);
/** Our name of the key's algorithm; NULL if it is none of ours. */
const char *key_algorithm_name(EVP_PKEY *key);
/** Hex digest of the DER SubjectPublicKeyInfo. */
gboolean key_digest(EVP_PKEY *key, char ret_hex[DIGEST_HEX_SIZE], GError **error);
/** The certificates of `authorities` (PEM), and nothing else, as what is trusted at `at` (s since 1970); NULL if there is none. */
X509_STORE *crypto_store(const char *authorities, gint64 at);
/** Begins a signature (`sign`) or its check in `context`, with the digest and, for SM2, the signer's identifier that belong to the key. */
gboolean key_begin(EVP_MD_CTX *context, EVP_PKEY *key, gboolean sign);
/** The private key itself; owned by the signer. */
EVP_PKEY *signer_private_key(const Signer *signer);
/* GM/T 0009-2012, section 10: the identifier of a signer who has agreed on no other. */
#define SM2_SIGNER_ID "1234567812345678"
