#include "srtp-context.h"

#include <openssl/crypto.h>
#include <string.h>

#include "srtp-cipher.h"
#include "srtp-iv.h"
#include "srtp-key-derivation.h"
#include "srtp-replay-window.h"

#define RTP_HEADER_LENGTH   12
#define RTCP_HEADER_LENGTH  8 /* what SRTCP leaves in the clear */
#define SRTCP_INDEX_LENGTH  4
#define SRTCP_ENCRYPTED     0x80000000u
#define SRTCP_INDEX_MAX     0x7fffffffu
#define SRTP_STREAMS_FIRST  4 /* audio, video and its retransmissions */
#define RTP_INDEX_MAX       G_GUINT64_CONSTANT(0xffffffffffff)

typedef struct {
    guint32 ssrc;
    SrtpReplayWindow rtp;  /* index: roll-over counter and sequence number, 48 bits */
    SrtpReplayWindow rtcp; /* index: 31 bits; when protecting, `highest` is the one used last */
} Stream;

typedef struct {
    SrtpCipher *cipher;
    guint8 salt[SRTP_SALT_MAX];
} Keys;

struct SrtpContext {
    gboolean gcm;
    Keys rtp, rtcp;
    guint n_streams, capacity, recent; /* `recent`: where the last lookup ended; packets of a stream come in runs */
    Stream *streams;                   /* `first`, until there are more: a connection has few, and SRTP_STREAMS_MAX would be 4.5 KiB each way */
    Stream first[SRTP_STREAMS_FIRST];
};

gsize
srtp_profile_salt_length(SrtpProfile profile)
{
    return profile == SRTP_PROFILE_AEAD_AES_128_GCM ? 12 : 14;
}

static gboolean
keys_init(Keys *keys, SrtpProfile profile, gboolean encrypt, const guint8 *master_key, const guint8 *master_salt, SrtpLabel first)
{
    gsize salt_length = srtp_profile_salt_length(profile);
    guint8 key[SRTP_KEY_LENGTH], authentication[SRTP_SHA1_KEY_LENGTH];
    gboolean derived = srtp_derive(master_key, master_salt, salt_length, first, key, sizeof key) &&
                       srtp_derive(master_key, master_salt, salt_length, first + 1, authentication, sizeof authentication) &&
                       srtp_derive(master_key, master_salt, salt_length, first + 2, keys->salt, salt_length);

    if (derived)
        keys->cipher = srtp_cipher_new(profile, encrypt, key, authentication);
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(authentication, sizeof authentication);
    return keys->cipher != NULL;
}

SrtpContext *
srtp_context_new(SrtpProfile profile, SrtpDirection direction, const guint8 *key, const guint8 *salt)
{
    if (profile != SRTP_PROFILE_AES128_CM_SHA1_80 && profile != SRTP_PROFILE_AEAD_AES_128_GCM)
        return NULL;

    g_autoptr(SrtpContext) context = g_new0(SrtpContext, 1);
    gboolean encrypt = direction == SRTP_PROTECT;

    context->streams = context->first;
    context->capacity = SRTP_STREAMS_FIRST;
    context->gcm = profile == SRTP_PROFILE_AEAD_AES_128_GCM;
    if (!keys_init(&context->rtp, profile, encrypt, key, salt, SRTP_LABEL_RTP_ENCRYPTION) ||
        !keys_init(&context->rtcp, profile, encrypt, key, salt, SRTP_LABEL_RTCP_ENCRYPTION))
        return NULL;
    return g_steal_pointer(&context);
}

void
srtp_context_free(SrtpContext *context)
{
    if (!context)
        return;
    srtp_cipher_free(context->rtp.cipher);
    srtp_cipher_free(context->rtcp.cipher);
    if (context->streams != context->first)
        g_free(context->streams);
    OPENSSL_cleanse(context, sizeof *context);
    g_free(context);
}

static Stream *
find_stream(SrtpContext *context, guint32 ssrc)
{
    if (context->recent < context->n_streams && context->streams[context->recent].ssrc == ssrc)
        return &context->streams[context->recent];
    for (guint i = 0; i < context->n_streams; i++) {
        if (context->streams[i].ssrc == ssrc) {
            context->recent = i;
            return &context->streams[i];
        }
    }
    return NULL;
}

