/**
 * Texts that are compiled in (tools/embed.py): the migrations and the API document. Constant.
 */
#pragma once

typedef struct {
    const char *name;
    const char *text;
} EmbeddedText;

/** In order of their file names, ended by {NULL, NULL}. */
extern const EmbeddedText embedded_migrations[];
extern const EmbeddedText embedded_openapi[];
