/**
 * Pairing — who waits for help, who is on duty, and who gets whom: docs/co-form.md, section 6. A pure core; `now` (µs, any steady clock) comes in.
 *
 * Longest wait first among those whom somebody on duty can serve; who was sent back by a helper's crash or hand-over stands at the head. After five
 * minutes of waiting everybody on duty counts as able, so that nobody waits for ever for a specialist. One owner, one thread.
 */
#pragma once

#include <glib.h>

#define PAIRING_RELAX_US (G_GINT64_CONSTANT(5) * 60 * G_USEC_PER_SEC)
/* Whom a page's reload or a bad cell takes away for a moment is not gone. */
#define PAIRING_HELPER_GONE_US (G_GINT64_CONSTANT(15) * G_USEC_PER_SEC)
#define PAIRING_APPLICANT_GONE_US (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)
/* A desk that rings longer than this is empty. */
#define PAIRING_ACCEPT_US (G_GINT64_CONSTANT(30) * G_USEC_PER_SEC)

typedef enum { TICKET_WAITING, TICKET_OFFERED, TICKET_SERVING, TICKET_MISSED } TicketState;
typedef enum { HELPER_FREE, HELPER_OFFERED, HELPER_SERVING, HELPER_BREAK } HelperState;

typedef struct {
    char *id;
    char *subject;
    char *language;
    gint64 since;   /* of waiting; kept when sent back */
    gint64 seen_at; /* the applicant was there */
    gint64 offered_at;
    gboolean head;
    TicketState state;
    char *helper; /* offered or serving */
    char *wanted; /* the helper to whom it was handed over, or NULL */
} Ticket;

typedef struct {
    char *user;
    GStrv subjects; /* "*" = all */
    GStrv languages;
    gint64 free_since;
    gint64 seen_at;
    HelperState state;
    char *ticket;
} Helper;

typedef enum {
    PAIRING_OFFERED,  /* the ticket is given to the helper */
    PAIRING_RETURNED, /* the helper is gone or did not answer: the ticket is back at the head */
    PAIRING_MISSED,   /* the applicant is not there: to be called back */
    PAIRING_BACK,     /* a missed one is there again */
} PairingEvent;
typedef void (*PairingFunc)(PairingEvent event, const Ticket *ticket, const char *helper, gpointer user);

typedef struct Pairing Pairing;

Pairing *pairing_new(void);
void pairing_free(Pairing *pairing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pairing, pairing_free)

/** Adds or replaces. */
Ticket *pairing_add(Pairing *pairing, const char *id, const char *subject, const char *language, gint64 since, gboolean head);
void pairing_remove(Pairing *pairing, const char *ticket);
Ticket *pairing_ticket(const Pairing *pairing, const char *ticket);
Helper *pairing_helper(const Pairing *pairing, const char *user);
/** On duty with these skills, or (NULL) on a break: what is being served goes on. */
void pairing_duty(Pairing *pairing, const char *user, const char *const *subjects, const char *const *languages, gint64 now);
void pairing_break(Pairing *pairing, const char *user);

void pairing_seen_applicant(Pairing *pairing, const char *ticket, gint64 now);
void pairing_seen_helper(Pairing *pairing, const char *user, gint64 now);
/** The helper has come in. FALSE: the ticket is not its. */
gboolean pairing_accept(Pairing *pairing, const char *ticket);
/** A helper picks a ticket itself; FALSE when another has it. */
gboolean pairing_take(Pairing *pairing, const char *ticket, const char *user, gint64 now);
/** Back to the head, for `wanted` first when that is a helper on duty. */
void pairing_return(Pairing *pairing, const char *ticket, const char *wanted, gint64 now);

/** Time goes on: who is gone is noticed, who waits is paired. */
void pairing_step(Pairing *pairing, gint64 now, PairingFunc func, gpointer user);
/** Tickets before this one among those who wait. */
guint pairing_ahead(const Pairing *pairing, const char *ticket);
guint pairing_on_duty(const Pairing *pairing);
void pairing_each_ticket(const Pairing *pairing, void (*func)(const Ticket *ticket, gpointer user), gpointer user);
void pairing_each_helper(const Pairing *pairing, void (*func)(const Helper *helper, gpointer user), gpointer user);