/* A stream is taken up only once its first packet is known to be authentic, or strangers could use up the table. */
static Stream *
add_stream(SrtpContext *context, guint32 ssrc)
{
    if (context->n_streams == context->capacity) {
        gboolean first = context->streams == context->first;

        context->capacity = MIN(2 * context->capacity, SRTP_STREAMS_MAX);
        context->streams = g_renew(Stream, first ? NULL : context->streams, context->capacity);
        if (first)
            memcpy(context->streams, context->first, sizeof context->first);
    }

    Stream *stream = &context->streams[context->n_streams++];

    *stream = (Stream){ .ssrc = ssrc };
    return stream;
}

/* RFC 3711 section 3.3.1: the 48-bit index whose low half is `sequence` and which is nearest to the highest seen. */
static guint64
estimate_index(const Stream *stream, guint16 sequence)
{
    if (!stream || !stream->rtp.started)
        return sequence;

    guint64 highest = stream->rtp.highest;
    guint64 roc = highest >> 16;
    gint32 distance = (gint32) sequence - (gint32) (highest & 0xffff);

    if (distance > 32768 && roc > 0)
        roc--;
    else if (distance < -32768)
        roc++;
    return roc << 16 | sequence;
}

/* The length of everything before the payload, or 0 when it does not fit. */
static gsize
rtp_header_length(const guint8 *packet, gsize length)
{
    if (length < RTP_HEADER_LENGTH || packet[0] >> 6 != 2)
        return 0;

    gsize header = RTP_HEADER_LENGTH + 4 * (gsize) (packet[0] & 15);

    if (packet[0] & 0x10) {
        if (header + 4 > length)
            return 0;
        header += 4 + 4 * ((gsize) packet[header + 2] << 8 | packet[header + 3]);
    }
    return header <= length ? header : 0;
}

static gsize
tag_length(const SrtpContext *context)
{
    return context->gcm ? SRTP_GCM_TAG_LENGTH : SRTP_SHA1_TAG_LENGTH;
}

static SrtpStatus
check_stream(const SrtpContext *context, const Stream *stream)
{
    return !stream && context->n_streams == SRTP_STREAMS_MAX ? SRTP_TOO_MANY_STREAMS : SRTP_OK;
}

void
srtp_context_touches(const SrtpContext *context, gconstpointer ret_touches[3])
{
    ret_touches[0] = context;
    ret_touches[1] = context->first;
    ret_touches[2] = context->rtp.cipher;
}

SrtpStatus
srtp_context_seal_rtp(SrtpContext *context, guint8 *packet, gsize header, const guint8 *payload, gsize payload_length, gsize capacity,
                      gsize *ret_length)
{
    gsize length = header + payload_length;

    if (header < RTP_HEADER_LENGTH)
        return SRTP_MALFORMED;
    if (capacity < length || capacity - length < tag_length(context))
        return SRTP_NO_ROOM;

    guint32 ssrc = srtp_read_32(packet + 8);
    Stream *stream = find_stream(context, ssrc);
    guint64 index = estimate_index(stream, (guint16) (packet[2] << 8 | packet[3]));
    guint8 iv[SRTP_CM_IV_LENGTH];

    if (check_stream(context, stream) != SRTP_OK)
        return SRTP_TOO_MANY_STREAMS;
    if (index > RTP_INDEX_MAX)
        return SRTP_EXHAUSTED;
    if (stream && !srtp_replay_window_allows(&stream->rtp, index))
        return SRTP_REPLAYED; /* the key stream of this index has been used */

    if (context->gcm) {
        srtp_iv_gcm_rtp(iv, context->rtp.salt, ssrc, index);
        if (!srtp_cipher_gcm(context->rtp.cipher, iv, packet, header, NULL, 0, payload, packet + header, payload_length, packet + length))
            return SRTP_MALFORMED;
    } else {
        guint8 roc[4];

        srtp_iv_cm(iv, context->rtp.salt, ssrc, index);
        if (!srtp_cipher_cm(context->rtp.cipher, iv, payload, packet + header, payload_length))
            return SRTP_MALFORMED;
        srtp_write_32(roc, (guint32) (index >> 16));
        srtp_cipher_sha1_tag(context->rtp.cipher, packet, length, roc, packet + length);
    }
    srtp_replay_window_enter(&(stream ? stream : add_stream(context, ssrc))->rtp, index);
    *ret_length = length + tag_length(context);
    return SRTP_OK;
}

