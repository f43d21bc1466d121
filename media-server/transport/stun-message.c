#include "stun-message.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum {
    ATTRIBUTE_USERNAME = 0x0006,
    ATTRIBUTE_INTEGRITY = 0x0008,
    ATTRIBUTE_ERROR_CODE = 0x0009,
    ATTRIBUTE_UNKNOWN_ATTRIBUTES = 0x000a,
    ATTRIBUTE_INTEGRITY_SHA256 = 0x001c,
    ATTRIBUTE_XOR_MAPPED_ADDRESS = 0x0020,
    ATTRIBUTE_PRIORITY = 0x0024,
    ATTRIBUTE_USE_CANDIDATE = 0x0025,
    ATTRIBUTE_FINGERPRINT = 0x8028,
    ATTRIBUTE_CONTROLLED = 0x8029,
    ATTRIBUTE_CONTROLLING = 0x802a,
};

#define MAGIC_COOKIE     0x2112a442u
#define FINGERPRINT_XOR  0x5354554eu
#define SHA1_LENGTH      20
#define SHA256_LENGTH    32
#define ATTRIBUTE_HEADER 4
/* The larger of what we write: header, two integrity attributes. More than enough room on the stack. */
#define MESSAGE_MAX 2048

static guint16
read_16(const guint8 *p)
{
    return (guint16) (p[0] << 8 | p[1]);
}

