/**
 * Inside lib/crypto only: a private key in a PKCS #11 device, by OpenSSL's engine of that name, for systems without a provider.
 */
#pragma once

#include <openssl/evp.h>

/** NULL when `uri` is no "pkcs11:" (RFC 7512) or nothing is found; OpenSSL's queue says why. RSA and EC keys, as the engine has them. */
EVP_PKEY *key_engine_load(const char *uri);