SrtpStatus
srtp_context_protect_rtp(SrtpContext *context, guint8 *packet, gsize length, gsize capacity, gsize *ret_length)
{
    gsize header = rtp_header_length(packet, length);

    if (!header)
        return SRTP_MALFORMED;
    return srtp_context_seal_rtp(context, packet, header, packet + header, length - header, capacity, ret_length);
}

static SrtpStatus
open_rtp(SrtpContext *context, guint8 *packet, gsize header, gsize length, guint32 ssrc, guint64 index)
{
    guint8 iv[SRTP_CM_IV_LENGTH];

    if (context->gcm) {
        srtp_iv_gcm_rtp(iv, context->rtp.salt, ssrc, index);
        return srtp_cipher_gcm(context->rtp.cipher, iv, packet, header, NULL, 0, packet + header, packet + header, length - header,
                               packet + length)
                   ? SRTP_OK
                   : SRTP_AUTHENTICATION;
    }

    guint8 roc[4], tag[SRTP_SHA1_TAG_LENGTH];

    srtp_write_32(roc, (guint32) (index >> 16));
    srtp_cipher_sha1_tag(context->rtp.cipher, packet, length, roc, tag);
    if (CRYPTO_memcmp(tag, packet + length, sizeof tag))
        return SRTP_AUTHENTICATION;
    srtp_iv_cm(iv, context->rtp.salt, ssrc, index);
    return srtp_cipher_cm(context->rtp.cipher, iv, packet + header, packet + header, length - header) ? SRTP_OK : SRTP_MALFORMED;
}

SrtpStatus
srtp_context_unprotect_rtp(SrtpContext *context, guint8 *packet, gsize length, gsize *ret_length)
{
    gsize tag = tag_length(context);

    if (length < RTP_HEADER_LENGTH + tag)
        return SRTP_MALFORMED;
    length -= tag;

    gsize header = rtp_header_length(packet, length);

    if (!header)
        return SRTP_MALFORMED;

    guint32 ssrc = srtp_read_32(packet + 8);
    Stream *stream = find_stream(context, ssrc);
    guint64 index = estimate_index(stream, (guint16) (packet[2] << 8 | packet[3]));

    if (index > RTP_INDEX_MAX || (stream && !srtp_replay_window_allows(&stream->rtp, index)))
        return SRTP_REPLAYED;
    if (check_stream(context, stream) != SRTP_OK)
        return SRTP_TOO_MANY_STREAMS;

    SrtpStatus status = open_rtp(context, packet, header, length, ssrc, index);

    if (status != SRTP_OK)
        return status;
    srtp_replay_window_enter(&(stream ? stream : add_stream(context, ssrc))->rtp, index);
    *ret_length = length;
    return SRTP_OK;
}

SrtpStatus
srtp_context_protect_rtcp(SrtpContext *context, guint8 *packet, gsize length, gsize capacity, gsize *ret_length)
{
    gsize tag = tag_length(context);

    if (length < RTCP_HEADER_LENGTH || packet[0] >> 6 != 2)
        return SRTP_MALFORMED;
    if (capacity < length || capacity - length < tag + SRTCP_INDEX_LENGTH)
        return SRTP_NO_ROOM;

    guint32 ssrc = srtp_read_32(packet + 4);
    Stream *stream = find_stream(context, ssrc);
    guint64 index = stream && stream->rtcp.started ? stream->rtcp.highest + 1 : 0;
    guint8 iv[SRTP_CM_IV_LENGTH], word[SRTCP_INDEX_LENGTH];

    if (check_stream(context, stream) != SRTP_OK)
        return SRTP_TOO_MANY_STREAMS;
    if (index > SRTCP_INDEX_MAX)
        return SRTP_EXHAUSTED;
    srtp_write_32(word, SRTCP_ENCRYPTED | (guint32) index);

    if (context->gcm) {
        srtp_iv_gcm_rtcp(iv, context->rtcp.salt, ssrc, (guint32) index);
        if (!srtp_cipher_gcm(context->rtcp.cipher, iv, packet, RTCP_HEADER_LENGTH, word, sizeof word, packet + RTCP_HEADER_LENGTH,
                             packet + RTCP_HEADER_LENGTH, length - RTCP_HEADER_LENGTH, packet + length))
            return SRTP_MALFORMED;
        memcpy(packet + length + tag, word, sizeof word);
    } else {
        srtp_iv_cm(iv, context->rtcp.salt, ssrc, index);
        if (!srtp_cipher_cm(context->rtcp.cipher, iv, packet + RTCP_HEADER_LENGTH, packet + RTCP_HEADER_LENGTH, length - RTCP_HEADER_LENGTH))
            return SRTP_MALFORMED;
        memcpy(packet + length, word, sizeof word);
        srtp_cipher_sha1_tag(context->rtcp.cipher, packet, length + sizeof word, NULL, packet + length + sizeof word);
    }
    srtp_replay_window_enter(&(stream ? stream : add_stream(context, ssrc))->rtcp, index);
    *ret_length = length + tag + SRTCP_INDEX_LENGTH;
    return SRTP_OK;
}

