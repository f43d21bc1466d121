/**
 * Load STUN — the Binding requests and responses of an ICE agent (RFC 8489, RFC 8445 section 7), IPv4 only.
 *
 * Written apart from the media server's own STUN on purpose: a misreading there must not be repeated here.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>

#define LOAD_STUN_MAX         640
#define LOAD_STUN_TRANSACTION 12

typedef enum {
    LOAD_STUN_OTHER,
    LOAD_STUN_REQUEST = 0x0001,
    LOAD_STUN_SUCCESS = 0x0101,
} LoadStunType;

typedef struct {
    const char *username; /* "theirs:ours" */
    const char *password; /* theirs */
    guint32 priority;     /* of the peer-reflexive candidate that the check would make */
    guint64 tie_breaker;
    gboolean controlling; /* adds USE-CANDIDATE: aggressive nomination */
} LoadStunCheck;

/** Writes into `out` (LOAD_STUN_MAX bytes) and returns the length. */
gsize load_stun_write_check(guint8 *out, const guint8 *transaction, const LoadStunCheck *check);
gsize load_stun_write_success(guint8 *out, const guint8 *transaction, const struct sockaddr_in *mapped,
                              const char *password);

/** OTHER for anything that is not well formed or whose MESSAGE-INTEGRITY is not made with `password`. */
LoadStunType load_stun_read(const guint8 *message, gsize length, const char *password,
                            const guint8 **ret_transaction, gboolean *ret_use_candidate);
