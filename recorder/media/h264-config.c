#include "h264-config.h"

#include <string.h>

typedef struct {
    guint8 data[H264_PARAMETER_SET_MAX + 8];
    gsize length; /* bits are read up to 8 * length */
    gsize bit;
    gboolean broken;
} BitReader;

/** Without the emulation prevention bytes (7.4.1) and the NAL header. */
static void
reader_init(BitReader *reader, const guint8 *nal, gsize length)
{
    guint zeros = 0;

    reader->length = reader->bit = 0;
    reader->broken = FALSE;
    for (gsize i = 1; i < length && reader->length < H264_PARAMETER_SET_MAX; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] ? 0 : zeros + 1;
        reader->data[reader->length++] = nal[i];
    }
}

static guint32
bits(BitReader *reader, guint count)
{
    guint32 value = 0;

    while (count--) {
        if (reader->bit >= 8 * reader->length) {
            reader->broken = TRUE;
            return 0;
        }
        value = value << 1 | (reader->data[reader->bit / 8] >> (7 - reader->bit % 8) & 1);
        reader->bit++;
    }
    return value;
}

/** ue(v), 9.1 */
static guint32
exp_golomb(BitReader *reader)
{
    guint zeros = 0;

    while (!reader->broken && !bits(reader, 1))
        if (++zeros > 31)
            reader->broken = TRUE;
    return reader->broken ? 0 : (1u << zeros) - 1 + bits(reader, zeros);
}

/** se(v), 9.1.1 */
static gint32
signed_exp_golomb(BitReader *reader)
{
    guint32 code = exp_golomb(reader);

    return code & 1 ? (gint32) ((code + 1) / 2) : -(gint32) (code / 2);
}

static void
skip_scaling_lists(BitReader *reader, guint lists)
{
    for (guint list = 0; list < lists && !reader->broken; list++) {
        gint32 last = 8, next = 8;

        if (!bits(reader, 1))
            continue;
        for (guint i = 0; i < (list < 6 ? 16u : 64u) && !reader->broken; i++) {
            if (next)
                next = (last + signed_exp_golomb(reader) + 256) % 256;
            last = next ? next : last;
        }
    }
}

/** 7.3.2.1.1: these profiles say how they sample colour. */
static void
read_chroma(BitReader *reader, H264Sps *sps, guint *ret_separate_planes)
{
    static const guint8 profiles[] = { 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 };

    sps->chroma_format = 1;
    sps->bit_depth_luma = sps->bit_depth_chroma = 8;
    *ret_separate_planes = 0;
    if (!memchr(profiles, sps->profile, sizeof profiles))
        return;
    sps->chroma_format = exp_golomb(reader);
    if (sps->chroma_format == 3)
        *ret_separate_planes = bits(reader, 1);
    sps->bit_depth_luma = 8 + exp_golomb(reader);
    sps->bit_depth_chroma = 8 + exp_golomb(reader);
    bits(reader, 1);
    if (bits(reader, 1))
        skip_scaling_lists(reader, sps->chroma_format == 3 ? 12 : 8);
}

static void
skip_picture_order(BitReader *reader)
{
    guint32 type = exp_golomb(reader);

    if (type == 0) {
        exp_golomb(reader);
    } else if (type == 1) {
        bits(reader, 1);
        signed_exp_golomb(reader);
        signed_exp_golomb(reader);
        for (guint32 count = exp_golomb(reader); count && !reader->broken; count--)
            signed_exp_golomb(reader);
    }
}

static gboolean
read_size(BitReader *reader, guint separate_planes, H264Sps *sps)
{
    guint64 width = 16 * ((guint64) exp_golomb(reader) + 1), height = 16 * ((guint64) exp_golomb(reader) + 1);
    guint frames_only = bits(reader, 1);
    guint array_type = separate_planes ? 0 : sps->chroma_format;
    guint64 unit_x = array_type == 1 || array_type == 2 ? 2 : 1, unit_y = (array_type == 1 ? 2 : 1) * (2 - frames_only);

    height *= 2 - frames_only;
    if (!frames_only)
        bits(reader, 1);
    bits(reader, 1);
    if (bits(reader, 1)) {
        guint64 left = exp_golomb(reader), right = exp_golomb(reader), top = exp_golomb(reader), bottom = exp_golomb(reader);

        if ((left + right) * unit_x >= width || (top + bottom) * unit_y >= height)
            return FALSE;
        width -= (left + right) * unit_x;
        height -= (top + bottom) * unit_y;
    }
    sps->width = (guint) MIN(width, G_MAXUINT);
    sps->height = (guint) MIN(height, G_MAXUINT);
    return !reader->broken && width <= G_MAXUINT16 && height <= G_MAXUINT16;
}

gboolean
h264_sps_parse(const guint8 *nal, gsize length, H264Sps *ret_sps)
{
    BitReader reader;
    H264Sps sps = { 0 };
    guint separate_planes;

    if (length < 4 || length > H264_PARAMETER_SET_MAX || (nal[0] & 0x1f) != H264_NAL_SPS)
        return FALSE;
    reader_init(&reader, nal, length);
    sps.profile = (guint8) bits(&reader, 8);
    sps.compatibility = (guint8) bits(&reader, 8);
    sps.level = (guint8) bits(&reader, 8);
    sps.id = exp_golomb(&reader);
    if (sps.id >= H264_SPS_MAX)
        return FALSE;
    read_chroma(&reader, &sps, &separate_planes);
    if (sps.chroma_format > 3 || sps.bit_depth_luma > 14 || sps.bit_depth_chroma > 14)
        return FALSE;
    exp_golomb(&reader);
    skip_picture_order(&reader);
    exp_golomb(&reader);
    bits(&reader, 1);
    if (!read_size(&reader, separate_planes, &sps))
        return FALSE;
    *ret_sps = sps;
    return TRUE;
}

