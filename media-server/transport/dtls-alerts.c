#include "dtls-alerts.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#define SUITE_ECDHE_ECDSA_AES_128_GCM_SHA256 0xc02b
#define LABEL         "key expansion"
#define RANDOM_LENGTH 32
#define HEADER_LENGTH 13
#define NONCE_LENGTH  8
#define ALERT_LENGTH  2
#define TAG_LENGTH    16
#define AAD_LENGTH    13
#define TYPE_ALERT    21
#define LEVEL_WARNING 1
#define LEVEL_FATAL   2
#define CLOSE_NOTIFY  0

/* Epoch 1, and a number that OpenSSL's few records cannot have reached: the peer's replay window only asks that it be greater. */
static const guint8 own_sequence[8] = { 0, 1, 0, 0x80 };

static gboolean
expand(SSL *ssl, guint8 *block, gsize length)
{
    guint8 master[SSL_MAX_MASTER_KEY_LENGTH], server[RANDOM_LENGTH], client[RANDOM_LENGTH];
    gsize master_length = SSL_SESSION_get_master_key(SSL_get_session(ssl), master, sizeof master);
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;

    SSL_get_server_random(ssl, server, sizeof server);
    SSL_get_client_random(ssl, client, sizeof client);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *) "SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master, master_length),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (char *) LABEL, strlen(LABEL)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, server, sizeof server),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, client, sizeof client),
        OSSL_PARAM_construct_end(),
    };
    gboolean derived = context && EVP_KDF_derive(context, block, length, parameters) == 1;

    OPENSSL_cleanse(master, sizeof master);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return derived;
}

gboolean
dtls_alerts_init(DtlsAlerts *alerts, SSL *ssl)
{
    const SSL_CIPHER *suite = SSL_get_current_cipher(ssl);

    /* RFC 5246 section 6.3: client's key, server's key, client's salt, server's salt; an AEAD has no MAC keys. That is our struct. */
    G_STATIC_ASSERT(sizeof *alerts == 2 * (DTLS_ALERTS_KEY_LENGTH + DTLS_ALERTS_SALT_LENGTH));
    return suite && SSL_CIPHER_get_protocol_id(suite) == SUITE_ECDHE_ECDSA_AES_128_GCM_SHA256 &&
           expand(ssl, (guint8 *) alerts, sizeof *alerts);
}

static void
make_aad(guint8 aad[AAD_LENGTH], const guint8 *header)
{
    memcpy(aad, header + 3, 8); /* epoch and number */
    memcpy(aad + 8, header, 3); /* type and version */
    aad[11] = 0;
    aad[12] = ALERT_LENGTH;
}

/* One alert through AES-GCM; `tag` is read or written. */
static gboolean
apply_gcm(gboolean encrypt, const guint8 *key, const guint8 *salt, const guint8 *header, const guint8 *in, guint8 *out,
          guint8 *tag)
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    guint8 iv[DTLS_ALERTS_SALT_LENGTH + NONCE_LENGTH], aad[AAD_LENGTH];
    int n;

    memcpy(iv, salt, DTLS_ALERTS_SALT_LENGTH);
    memcpy(iv + DTLS_ALERTS_SALT_LENGTH, header + HEADER_LENGTH, NONCE_LENGTH);
    make_aad(aad, header);

    gboolean done = cipher && EVP_CipherInit_ex(cipher, EVP_aes_128_gcm(), NULL, key, iv, encrypt) &&
                    (encrypt || EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, tag)) &&
                    EVP_CipherUpdate(cipher, NULL, &n, aad, sizeof aad) && EVP_CipherUpdate(cipher, out, &n, in, ALERT_LENGTH) &&
                    EVP_CipherFinal_ex(cipher, out + n, &n) &&
                    (!encrypt || EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, tag));

    EVP_CIPHER_CTX_free(cipher);
    return done;
}

static DtlsAlert
read_record(const DtlsAlerts *alerts, const guint8 *record)
{
    guint8 tag[TAG_LENGTH], alert[ALERT_LENGTH];
    const guint8 *sealed = record + HEADER_LENGTH + NONCE_LENGTH;

    memcpy(tag, sealed + ALERT_LENGTH, sizeof tag);
    if (!apply_gcm(FALSE, alerts->peer_key, alerts->peer_salt, record, sealed, alert, tag))
        return DTLS_ALERT_NONE;
    if (alert[1] == CLOSE_NOTIFY)
        return DTLS_ALERT_CLOSE_NOTIFY;
    return alert[0] == LEVEL_FATAL ? DTLS_ALERT_FATAL : DTLS_ALERT_NONE;
}

DtlsAlert
dtls_alerts_read(const DtlsAlerts *alerts, const guint8 *datagram, gsize length)
{
    while (length >= HEADER_LENGTH) {
        gsize record = HEADER_LENGTH + ((gsize) datagram[11] << 8 | datagram[12]);
        DtlsAlert alert = DTLS_ALERT_NONE;

        if (record > length)
            break;
        /* Epoch 1: there is no renegotiation, and epoch 0 is not encrypted. */
        if (datagram[0] == TYPE_ALERT && datagram[3] == 0 && datagram[4] == 1 && record == DTLS_ALERTS_RECORD_LENGTH)
            alert = read_record(alerts, datagram);
        if (alert != DTLS_ALERT_NONE)
            return alert;
        datagram += record;
        length -= record;
    }
    return DTLS_ALERT_NONE;
}

gboolean
dtls_alerts_close_notify(const DtlsAlerts *alerts, guint8 ret_record[DTLS_ALERTS_RECORD_LENGTH])
{
    static const guint8 alert[ALERT_LENGTH] = { LEVEL_WARNING, CLOSE_NOTIFY };
    guint8 *sealed = ret_record + HEADER_LENGTH + NONCE_LENGTH;

    ret_record[0] = TYPE_ALERT;
    ret_record[1] = 0xfe; /* DTLS 1.2 */
    ret_record[2] = 0xfd;
    memcpy(ret_record + 3, own_sequence, sizeof own_sequence);
    ret_record[11] = 0;
    ret_record[12] = NONCE_LENGTH + ALERT_LENGTH + TAG_LENGTH;
    /* OpenSSL counts its nonces from a random number, so a random one meets them as seldom as two random ones meet. */
    return RAND_bytes(ret_record + HEADER_LENGTH, NONCE_LENGTH) == 1 &&
           apply_gcm(TRUE, alerts->own_key, alerts->own_salt, ret_record, alert, sealed, sealed + ALERT_LENGTH);
}

void
dtls_alerts_clear(DtlsAlerts *alerts)
{
    OPENSSL_cleanse(alerts, sizeof *alerts);
}
