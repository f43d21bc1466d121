/**
 * DtlsIdentity — the certificate with which this media server answers DTLS, and the TLS settings that go with it.
 *
 * ECDSA P-256, self-signed, made anew at each start: peers know it by the fingerprint in our SDP (RFC 8122, RFC 8827 section 6.5),
 * never by a chain. Make one per worker; its endpoints hold a reference, and it belongs to the worker's thread like them.
 */
#pragma once

#include <glib.h>

/** SHA-256, the only hash that we send or accept (RFC 8122 section 5 makes everybody support it). */
#define DTLS_FINGERPRINT_LENGTH 32
/** "AA:BB:…" of it, with NUL. */
#define DTLS_FINGERPRINT_TEXT_LENGTH (DTLS_FINGERPRINT_LENGTH * 3)

#define DTLS_ERROR (dtls_error_quark())
GQuark dtls_error_quark(void);
typedef enum { DTLS_ERROR_LIBRARY } DtlsError;

typedef struct DtlsIdentity DtlsIdentity;

/** NULL and DTLS_ERROR_LIBRARY when OpenSSL refuses (no randomness, no such curve). */
DtlsIdentity *dtls_identity_new(GError **error);
DtlsIdentity *dtls_identity_ref(DtlsIdentity *identity);
void dtls_identity_unref(DtlsIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DtlsIdentity, dtls_identity_unref)

/** For `a=fingerprint:sha-256 …` of the answer: upper-case hex with colons. Lives as long as the identity. */
const char *dtls_identity_fingerprint(const DtlsIdentity *identity);
