#include "load-stun.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "load-clock.h"

#define COOKIE 0x2112a442u
#define HEADER 20
#define SHA1   20

enum {
    USERNAME = 0x0006,
    MESSAGE_INTEGRITY = 0x0008,
    XOR_MAPPED_ADDRESS = 0x0020,
    PRIORITY = 0x0024,
    USE_CANDIDATE = 0x0025,
    FINGERPRINT = 0x8028,
    ICE_CONTROLLED = 0x8029,
    ICE_CONTROLLING = 0x802a,
};

static guint32
crc32(const guint8 *data, gsize length)
{
    guint32 crc = ~0u;

    while (length--) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

static gsize
begin(guint8 *out, LoadStunType type, const guint8 *transaction)
{
    memset(out, 0, HEADER);
    load_write16(out, (guint16)type);
    load_write32(out + 4, COOKIE);
    memcpy(out + 8, transaction, LOAD_STUN_TRANSACTION);
    return HEADER;
}

static gsize
add(guint8 *out, gsize at, guint16 type, const void *value, gsize length)
{
    load_write16(out + at, type);
    load_write16(out + at + 2, (guint16)length);
    memset(out + at + 4, 0, (length + 3) & ~3u);
    if (length)
        memcpy(out + at + 4, value, length);
    return at + 4 + ((length + 3) & ~3u);
}

/* RFC 8489 section 14.5: the digest covers a header whose length already counts the attribute itself. */
static void
integrity(guint8 *message, gsize before, const char *password, guint8 *digest)
{
    load_write16(message + 2, (guint16)(before - HEADER + 4 + SHA1));
    HMAC(EVP_sha1(), password, (int)strlen(password), message, before, digest, NULL);
}

static gsize
finish(guint8 *out, gsize at, const char *password)
{
    guint8 digest[SHA1], fingerprint[4];

    integrity(out, at, password, digest);
    at = add(out, at, MESSAGE_INTEGRITY, digest, sizeof digest);
    load_write16(out + 2, (guint16)(at - HEADER + 8));
    load_write32(fingerprint, crc32(out, at) ^ 0x5354554e);
    return add(out, at, FINGERPRINT, fingerprint, sizeof fingerprint);
}

gsize
load_stun_write_check(guint8 *out, const guint8 *transaction, const LoadStunCheck *check)
{
    gsize at = begin(out, LOAD_STUN_REQUEST, transaction);
    guint8 priority[4], tie_breaker[8];

    load_write32(priority, check->priority);
    load_write32(tie_breaker, (guint32)(check->tie_breaker >> 32));
    load_write32(tie_breaker + 4, (guint32)check->tie_breaker);
    at = add(out, at, USERNAME, check->username, strlen(check->username));
    at = add(out, at, PRIORITY, priority, sizeof priority);
    at = add(out, at, check->controlling ? ICE_CONTROLLING : ICE_CONTROLLED, tie_breaker, sizeof tie_breaker);
    if (check->controlling)
        at = add(out, at, USE_CANDIDATE, NULL, 0);
    return finish(out, at, check->password);
}

gsize
load_stun_write_success(guint8 *out, const guint8 *transaction, const struct sockaddr_in *mapped,
                        const char *password)
{
    gsize at = begin(out, LOAD_STUN_SUCCESS, transaction);
    guint8 address[8] = {0, 1};

    load_write16(address + 2, ntohs(mapped->sin_port) ^ (guint16)(COOKIE >> 16));
    load_write32(address + 4, ntohl(mapped->sin_addr.s_addr) ^ COOKIE);
    at = add(out, at, XOR_MAPPED_ADDRESS, address, sizeof address);
    return finish(out, at, password);
}

static gboolean
integrity_holds(const guint8 *message, gsize at, const char *password)
{
    guint8 copy[LOAD_STUN_MAX], digest[SHA1];

    memcpy(copy, message, at);
    integrity(copy, at, password, digest);
    return !memcmp(digest, message + at + 4, SHA1);
}

LoadStunType
load_stun_read(const guint8 *message, gsize length, const char *password, const guint8 **ret_transaction,
               gboolean *ret_use_candidate)
{
    gboolean use_candidate = FALSE, authentic = FALSE;

    if (length < HEADER || length > LOAD_STUN_MAX || load_read32(message + 4) != COOKIE)
        return LOAD_STUN_OTHER;
    for (gsize at = HEADER; at + 4 <= length && !authentic;) {
        guint16 type = load_read16(message + at);
        gsize size = load_read16(message + at + 2);

        if (at + 4 + size > length)
            return LOAD_STUN_OTHER;
        use_candidate |= type == USE_CANDIDATE;
        if (type == MESSAGE_INTEGRITY && size == SHA1)
            authentic = integrity_holds(message, at, password);
        at += 4 + ((size + 3) & ~3u);
    }
    if (!authentic)
        return LOAD_STUN_OTHER;
    *ret_transaction = message + 8;
    *ret_use_candidate = use_candidate;
    return load_read16(message) == LOAD_STUN_REQUEST   ? LOAD_STUN_REQUEST
           : load_read16(message) == LOAD_STUN_SUCCESS ? LOAD_STUN_SUCCESS
                                                       : LOAD_STUN_OTHER;
}
