#include "paper.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

/* ISO 216 A4, and margins that leave room for the archive's punch at the left. */
#define WIDTH         595.28
#define HEIGHT        841.89
#define LEFT          62.0
#define RIGHT         48.0
#define TOP           52.0
#define BOTTOM        58.0
#define INNER         (WIDTH - LEFT - RIGHT)
#define PAD           4.5
#define PICTURE_GAP   12.0
#define PICTURE_MAX_H 190.0
#define QR_SIDE       84.0
#define SIGNATURE_H   74.0
#define SIGNATURE_W   (SIGNATURE_H * 2.2)

#define FACES "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"

struct Paper {
    const PaperInfo *info;
    cairo_t *cr;
    double y;
    guint page;
    guint pages; /* 0 while they are counted */
    /* a row of pictures that is not full */
    guint pictures;
    double picture_height;
};

/* --- pages --- */

static PangoLayout *
layout_new(Paper *paper, const char *text, double size, gboolean bold, double width)
{
    PangoLayout *layout = pango_cairo_create_layout(paper->cr);
    PangoFontDescription *font = pango_font_description_from_string(FACES);

    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, 1.25);
    if (width > 0)
        pango_layout_set_width(layout, (int) (width * PANGO_SCALE));
    pango_layout_set_text(layout, text ? text : "", -1);
    return layout;
}

static double
layout_height(PangoLayout *layout)
{
    int height;

    pango_layout_get_size(layout, NULL, &height);
    return (double) height / PANGO_SCALE;
}

static double
layout_width(PangoLayout *layout)
{
    int width;

    pango_layout_get_size(layout, &width, NULL);
    return (double) width / PANGO_SCALE;
}

static void
show(Paper *paper, PangoLayout *layout, double x, double y)
{
    cairo_move_to(paper->cr, x, y);
    pango_cairo_show_layout(paper->cr, layout);
}

static void
ink(Paper *paper, double grey)
{
    cairo_set_source_rgb(paper->cr, grey, grey, grey);
}

static void
draw_mark(Paper *paper)
{
    PangoLayout *layout = layout_new(paper, paper->info->mark, 72, TRUE, 0);

    cairo_save(paper->cr);
    cairo_set_source_rgb(paper->cr, 0.93, 0.93, 0.94);
    cairo_translate(paper->cr, WIDTH / 2, HEIGHT / 2);
    cairo_rotate(paper->cr, -G_PI / 5);
    show(paper, layout, -layout_width(layout) / 2, -layout_height(layout) / 2);
    cairo_restore(paper->cr);
    g_object_unref(layout);
}

static void
draw_foot(Paper *paper)
{
    g_autofree char *number = g_strdup_printf("%u / %u", paper->page, paper->pages);
    PangoLayout *left = layout_new(paper, paper->info->footer, 8, FALSE, INNER - 60);
    PangoLayout *right = layout_new(paper, number, 8, FALSE, 0);

    pango_layout_set_ellipsize(left, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(left, -1);
    ink(paper, 0.8);
    cairo_set_line_width(paper->cr, 0.5);
    cairo_move_to(paper->cr, LEFT, HEIGHT - BOTTOM + 16);
    cairo_rel_line_to(paper->cr, INNER, 0);
    cairo_stroke(paper->cr);
    ink(paper, 0.4);
    show(paper, left, LEFT, HEIGHT - BOTTOM + 21);
    show(paper, right, LEFT + INNER - layout_width(right), HEIGHT - BOTTOM + 21);
    g_object_unref(left);
    g_object_unref(right);
}

static void
begin_page(Paper *paper)
{
    paper->page++;
    paper->y = TOP;
    if (paper->info->mark)
        draw_mark(paper);
    draw_foot(paper);
    ink(paper, 0.08);
}

static void
next_page(Paper *paper)
{
    cairo_show_page(paper->cr);
    begin_page(paper);
}

/* TRUE when a new page had to be begun. */
static gboolean
need(Paper *paper, double height)
{
    if (paper->y + height <= HEIGHT - BOTTOM || paper->y <= TOP)
        return FALSE;
    next_page(paper);
    return TRUE;
}

/* --- printing --- */

static cairo_status_t
append(void *closure, const unsigned char *data, unsigned length)
{
    if (closure)
        g_byte_array_append(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static void
describe(cairo_surface_t *surface, const PaperInfo *info)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(info->made_at / G_USEC_PER_SEC);
    g_autofree char *date = at ? g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ") : NULL;

    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, info->title ? info->title : "");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, info->author ? info->author : "");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Yuntakan " YUNTAKAN_VERSION);
    if (date)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
}

