/** Shared by queue.c and api/api-queue.c: the queue's state and what both do with it. */
#pragma once

#include "pairing.h"
#include "queue.h"
#include "throttle.h"

struct Queue {
    Server *server;
    Pairing *pairing;
    GHashTable *rows;  /* ticket → its row (json_t) */
    GHashTable *names; /* user → name */
    Throttle *throttle;
    guint64 timer;
    char *said; /* the last state that was told */
};

/** A steady clock, µs. */
gint64 queue_now(const Queue *queue);
/** A ticket of the store becomes one of the queue; `since` is when its waiting began, by the steady clock. */
void queue_remember(Queue *queue, json_t *row, gint64 since);
/** Puts the ticket's state into the store; `notes` (or NULL) are added. */
void queue_save(Queue *queue, const Ticket *ticket, const char *notes);
/** {waiting, missed, helpers}; a new reference. */
json_t *queue_listing(Queue *queue);
/** The row of the visit's ticket, NULL when it has none here; borrowed. */
json_t *queue_row_of_visit(const Queue *queue, const char *visit);
