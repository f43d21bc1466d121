#include "legibility.h"

#include <stdlib.h>

#include "jpeg-codec.h"
#include "picture.h"

/* Steepest share of the steps that is looked at, and what counts as darkest and lightest. */
#define STEEPEST 0.005
#define TAIL     0.01
/* Measured on print at 1600 px: in focus 0.35 and more, unreadable below 0.16. */
#define SHARPNESS_MIN 0.2
#define RANGE_MIN     40
#define BRIGHTNESS_MIN 45

typedef struct {
    guint64 levels[256];
    guint64 steps[256];
    guint64 pixels, pairs;
    double sum;
} Measure;

static void
measure_row(Measure *measure, const guint8 *row, unsigned width)
{
    for (unsigned x = 0; x < width; x++) {
        measure->levels[row[x]]++;
        measure->sum += row[x];
    }
    measure->pixels += width;
    for (unsigned x = 2; x < width; x++)
        measure->steps[abs(row[x] - row[x - 2]) / 2]++;
    measure->pairs += width > 2 ? width - 2 : 0;
}

/* The level below which `share` of all lies. */
static int
level_at(const guint64 *counts, guint64 total, double share)
{
    guint64 wanted = (guint64) ((double) total * share), seen = 0;

    for (int level = 0; level < 256; level++) {
        seen += counts[level];
        if (seen > wanted)
            return level;
    }
    return 255;
}

static void
judge(Legibility *result, const Measure *measure)
{
    result->brightness = measure->sum / (double) MAX(measure->pixels, 1);
    result->range = level_at(measure->levels, measure->pixels, 1 - TAIL) - level_at(measure->levels, measure->pixels, TAIL);
    result->sharpness = result->range > 0 ? MIN(1, 2 * level_at(measure->steps, measure->pairs, 1 - STEEPEST) / result->range) : 0;
    if (MAX(result->width, result->height) < LEGIBILITY_SIDE_MIN)
        result->verdict = LEGIBILITY_SMALL;
    else if (result->brightness < BRIGHTNESS_MIN)
        result->verdict = LEGIBILITY_DARK;
    else if (result->range < RANGE_MIN)
        result->verdict = LEGIBILITY_BLANK;
    else if (result->sharpness < SHARPNESS_MIN)
        result->verdict = LEGIBILITY_BLURRED;
    else
        result->verdict = LEGIBILITY_GOOD;
}

Legibility
legibility_of_jpeg(GBytes *jpeg)
{
    struct jpeg_decompress_struct from = { 0 };
    JpegErrors errors;
    guint8 *volatile row = NULL;
    g_autofree Measure *measure = g_new0(Measure, 1);
    Legibility result = { .verdict = LEGIBILITY_NONE };
    gsize length;
    const guint8 *data = g_bytes_get_data(jpeg, &length);
    JSAMPROW rows[1];

    from.err = jpeg_errors_init(&errors);
    if (setjmp(errors.out)) {
        result = (Legibility){ .verdict = LEGIBILITY_NONE };
        goto end;
    }
    jpeg_create_decompress(&from);
    jpeg_mem_src(&from, data, length);
    jpeg_read_header(&from, TRUE);
    if ((guint64) from.image_width * from.image_height > PICTURE_PIXELS_MAX)
        goto end;
    result.width = (int) from.image_width;
    result.height = (int) from.image_height;
    from.out_color_space = JCS_GRAYSCALE;
    from.scale_num = from.scale_denom = 1;
    while (from.scale_denom < 8 && MAX(from.image_width, from.image_height) / from.scale_denom > LEGIBILITY_SIDE * 3 / 2)
        from.scale_denom *= 2;
    jpeg_start_decompress(&from);
    row = g_malloc(from.output_width);
    rows[0] = row;
    while (from.output_scanline < from.output_height) {
        jpeg_read_scanlines(&from, rows, 1);
        measure_row(measure, row, from.output_width);
    }
    jpeg_finish_decompress(&from);
    judge(&result, measure);
end:
    jpeg_destroy_decompress(&from);
    g_free(row);
    return result;
}

const char *
legibility_word(LegibilityVerdict verdict)
{
    static const char *const words[] = { "good", "small", "dark", "blank", "blurred", "none" };

    return words[verdict];
}