/* Returns the number of pages, 0 on an error. */
static guint
run(const PaperInfo *info, PaperDraw draw, gpointer user, guint pages, GByteArray *out, GError **error)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, out, WIDTH, HEIGHT);
    Paper paper = { .info = info, .cr = cairo_create(surface), .pages = pages };

    describe(surface, info);
    begin_page(&paper);
    draw(&paper, user);
    paper_pictures_end(&paper);
    cairo_show_page(paper.cr);
    cairo_destroy(paper.cr);
    cairo_surface_finish(surface);

    cairo_status_t status = cairo_surface_status(surface);

    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return paper.page;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the document was not drawn: %s", cairo_status_to_string(status));
    return 0;
}

GBytes *
paper_print(const PaperInfo *info, PaperDraw draw, gpointer user, GError **error)
{
    GByteArray *out = g_byte_array_new();
    guint pages = run(info, draw, user, 0, NULL, error);

    if (pages && run(info, draw, user, pages, out, error))
        return g_byte_array_free_to_bytes(out);
    g_byte_array_unref(out);
    return NULL;
}

/* --- texts --- */

/* A long text goes on over pages line by line. */
static void
flow(Paper *paper, PangoLayout *layout)
{
    int lines = pango_layout_get_line_count(layout);
    PangoLayoutIter *iter = pango_layout_get_iter(layout);

    for (int i = 0; i < lines; i++, pango_layout_iter_next_line(iter)) {
        PangoRectangle rect;

        pango_layout_iter_get_line_extents(iter, NULL, &rect);

        double height = (double) rect.height / PANGO_SCALE;

        need(paper, height);
        cairo_move_to(paper->cr, LEFT + (double) rect.x / PANGO_SCALE,
                      paper->y + (double) (pango_layout_iter_get_baseline(iter) - rect.y) / PANGO_SCALE);
        pango_cairo_show_layout_line(paper->cr, pango_layout_iter_get_line_readonly(iter));
        paper->y += height;
    }
    pango_layout_iter_free(iter);
}

static void
write_text(Paper *paper, const char *text, double size, gboolean bold, double grey, double after)
{
    PangoLayout *layout = layout_new(paper, text, size, bold, INNER);

    paper_pictures_end(paper);
    ink(paper, grey);
    flow(paper, layout);
    ink(paper, 0.08);
    paper->y += after;
    g_object_unref(layout);
}

void
paper_title(Paper *paper, const char *title, const char *below)
{
    PangoLayout *layout = layout_new(paper, title, 20, TRUE, INNER);

    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    flow(paper, layout);
    g_object_unref(layout);
    if (below) {
        layout = layout_new(paper, below, 10, FALSE, INNER);
        pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
        ink(paper, 0.4);
        paper->y += 2;
        flow(paper, layout);
        ink(paper, 0.08);
        g_object_unref(layout);
    }
    paper->y += 12;
}

void
paper_heading(Paper *paper, const char *text)
{
    paper_pictures_end(paper);
    /* Not alone at the foot of a page. */
    need(paper, 64);
    paper->y += 8;
    write_text(paper, text, 12.5, TRUE, 0.08, 4);
}

void
paper_text(Paper *paper, const char *text)
{
    write_text(paper, text, 10.5, FALSE, 0.08, 4);
}

void
paper_small(Paper *paper, const char *text)
{
    write_text(paper, text, 8.5, FALSE, 0.4, 4);
}

void
paper_space(Paper *paper, double points)
{
    paper_pictures_end(paper);
    paper->y += points;
}

/* --- frames --- */

static void
frame(Paper *paper, double x, double y, double width, double height, gboolean filled)
{
    cairo_set_line_width(paper->cr, 0.6);
    if (filled) {
        cairo_set_source_rgb(paper->cr, 0.945, 0.957, 0.976);
        cairo_rectangle(paper->cr, x, y, width, height);
        cairo_fill(paper->cr);
    }
    ink(paper, 0.55);
    cairo_rectangle(paper->cr, x, y, width, height);
    cairo_stroke(paper->cr);
    ink(paper, 0.08);
}

