/**
 * Which recordings below a root have not ended: what a recorder that starts goes on with. Reads the disk, blocks.
 */
#pragma once

#include <glib.h>

typedef void (*RecordingsScanFunc)(const char *id, const char *folder, gpointer user);

/** Calls `found` for each folder ROOT/YYYY/MM/ID whose ledger does not end with a seal behind `end`; anything else is for recovery to look at. */
void recordings_scan(const char *root, RecordingsScanFunc found, gpointer user);
