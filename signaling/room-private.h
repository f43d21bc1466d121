/** What the files of a Room share, and nobody else includes: room.c, and room-message.c for what a participant is told of it. */
#pragma once

#include "room.h"

struct Room {
    Server *server;
    char *visit;
    json_t *state;
    gint64 revision;
    GHashTable *members; /* participant → Member */
    json_t *recording;   /* the recorder's own words, or NULL */
    json_t *received;    /* {still: bytes of it that have come} */
    guint64 timer;
    gint64 sent_at_us; /* monotonic */
};
