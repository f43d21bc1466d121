/**
 * Writing to a descriptor until everything is written: write(2) may take less, or be interrupted. Any thread.
 */
#pragma once

#include <glib.h>

/** FALSE with errno if it cannot be written whole; some of it may have been. */
gboolean write_all(int fd, const void *data, gsize length);
