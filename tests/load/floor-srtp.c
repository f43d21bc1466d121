#include "floor-srtp.h"

#include <openssl/evp.h>
#include <string.h>

#include "load-clock.h"

#define KEY  16
#define SALT 12

struct FloorSrtp {
    EVP_CIPHER_CTX *cipher;
    guint8 salt[SALT];
};

/* RFC 3711 section 4.3.3 with the 96-bit salt of RFC 7714 section 11: AES-CM over (salt XOR label), index 0.
 */
static void
derive(const guint8 *key, guint8 label, guint8 *out, gsize length)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    guint8 iv[16] = {0};
    const guint8 zeros[KEY] = {0};
    int written;

    memcpy(iv, key + KEY, SALT);
    iv[7] ^= label;
    EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), NULL, key, iv);
    EVP_EncryptUpdate(cipher, out, &written, zeros, (int)length);
    EVP_CIPHER_CTX_free(cipher);
}

FloorSrtp *
floor_srtp_new(const guint8 *key, gboolean encrypt)
{
    FloorSrtp *srtp = g_new0(FloorSrtp, 1);
    guint8 session_key[KEY];

    derive(key, 0, session_key, KEY);
    derive(key, 2, srtp->salt, SALT);
    srtp->cipher = EVP_CIPHER_CTX_new();
    EVP_CipherInit_ex(srtp->cipher, EVP_aes_128_gcm(), NULL, session_key, NULL, encrypt);
    return srtp;
}

void
floor_srtp_free(FloorSrtp *srtp)
{
    if (!srtp)
        return;
    EVP_CIPHER_CTX_free(srtp->cipher);
    g_free(srtp);
}

/* RFC 7714 section 8.1 */
static void
set_iv(FloorSrtp *srtp, const FloorPacket *packet)
{
    guint8 iv[SALT] = {0};

    memcpy(iv + 2, packet->header + 8, 4);
    load_write32(iv + 6, packet->roll_over);
    memcpy(iv + 10, packet->header + 2, 2);
    for (guint i = 0; i < SALT; i++)
        iv[i] ^= srtp->salt[i];
    EVP_CipherInit_ex(srtp->cipher, NULL, NULL, NULL, iv, -1);
}

gsize
floor_srtp_seal(FloorSrtp *srtp, const FloorPacket *packet, guint8 *out)
{
    guint8 *sealed = out + packet->header_length;
    int written;

    set_iv(srtp, packet);
    memcpy(out, packet->header, packet->header_length);
    EVP_EncryptUpdate(srtp->cipher, NULL, &written, packet->header, (int)packet->header_length);
    EVP_EncryptUpdate(srtp->cipher, sealed, &written, packet->payload, (int)packet->payload_length);
    EVP_EncryptFinal_ex(srtp->cipher, sealed + written, &written);
    EVP_CIPHER_CTX_ctrl(srtp->cipher, EVP_CTRL_AEAD_GET_TAG, FLOOR_TAG, sealed + packet->payload_length);
    return packet->header_length + packet->payload_length + FLOOR_TAG;
}

gboolean
floor_srtp_open(FloorSrtp *srtp, const FloorPacket *packet, guint8 *out)
{
    gsize length = packet->payload_length - FLOOR_TAG;
    int written;

    set_iv(srtp, packet);
    EVP_DecryptUpdate(srtp->cipher, NULL, &written, packet->header, (int)packet->header_length);
    EVP_DecryptUpdate(srtp->cipher, out, &written, packet->payload, (int)length);
    EVP_CIPHER_CTX_ctrl(srtp->cipher, EVP_CTRL_AEAD_SET_TAG, FLOOR_TAG, (guint8 *)packet->payload + length);
    return EVP_DecryptFinal_ex(srtp->cipher, out + written, &written) == 1;
}
