/**
 * Watchers — who looks at a visit that is live without being in it: observers and administrators, on the review page. Nobody is looked at
 * without being told: the room says their names to everybody in it, and the ledger has an entry. Whether a visit may be looked at is a rule of the
 * visit (`observation`). In memory: who goes on looking is seen again with the next playlist. Loop thread.
 */
#pragma once

#include <jansson.h>

#include "access.h"
#include "server.h"

Watchers *watchers_new(Server *server);
void watchers_free(Watchers *watchers);

/** This user has asked for the newest of a running recording. */
void watchers_note(Watchers *watchers, const char *visit, const StaffUser *user);
/** The names of those who look at it now; a new reference. */
json_t *watchers_of(const Watchers *watchers, const char *visit);
