/**
 * LoadAccount — what one subscriber got of one stream, packet by packet. Plain value, no I/O.
 *
 * Every packet carries its publisher's counter in the payload (LOAD_COUNTER_AT), so that the first one
 * authenticated says exactly which packet of the publisher it was, whatever the relay has rewritten in the
 * header. From then on nothing can be missed unseen: due = the publisher's counter - that of the first; due -
 * received = lost. A relay may hold video back until a key frame and close up the numbers: what the counter jumps
 * by then is withheld, and not due.
 */
#pragma once

#include <glib.h>

/* After the two bytes of FU-A (or Opus' TOC and one more). */
#define LOAD_COUNTER_AT 2

typedef struct {
    guint32 ssrc;
    gboolean video;
    guint32 first_counter; /* of the publisher's packets of this kind */
    guint64 received;      /* different packets */
    guint64 duplicates;
    guint64 out_of_order; /* of the received, those behind a later one */
    guint64 authenticated;
    guint64 refused;     /* authentication failed */
    guint64 misnumbered; /* the relay's number does not go with the publisher's */
    guint64 withheld;    /* passed over without a hole in the numbers */
    guint32 highest;     /* extended sequence number, 65536 + … at the start */
    guint32 first_highest;
    guint64 seen; /* bit k: highest - k has come */
} LoadAccount;

void load_account_begin(LoadAccount *account, guint32 ssrc, gboolean video, guint16 sequence);
/** Also for the first packet. */
void load_account_packet(LoadAccount *account, guint16 sequence);
/** The first ones and every 256th: authentication is what the relay must not get wrong and what costs us
 * most. */
gboolean load_account_wants_authentication(const LoadAccount *account);
/** A packet of this number was authentic and carried this counter. */
void load_account_authenticated(LoadAccount *account, guint16 sequence, guint32 counter);
/** Packets that should have come by the time the publisher has sent `counter` of this kind. */
guint64 load_account_due(const LoadAccount *account, guint32 counter);
