/** SRTP key derivation, AES-CM PRF with derivation rate 0 (RFC 3711 section 4.3; for 96-bit salts RFC 7714 section 11). */
#pragma once

#include <glib.h>

typedef enum {
    SRTP_LABEL_RTP_ENCRYPTION = 0,
    SRTP_LABEL_RTP_AUTHENTICATION = 1,
    SRTP_LABEL_RTP_SALT = 2,
    SRTP_LABEL_RTCP_ENCRYPTION = 3,
    SRTP_LABEL_RTCP_AUTHENTICATION = 4,
    SRTP_LABEL_RTCP_SALT = 5,
} SrtpLabel;

/** `ret_key` gets `length` bytes, at most 32. FALSE when OpenSSL fails. */
gboolean srtp_derive(const guint8 *master_key, const guint8 *master_salt, gsize salt_length, SrtpLabel label, guint8 *ret_key, gsize length);
