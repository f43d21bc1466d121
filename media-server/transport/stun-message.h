/**
 * StunMessage — reading and writing STUN (RFC 8489), as far as ICE connectivity checks need it (RFC 8445 section 7).
 *
 * A StunMessage is a view: it points into the datagram from which it was parsed and is valid as long as that is unaltered.
 * Any thread, no allocation.
 */
#pragma once

#include <glib.h>

#include "net-address.h"

#define STUN_HEADER_LENGTH      20
#define STUN_TRANSACTION_LENGTH 12
/* RFC 8489 section 14.3: a USERNAME has fewer than 509 bytes; receivers allow 763 because of RFC 5389's UTF-8 rule. */
#define STUN_USERNAME_RECEIVE_MAX 763
/* Section 14.8: a reason phrase of up to 127 characters, 763 bytes. */
#define STUN_REASON_RECEIVE_MAX 763
/* Unknown attributes that one error answer lists; more are hostile. */
#define STUN_UNKNOWN_MAX 8

typedef enum {
    STUN_BINDING_REQUEST = 0x0001,
    STUN_BINDING_INDICATION = 0x0011,
    STUN_BINDING_SUCCESS = 0x0101,
    STUN_BINDING_ERROR = 0x0111,
} StunType;

typedef enum {
    STUN_OK,
    STUN_FOREIGN,           /* no STUN message: bits, magic cookie or length are wrong */
    STUN_MALFORMED,         /* an attribute does not fit, or has a wrong length */
    STUN_FINGERPRINT_WRONG, /* damaged on the way, or another protocol that looks alike */
} StunStatus;

typedef struct {
    const guint8 *data;
    gsize length;
    guint16 type; /* StunType, or one that we do not know */
    const guint8 *transaction;
    const char *username; /* NULL = absent; not terminated */
    gsize username_length;
    gboolean has_priority;
    guint32 priority;
    gboolean use_candidate;
    gboolean has_controlling, has_controlled;
    guint64 tie_breaker;
    NetAddress mapped; /* XOR-MAPPED-ADDRESS; family NONE = absent */
    guint16 error_code; /* 0 = absent */
    const char *reason;
    gsize reason_length;
    guint16 integrity_at;        /* offset of MESSAGE-INTEGRITY, 0 = absent */
    guint16 integrity_sha256_at; /* offset of MESSAGE-INTEGRITY-SHA256, 0 = absent */
    gboolean has_fingerprint;
    guint n_unknown; /* comprehension-required attributes that we do not know */
    guint16 unknown[STUN_UNKNOWN_MAX];
} StunMessage;

/** Touches `ret_message` only on STUN_OK. A FINGERPRINT is checked when there is one; integrity is not. */
StunStatus stun_message_parse(const guint8 *data, gsize length, StunMessage *ret_message);

/** Checks every integrity attribute that the message has against the short-term password (section 9.1.3); FALSE when it has none. */
gboolean stun_message_verify(const StunMessage *message, const char *password);

/** Writing: begin, put attributes, end. A message that did not fit has length 0. */
typedef struct {
    guint8 *data;
    gsize capacity;
    gsize length;
    gboolean overflow;
} StunWriter;

void stun_writer_begin(StunWriter *writer, guint8 *buffer, gsize capacity, StunType type, const guint8 *transaction);
void stun_writer_username(StunWriter *writer, const char *username);
void stun_writer_priority(StunWriter *writer, guint32 priority);
void stun_writer_use_candidate(StunWriter *writer);
void stun_writer_controlling(StunWriter *writer, guint64 tie_breaker);
void stun_writer_controlled(StunWriter *writer, guint64 tie_breaker);
void stun_writer_mapped(StunWriter *writer, const NetAddress *address);
void stun_writer_error(StunWriter *writer, guint16 code, const char *reason);
void stun_writer_unknown(StunWriter *writer, const guint16 *types, guint n_types);
void stun_writer_integrity(StunWriter *writer, const char *password);
void stun_writer_integrity_sha256(StunWriter *writer, const char *password);
/** Adds the FINGERPRINT; returns the message's length, or 0 when it did not fit. */
gsize stun_writer_end(StunWriter *writer);
