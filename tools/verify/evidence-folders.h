/**
 * Where the recordings are in what a user points at: a recording's folder, or one that holds some (an export, a month).
 */
#pragma once

#include <glib.h>

/** Paths of the folders with a ledger, sorted; at most three levels down. (element-type char*) */
GPtrArray *evidence_folders_find(const char *path);
