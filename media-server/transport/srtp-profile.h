/** SrtpProfile — protection profiles of SRTP as DTLS negotiates them (RFC 5764 section 4.1.2, RFC 7714 section 14.2). */
#pragma once

typedef enum {
    SRTP_PROFILE_NONE = 0,
    SRTP_PROFILE_AES128_CM_SHA1_80 = 0x0001,
    SRTP_PROFILE_AEAD_AES_128_GCM = 0x0007,
} SrtpProfile;

/** What protecting may add to a packet: RTP at most 16 bytes, RTCP at most 20 (tag and index word). Leave it free behind every packet. */
#define SRTP_OVERHEAD_MAX 20

/** "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80" or "none". */
const char *srtp_profile_name(SrtpProfile profile);
