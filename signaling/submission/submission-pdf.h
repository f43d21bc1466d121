/**
 * SubmissionPdf — a submitted form on paper. Pure: the document as the store has it and the pictures of its pages in, a PDF out. Any thread.
 *
 * In Chinese, as every document of the bureau. Each section says who stood by it and how, each value that the applicant did not type says who wrote it.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

#include "form-document.h"
#include "picture.h"
#include "strokes.h"

/* Longer side of a page's picture on paper, px. */
#define SUBMISSION_PICTURE_SIDE 1000

typedef struct {
    const FormDocument *document;
    const char *case_number;
    const char *sha256;   /* of the form as JSON */
    GHashTable *pictures; /* page's id → Picture; missing ones are said to be missing */
} SubmissionPdf;

GBytes *submission_pdf(const SubmissionPdf *what, GError **error);

/** The finger's lines of a form, an SVG path of M and L over 1000 by 400, as Strokes; NULL when it is none. */
Strokes *submission_strokes(const char *path);