/* Cells of one row, all as high as the highest. A row higher than a page is cut by the page: no text of ours is that long. */
static void
row_of(Paper *paper, gsize count, const double *widths, const char *const *texts, const gboolean *labels, double size)
{
    PangoLayout *layouts[PAPER_COLUMNS_MAX];
    double height = 0, x = LEFT;

    for (gsize i = 0; i < count; i++) {
        layouts[i] = layout_new(paper, texts[i] && *texts[i] ? texts[i] : "—", size, labels[i], widths[i] - 2 * PAD);
        height = MAX(height, layout_height(layouts[i]) + 2 * PAD);
    }
    need(paper, height);
    for (gsize i = 0; i < count; i++) {
        frame(paper, x, paper->y, widths[i], height, labels[i]);
        show(paper, layouts[i], x + PAD, paper->y + PAD);
        x += widths[i];
        g_object_unref(layouts[i]);
    }
    paper->y += height;
}

void
paper_fields(Paper *paper, const PaperField *fields, gsize count)
{
    static const gboolean labels[] = { TRUE, FALSE, TRUE, FALSE };
    const double label = 78, half = INNER / 2;

    paper_pictures_end(paper);
    for (gsize i = 0; i < count; i++) {
        gboolean pair = !fields[i].wide && i + 1 < count && !fields[i + 1].wide;
        const char *texts[] = { fields[i].label, fields[i].value, pair ? fields[i + 1].label : NULL, pair ? fields[i + 1].value : NULL };
        const double widths[] = { label, pair ? half - label : INNER - label, label, half - label };

        row_of(paper, pair ? 4 : 2, widths, texts, labels, 9.5);
        if (pair)
            i++;
    }
    paper->y += 6;
}

static void
table_widths(const PaperTable *table, double *ret_widths)
{
    double sum = 0;

    for (gsize i = 0; i < table->count; i++)
        sum += table->widths[i];
    for (gsize i = 0; i < table->count; i++)
        ret_widths[i] = table->widths[i] / sum * INNER;
}

void
paper_table(Paper *paper, const PaperTable *table)
{
    static const gboolean labels[PAPER_COLUMNS_MAX] = { TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE };
    double widths[PAPER_COLUMNS_MAX];

    paper_pictures_end(paper);
    table_widths(table, widths);
    need(paper, 60);
    row_of(paper, table->count, widths, table->heads, labels, 9);
}

static double
row_height(Paper *paper, const PaperTable *table, const double *widths, const char *const *cells)
{
    double height = 0;

    for (gsize i = 0; i < table->count; i++) {
        PangoLayout *layout = layout_new(paper, cells[i] && *cells[i] ? cells[i] : "—", 9, FALSE, widths[i] - 2 * PAD);

        height = MAX(height, layout_height(layout) + 2 * PAD);
        g_object_unref(layout);
    }
    return height;
}

void
paper_row(Paper *paper, const PaperTable *table, const char *const *cells)
{
    static const gboolean labels[PAPER_COLUMNS_MAX];
    double widths[PAPER_COLUMNS_MAX];

    table_widths(table, widths);
    if (need(paper, row_height(paper, table, widths, cells)))
        paper_table(paper, table);
    row_of(paper, table->count, widths, cells, labels, 9);
}

/* --- pictures --- */

/* The picture's own bytes go into the file; the surface only says how large it is. */
static void
draw_jpeg(Paper *paper, const Picture *picture, double x, double y, double width, double height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture->width, picture->height);
    gsize length;
    const guint8 *data = g_bytes_get_data(picture->jpeg, &length);
    gboolean aside = picture->turn % 2;

    cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_JPEG, data, length, (cairo_destroy_func_t) g_bytes_unref, g_bytes_ref(picture->jpeg));
    cairo_save(paper->cr);
    cairo_translate(paper->cr, x + width / 2, y + height / 2);
    cairo_rotate(paper->cr, picture->turn * G_PI / 2);
    cairo_scale(paper->cr, (aside ? height : width) / picture->width, (aside ? width : height) / picture->height);
    cairo_set_source_surface(paper->cr, surface, -picture->width / 2.0, -picture->height / 2.0);
    cairo_paint(paper->cr);
    cairo_restore(paper->cr);
    cairo_surface_destroy(surface);
}

static void
fit(const Picture *picture, double width_max, double height_max, double *ret_width, double *ret_height)
{
    gboolean aside = picture->turn % 2;
    double width = aside ? picture->height : picture->width, height = aside ? picture->width : picture->height;
    double scale = MIN(width_max / width, height_max / height);

    *ret_width = width * scale;
    *ret_height = height * scale;
}

