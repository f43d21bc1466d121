/**
 * Call — a client's request that is being worked on. It outlives its socket: an answer to a socket that is gone is dropped. Loop thread.
 */
#pragma once

#include <jansson.h>

#include "message.h"
#include "problem.h"
#include "room.h"
#include "socket.h"
#include "store.h"

typedef struct Call Call;
/** Continues after the store; must end the call. */
typedef void (*CallThen)(Call *call, json_t *output);

struct Call {
    Server *server;
    guint64 socket;
    char *id; /* NULL: the client wants no `ok` */
    char *visit;
    char *participant;
    json_t *message; /* the request */
    CallThen then;
    json_t *extra; /* for the handler */
    guint tries;   /* for the handler */
};

Call *call_new(Socket *socket, const Message *message);
/** The socket, NULL when it is gone. */
Socket *call_socket(const Call *call);

/** Each ends the call. `fields` are added to `ok` and taken over; may be NULL. */
void call_ok(Call *call, json_t *fields);
void call_error(Call *call, const GError *error);
void call_problem(Call *call, Problem problem, const char *detail);
/** Without an answer. */
void call_free(Call *call);

/** {visit, participant, now} and room for more; a new reference. */
json_t *call_input(const Call *call);
/** Runs the work; its `room` becomes the room's state; then `then`, or `ok` when that is NULL. An error ends the call. Takes `input` over. */
void call_run(Call *call, StoreWork work, json_t *input, CallThen then);
