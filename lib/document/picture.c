#include "picture.h"

#include <string.h>

#include <glib.h>

#include "jpeg-codec.h"

#define QUALITY 82

/* --- EXIF --- */

static guint
number(const guint8 *at, gsize bytes, gboolean little)
{
    guint value = 0;

    for (gsize i = 0; i < bytes; i++)
        value |= (guint) at[i] << 8 * (little ? i : bytes - 1 - i);
    return value;
}

/* TIFF 6.0: byte order, offset of the first directory, entries of 12 bytes. */
static int
tiff_orientation(const guint8 *tiff, gsize length)
{
    gboolean little = length >= 8 && tiff[0] == 'I';
    gsize directory = length >= 8 ? number(tiff + 4, 4, little) : 0;

    if (directory < 8 || directory > length || length - directory < 2)
        return 1;
    for (guint i = 0, count = number(tiff + directory, 2, little); i < count; i++) {
        gsize at = directory + 2 + (gsize) i * 12;

        if (at + 12 > length)
            return 1;
        if (number(tiff + at, 2, little) == 0x0112) {
            guint value = number(tiff + at + 8, 2, little);

            return value >= 1 && value <= 8 ? (int) value : 1;
        }
    }
    return 1;
}

int
picture_exif_orientation(const guint8 *data, gsize length)
{
    gsize at = 2;

    while (at + 4 <= length && data[at] == 0xff && data[at + 1] != 0xda) {
        gsize size = number(data + at + 2, 2, FALSE);

        if (size < 2 || size > length - at - 2)
            return 1;
        if (data[at + 1] == 0xe1 && size >= 8 + 6 && memcmp(data + at + 4, "Exif\0\0", 6) == 0)
            return tiff_orientation(data + at + 10, size - 8);
        at += 2 + size;
    }
    return 1;
}

/* --- decoding and encoding, row by row: never the whole picture in memory --- */

static gboolean
copy_rows(struct jpeg_decompress_struct *from, struct jpeg_compress_struct *to, JSAMPROW row)
{
    while (from->output_scanline < from->output_height) {
        jpeg_read_scanlines(from, &row, 1);
        jpeg_write_scanlines(to, &row, 1);
    }
    return TRUE;
}

static void
begin_reading(struct jpeg_decompress_struct *from, GBytes *jpeg, int side)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(jpeg, &length);

    jpeg_mem_src(from, data, length);
    jpeg_read_header(from, TRUE);
    from->out_color_space = JCS_RGB;
    from->scale_num = 1;
    from->scale_denom = 1;
    while (from->scale_denom < 8 && (int) (MAX(from->image_width, from->image_height) / from->scale_denom) > side)
        from->scale_denom *= 2;
    from->dct_method = JDCT_ISLOW;
}

static void
begin_writing(struct jpeg_compress_struct *to, unsigned width, unsigned height)
{
    to->image_width = width;
    to->image_height = height;
    to->input_components = 3;
    to->in_color_space = JCS_RGB;
    jpeg_set_defaults(to);
    jpeg_set_quality(to, QUALITY, TRUE);
    jpeg_start_compress(to, TRUE);
}

Picture *
picture_from_jpeg(GBytes *jpeg, int side)
{
    static const int turns[9] = { 0, 0, 0, 2, 2, 1, 1, 3, 3 };
    struct jpeg_decompress_struct from = { 0 };
    struct jpeg_compress_struct to = { 0 };
    JpegErrors errors;
    unsigned char *out = NULL;
    unsigned long out_length = 0;
    guint8 *volatile row = NULL;
    Picture *volatile picture = NULL;

    from.err = to.err = jpeg_errors_init(&errors);
    if (setjmp(errors.out)) {
        g_clear_pointer((Picture **) &picture, picture_free);
        goto end;
    }
    jpeg_create_decompress(&from);
    jpeg_create_compress(&to);
    begin_reading(&from, jpeg, side);
    if ((guint64) from.image_width * from.image_height > PICTURE_PIXELS_MAX)
        goto end;
    jpeg_start_decompress(&from);
    row = g_malloc((gsize) from.output_width * 3);
    jpeg_mem_dest(&to, &out, &out_length);
    begin_writing(&to, from.output_width, from.output_height);
    copy_rows(&from, &to, row);
    jpeg_finish_compress(&to);
    jpeg_finish_decompress(&from);

    gsize length;
    const guint8 *data = g_bytes_get_data(jpeg, &length);

    picture = g_new0(Picture, 1);
    picture->jpeg = g_bytes_new(out, out_length);
    picture->width = (int) to.image_width;
    picture->height = (int) to.image_height;
    picture->turn = turns[picture_exif_orientation(data, length)];
end:
    jpeg_destroy_decompress(&from);
    jpeg_destroy_compress(&to);
    g_free(row);
    free(out);
    return picture;
}

void
picture_free(Picture *picture)
{
    if (!picture)
        return;
    g_clear_pointer(&picture->jpeg, g_bytes_unref);
    g_free(picture);
}
