/**
 * Queue — the assistance queue of this server: tickets of the store, who is on duty, who has a socket; pairs by the Pairing core once a second and when
 * something happens, and tells applicants and desks. Loop thread.
 */
#pragma once

#include "http-server.h"
#include "server.h"
#include "socket.h"

Queue *queue_new(Server *server);
void queue_free(Queue *queue);
/** Reads the store and begins. */
void queue_start(Queue *queue);
/** Something happened that may pair somebody: look soon. */
void queue_kick(Queue *queue);
/** The visit has ended: its ticket is done. */
void queue_visit_ended(Queue *queue, const char *visit);

/* REST: POST /api/help/tickets, GET /api/queue, POST /api/queue/duty, …/tickets/{ticket}/take, …/visits/{visit}/return */
void api_ticket_add(HttpRequest *request, gpointer server);
void api_queue_get(HttpRequest *request, gpointer server);
void api_duty_set(HttpRequest *request, gpointer server);
void api_ticket_take(HttpRequest *request, gpointer server);
void api_visit_return(HttpRequest *request, gpointer server);