void
paper_picture(Paper *paper, const Picture *picture, const char *caption)
{
    const double cell = (INNER - PICTURE_GAP) / 2;
    double width, height;
    PangoLayout *words = layout_new(paper, caption, 8, FALSE, cell);

    fit(picture, cell, PICTURE_MAX_H, &width, &height);

    double total = height + 3 + layout_height(words);

    if (paper->y + total > HEIGHT - BOTTOM) {
        paper_pictures_end(paper);
        need(paper, total);
    }

    double x = LEFT + (paper->pictures ? cell + PICTURE_GAP : 0);

    draw_jpeg(paper, picture, x, paper->y, width, height);
    ink(paper, 0.3);
    show(paper, words, x, paper->y + height + 3);
    ink(paper, 0.08);
    g_object_unref(words);
    paper->picture_height = MAX(paper->picture_height, total);
    if (++paper->pictures == 2)
        paper_pictures_end(paper);
}

void
paper_pictures_end(Paper *paper)
{
    if (paper->pictures == 0)
        return;
    paper->y += paper->picture_height + 10;
    paper->pictures = 0;
    paper->picture_height = 0;
}

void
paper_qr(Paper *paper, const char *text, const char *caption)
{
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    PangoLayout *words = layout_new(paper, caption, 8.5, FALSE, INNER - QR_SIDE - 14);

    paper_pictures_end(paper);
    if (code) {
        double module = QR_SIDE / code->width;

        need(paper, QR_SIDE + 10);
        /* One path, or a reader of the file sees hairlines between the modules. */
        for (int y = 0; y < code->width; y++)
            for (int x = 0; x < code->width; x++)
                if (code->data[y * code->width + x] & 1)
                    cairo_rectangle(paper->cr, LEFT + x * module, paper->y + y * module, module, module);
        ink(paper, 0);
        cairo_fill(paper->cr);
        ink(paper, 0.3);
        show(paper, words, LEFT + QR_SIDE + 14, paper->y + 4);
        ink(paper, 0.08);
        paper->y += MAX(QR_SIDE, layout_height(words)) + 10;
        QRcode_free(code);
    }
    g_object_unref(words);
}

/* --- signatures --- */

static void
draw_strokes(Paper *paper, const Strokes *strokes, double x, double y)
{
    const double sx = SIGNATURE_W / STROKES_EXTENT, sy = SIGNATURE_W / STROKES_ASPECT / STROKES_EXTENT;
    gsize at = 0;

    cairo_set_line_width(paper->cr, 1.6);
    cairo_set_line_cap(paper->cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(paper->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_source_rgb(paper->cr, 0.05, 0.1, 0.35);
    for (gsize stroke = 0; stroke < strokes->strokes; at = strokes->ends[stroke++]) {
        cairo_move_to(paper->cr, x + strokes->points[at * 2] * sx, y + strokes->points[at * 2 + 1] * sy);
        for (gsize i = at; i < strokes->ends[stroke]; i++)
            cairo_line_to(paper->cr, x + strokes->points[i * 2] * sx, y + strokes->points[i * 2 + 1] * sy);
        cairo_stroke(paper->cr);
    }
    ink(paper, 0.08);
}

void
paper_signature(Paper *paper, const char *who, const char *words, const Strokes *strokes, const char *instead, const Picture *seal)
{
    const double left = INNER - SIGNATURE_W - 16;
    PangoLayout *name = layout_new(paper, who, 10.5, TRUE, left - 2 * PAD);
    PangoLayout *said = layout_new(paper, words, 9, FALSE, left - 2 * PAD);
    double height = MAX(SIGNATURE_H, layout_height(name) + layout_height(said) + 3 * PAD);

    paper_pictures_end(paper);
    need(paper, height);
    frame(paper, LEFT, paper->y, INNER, height, FALSE);
    show(paper, name, LEFT + PAD, paper->y + PAD);
    show(paper, said, LEFT + PAD, paper->y + 2 * PAD + layout_height(name));
    if (strokes) {
        draw_strokes(paper, strokes, LEFT + left, paper->y + PAD);
    } else if (instead) {
        PangoLayout *stamp = layout_new(paper, instead, 11, TRUE, SIGNATURE_W);

        show(paper, stamp, LEFT + left, paper->y + (height - layout_height(stamp)) / 2);
        g_object_unref(stamp);
    }
    if (seal) {
        double width, tall;

        fit(seal, height - 6, height - 6, &width, &tall);
        draw_jpeg(paper, seal, LEFT + INNER - width - 6, paper->y + 3, width, tall);
    }
    paper->y += height;
    g_object_unref(name);
    g_object_unref(said);
}
