/**
 * Texts that are compiled in by tools/embed.py: the page of an export. Constant.
 */
#pragma once

typedef struct {
    const char *name;
    const char *text;
} EmbeddedText;

extern const EmbeddedText embedded_export_page[];
