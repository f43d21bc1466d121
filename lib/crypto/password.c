#include "password.h"

#include <gio/gio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#define SALT_BYTES 16
#define HASH_BYTES 32

#define LN_DEFAULT 15
#define R_DEFAULT  8
#define P_DEFAULT  1

/* What a stored hash may ask for. N * r at both bounds would be 2 GiB, so the memory has a bound of its own.
 */
#define LN_MAX          20
#define R_MAX           16
#define P_MAX           4
#define MEMORY_MAX      (256 * 1024 * 1024)
#define STORED_TEXT_MAX 256

typedef struct {
    guint ln, r, p;
    guint8 salt[64], hash[64];
    gsize salt_length, hash_length;
} Scrypt;

static gboolean
scrypt(const char *password, const Scrypt *with, guint8 *ret_hash)
{
    guint64 n = G_GUINT64_CONSTANT(1) << with->ln, memory = MEMORY_MAX;
    guint32 r = with->r, p = with->p;
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)password, strlen(password)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)with->salt, with->salt_length),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
        OSSL_PARAM_construct_end(),
    };
    gboolean ok = context && EVP_KDF_derive(context, ret_hash, with->hash_length, params) > 0;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return ok;
}

static char *
base64_unpadded(const guint8 *data, gsize length)
{
    char *text = g_base64_encode(data, length);

    text[strcspn(text, "=")] = '\0';
    return text;
}

static gboolean
base64_decode_to(const char *text, guint8 *to, gsize room, gsize *ret_length)
{
    gsize length = strlen(text);

    if (length == 0 || length % 4 == 1 ||
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") != length ||
        length / 4 * 3 + 3 > room)
        return FALSE;
    g_autofree char *padded = g_strconcat(text, length % 4 == 2 ? "==" : length % 4 == 3 ? "=" : "", NULL);
    g_autofree guchar *data = g_base64_decode(padded, ret_length);

    memcpy(to, data, *ret_length);
    return TRUE;
}

static gboolean
parse_number(const char *text, const char *name, guint low, guint high, guint *ret_value)
{
    guint64 value;

    return g_str_has_prefix(text, name) &&
           g_ascii_string_to_unsigned(text + strlen(name), 10, low, high, &value, NULL) &&
           (*ret_value = (guint)value, TRUE);
}

static gboolean
parse_stored(const char *stored, Scrypt *ret_scrypt)
{
    if (!stored || strlen(stored) > STORED_TEXT_MAX)
        return FALSE;
    g_auto(GStrv) parts = g_strsplit(stored, "$", 8);

    if (g_strv_length(parts) != 5 || parts[0][0] || !g_str_equal(parts[1], "scrypt"))
        return FALSE;
    g_auto(GStrv) numbers = g_strsplit(parts[2], ",", 8);

    if (g_strv_length(numbers) != 3 || !parse_number(numbers[0], "ln=", 1, LN_MAX, &ret_scrypt->ln) ||
        !parse_number(numbers[1], "r=", 1, R_MAX, &ret_scrypt->r) ||
        !parse_number(numbers[2], "p=", 1, P_MAX, &ret_scrypt->p))
        return FALSE;
    return base64_decode_to(parts[3], ret_scrypt->salt, sizeof ret_scrypt->salt, &ret_scrypt->salt_length) &&
           base64_decode_to(parts[4], ret_scrypt->hash, sizeof ret_scrypt->hash, &ret_scrypt->hash_length) &&
           ret_scrypt->hash_length >= 16;
}

char *
password_hash(const char *password, GError **error)
{
    Scrypt with = {.ln = LN_DEFAULT,
                   .r = R_DEFAULT,
                   .p = P_DEFAULT,
                   .salt_length = SALT_BYTES,
                   .hash_length = HASH_BYTES};

    if (!*password || strlen(password) > PASSWORD_MAX_BYTES || !g_utf8_validate(password, -1, NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "a password has 1 to %d bytes of UTF-8",
                    PASSWORD_MAX_BYTES);
        return NULL;
    }
    if (RAND_bytes(with.salt, SALT_BYTES) != 1 || !scrypt(password, &with, with.hash)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the password cannot be hashed");
        return NULL;
    }
    g_autofree char *salt = base64_unpadded(with.salt, with.salt_length);
    g_autofree char *hash = base64_unpadded(with.hash, with.hash_length);

    return g_strdup_printf("$scrypt$ln=%u,r=%u,p=%u$%s$%s", with.ln, with.r, with.p, salt, hash);
}

gboolean
password_verify(const char *password, const char *stored)
{
    Scrypt with = {0};
    guint8 hash[sizeof with.hash];

    if (!password || strlen(password) > PASSWORD_MAX_BYTES || !parse_stored(stored, &with) ||
        !scrypt(password, &with, hash))
        return FALSE;
    return CRYPTO_memcmp(hash, with.hash, with.hash_length) == 0;
}
