/**
 * IceLiteAgent — our side of ICE (RFC 8445): lite, controlled, one component; it answers checks and learns from them.
 *
 * The peer, a full agent, checks us from each of its addresses and nominates. A source address whose check carries our password is a *pair*.
 * The selected pair is the one nominated last, so an address change (Wi-Fi to 4G) needs nothing but the peer's next nomination.
 * Consent (RFC 7675) seen from a lite agent, which sends no checks: the peer's checks prove that it wants our traffic, and so does a packet from the
 * pair's address that SRTP has authenticated (docs/decisions/010-consent-by-media.md). 30 s without either end a pair, and without pairs all.
 *
 * Bytes and `now_us` (monotonic) in, answer and outcome out. A plain value without pointers to foreign memory; one thread.
 */
#pragma once

#include <glib.h>

#include "net-address.h"

/** The first characters of every ufrag of one agent, and the 48 bits that they stand for: see peer_transport_key(). */
#define ICE_KEY_LENGTH 8
/** Key, then four characters that change with each restart. */
#define ICE_LOCAL_UFRAG_LENGTH 12
/** 144 random bits; RFC 8839 section 5.4 asks for 128. */
#define ICE_LOCAL_PASSWORD_LENGTH 24
/** A phone has few addresses at a time; the oldest gives way. */
#define ICE_PAIRS_MAX 8
/** RFC 7675 section 5.1. */
#define ICE_CONSENT_US (30 * G_USEC_PER_SEC)
/** Largest answer that we make: 420 with eight unknown attributes and both integrity attributes is 20 + 28 + 20 + 24 + 36 + 8. */
#define ICE_ANSWER_MAX 160

typedef struct {
    gboolean in_force;
    char ufrag[ICE_LOCAL_UFRAG_LENGTH + 1];
    char password[ICE_LOCAL_PASSWORD_LENGTH + 1];
} IceGeneration;

typedef struct {
    NetAddress address; /* family NONE = free */
    gboolean nominated;
    gint64 checked_us; /* by a check or an authentic packet */
} IcePair;

typedef struct {
    IcePair *selected; /* into pairs, or NULL */
    IcePair pairs[ICE_PAIRS_MAX];
    guint64 key;
    IceGeneration current;
    IceGeneration previous; /* in force from a restart to the first nomination with the new credentials */
} IceLiteAgent;

typedef enum {
    ICE_CHECK_VALID,   /* authentic; `answer` is the success */
    ICE_CHECK_REFUSED, /* `answer`, if there is one, is an error; to a request without our password shorter than that */
    ICE_IGNORED,       /* no request, or no STUN at all */
} IceVerdict;

typedef struct {
    IceVerdict verdict;
    guint8 answer[ICE_ANSWER_MAX];
    gsize answer_length;         /* 0 = say nothing */
    gboolean added;              /* the source became a pair */
    NetAddress removed;          /* the pair that gave way to it; family NONE = none */
    gboolean selected_changed;
} IceOutcome;

/** Random key and credentials from the kernel. */
void ice_lite_agent_init(IceLiteAgent *agent);

/** New credentials (RFC 8445 section 9); the pairs and the old credentials stay until the peer nominates with the new ones. */
void ice_lite_agent_restart(IceLiteAgent *agent);

void ice_lite_agent_receive(IceLiteAgent *agent, const NetAddress *from, const guint8 *data, gsize length, gint64 now_us, IceOutcome *ret_outcome);

/** Something that only the peer can have made has come from this address; nothing happens unless it is a pair's. */
void ice_lite_agent_heard(IceLiteAgent *agent, const NetAddress *from, gint64 now_us);

/** Removes one pair whose consent has expired; call until FALSE. When the selected one goes, the nominated pair checked last takes its place. */
gboolean ice_lite_agent_expire(IceLiteAgent *agent, gint64 now_us, NetAddress *ret_removed);
/** When a pair expires next; G_MAXINT64 without pairs. */
gint64 ice_lite_agent_next_timeout(const IceLiteAgent *agent);

gboolean ice_lite_agent_has_pair(const IceLiteAgent *agent, const NetAddress *address);

/** The key in a request's USERNAME; FALSE when the datagram is no binding request to one of our agents. Authenticates nothing. */
gboolean ice_lite_agent_peek_key(const guint8 *data, gsize length, guint64 *ret_key);
