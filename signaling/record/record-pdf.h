/**
 * RecordPdf — the record of an inspection on paper (现场核查记录). Pure: what model_record_get() returned and pictures in, a PDF out. Any thread.
 *
 * The record is an official document of the bureau and therefore in Chinese, whatever language the pages are read in.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "picture.h"

/* Pictures beyond these are named with number and digest only: a file of a few hundred pages is read by nobody. */
#define RECORD_PICTURES_MAX 120
/* Longer side of a picture on paper, px: 200 dpi over half a page. */
#define RECORD_PICTURE_SIDE 800

typedef struct {
    const json_t *record;
    GHashTable *pictures;  /* still's id → Picture; missing ones are said to be missing */
    const char *replay;    /* the address behind the QR code */
    const Picture *seal;   /* the bureau's, NULL = none is configured */
    gboolean draft;        /* marked as not signed yet */
} RecordPdf;

GBytes *record_pdf(const RecordPdf *what, GError **error);
