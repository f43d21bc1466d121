/**
 * Strokes — a signature as it was written with a finger: lines of points, no picture.
 *
 * As JSON: an array of strokes, each an array x, y, x, y, … of integers 0…STROKES_EXTENT over a pad that is STROKES_ASPECT times as wide as high;
 * 0, 0 is its upper left corner. Immutable; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#define STROKES_EXTENT 1000
#define STROKES_ASPECT 2.5
/* A name of three characters has about 30 strokes of 20 points; a very long one has three times that. The whole is below a message's 64 KiB. */
#define STROKES_MAX        200
#define STROKES_POINTS_MAX 4000

typedef struct {
    gsize count;      /* of points */
    gint16 *points;   /* x, y, … of all strokes */
    gsize strokes;
    gsize *ends;      /* index of the point after each stroke's last one */
} Strokes;

/** NULL when it is not what is described above, or when next to nothing is written: a dot is not a signature. */
Strokes *strokes_from_json(const json_t *json);
void strokes_free(Strokes *strokes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Strokes, strokes_free)
