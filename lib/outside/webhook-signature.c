#include "webhook-signature.h"

#include <string.h>
#include <sys/random.h>

#define PREFIX       "whsec_"
#define SECRET_BYTES 32
#define SECRET_MIN   24
#define SECRET_MAX   64
#define MAC_BYTES    32

char *
webhook_secret_new(void)
{
    guint8 random[SECRET_BYTES];
    g_autofree char *text = NULL;

    if (getrandom(random, sizeof random, 0) != sizeof random)
        g_error("the kernel gave no random bytes");
    text = g_base64_encode(random, sizeof random);
    return g_strconcat(PREFIX, text, NULL);
}

char *
webhook_sign(const char *secret, const char *id, gint64 seconds, const char *body, gsize length)
{
    gsize key_length = 0, mac_length = MAC_BYTES;
    g_autofree guchar *key = g_str_has_prefix(secret, PREFIX) ? g_base64_decode(secret + strlen(PREFIX), &key_length) : NULL;
    g_autofree char *head = g_strdup_printf("%s.%" G_GINT64_FORMAT ".", id, seconds);
    guint8 mac[MAC_BYTES];
    GHmac *hmac;
    g_autofree char *text = NULL;

    if (!key || key_length < SECRET_MIN || key_length > SECRET_MAX)
        return NULL;
    hmac = g_hmac_new(G_CHECKSUM_SHA256, key, key_length);
    g_hmac_update(hmac, (const guchar *) head, (gssize) strlen(head));
    g_hmac_update(hmac, (const guchar *) body, (gssize) length);
    g_hmac_get_digest(hmac, mac, &mac_length);
    g_hmac_unref(hmac);
    text = g_base64_encode(mac, mac_length);
    return g_strconcat("v1,", text, NULL);
}
