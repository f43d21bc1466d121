/** The initialization vectors of SRTP: salt, SSRC and index mixed as each transform wants it. Internal to srtp-context.c, and to its tests. */
#pragma once

#include <glib.h>
#include <string.h>

static inline guint32
srtp_read_32(const guint8 *p)
{
    return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static inline void
srtp_write_32(guint8 *p, guint32 value)
{
    p[0] = (guint8) (value >> 24);
    p[1] = (guint8) (value >> 16);
    p[2] = (guint8) (value >> 8);
    p[3] = (guint8) value;
}

static inline void
srtp_xor_32(guint8 *p, guint32 value)
{
    srtp_write_32(p, srtp_read_32(p) ^ value);
}

/** RFC 3711 section 4.1.1: 14 bytes of salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16. The index has 48 bits for RTP, 31 for RTCP. */
static inline void
srtp_iv_cm(guint8 iv[16], const guint8 *salt, guint32 ssrc, guint64 index)
{
    memcpy(iv, salt, 14);
    iv[14] = iv[15] = 0;
    srtp_xor_32(iv + 4, ssrc);
    srtp_xor_32(iv + 8, (guint32) (index >> 16));
    iv[12] ^= (guint8) (index >> 8);
    iv[13] ^= (guint8) index;
}

/** RFC 7714 section 8.1: two zero bytes, SSRC, roll-over counter, sequence number; all XOR 12 bytes of salt. */
static inline void
srtp_iv_gcm_rtp(guint8 iv[12], const guint8 *salt, guint32 ssrc, guint64 index)
{
    memcpy(iv, salt, 12);
    srtp_xor_32(iv + 2, ssrc);
    srtp_xor_32(iv + 6, (guint32) (index >> 16));
    iv[10] ^= (guint8) (index >> 8);
    iv[11] ^= (guint8) index;
}

/** RFC 7714 section 9.1: two zero bytes, SSRC, two zero bytes, index; all XOR 12 bytes of salt. */
static inline void
srtp_iv_gcm_rtcp(guint8 iv[12], const guint8 *salt, guint32 ssrc, guint32 index)
{
    memcpy(iv, salt, 12);
    srtp_xor_32(iv + 2, ssrc);
    srtp_xor_32(iv + 8, index);
}
