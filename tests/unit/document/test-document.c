/* Paper, pictures and signatures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "legibility.h"
#include "paper.h"

#include "suite-main.h"

/* A grey JPEG; `exif` is put behind its first marker. */
static GBytes *
jpeg_of(unsigned width, unsigned height, const guint8 *exif, gsize exif_length)
{
    struct jpeg_compress_struct codec = { 0 };
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long length = 0;
    g_autofree guint8 *row = g_malloc0(width * 3);
    JSAMPROW rows[] = { row };

    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &out, &length);
    codec.image_width = width;
    codec.image_height = height;
    codec.input_components = 3;
    codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&codec);
    jpeg_start_compress(&codec, TRUE);
    if (exif)
        jpeg_write_marker(&codec, JPEG_APP0 + 1, exif, (unsigned) exif_length);
    for (unsigned i = 0; i < height; i++)
        jpeg_write_scanlines(&codec, rows, 1);
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);

    GBytes *bytes = g_bytes_new(out, length);

    free(out);
    return bytes;
}

START_TEST(makes_pictures_small_and_upright)
{
    static const guint8 exif[] = { 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0 };
    g_autoptr(GBytes) large = jpeg_of(1600, 1200, exif, sizeof exif);
    g_autoptr(Picture) picture = picture_from_jpeg(large, 800);

    ck_assert_int_eq(picture->width, 800);
    ck_assert_int_eq(picture->height, 600);
    ck_assert_int_eq(picture->turn, 1);

    g_autoptr(GBytes) small = jpeg_of(100, 80, NULL, 0);
    g_autoptr(Picture) as_it_is = picture_from_jpeg(small, 800);

    ck_assert_int_eq(as_it_is->width, 100);
    ck_assert_int_eq(as_it_is->turn, 0);
}
END_TEST

/* A picture cut anywhere is none or a picture; it is never a crash. */
START_TEST(takes_any_bytes)
{
    static const guint8 exif[] = { 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0xff, 0xff, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0 };
    g_autoptr(GBytes) whole = jpeg_of(64, 64, exif, sizeof exif);
    gsize length;
    const guint8 *data = g_bytes_get_data(whole, &length);

    for (gsize cut = 0; cut < length; cut++) {
        g_autoptr(GBytes) part = g_bytes_new(data, cut);
        g_autoptr(Picture) picture = picture_from_jpeg(part, 32);
        g_autofree guint8 *copy = g_memdup2(data, cut);

        picture_exif_orientation(copy, cut);
    }
    ck_assert_int_eq(picture_exif_orientation(data, length), 3);

    g_autoptr(GBytes) text = g_bytes_new_static("not a picture", 13);

    ck_assert_ptr_null(picture_from_jpeg(text, 32));
}
END_TEST

/* A page of dark bars as print has them, each edge `edge` pixels wide; `ink` on `ground`. */
static GBytes *
page_of(unsigned width, unsigned height, double edge, int ink, int ground)
{
    struct jpeg_compress_struct codec = { 0 };
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long length = 0;
    g_autofree guint8 *row = g_malloc(width);
    JSAMPROW rows[] = { row };

    for (unsigned x = 0; x < width; x++) {
        double at = (double) (x % 40), rise = CLAMP((at - 10) / edge, 0, 1), fall = CLAMP((at - 25) / edge, 0, 1);

        row[x] = (guint8) (ground + (ink - ground) * (rise - fall));
    }
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &out, &length);
    codec.image_width = width;
    codec.image_height = height;
    codec.input_components = 1;
    codec.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&codec);
    jpeg_set_quality(&codec, 90, TRUE);
    jpeg_start_compress(&codec, TRUE);
    for (unsigned i = 0; i < height; i++)
        jpeg_write_scanlines(&codec, rows, 1);
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);

    GBytes *bytes = g_bytes_new(out, length);

    free(out);
    return bytes;
}

static const char *
verdict_of(unsigned width, unsigned height, double edge, int ink, int ground)
{
    g_autoptr(GBytes) page = page_of(width, height, edge, ink, ground);

    return legibility_word(legibility_of_jpeg(page).verdict);
}

