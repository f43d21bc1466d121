/**
 * The entry points for fuzzing what strangers can send, in the form that libFuzzer wants: any bytes, never a failure.
 *
 * fuzz_datagrams(): a script of datagrams, each with a length of 16 bits before it, for a new PeerTransport whose peer's address has been checked.
 */
#pragma once

#include <glib.h>

int fuzz_datagrams(const guint8 *data, gsize size);
