/**
 * The README.txt of an export: how to look at it and how to verify it, Chinese and English.
 */
#pragma once

#include "recording-index.h"

/** Free with g_free(). `folder`: the recording's folder in the export. */
char *export_readme(const RecordingIndex *index, const char *folder);
