/**
 * FloorSrtp — AEAD_AES_128_GCM of RTP (RFC 7714) by EVP, as bare as it can be: no replay window, no RTCP, one
 * roll-over counter per stream kept by the caller.
 */
#pragma once

#include <glib.h>

#define FLOOR_TAG 16

typedef struct FloorSrtp FloorSrtp;

/** `key`: FLOOR_KEY bytes, master key and salt. */
FloorSrtp *floor_srtp_new(const guint8 *key, gboolean encrypt);
void floor_srtp_free(FloorSrtp *srtp);

/** `header` bytes of RTP header (with extension), then `length` of payload. */
typedef struct {
    const guint8 *header;
    gsize header_length;
    const guint8 *payload;
    gsize payload_length;
    guint32 roll_over;
} FloorPacket;

/** Writes header, ciphertext and tag to `out`; returns the length. */
gsize floor_srtp_seal(FloorSrtp *srtp, const FloorPacket *packet, guint8 *out);
/** Payload with its tag → plain payload in `out`; FALSE when it is not authentic. */
gboolean floor_srtp_open(FloorSrtp *srtp, const FloorPacket *packet, guint8 *out);
