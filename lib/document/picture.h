/**
 * Picture — a JPEG made small enough for a page: decoded at a fraction of its size (ISO/IEC 10918-1), encoded again, upright.
 *
 * What goes on paper is a likeness; the evidence is the original, by its digest. Immutable; any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    GBytes *jpeg;
    int width, height; /* of `jpeg`, px, as it lies in the file */
    int turn;          /* quarter turns clockwise that make it upright (EXIF orientation 1, 6, 3, 8 → 0, 1, 2, 3) */
} Picture;

/* A phone's largest, 200 megapixels and more, is refused before a line is decoded. */
#define PICTURE_PIXELS_MAX (300 * 1000 * 1000)

/** The longer side comes to at most about `side` px. NULL when the bytes are no JPEG that can be decoded. */
Picture *picture_from_jpeg(GBytes *jpeg, int side);
void picture_free(Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)

/** EXIF orientation 1…8 of a JPEG, 1 when it says none (CIPA DC-008, tag 0x0112). Reads only the headers. */
int picture_exif_orientation(const guint8 *data, gsize length);
