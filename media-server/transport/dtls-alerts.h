/**
 * DtlsAlerts — what a connection still needs of DTLS once its handshake is over: to understand the peer's alerts and to send close_notify
 * (RFC 5246 section 7.2, RFC 6347 section 4.1, RFC 5288). 40 bytes of keys in place of the 40 KiB that OpenSSL keeps.
 *
 * Only for TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, which is the first of our preference and what RFC 8827 demands of every peer.
 * An alert ends the connection, so there is no replay to fear and none is looked for. The side of the server. One thread.
 */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

#define DTLS_ALERTS_KEY_LENGTH  16
#define DTLS_ALERTS_SALT_LENGTH 4
/* Header of a record, explicit nonce, the alert, tag. */
#define DTLS_ALERTS_RECORD_LENGTH (13 + 8 + 2 + 16)

typedef struct {
    guint8 peer_key[DTLS_ALERTS_KEY_LENGTH], own_key[DTLS_ALERTS_KEY_LENGTH];
    guint8 peer_salt[DTLS_ALERTS_SALT_LENGTH], own_salt[DTLS_ALERTS_SALT_LENGTH];
} DtlsAlerts;

typedef enum { DTLS_ALERT_NONE, DTLS_ALERT_CLOSE_NOTIFY, DTLS_ALERT_FATAL } DtlsAlert;

/** The keys of an established server; FALSE with another cipher suite. */
gboolean dtls_alerts_init(DtlsAlerts *alerts, SSL *ssl);
/** The first authentic alert among the datagram's records that ends the connection. Everything else is ignored. */
DtlsAlert dtls_alerts_read(const DtlsAlerts *alerts, const guint8 *datagram, gsize length);
/** At most once per connection: the record's number is fixed. FALSE when OpenSSL fails. */
gboolean dtls_alerts_close_notify(const DtlsAlerts *alerts, guint8 ret_record[DTLS_ALERTS_RECORD_LENGTH]);
/** Wipes the keys. */
void dtls_alerts_clear(DtlsAlerts *alerts);
