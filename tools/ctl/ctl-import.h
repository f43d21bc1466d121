/**
 * What of an import needs no server: an export's ZIP is unpacked beside the recordings, every recording in it verified, and moved into its place.
 */
#pragma once

#include "ctl.h"

/** `recording import`. An exit code. */
int ctl_run_import(Ctl *ctl);

/** What the server is told of a recording, from its sealed ledger and its record.json (may be NULL); a new reference. Pure but for reading. */
json_t *ctl_import_facts(const char *folder, const json_t *record);
