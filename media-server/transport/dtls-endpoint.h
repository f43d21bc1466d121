/**
 * DtlsEndpoint — the DTLS 1.2 server of one connection, for its SRTP keys (RFC 6347, RFC 5764).
 *
 * Datagrams in by dtls_endpoint_receive(), datagrams out by the `send` function, boundaries kept, none over 1200 bytes; nothing is queued.
 * No cookie exchange: give it only datagrams from addresses that passed an authenticated ICE check (PeerTransport does).
 * The peer must show a certificate with the expected SHA-256 fingerprint, or the handshake ends with an alert. Application data is discarded.
 *
 * The retransmission timer is OpenSSL's: it starts at 200 ms and doubles up to 3 s. It runs on OpenSSL's own clock; `now_us` only says when we are.
 * One thread.
 */
#pragma once

#include <glib.h>

#include "dtls-identity.h"
#include "srtp-context.h"

/** What fits every path without fragments, as browsers do: 1280 (IPv6) less headers, rounded. */
#define DTLS_MTU 1200

typedef struct DtlsEndpoint DtlsEndpoint;

typedef enum { DTLS_HANDSHAKING, DTLS_ESTABLISHED, DTLS_CLOSED_BY_PEER, DTLS_CLOSED_LOCALLY, DTLS_FAILED } DtlsState;
typedef enum { DTLS_FAILURE_NONE, DTLS_FAILURE_FINGERPRINT, DTLS_FAILURE_NO_SRTP_PROFILE, DTLS_FAILURE_PROTOCOL } DtlsFailure;

typedef void (*DtlsSendFunc)(gpointer user, const guint8 *datagram, gsize length);

/** `fingerprint`: DTLS_FINGERPRINT_LENGTH bytes, copied. */
DtlsEndpoint *dtls_endpoint_new(DtlsIdentity *identity, const guint8 *fingerprint, DtlsSendFunc send, gpointer user, GError **error);
void dtls_endpoint_free(DtlsEndpoint *endpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DtlsEndpoint, dtls_endpoint_free)

/** Answers the state afterwards. */
DtlsState dtls_endpoint_receive(DtlsEndpoint *endpoint, const guint8 *datagram, gsize length, gint64 now_us);
/** Retransmits what is due. */
DtlsState dtls_endpoint_poll(DtlsEndpoint *endpoint, gint64 now_us);
/** G_MAXINT64 when nothing waits for an answer. */
gint64 dtls_endpoint_next_timeout(const DtlsEndpoint *endpoint);

DtlsState dtls_endpoint_state(const DtlsEndpoint *endpoint);
DtlsFailure dtls_endpoint_failure(const DtlsEndpoint *endpoint);

/** Once ESTABLISHED: the two SRTP contexts from exported keys; the caller owns them. NONE when OpenSSL fails, and after release. */
SrtpProfile dtls_endpoint_export(DtlsEndpoint *endpoint, SrtpContext **ret_protect, SrtpContext **ret_unprotect);

/**
 * The peer has our last flight, as its first authentic SRTP packet proves: it has its keys only from then on. So nothing can ask for the
 * flight again (RFC 6347 section 4.2.4), and OpenSSL's 40 KiB go; alerts are still understood and close_notify is still sent (DtlsAlerts).
 * Nothing happens before ESTABLISHED, a second time, or with a cipher suite that DtlsAlerts does not have.
 */
void dtls_endpoint_release(DtlsEndpoint *endpoint);

/** Sends close_notify. */
void dtls_endpoint_close(DtlsEndpoint *endpoint);
