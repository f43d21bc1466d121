/**
 * Identifiers made by the program: UUID version 7 (RFC 9562, section 5.7), time-ordered, as 36 lower-case characters.
 * Any thread. The random bits come from the kernel.
 */
#pragma once

#include <glib.h>

#include "clock.h"

#define UUID7_LENGTH 36

/** A new id; the caller frees it. Never fails (aborts if the kernel has no randomness, which cannot be survived). */
char *uuid7_new(const Clock *clock);

/** True for exactly the form that uuid7_new() makes; use it before an id from outside becomes a path or a key. */
gboolean uuid7_is_valid(const char *text);
