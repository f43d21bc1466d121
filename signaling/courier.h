/**
 * Courier — sends what model-deliveries.h has written: signed POSTs to other systems and message gateways, mails by SMTP. One after another on a thread of its own, again with
 * growing distances while the other side is away. Loop thread.
 */
#pragma once

#include "server.h"

/** Reads the password of the mail server from its file; an error says what is missing. */
Courier *courier_new(Server *server, GError **error);
/** After the loop has ended. */
void courier_stop(Courier *courier);
void courier_free(Courier *courier);

/** Looks for what is due: at the start, and whenever something may have been written. */
void courier_kick(Courier *courier);
