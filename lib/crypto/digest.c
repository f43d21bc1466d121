#include "digest.h"

#include <openssl/evp.h>

struct Digest {
    EVP_MD_CTX *context;
    const EVP_MD *algorithm;
};

static void
digest_start(Digest *digest)
{
    /* With a known algorithm and enough memory this cannot fail; GLib's rule for memory holds here too. */
    if (EVP_DigestInit_ex(digest->context, digest->algorithm, NULL) != 1)
        g_error("the digest cannot be initialized");
}

Digest *
digest_new(const char *algorithm)
{
    const EVP_MD *known = g_str_equal(algorithm, "sha256") ? EVP_sha256() : g_str_equal(algorithm, "sm3") ? EVP_sm3() : NULL;

    if (!known)
        return NULL;

    Digest *digest = g_new0(Digest, 1);

    digest->context = EVP_MD_CTX_new();
    digest->algorithm = known;
    if (!digest->context)
        g_error("out of memory");
    digest_start(digest);
    return digest;
}

void
digest_free(Digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    g_free(digest);
}

void
digest_update(Digest *digest, const void *data, gsize length)
{
    if (EVP_DigestUpdate(digest->context, data, length) != 1)
        g_error("the digest cannot be updated");
}

void
digest_finish(Digest *digest, char ret_hex[DIGEST_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    guint8 value[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    if (EVP_DigestFinal_ex(digest->context, value, &length) != 1 || length * 2 + 1 > DIGEST_HEX_SIZE)
        g_error("the digest cannot be finished");
    for (unsigned i = 0; i < length; i++) {
        ret_hex[2 * i] = digits[value[i] >> 4];
        ret_hex[2 * i + 1] = digits[value[i] & 15];
    }
    ret_hex[2 * length] = '\0';
    digest_start(digest);
}

void
digest_hex(const char *algorithm, const void *data, gsize length, char ret_hex[DIGEST_HEX_SIZE])
{
    g_autoptr(Digest) digest = digest_new(algorithm);

    digest_update(digest, data, length);
    digest_finish(digest, ret_hex);
}

void
digest_sha256_hex(const void *data, gsize length, char ret_hex[DIGEST_HEX_SIZE])
{
    digest_hex("sha256", data, length, ret_hex);
}
