#include "strokes.h"

#include <math.h>

/* The finger must have come this far in all, in units of the pad: about 2 cm on a phone. */
#define LENGTH_MIN 300

static gboolean
count_points(const json_t *json, gsize *ret_points)
{
    gsize i, total = 0;
    json_t *stroke;

    if (!json_is_array(json) || json_array_size(json) == 0 || json_array_size(json) > STROKES_MAX)
        return FALSE;
    json_array_foreach(json, i, stroke) {
        gsize size = json_array_size(stroke);

        if (!json_is_array(stroke) || size < 2 || size % 2 || size / 2 > STROKES_POINTS_MAX - total)
            return FALSE;
        total += size / 2;
    }
    *ret_points = total;
    return TRUE;
}

static gboolean
read_stroke(Strokes *strokes, const json_t *stroke)
{
    gsize i;
    json_t *value;

    json_array_foreach(stroke, i, value) {
        json_int_t number = json_integer_value(value);

        if (!json_is_integer(value) || number < 0 || number > STROKES_EXTENT)
            return FALSE;
        strokes->points[strokes->count * 2 + i] = (gint16) number;
    }
    strokes->count += json_array_size(stroke) / 2;
    strokes->ends[strokes->strokes++] = strokes->count;
    return TRUE;
}

static double
length_of(const Strokes *strokes)
{
    double length = 0;
    gsize from = 0;

    for (gsize stroke = 0; stroke < strokes->strokes; from = strokes->ends[stroke++])
        for (gsize i = from + 1; i < strokes->ends[stroke]; i++)
            length += hypot(strokes->points[i * 2] - strokes->points[i * 2 - 2], (strokes->points[i * 2 + 1] - strokes->points[i * 2 - 1]) / STROKES_ASPECT);
    return length;
}

Strokes *
strokes_from_json(const json_t *json)
{
    gsize points, i;
    json_t *stroke;

    if (!count_points(json, &points))
        return NULL;

    g_autoptr(Strokes) strokes = g_new0(Strokes, 1);

    strokes->points = g_new(gint16, points * 2);
    strokes->ends = g_new(gsize, json_array_size(json));
    json_array_foreach(json, i, stroke)
        if (!read_stroke(strokes, stroke))
            return NULL;
    return length_of(strokes) >= LENGTH_MIN ? g_steal_pointer(&strokes) : NULL;
}

void
strokes_free(Strokes *strokes)
{
    if (!strokes)
        return;
    g_free(strokes->points);
    g_free(strokes->ends);
    g_free(strokes);
}
