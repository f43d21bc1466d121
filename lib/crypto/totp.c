#include "totp.h"

#include <string.h>
#include <sys/random.h>

#define SECRET_BYTES     20
#define SECRET_BYTES_MAX 64
#define MAC_BYTES        20
#define CODE_DIGITS      6

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

char *
totp_secret_new(void)
{
    guint8 random[SECRET_BYTES];
    GString *text = g_string_new(NULL);

    if (getrandom(random, sizeof random, 0) != sizeof random)
        g_error("the kernel gave no random bytes");
    /* 20 bytes are 32 characters of five bits. */
    for (gsize bit = 0; bit < SECRET_BYTES * 8; bit += 5) {
        guint value = (guint) random[bit / 8] << 8 | (bit / 8 + 1 < SECRET_BYTES ? random[bit / 8 + 1] : 0);

        g_string_append_c(text, alphabet[value >> (11 - bit % 8) & 31]);
    }
    return g_string_free(text, FALSE);
}

/* The bytes of a base32 text; 0 when it is none. */
static gsize
decode(const char *secret, guint8 *ret_bytes)
{
    guint32 bits = 0;
    int held = 0;
    gsize length = 0;

    for (; *secret; secret++) {
        const char *at = strchr(alphabet, *secret);

        if (!at || length == SECRET_BYTES_MAX)
            return 0;
        bits = bits << 5 | (guint32) (at - alphabet);
        held += 5;
        if (held >= 8) {
            held -= 8;
            ret_bytes[length++] = (guint8) (bits >> held);
        }
    }
    return length;
}

char *
totp_code(const char *secret, gint64 step)
{
    guint8 key[SECRET_BYTES_MAX], message[8], mac[MAC_BYTES];
    gsize key_length = decode(secret, key), mac_length = sizeof mac;
    guint32 value;
    GHmac *hmac;

    if (key_length == 0)
        return NULL;
    for (int i = 0; i < 8; i++)
        message[i] = (guint8) (step >> (8 * (7 - i)));
    hmac = g_hmac_new(G_CHECKSUM_SHA1, key, key_length);
    g_hmac_update(hmac, message, sizeof message);
    g_hmac_get_digest(hmac, mac, &mac_length);
    g_hmac_unref(hmac);
    /* RFC 4226, section 5.3. */
    memcpy(&value, mac + (mac[MAC_BYTES - 1] & 15), sizeof value);
    return g_strdup_printf("%06u", (GUINT32_FROM_BE(value) & 0x7fffffff) % 1000000);
}

static gboolean
same_digits(const char *a, const char *b)
{
    guint difference = 0;

    for (gsize i = 0; i < CODE_DIGITS; i++)
        difference |= (guint) (a[i] ^ b[i]);
    return difference == 0;
}

gint64
totp_check(const char *secret, const char *code, gint64 seconds, gint64 used)
{
    gint64 now = seconds / TOTP_STEP_S, found = 0;

    if (strlen(code) != CODE_DIGITS)
        return 0;
    for (gint64 step = now - TOTP_DRIFT_STEPS; step <= now + TOTP_DRIFT_STEPS; step++) {
        g_autofree char *right = totp_code(secret, step);

        if (right && same_digits(right, code) && step > used)
            found = step;
    }
    return found;
}
