#define OPENSSL_SUPPRESS_DEPRECATED /* SHA_CTX; see the header for the reason */
#include "srtp-cipher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

struct SrtpCipher {
    EVP_CIPHER_CTX *cipher;
    gboolean encrypt;
    SHA_CTX inner, outer;
};

#define SHA1_BLOCK 64

static void
hmac_prepare(SHA_CTX *state, const guint8 *key, guint8 pad)
{
    guint8 block[SHA1_BLOCK];

    for (gsize i = 0; i < sizeof block; i++)
        block[i] = (i < SRTP_SHA1_KEY_LENGTH ? key[i] : 0) ^ pad;
    SHA1_Init(state);
    SHA1_Update(state, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

SrtpCipher *
srtp_cipher_new(SrtpProfile profile, gboolean encrypt, const guint8 *key, const guint8 *authentication_key)
{
    gboolean gcm = profile == SRTP_PROFILE_AEAD_AES_128_GCM;
    SrtpCipher *cipher = g_new0(SrtpCipher, 1);

    cipher->encrypt = encrypt;
    cipher->cipher = EVP_CIPHER_CTX_new();
    if (!cipher->cipher ||
        !EVP_CipherInit_ex(cipher->cipher, gcm ? EVP_aes_128_gcm() : EVP_aes_128_ctr(), NULL, key, NULL, gcm ? encrypt : TRUE)) {
        srtp_cipher_free(cipher);
        return NULL;
    }
    if (!gcm) {
        hmac_prepare(&cipher->inner, authentication_key, 0x36);
        hmac_prepare(&cipher->outer, authentication_key, 0x5c);
    }
    return cipher;
}

void
srtp_cipher_free(SrtpCipher *cipher)
{
    if (!cipher)
        return;
    EVP_CIPHER_CTX_free(cipher->cipher);
    OPENSSL_cleanse(cipher, sizeof *cipher);
    g_free(cipher);
}

gboolean
srtp_cipher_gcm(SrtpCipher *cipher, const guint8 *iv, const guint8 *aad, gsize aad_length, const guint8 *aad2, gsize aad2_length,
                const guint8 *in, guint8 *out, gsize length, guint8 *tag)
{
    EVP_CIPHER_CTX *evp = cipher->cipher;
    guint8 nothing[16];
    int n;

    if (!EVP_CipherInit_ex(evp, NULL, NULL, NULL, iv, -1) || !EVP_CipherUpdate(evp, NULL, &n, aad, (int) aad_length))
        return FALSE;
    if (aad2_length && !EVP_CipherUpdate(evp, NULL, &n, aad2, (int) aad2_length))
        return FALSE;
    /* A length of zero would tell OpenSSL to finish. */
    if (length && !EVP_CipherUpdate(evp, out, &n, in, (int) length))
        return FALSE;
    if (!cipher->encrypt && !EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_SET_TAG, SRTP_GCM_TAG_LENGTH, tag))
        return FALSE;
    if (EVP_CipherFinal_ex(evp, nothing, &n) <= 0)
        return FALSE;
    return !cipher->encrypt || EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_AEAD_GET_TAG, SRTP_GCM_TAG_LENGTH, tag);
}

gboolean
srtp_cipher_cm(SrtpCipher *cipher, const guint8 *iv, const guint8 *in, guint8 *out, gsize length)
{
    int n;

    return EVP_CipherInit_ex(cipher->cipher, NULL, NULL, NULL, iv, -1) &&
           (!length || EVP_CipherUpdate(cipher->cipher, out, &n, in, (int) length));
}

void
srtp_cipher_sha1_tag(const SrtpCipher *cipher, const guint8 *data, gsize length, const guint8 *trailer, guint8 *ret_tag)
{
    guint8 digest[SHA_DIGEST_LENGTH];
    SHA_CTX state = cipher->inner;

    SHA1_Update(&state, data, length);
    if (trailer)
        SHA1_Update(&state, trailer, 4);
    SHA1_Final(digest, &state);
    state = cipher->outer;
    SHA1_Update(&state, digest, sizeof digest);
    SHA1_Final(digest, &state);
    memcpy(ret_tag, digest, SRTP_SHA1_TAG_LENGTH);
}
