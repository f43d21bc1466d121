#include "srtp-key-derivation.h"

#include <openssl/evp.h>
#include <string.h>

gboolean
srtp_derive(const guint8 *master_key, const guint8 *master_salt, gsize salt_length, SrtpLabel label, guint8 *ret_key, gsize length)
{
    EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
    guint8 iv[16] = { 0 };
    int n;

    g_assert(length <= 32);
    /* x = (label || index / rate) XOR salt: with rate 0 the index part is zero and the label is the salt's byte 7. Times 2^16 is the IV. */
    memcpy(iv, master_salt, salt_length);
    iv[7] ^= (guint8) label;
    memset(ret_key, 0, length);

    gboolean done = evp && EVP_EncryptInit_ex(evp, EVP_aes_128_ctr(), NULL, master_key, iv) &&
                    EVP_EncryptUpdate(evp, ret_key, &n, ret_key, (int) length);

    EVP_CIPHER_CTX_free(evp);
    return done;
}