/* `length` is that of the RTCP packet; behind it lie tag and index word (GCM) or index word and tag (AES-CM). */
static SrtpStatus
open_rtcp(SrtpContext *context, guint8 *packet, gsize length, const guint8 *word, guint32 ssrc, guint32 index)
{
    guint8 iv[SRTP_CM_IV_LENGTH];
    gsize encrypted = length - RTCP_HEADER_LENGTH;

    if (context->gcm) {
        srtp_iv_gcm_rtcp(iv, context->rtcp.salt, ssrc, index);
        return srtp_cipher_gcm(context->rtcp.cipher, iv, packet, RTCP_HEADER_LENGTH, word, SRTCP_INDEX_LENGTH, packet + RTCP_HEADER_LENGTH,
                               packet + RTCP_HEADER_LENGTH, encrypted, packet + length)
                   ? SRTP_OK
                   : SRTP_AUTHENTICATION;
    }

    guint8 tag[SRTP_SHA1_TAG_LENGTH];

    srtp_cipher_sha1_tag(context->rtcp.cipher, packet, length + SRTCP_INDEX_LENGTH, NULL, tag);
    if (CRYPTO_memcmp(tag, packet + length + SRTCP_INDEX_LENGTH, sizeof tag))
        return SRTP_AUTHENTICATION;
    srtp_iv_cm(iv, context->rtcp.salt, ssrc, index);
    return srtp_cipher_cm(context->rtcp.cipher, iv, packet + RTCP_HEADER_LENGTH, packet + RTCP_HEADER_LENGTH, encrypted) ? SRTP_OK : SRTP_MALFORMED;
}

SrtpStatus
srtp_context_unprotect_rtcp(SrtpContext *context, guint8 *packet, gsize length, gsize *ret_length)
{
    gsize tag = tag_length(context);

    if (length < RTCP_HEADER_LENGTH + tag + SRTCP_INDEX_LENGTH || packet[0] >> 6 != 2)
        return SRTP_MALFORMED;
    length -= tag + SRTCP_INDEX_LENGTH;

    const guint8 *word = packet + length + (context->gcm ? tag : 0);
    guint32 value = srtp_read_32(word), ssrc = srtp_read_32(packet + 4);
    guint32 index = value & SRTCP_INDEX_MAX;
    Stream *stream = find_stream(context, ssrc);

    /* RFC 3711 allows SRTCP in the clear; RFC 8834 section 4.3 wants it encrypted, and so do we. */
    if (!(value & SRTCP_ENCRYPTED))
        return SRTP_MALFORMED;
    if (stream && !srtp_replay_window_allows(&stream->rtcp, index))
        return SRTP_REPLAYED;
    if (check_stream(context, stream) != SRTP_OK)
        return SRTP_TOO_MANY_STREAMS;

    SrtpStatus status = open_rtcp(context, packet, length, word, ssrc, index);

    if (status != SRTP_OK)
        return status;
    srtp_replay_window_enter(&(stream ? stream : add_stream(context, ssrc))->rtcp, index);
    *ret_length = length;
    return SRTP_OK;
}
