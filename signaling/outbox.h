/**
 * Outbox — brings what the store holds for the recorder to the recorder: in order within a visit, for ever, until it has answered.
 *
 * Ledger entries are idempotent by their id and stills by theirs, so what was delivered but not noted may be delivered again.
 * An entry that the recorder refuses for good (4xx) is noted with its code and logged, so that it does not hold up what follows. Loop thread.
 */
#pragma once

#include "server.h"

Outbox *outbox_new(Server *server);
void outbox_free(Outbox *outbox);
/** There may be something for this visit's recording. */
void outbox_kick(Outbox *outbox, const char *visit);
/** Everything that waits in the store: at the start, and when the recorder has come back. */
void outbox_kick_all(Outbox *outbox);

/** Where the bytes of a still wait; the caller frees it. */
char *outbox_still_file(const Server *server, const char *still, const char *sha256);
