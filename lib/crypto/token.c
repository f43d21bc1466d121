#include "token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#define MAC_BYTES   32
#define PURPOSE_MAX 32

/* Says what the MAC is of, so that no other use of the secret can yield a token. */
static const char domain[] = "yuntakan-token/1\n";

G_DEFINE_QUARK(yuntakan - token - error - quark, token_error)

GBytes *
token_secret_new(void)
{
    guint8 secret[TOKEN_SECRET_BYTES];

    if (RAND_bytes(secret, sizeof secret) != 1)
        g_error("the system gives no random bytes");
    return g_bytes_new(secret, sizeof secret);
}

static void
mac(GBytes *secret, const guint8 *payload, gsize length, guint8 ret_mac[MAC_BYTES])
{
    g_autoptr(GByteArray) text = g_byte_array_new();
    gsize secret_length;
    const void *key = g_bytes_get_data(secret, &secret_length);
    guint mac_length = MAC_BYTES;

    g_byte_array_append(text, (const guint8 *)domain, sizeof domain - 1);
    g_byte_array_append(text, payload, (guint)length);
    if (!HMAC(EVP_sha256(), key, (int)secret_length, text->data, text->len, ret_mac, &mac_length))
        g_error("HMAC-SHA-256 is not available");
}

/* RFC 4648, section 5, without padding. */
static char *
base64url(const guint8 *data, gsize length)
{
    char *text = g_base64_encode(data, length);

    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    return text;
}

/* NULL for anything that is not the one way to write these bytes: two texts must not be the same token. */
static guint8 *
base64url_decode(const char *text, gsize length, gsize *ret_length)
{
    g_autofree char *plain = g_strndup(text, length);

    if (strspn(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != length ||
        length % 4 == 1)
        return NULL;
    g_strdelimit(plain, "-", '+');
    g_strdelimit(plain, "_", '/');
    g_autofree char *padded = g_strconcat(plain, length % 4 == 2 ? "==" : length % 4 == 3 ? "=" : "", NULL);
    g_autofree guint8 *data = g_base64_decode(padded, ret_length);
    g_autofree char *again = base64url(data, *ret_length);

    if (strlen(again) != length || memcmp(again, text, length) != 0)
        return NULL;
    return g_steal_pointer(&data);
}

static gboolean
id_is_sound(const char *id)
{
    gsize length = strlen(id);

    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isgraph(id[i]))
            return FALSE;
    return length > 0 && length <= TOKEN_ID_MAX;
}

char *
token_sign(GBytes *secret, const char *purpose, const char *id, gint64 expires_us)
{
    guint8 signature[MAC_BYTES];

    g_assert(id_is_sound(id) && *purpose && strlen(purpose) <= PURPOSE_MAX);
    g_autofree char *payload = g_strdup_printf("1 %s %" G_GINT64_FORMAT " %s", purpose, expires_us, id);

    mac(secret, (const guint8 *)payload, strlen(payload), signature);
    g_autofree char *first = base64url((const guint8 *)payload, strlen(payload));
    g_autofree char *second = base64url(signature, sizeof signature);

    return g_strconcat(first, ".", second, NULL);
}

static char *
fail(GError **error, TokenError code, const char *message)
{
    g_set_error_literal(error, TOKEN_ERROR, (gint)code, message);
    return NULL;
}

/* The payload is ours from here on: what is wrong with it is the use made of it. */
static char *
read_payload(const char *payload, const char *purpose, gint64 now_us, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(payload, " ", 4);
    gint64 expires_us;

    if (g_strv_length(parts) != 4 || !g_str_equal(parts[0], "1") || !id_is_sound(parts[3]) ||
        !g_ascii_string_to_signed(parts[2], 10, G_MININT64, G_MAXINT64, &expires_us, NULL))
        return fail(error, TOKEN_ERROR_MALFORMED, "the token's content is unknown");
    if (!g_str_equal(parts[1], purpose))
        return fail(error, TOKEN_ERROR_PURPOSE, "the token is for another purpose");
    if (now_us >= expires_us)
        return fail(error, TOKEN_ERROR_EXPIRED, "the token has expired");
    return g_strdup(parts[3]);
}

char *
token_open(GBytes *secret, const char *purpose, const char *token, gint64 now_us, GError **error)
{
    gsize length = strlen(token), payload_length, signature_length;
    const char *dot = strchr(token, '.');
    guint8 expected[MAC_BYTES];

    if (length > TOKEN_TEXT_MAX || !dot || dot == token)
        return fail(error, TOKEN_ERROR_MALFORMED, "not a token");
    g_autofree guint8 *payload = base64url_decode(token, (gsize)(dot - token), &payload_length);
    g_autofree guint8 *signature = base64url_decode(dot + 1, strlen(dot + 1), &signature_length);

    if (!payload || !signature || signature_length != MAC_BYTES || memchr(payload, '\0', payload_length))
        return fail(error, TOKEN_ERROR_MALFORMED, "not a token");
    mac(secret, payload, payload_length, expected);
    if (CRYPTO_memcmp(expected, signature, MAC_BYTES) != 0)
        return fail(error, TOKEN_ERROR_SIGNATURE, "the token's signature is wrong");

    g_autofree char *text = g_strndup((const char *)payload, payload_length);

    return read_payload(text, purpose, now_us, error);
}
