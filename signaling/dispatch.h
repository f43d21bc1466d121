/**
 * Dispatch — the table of docs/signaling-protocol.md, section 2: which message, from whom, in which state of the visit, goes to which handler.
 * dispatch_check() is the pure half.
 */
#pragma once

#include "message.h"
#include "problem.h"
#include "socket.h"
#include "visit-state.h"

typedef struct {
    SocketPhase phase;
    Role role;
    gboolean admitted;
    VisitState state; /* in a room */
    gboolean guest;   /* helps by invitation, without an account */
} DispatchContext;

/** FALSE with the problem when this message is not possible here. */
gboolean dispatch_check(MessageType type, const DispatchContext *context, GError **error);

/** Checks and hands over to the handler. FALSE: refused, nothing happened. */
gboolean dispatch_message(Socket *socket, const Message *message, GError **error);
