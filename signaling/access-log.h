/**
 * AccessLog — that a recording was played or exported, entered once an hour per person and recording, so that no look at it goes unnoted even when nobody
 * gave a reason (which the review page asks for, api-accesses.c). Loop thread.
 */
#pragma once

#include "access.h"
#include "server.h"

AccessLog *access_log_new(Server *server);
void access_log_free(AccessLog *log);
/** `kind`: "play" or "export". */
void access_log_note(AccessLog *log, const StaffUser *user, const char *recording, const char *kind);
