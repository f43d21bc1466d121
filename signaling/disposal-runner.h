/**
 * DisposalRunner — carries out approved disposal lists: asks the store for the next recording, has the recorder write the tombstone and remove the media,
 * notes it, and goes on. A crash anywhere is made good at the next start: both the recorder's part and the store's can be repeated. Loop thread.
 */
#pragma once

#include "server.h"

DisposalRunner *disposal_runner_new(Server *server);
void disposal_runner_free(DisposalRunner *runner);
/** At the start, and after an approval. */
void disposal_runner_kick(DisposalRunner *runner);
