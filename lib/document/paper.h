/**
 * Paper — a document on A4 pages as PDF, drawn from top to bottom.
 *
 * The caller's `draw` is run twice: once to count the pages, once to draw them, so it must draw the same both times. Text is laid out by Pango with
 * the Chinese faces of the system and embedded as subsets; pictures are embedded as JPEG. Lengths are points (1/72 inch).
 * Nothing is kept between calls; a Paper belongs to the thread that prints it.
 */
#pragma once

#include <glib.h>

#include "picture.h"
#include "strokes.h"

typedef struct Paper Paper;
typedef void (*PaperDraw)(Paper *paper, gpointer user);

typedef struct {
    const char *title;  /* of the file */
    const char *author;
    const char *footer; /* at the left of every page's foot; the page's number is at the right */
    const char *mark;   /* across every page in pale letters ("未签署"); NULL = none */
    gint64 made_at;     /* µs; in the file's description, so that the same document is the same bytes */
} PaperInfo;

/** The whole file; NULL with a GError (G_FILE_ERROR) when cairo failed. */
GBytes *paper_print(const PaperInfo *info, PaperDraw draw, gpointer user, GError **error);

/** The document's title in the middle of the page, a smaller line below it (may be NULL). */
void paper_title(Paper *paper, const char *title, const char *below);
void paper_heading(Paper *paper, const char *text);
void paper_text(Paper *paper, const char *text);
/** In grey and small. */
void paper_small(Paper *paper, const char *text);
void paper_space(Paper *paper, double points);

/** "Label | value" rows in a frame; two of the short ones beside each other. */
typedef struct {
    const char *label;
    const char *value; /* NULL is written as a dash */
    gboolean wide;     /* takes the whole width */
} PaperField;
void paper_fields(Paper *paper, const PaperField *fields, gsize count);

/** A table whose head is repeated on every page. `widths` are shares; the row's cells are texts. */
#define PAPER_COLUMNS_MAX 8
typedef struct {
    gsize count;
    double widths[PAPER_COLUMNS_MAX];
    const char *heads[PAPER_COLUMNS_MAX];
} PaperTable;
void paper_table(Paper *paper, const PaperTable *table);
void paper_row(Paper *paper, const PaperTable *table, const char *const *cells);

/** Pictures two beside each other, each with its words below. */
void paper_picture(Paper *paper, const Picture *picture, const char *caption);
/** Ends a row of pictures that is not full. */
void paper_pictures_end(Paper *paper);

/** A QR code at the right of its words (ISO/IEC 18004, error correction M). Nothing is drawn when the text is too long for one. */
void paper_qr(Paper *paper, const char *text, const char *caption);

/** A line for a signature: who, what was said and when; the strokes, or `instead` in their place; a seal's picture over it (both may be NULL). */
void paper_signature(Paper *paper, const char *who, const char *words, const Strokes *strokes, const char *instead, const Picture *seal);
