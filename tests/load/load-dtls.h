/**
 * LoadDtls — one DTLS-SRTP handshake by OpenSSL (RFC 5764), ending in two libsrtp2 contexts.
 *
 * Owned by its peer, used on the loop's thread. The certificate of the other side is not checked: the load
 * client measures, it does not protect.
 */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>
#include <srtp2/srtp.h>

typedef enum {
    LOAD_SRTP_AEAD_AES_128_GCM,
    LOAD_SRTP_AES128_CM_SHA1_80,
} LoadSrtpProfile;

typedef struct LoadDtlsIdentity LoadDtlsIdentity;
typedef struct LoadDtls LoadDtls;
typedef void (*LoadDtlsSend)(const guint8 *record, gsize length, gpointer user);

/** One key and certificate for all peers; the handshake will offer (or, as server, take) this profile alone.
 */
LoadDtlsIdentity *load_dtls_identity_new(LoadSrtpProfile profile);
void load_dtls_identity_free(LoadDtlsIdentity *identity);
/** As in `a=fingerprint:sha-256 …`. */
const char *load_dtls_identity_fingerprint(const LoadDtlsIdentity *identity);

LoadDtls *load_dtls_new(LoadDtlsIdentity *identity, gboolean client, LoadDtlsSend send, gpointer user);
void load_dtls_free(LoadDtls *dtls);
/** A client's first flight. */
void load_dtls_start(LoadDtls *dtls);
/** TRUE once, when the handshake has ended well. `*ret_failed` when it cannot end well any more. */
gboolean load_dtls_receive(LoadDtls *dtls, const guint8 *datagram, gsize length, gboolean *ret_failed);
void load_dtls_tick(LoadDtls *dtls);
/** After the handshake: what we send with and receive with; the caller frees them by srtp_dealloc(). */
gboolean load_dtls_make_srtp(LoadDtls *dtls, srtp_t *ret_out, srtp_t *ret_in);
/** With a key and salt as one side of the handshake would export them (28 or 30 bytes). */
srtp_t load_srtp_new(LoadSrtpProfile profile, gboolean outbound, const guint8 *key_and_salt);
gsize load_srtp_key_length(LoadSrtpProfile profile);
