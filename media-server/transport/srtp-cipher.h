/**
 * SrtpCipher — the two packet transforms on OpenSSL: AES-128 in counter mode with HMAC-SHA1-80, and AES-128-GCM.
 *
 * `in` and `out` are the same place or do not overlap. Keys are expanded once; a packet costs one EVP_CipherInit with nothing but a new IV. One key, one direction, one thread.
 * HMAC starts from the two SHA-1 states after the padded key, copied as values: EVP_MAC allocates for every packet (measured: 0.13 µs
 * more, which doubles the cost of a packet of 92 bytes), so srtp-cipher.c uses the SHA_CTX interface that OpenSSL 3 calls deprecated.
 */
#pragma once

#include <glib.h>

#include "srtp-profile.h"

#define SRTP_GCM_TAG_LENGTH 16
#define SRTP_SHA1_TAG_LENGTH 10
#define SRTP_GCM_IV_LENGTH 12
#define SRTP_CM_IV_LENGTH 16
#define SRTP_SHA1_KEY_LENGTH 20

typedef struct SrtpCipher SrtpCipher;

/** `authentication_key`: SRTP_SHA1_KEY_LENGTH bytes, for AES-CM only. NULL when OpenSSL fails. */
SrtpCipher *srtp_cipher_new(SrtpProfile profile, gboolean encrypt, const guint8 *key, const guint8 *authentication_key);
void srtp_cipher_free(SrtpCipher *cipher);

/** GCM: `aad` in one or two pieces (the second may be empty); the tag is written, or compared: FALSE when it is wrong or OpenSSL fails. */
gboolean srtp_cipher_gcm(SrtpCipher *cipher, const guint8 *iv, const guint8 *aad, gsize aad_length, const guint8 *aad2, gsize aad2_length,
                         const guint8 *in, guint8 *out, gsize length, guint8 *tag);

/** AES-CM: encrypts or decrypts, which is the same. */
gboolean srtp_cipher_cm(SrtpCipher *cipher, const guint8 *iv, const guint8 *in, guint8 *out, gsize length);

/** HMAC-SHA1 of the data and four bytes more (RTP: the roll-over counter; RTCP passes NULL), cut to SRTP_SHA1_TAG_LENGTH bytes. */
void srtp_cipher_sha1_tag(const SrtpCipher *cipher, const guint8 *data, gsize length, const guint8 *trailer, guint8 *ret_tag);
