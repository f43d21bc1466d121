/**
 * SrtpContext — SRTP and SRTCP under one master key, one direction (RFC 3711; RFC 7714 for GCM).
 *
 * Packets are changed in place. Per SSRC it keeps the roll-over counter and a replay window of 128; a packet enters them only after its tag was found right.
 * A context serves one direction: make one for protecting and one for unprotecting. One thread. Keys are wiped when it is freed.
 */
#pragma once

#include <glib.h>

#include "srtp-profile.h"

#define SRTP_KEY_LENGTH 16
/** 112 bits for AES-CM, 96 for GCM; the array holds the longer. */
#define SRTP_SALT_MAX 14
/** SSRCs per direction. A visit has at most 20 lines with one RTX stream each; the rest is for SSRC changes. */
#define SRTP_STREAMS_MAX 64
#define SRTP_REPLAY_WINDOW 128

typedef enum {
    SRTP_OK,
    SRTP_MALFORMED,        /* header, CSRCs or extension do not fit; too short; SRTCP not encrypted */
    SRTP_AUTHENTICATION,   /* wrong tag */
    SRTP_REPLAYED,         /* index used already, or behind the window */
    SRTP_TOO_MANY_STREAMS,
    SRTP_NO_ROOM,          /* protect: the buffer lacks room for the tag */
    SRTP_EXHAUSTED,        /* the index space of this key is used up (2^48 packets, 2^31 RTCP packets) */
} SrtpStatus;

typedef enum { SRTP_PROTECT, SRTP_UNPROTECT } SrtpDirection;

typedef struct SrtpContext SrtpContext;

/** 14 or 12. */
gsize srtp_profile_salt_length(SrtpProfile profile);

/** `key`: SRTP_KEY_LENGTH bytes; `salt`: as long as the profile says. NULL when the profile is none of ours or OpenSSL fails. */
SrtpContext *srtp_context_new(SrtpProfile profile, SrtpDirection direction, const guint8 *key, const guint8 *salt);
void srtp_context_free(SrtpContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SrtpContext, srtp_context_free)

/** `*ret_length` is set only on SRTP_OK; on any other answer the packet's bytes may be destroyed. */
SrtpStatus srtp_context_protect_rtp(SrtpContext *context, guint8 *packet, gsize length, gsize capacity, gsize *ret_length);
/** The packet's header lies at `packet`, and its payload anywhere (behind the header, or not overlapping the packet): it is encrypted on its
 * way to behind the header, so that one plaintext serves many packets without a copy. */
SrtpStatus srtp_context_seal_rtp(SrtpContext *context, guint8 *packet, gsize header_length, const guint8 *payload, gsize payload_length,
                                 gsize capacity, gsize *ret_length);
/** What sealing touches, to be fetched into the cache before. */
void srtp_context_touches(const SrtpContext *context, gconstpointer ret_touches[3]);
SrtpStatus srtp_context_protect_rtcp(SrtpContext *context, guint8 *packet, gsize length, gsize capacity, gsize *ret_length);
SrtpStatus srtp_context_unprotect_rtp(SrtpContext *context, guint8 *packet, gsize length, gsize *ret_length);
SrtpStatus srtp_context_unprotect_rtcp(SrtpContext *context, guint8 *packet, gsize length, gsize *ret_length);