/* --- the sets in force --- */

typedef struct {
    GBytes *nal; /* NULL: has not come */
    guint sps;
} Pps;

struct H264Config {
    GBytes *sps[H264_SPS_MAX];
    Pps pps[H264_PPS_MAX];
    GBytes *record; /* of `record_sps`; NULL when a set has changed */
    guint record_sps;
};

H264Config *
h264_config_new(void)
{
    return g_new0(H264Config, 1);
}

void
h264_config_free(H264Config *config)
{
    if (!config)
        return;
    for (guint i = 0; i < H264_SPS_MAX; i++)
        g_clear_pointer(&config->sps[i], g_bytes_unref);
    for (guint i = 0; i < H264_PPS_MAX; i++)
        g_clear_pointer(&config->pps[i].nal, g_bytes_unref);
    g_clear_pointer(&config->record, g_bytes_unref);
    g_free(config);
}

static gboolean
replace(GBytes **nal, const guint8 *data, gsize length)
{
    if (*nal && g_bytes_get_size(*nal) == length && !memcmp(g_bytes_get_data(*nal, NULL), data, length))
        return FALSE;
    g_clear_pointer(nal, g_bytes_unref);
    *nal = g_bytes_new(data, length);
    return TRUE;
}

void
h264_config_take(H264Config *config, const guint8 *nal, gsize length)
{
    BitReader reader;
    H264Sps sps;
    gboolean changed = FALSE;

    if (length < 2 || length > H264_PARAMETER_SET_MAX)
        return;
    if (h264_sps_parse(nal, length, &sps)) {
        changed = replace(&config->sps[sps.id], nal, length);
    } else if ((nal[0] & 0x1f) == H264_NAL_PPS) {
        reader_init(&reader, nal, length);

        guint id = exp_golomb(&reader), of = exp_golomb(&reader);

        if (!reader.broken && id < H264_PPS_MAX && of < H264_SPS_MAX) {
            changed = replace(&config->pps[id].nal, nal, length);
            config->pps[id].sps = of;
        }
    }
    if (changed)
        g_clear_pointer(&config->record, g_bytes_unref);
}

static void
put_set(GByteArray *out, GBytes *nal)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(nal, &length);
    guint8 size[2] = { (guint8) (length >> 8), (guint8) length };

    g_byte_array_append(out, size, sizeof size);
    g_byte_array_append(out, data, (guint) length);
}

static GBytes *
make_record(const H264Config *config, guint sps_id, const H264Sps *sps)
{
    GByteArray *out = g_byte_array_new();
    /* version, profile, compatibility, level, NAL lengths of 4 bytes, one SPS */
    guint8 head[] = { 1, sps->profile, sps->compatibility, sps->level, 0xfc | 3, 0xe0 | 1 };
    guint8 count = 0;

    g_byte_array_append(out, head, sizeof head);
    put_set(out, config->sps[sps_id]);

    guint count_at = out->len;

    g_byte_array_append(out, &count, 1);
    for (guint i = 0; i < H264_PPS_MAX; i++)
        if (config->pps[i].nal && config->pps[i].sps == sps_id) {
            put_set(out, config->pps[i].nal);
            count++;
        }
    out->data[count_at] = count;
    if (sps->profile == 100 || sps->profile == 110 || sps->profile == 122 || sps->profile == 144) {
        guint8 tail[] = { (guint8) (0xfc | sps->chroma_format), (guint8) (0xf8 | (sps->bit_depth_luma - 8)),
                          (guint8) (0xf8 | (sps->bit_depth_chroma - 8)), 0 };

        g_byte_array_append(out, tail, sizeof tail);
    }
    return g_byte_array_free_to_bytes(out);
}

GBytes *
h264_config_for_slice(H264Config *config, const guint8 *nal, gsize length, guint *ret_width, guint *ret_height)
{
    BitReader reader;
    H264Sps sps;

    /* first_mb_in_slice, slice_type, pic_parameter_set_id: at most 93 bits and what prevents emulation in them */
    reader_init(&reader, nal, MIN(length, 24));
    exp_golomb(&reader);
    exp_golomb(&reader);

    guint pps = exp_golomb(&reader);

    if (reader.broken || pps >= H264_PPS_MAX || !config->pps[pps].nal || !config->sps[config->pps[pps].sps])
        return NULL;

    guint id = config->pps[pps].sps;
    gsize size;
    const guint8 *data = g_bytes_get_data(config->sps[id], &size);

    if (!h264_sps_parse(data, size, &sps))
        return NULL;
    if (!config->record || config->record_sps != id) {
        g_clear_pointer(&config->record, g_bytes_unref);
        config->record = make_record(config, id, &sps);
        config->record_sps = id;
    }
    *ret_width = sps.width;
    *ret_height = sps.height;
    return config->record;
}