START_TEST(says_why_a_page_cannot_be_read)
{
    ck_assert_str_eq(verdict_of(1600, 1200, 2, 20, 240), "good");
    ck_assert_str_eq(verdict_of(1600, 1200, 2, 90, 160), "good");
    ck_assert_str_eq(verdict_of(3200, 2400, 3, 20, 240), "good");
    ck_assert_str_eq(verdict_of(1600, 1200, 14, 20, 240), "blurred");
    ck_assert_str_eq(verdict_of(800, 600, 2, 20, 240), "small");
    ck_assert_str_eq(verdict_of(1600, 1200, 2, 5, 60), "dark");
    ck_assert_str_eq(verdict_of(1600, 1200, 2, 225, 240), "blank");

    /* Whatever is cut off, nothing crashes; what is no picture is none. */
    g_autoptr(GBytes) page = page_of(1200, 64, 2, 20, 240);
    gsize length;
    const guint8 *data = g_bytes_get_data(page, &length);

    for (gsize cut = 0; cut < length; cut += 7) {
        g_autoptr(GBytes) part = g_bytes_new(data, cut);

        legibility_of_jpeg(part);
    }
    g_autoptr(GBytes) text = g_bytes_new_static("not a picture", 13);
    ck_assert_int_eq(legibility_of_jpeg(text).verdict, LEGIBILITY_NONE);
}
END_TEST

static gboolean
is_signature(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    g_autoptr(Strokes) strokes = strokes_from_json(json);

    json_decref(json);
    return strokes != NULL;
}

START_TEST(knows_a_signature)
{
    ck_assert(is_signature("[[0,0,1000,1000],[10,10,20,20,30,30]]"));
    ck_assert(!is_signature("[[5,5]]"));
    ck_assert(!is_signature("[[0,0,10,10]]"));
    ck_assert(!is_signature("[]"));
    ck_assert(!is_signature("{}"));
    ck_assert(!is_signature("[[0,0,1000]]"));
    ck_assert(!is_signature("[[0,0,1001,0]]"));
    ck_assert(!is_signature("[[0,0,-1,0]]"));
    ck_assert(!is_signature("[[0,0,500.5,0]]"));
    ck_assert(!is_signature("[[]]"));
}
END_TEST

START_TEST(bounds_a_signature)
{
    json_t *many = json_array(), *longer = json_array(), *stroke = json_array();

    for (int i = 0; i <= STROKES_MAX; i++)
        json_array_append_new(many, json_pack("[i, i, i, i]", 0, 0, 1000, 1000));
    for (int i = 0; i <= STROKES_POINTS_MAX; i++) {
        json_array_append_new(stroke, json_integer(i % 1000));
        json_array_append_new(stroke, json_integer(0));
    }
    json_array_append_new(longer, stroke);
    ck_assert_ptr_null(strokes_from_json(many));
    ck_assert_ptr_null(strokes_from_json(longer));
    json_decref(many);
    json_decref(longer);
}
END_TEST

static void
draw_much(Paper *paper, gpointer user)
{
    static const PaperTable table = { 2, { 1, 3 }, { "序号", "所见" } };
    const PaperField fields[] = { { "案号", "XF-1", FALSE }, { "日期", NULL, FALSE }, { "地址", "阳明北路18号", TRUE } };

    paper_title(paper, "现场核查记录", "第 1 版");
    paper_fields(paper, fields, G_N_ELEMENTS(fields));
    paper_table(paper, &table);
    for (int i = 0; i < *(int *) user; i++) {
        g_autofree char *number = g_strdup_printf("%d", i);
        const char *cells[] = { number, "消毒柜通电,保洁柜有标识" };

        paper_row(paper, &table, cells);
    }
    paper_qr(paper, "https://example/review?visit=1", "扫码");
}

static guint
pages_of(GBytes *pdf)
{
    gsize length;
    const char *data = g_bytes_get_data(pdf, &length);
    guint pages = 0;

    for (gsize i = 0; i + 11 < length; i++)
        pages += memcmp(data + i, "/Type /Page", 11) == 0 && data[i + 11] != 's';
    return pages;
}

START_TEST(prints_as_many_pages_as_it_takes_and_the_same_bytes_again)
{
    PaperInfo info = { "t", "a", "f", NULL, G_GINT64_CONSTANT(1795420800000000) };
    int few = 3, many = 120;
    g_autoptr(GBytes) one = paper_print(&info, draw_much, &few, NULL);
    g_autoptr(GBytes) again = paper_print(&info, draw_much, &few, NULL);
    g_autoptr(GBytes) more = paper_print(&info, draw_much, &many, NULL);

    ck_assert_uint_eq(pages_of(one), 1);
    ck_assert_uint_gt(pages_of(more), 3);
    ck_assert(g_bytes_equal(one, again));
}
END_TEST

SUITE_MAIN("document", makes_pictures_small_and_upright, takes_any_bytes, says_why_a_page_cannot_be_read, knows_a_signature, bounds_a_signature,
           prints_as_many_pages_as_it_takes_and_the_same_bytes_again)