static guint32
read_32(const guint8 *p)
{
    return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static guint64
read_64(const guint8 *p)
{
    return (guint64) read_32(p) << 32 | read_32(p + 4);
}

static void
write_16(guint8 *p, guint16 value)
{
    p[0] = (guint8) (value >> 8);
    p[1] = (guint8) value;
}

static void
write_32(guint8 *p, guint32 value)
{
    write_16(p, (guint16) (value >> 16));
    write_16(p + 2, (guint16) value);
}

static gsize
padded(gsize length)
{
    return (length + 3) & ~(gsize) 3;
}

/* CRC-32 of ITU-T V.42, four bits at a time: sixteen words instead of a kilobyte of table; checks are rare. */
static guint32
crc32_of(const guint8 *data, gsize length)
{
    static const guint32 table[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                       0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
    guint32 crc = 0xffffffff;

    for (gsize i = 0; i < length; i++) {
        crc ^= data[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

/* An address attribute is XORed with the cookie and, for IPv6, the transaction (section 14.2). The operation is its own inverse. */
static void
xor_address(guint8 *bytes, gsize length, const guint8 *header)
{
    for (gsize i = 0; i < length; i++)
        bytes[i] ^= header[4 + i];
}

static gboolean
parse_mapped(StunMessage *message, const guint8 *value, gsize length)
{
    NetAddress address = { 0 };
    gsize size = length == 8 ? 4 : 16;

    if (!(length == 8 && value[1] == 1) && !(length == 20 && value[1] == 2))
        return FALSE;
    address.family = length == 8 ? NET_FAMILY_V4 : NET_FAMILY_V6;
    address.port = read_16(value + 2) ^ (MAGIC_COOKIE >> 16);
    memcpy(address.bytes, value + 4, size);
    xor_address(address.bytes, size, message->data);
    message->mapped = address;
    return TRUE;
}

static gboolean
parse_error_code(StunMessage *message, const guint8 *value, gsize length)
{
    if (length < 4 || length - 4 > STUN_REASON_RECEIVE_MAX || value[2] < 3 || value[2] > 6 || value[3] > 99)
        return FALSE;
    message->error_code = (guint16) (value[2] * 100 + value[3]);
    message->reason = (const char *) value + 4;
    message->reason_length = length - 4;
    return TRUE;
}

static gboolean
parse_username(StunMessage *message, const guint8 *value, gsize length)
{
    if (length > STUN_USERNAME_RECEIVE_MAX)
        return FALSE;
    message->username = (const char *) value;
    message->username_length = length;
    return TRUE;
}

static gboolean
parse_role(StunMessage *message, guint16 type, const guint8 *value, gsize length)
{
    if (length != 8)
        return FALSE;
    message->tie_breaker = read_64(value);
    if (type == ATTRIBUTE_CONTROLLING)
        message->has_controlling = TRUE;
    else
        message->has_controlled = TRUE;
    return TRUE;
}

static gboolean
parse_attribute(StunMessage *message, guint16 type, const guint8 *value, gsize length)
{
    switch (type) {
    case ATTRIBUTE_USERNAME:
        return parse_username(message, value, length);
    case ATTRIBUTE_ERROR_CODE:
        return parse_error_code(message, value, length);
    case ATTRIBUTE_UNKNOWN_ATTRIBUTES:
        return length % 2 == 0;
    case ATTRIBUTE_XOR_MAPPED_ADDRESS:
        return parse_mapped(message, value, length);
    case ATTRIBUTE_PRIORITY:
        if (length != 4)
            return FALSE;
        message->has_priority = TRUE;
        message->priority = read_32(value);
        return TRUE;
    case ATTRIBUTE_USE_CANDIDATE:
        message->use_candidate = TRUE;
        return length == 0;
    case ATTRIBUTE_CONTROLLING:
    case ATTRIBUTE_CONTROLLED:
        return parse_role(message, type, value, length);
    default:
        if (type < 0x8000 && message->n_unknown < STUN_UNKNOWN_MAX)
            message->unknown[message->n_unknown++] = type;
        return TRUE;
    }
}

static StunStatus
parse_fingerprint(StunMessage *message, gsize at, gsize length)
{
    /* Section 14.7: it is the last attribute. */
    if (length != 4 || at + ATTRIBUTE_HEADER + 4 != message->length)
        return STUN_MALFORMED;
    if (read_32(message->data + at + ATTRIBUTE_HEADER) != (crc32_of(message->data, at) ^ FINGERPRINT_XOR))
        return STUN_FINGERPRINT_WRONG;
    message->has_fingerprint = TRUE;
    return STUN_OK;
}

static StunStatus
parse_attributes(StunMessage *message)
{
    gsize at = STUN_HEADER_LENGTH;

    while (at < message->length) {
        if (message->length - at < ATTRIBUTE_HEADER)
            return STUN_MALFORMED;

        guint16 type = read_16(message->data + at);
        gsize length = read_16(message->data + at + 2);
        const guint8 *value = message->data + at + ATTRIBUTE_HEADER;

        if (padded(length) > message->length - at - ATTRIBUTE_HEADER)
            return STUN_MALFORMED;
        if (type == ATTRIBUTE_FINGERPRINT)
            return parse_fingerprint(message, at, length);
        if (type == ATTRIBUTE_INTEGRITY_SHA256) {
            /* We never agree on a truncated one (section 14.6), so it has its full length. */
            if (length != SHA256_LENGTH || message->integrity_sha256_at)
                return STUN_MALFORMED;
            message->integrity_sha256_at = (guint16) at;
        } else if (message->integrity_at || message->integrity_sha256_at) {
            /* Section 14.5: whatever else follows the integrity is not covered by it and is ignored. */
        } else if (type == ATTRIBUTE_INTEGRITY) {
            if (length != SHA1_LENGTH)
                return STUN_MALFORMED;
            message->integrity_at = (guint16) at;
        } else if (!parse_attribute(message, type, value, length)) {
            return STUN_MALFORMED;
        }
        at += ATTRIBUTE_HEADER + padded(length);
    }
    return STUN_OK;
}

StunStatus
stun_message_parse(const guint8 *data, gsize length, StunMessage *ret_message)
{
    /* 65,535 bytes are the most that UDP brings, so every offset fits 16 bits. */
    if (length < STUN_HEADER_LENGTH || length > G_MAXUINT16 || data[0] & 0xc0 || length % 4 ||
        read_32(data + 4) != MAGIC_COOKIE || read_16(data + 2) != length - STUN_HEADER_LENGTH)
        return STUN_FOREIGN;

    StunMessage message = { .data = data, .length = length, .type = read_16(data), .transaction = data + 8 };
    StunStatus status = parse_attributes(&message);

    if (status == STUN_OK)
        *ret_message = message;
    return status;
}

/* The HMAC covers everything before the attribute, with a header that says the message ends with the attribute (section 14.5). */
static gboolean
hmac_before(const guint8 *data, gsize at, gsize mac_length, const char *password, guint8 *ret_mac)
{
    const EVP_MD *digest = mac_length == SHA1_LENGTH ? EVP_sha1() : EVP_sha256();
    g_autofree guint8 *large = NULL;
    guint8 small[MESSAGE_MAX];
    guint8 *copy = at <= sizeof small ? small : (large = g_malloc(at));

    memcpy(copy, data, at);
    write_16(copy + 2, (guint16) (at + ATTRIBUTE_HEADER + mac_length - STUN_HEADER_LENGTH));
    return HMAC(digest, password, (int) strlen(password), copy, at, ret_mac, NULL) != NULL;
}

static gboolean
verify_at(const StunMessage *message, gsize at, gsize mac_length, const char *password)
{
    guint8 mac[SHA256_LENGTH];

    return hmac_before(message->data, at, mac_length, password, mac) &&
           CRYPTO_memcmp(mac, message->data + at + ATTRIBUTE_HEADER, mac_length) == 0;
}

gboolean
stun_message_verify(const StunMessage *message, const char *password)
{
    if (!message->integrity_at && !message->integrity_sha256_at)
        return FALSE;
    if (message->integrity_at && !verify_at(message, message->integrity_at, SHA1_LENGTH, password))
        return FALSE;
    return !message->integrity_sha256_at || verify_at(message, message->integrity_sha256_at, SHA256_LENGTH, password);
}

void
stun_writer_begin(StunWriter *writer, guint8 *buffer, gsize capacity, StunType type, const guint8 *transaction)
{
    *writer = (StunWriter){ .data = buffer, .capacity = MIN(capacity, MESSAGE_MAX), .length = STUN_HEADER_LENGTH };
    if (writer->capacity < STUN_HEADER_LENGTH) {
        writer->overflow = TRUE;
        return;
    }
    write_16(buffer, (guint16) type);
    write_16(buffer + 2, 0);
    write_32(buffer + 4, MAGIC_COOKIE);
    memcpy(buffer + 8, transaction, STUN_TRANSACTION_LENGTH);
}

/* Room for an attribute, its padding zeroed and the header's length brought up to date; NULL when it does not fit. */
static guint8 *
put(StunWriter *writer, guint16 type, gsize length)
{
    gsize room = ATTRIBUTE_HEADER + padded(length);

    if (writer->overflow || room > writer->capacity - writer->length) {
        writer->overflow = TRUE;
        return NULL;
    }
    guint8 *attribute = writer->data + writer->length;

    memset(attribute, 0, room);
    write_16(attribute, type);
    write_16(attribute + 2, (guint16) length);
    writer->length += room;
    write_16(writer->data + 2, (guint16) (writer->length - STUN_HEADER_LENGTH));
    return attribute + ATTRIBUTE_HEADER;
}

void
stun_writer_username(StunWriter *writer, const char *username)
{
    gsize length = strlen(username);
    guint8 *value = put(writer, ATTRIBUTE_USERNAME, length);

    if (value)
        memcpy(value, username, length);
}

void
stun_writer_priority(StunWriter *writer, guint32 priority)
{
    guint8 *value = put(writer, ATTRIBUTE_PRIORITY, 4);

    if (value)
        write_32(value, priority);
}

void
stun_writer_use_candidate(StunWriter *writer)
{
    put(writer, ATTRIBUTE_USE_CANDIDATE, 0);
}

static void
put_role(StunWriter *writer, guint16 type, guint64 tie_breaker)
{
    guint8 *value = put(writer, type, 8);

    if (value) {
        write_32(value, (guint32) (tie_breaker >> 32));
        write_32(value + 4, (guint32) tie_breaker);
    }
}

void
stun_writer_controlling(StunWriter *writer, guint64 tie_breaker)
{
    put_role(writer, ATTRIBUTE_CONTROLLING, tie_breaker);
}

void
stun_writer_controlled(StunWriter *writer, guint64 tie_breaker)
{
    put_role(writer, ATTRIBUTE_CONTROLLED, tie_breaker);
}

void
stun_writer_mapped(StunWriter *writer, const NetAddress *address)
{
    gsize size = address->family == NET_FAMILY_V4 ? 4 : 16;
    guint8 *value = put(writer, ATTRIBUTE_XOR_MAPPED_ADDRESS, 4 + size);

    if (!value)
        return;
    value[1] = address->family == NET_FAMILY_V4 ? 1 : 2;
    write_16(value + 2, address->port ^ (MAGIC_COOKIE >> 16));
    memcpy(value + 4, address->bytes, size);
    xor_address(value + 4, size, writer->data);
}

void
stun_writer_error(StunWriter *writer, guint16 code, const char *reason)
{
    gsize length = strlen(reason);
    guint8 *value = put(writer, ATTRIBUTE_ERROR_CODE, 4 + length);

    if (!value)
        return;
    value[2] = (guint8) (code / 100);
    value[3] = (guint8) (code % 100);
    memcpy(value + 4, reason, length);
}

void
stun_writer_unknown(StunWriter *writer, const guint16 *types, guint n_types)
{
    guint8 *value = put(writer, ATTRIBUTE_UNKNOWN_ATTRIBUTES, n_types * 2);

    for (guint i = 0; value && i < n_types; i++)
        write_16(value + 2 * i, types[i]);
}

static void
put_integrity(StunWriter *writer, guint16 type, gsize mac_length, const char *password)
{
    gsize at = writer->length;
    guint8 *value = put(writer, type, mac_length);

    if (value && !hmac_before(writer->data, at, mac_length, password, value))
        writer->overflow = TRUE; /* without a MAC the message is of no use */
}

void
stun_writer_integrity(StunWriter *writer, const char *password)
{
    put_integrity(writer, ATTRIBUTE_INTEGRITY, SHA1_LENGTH, password);
}

void
stun_writer_integrity_sha256(StunWriter *writer, const char *password)
{
    put_integrity(writer, ATTRIBUTE_INTEGRITY_SHA256, SHA256_LENGTH, password);
}

gsize
stun_writer_end(StunWriter *writer)
{
    gsize at = writer->length;
    guint8 *value = put(writer, ATTRIBUTE_FINGERPRINT, 4);

    if (!value)
        return 0;
    write_32(value, crc32_of(writer->data, at) ^ FINGERPRINT_XOR);
    return writer->length;
}
