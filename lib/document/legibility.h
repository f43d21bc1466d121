/**
 * Legibility — can a photographed page be read? Measured, not recognised: size, light, and how sharp its edges are. Pure; any thread.
 *
 * Sharpness is the steepest half per cent of the picture's horizontal steps, as a share of its range from dark to light: print in focus goes from ink to
 * paper within two or three pixels, a blurred page takes ten. What passes here may still be the wrong page: people look at that.
 */
#pragma once

#include <glib.h>

typedef enum {
    LEGIBILITY_GOOD,
    LEGIBILITY_SMALL,   /* fewer pixels than a page of print needs */
    LEGIBILITY_DARK,
    LEGIBILITY_BLANK,   /* nothing is on it */
    LEGIBILITY_BLURRED,
    LEGIBILITY_NONE,    /* no picture that can be decoded */
} LegibilityVerdict;

/* A4 at 100 dpi is 1169 px high: below that, print of 10 points falls apart. Identity cards fill the frame, so they have as many. */
#define LEGIBILITY_SIDE_MIN 1000
/* The picture is looked at with about so many pixels on its longer side. */
#define LEGIBILITY_SIDE 1600

typedef struct {
    int width, height;  /* of the original */
    double brightness;  /* mean, 0 … 255 */
    double range;       /* from the darkest to the lightest hundredth, 0 … 255 */
    double sharpness;   /* 0 … 1 */
    LegibilityVerdict verdict;
} Legibility;

Legibility legibility_of_jpeg(GBytes *jpeg);
/** "good", "small", "dark", "blank", "blurred", "none". */
const char *legibility_word(LegibilityVerdict verdict);
