#include "fmp4.h"

#include <string.h>

/* Seconds from 1904, the epoch of ISO/IEC 14496-12, to 1970. */
#define EPOCH_1904 G_GUINT64_CONSTANT(2082844800)
/* Opus needs 80 ms of preroll after a seek; in frames of 20 ms, negative as "before" (Opus in ISOBMFF, section 4.3.6.2). */
#define OPUS_ROLL_DISTANCE (-4)

#define SAMPLE_SYNC     0x02000000u /* depends on nothing (ISO/IEC 14496-12, 8.8.3.1) */
#define SAMPLE_NON_SYNC 0x01010000u /* depends on others, is not a sync sample */

static void
put8(GByteArray *out, guint value)
{
    guint8 byte = (guint8) value;

    g_byte_array_append(out, &byte, 1);
}

static void
put16(GByteArray *out, guint value)
{
    put8(out, value >> 8);
    put8(out, value);
}

static void
put32(GByteArray *out, guint32 value)
{
    put16(out, value >> 16);
    put16(out, value & 0xffff);
}

static void
put64(GByteArray *out, guint64 value)
{
    put32(out, (guint32) (value >> 32));
    put32(out, (guint32) value);
}

static void
put_zeros(GByteArray *out, guint count)
{
    while (count--)
        put8(out, 0);
}

static void
put_text(GByteArray *out, const char *text)
{
    g_byte_array_append(out, (const guint8 *) text, (guint) strlen(text));
}

static void
patch32(GByteArray *out, guint at, guint32 value)
{
    guint32 big = GUINT32_TO_BE(value);

    memcpy(out->data + at, &big, sizeof big);
}

/** Returns where the box began, for box_end(). */
static guint
box_begin(GByteArray *out, const char *type)
{
    guint at = out->len;

    put32(out, 0);
    put_text(out, type);
    return at;
}

static guint
full_box_begin(GByteArray *out, const char *type, guint version, guint32 flags)
{
    guint at = box_begin(out, type);

    put32(out, version << 24 | flags);
    return at;
}

static void
box_end(GByteArray *out, guint at)
{
    patch32(out, at, out->len - at);
}

static void
put_matrix(GByteArray *out)
{
    static const guint32 unity[] = { 0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000 };

    for (guint i = 0; i < G_N_ELEMENTS(unity); i++)
        put32(out, unity[i]);
}

static void
put_ftyp(GByteArray *out)
{
    guint ftyp = box_begin(out, "ftyp");

    put_text(out, "iso6");
    put32(out, 0);
    put_text(out, "iso6isommp41");
    box_end(out, ftyp);
}

static void
put_mvhd(GByteArray *out, guint64 created)
{
    guint mvhd = full_box_begin(out, "mvhd", 1, 0);

    put64(out, created);
    put64(out, created);
    put32(out, 1000); /* timescale */
    put64(out, 0);    /* duration: in the fragments */
    put32(out, 0x00010000);
    put16(out, 0x0100);
    put_zeros(out, 10);
    put_matrix(out);
    put_zeros(out, 24);
    put32(out, MEDIA_AUDIO + 1); /* next_track_ID */
    box_end(out, mvhd);
}

static void
put_tkhd(GByteArray *out, const MediaTracks *tracks, MediaKind track, guint64 created)
{
    gboolean video = track == MEDIA_VIDEO;
    guint tkhd = full_box_begin(out, "tkhd", 1, 0x000003); /* enabled, in movie */

    put64(out, created);
    put64(out, created);
    put32(out, track);
    put32(out, 0);
    put64(out, 0);
    put_zeros(out, 8);
    put16(out, 0); /* layer */
    put16(out, 0); /* alternate group */
    put16(out, video ? 0 : 0x0100);
    put16(out, 0);
    put_matrix(out);
    put32(out, video ? tracks->width << 16 : 0);
    put32(out, video ? tracks->height << 16 : 0);
    box_end(out, tkhd);
}

static void
put_mdhd_hdlr(GByteArray *out, MediaKind track, guint64 created)
{
    gboolean video = track == MEDIA_VIDEO;
    guint mdhd = full_box_begin(out, "mdhd", 1, 0);

    put64(out, created);
    put64(out, created);
    put32(out, video ? MEDIA_VIDEO_TIMESCALE : MEDIA_AUDIO_TIMESCALE);
    put64(out, 0);
    put16(out, 0x55c4); /* language "und" */
    put16(out, 0);
    box_end(out, mdhd);

    guint hdlr = full_box_begin(out, "hdlr", 0, 0);

    put32(out, 0);
    put_text(out, video ? "vide" : "soun");
    put_zeros(out, 12);
    put_text(out, video ? "video" : "audio");
    put8(out, 0);
    box_end(out, hdlr);
}

static void
put_avc1(GByteArray *out, const MediaTracks *tracks)
{
    gsize length;
    const guint8 *avcc_bytes = g_bytes_get_data(tracks->avcc, &length);
    guint avc1 = box_begin(out, "avc1");

    put_zeros(out, 6);
    put16(out, 1); /* data reference */
    put_zeros(out, 16);
    put16(out, tracks->width);
    put16(out, tracks->height);
    put32(out, 0x00480000); /* 72 dpi */
    put32(out, 0x00480000);
    put32(out, 0);
    put16(out, 1); /* frames per sample */
    put_zeros(out, 32);
    put16(out, 0x0018);
    put16(out, 0xffff);

    guint avcc = box_begin(out, "avcC");

    g_byte_array_append(out, avcc_bytes, (guint) length);
    box_end(out, avcc);
    box_end(out, avc1);
}

static void
put_opus(GByteArray *out, guint channels)
{
    guint opus = box_begin(out, "Opus");

    put_zeros(out, 6);
    put16(out, 1); /* data reference */
    put_zeros(out, 8);
    put16(out, channels);
    put16(out, 16);
    put_zeros(out, 4);
    put32(out, (guint32) MEDIA_AUDIO_TIMESCALE << 16);

    guint dops = box_begin(out, "dOps"); /* big-endian, unlike the Ogg header it stems from */

    put8(out, 0);
    put8(out, channels);
    put16(out, 0); /* PreSkip: we join a running stream, its encoder's delay is long past */
    put32(out, MEDIA_AUDIO_TIMESCALE);
    put16(out, 0);
    put8(out, 0); /* mapping family 0: mono or stereo */
    box_end(out, dops);
    box_end(out, opus);
}

static void
put_empty_table(GByteArray *out, const char *type)
{
    guint table = full_box_begin(out, type, 0, 0);

    put32(out, 0);
    box_end(out, table);
}

/** The roll distance which every sample of the Opus track refers to by its fragment's sbgp. */
static void
put_roll_description(GByteArray *out)
{
    guint sgpd = full_box_begin(out, "sgpd", 1, 0);

    put_text(out, "roll");
    put32(out, 2); /* default length */
    put32(out, 1); /* one entry */
    put16(out, (guint16) OPUS_ROLL_DISTANCE);
    box_end(out, sgpd);
}

static void
put_stbl(GByteArray *out, const MediaTracks *tracks, MediaKind track)
{
    guint stbl = box_begin(out, "stbl");
    guint stsd = full_box_begin(out, "stsd", 0, 0);

    put32(out, 1);
    if (track == MEDIA_VIDEO)
        put_avc1(out, tracks);
    else
        put_opus(out, tracks->audio_channels);
    box_end(out, stsd);
    put_empty_table(out, "stts");
    put_empty_table(out, "stsc");

    guint stsz = full_box_begin(out, "stsz", 0, 0);

    put64(out, 0);
    box_end(out, stsz);
    put_empty_table(out, "stco");
    if (track == MEDIA_AUDIO)
        put_roll_description(out);
    box_end(out, stbl);
}

static void
put_minf(GByteArray *out, const MediaTracks *tracks, MediaKind track)
{
    guint minf = box_begin(out, "minf");

    if (track == MEDIA_VIDEO) {
        guint vmhd = full_box_begin(out, "vmhd", 0, 1);

        put64(out, 0);
        box_end(out, vmhd);
    } else {
        guint smhd = full_box_begin(out, "smhd", 0, 0);

        put32(out, 0);
        box_end(out, smhd);
    }

    guint dinf = box_begin(out, "dinf");
    guint dref = full_box_begin(out, "dref", 0, 0);

    put32(out, 1);
    box_end(out, full_box_begin(out, "url ", 0, 1)); /* the media is in this file */
    box_end(out, dref);
    box_end(out, dinf);
    put_stbl(out, tracks, track);
    box_end(out, minf);
}

static void
put_trak(GByteArray *out, const MediaTracks *tracks, MediaKind track, guint64 created)
{
    guint trak = box_begin(out, "trak");

    put_tkhd(out, tracks, track, created);

    guint mdia = box_begin(out, "mdia");

    put_mdhd_hdlr(out, track, created);
    put_minf(out, tracks, track);
    box_end(out, mdia);
    box_end(out, trak);
}

static void
put_trex(GByteArray *out, MediaKind track)
{
    guint trex = full_box_begin(out, "trex", 0, 0);

    put32(out, track);
    put32(out, 1); /* sample description */
    put32(out, 0);
    put32(out, 0);
    put32(out, track == MEDIA_VIDEO ? SAMPLE_NON_SYNC : SAMPLE_SYNC);
    box_end(out, trex);
}

GBytes *
fmp4_init_segment(const MediaTracks *tracks)
{
    GByteArray *out = g_byte_array_new();
    guint64 created = (guint64) (tracks->created_wall_us / G_USEC_PER_SEC) + EPOCH_1904;

    put_ftyp(out);

    guint moov = box_begin(out, "moov");

    put_mvhd(out, created);
    if (tracks->video)
        put_trak(out, tracks, MEDIA_VIDEO, created);
    if (tracks->audio_channels)
        put_trak(out, tracks, MEDIA_AUDIO, created);

    guint mvex = box_begin(out, "mvex");

    if (tracks->video)
        put_trex(out, MEDIA_VIDEO);
    if (tracks->audio_channels)
        put_trex(out, MEDIA_AUDIO);
    box_end(out, mvex);
    box_end(out, moov);
    return g_byte_array_free_to_bytes(out);
}

char *
fmp4_codecs(const MediaTracks *tracks)
{
    gsize length;
    const guint8 *avcc = tracks->avcc ? g_bytes_get_data(tracks->avcc, &length) : NULL;

    if (!avcc)
        return g_strdup("opus");
    /* AVCDecoderConfigurationRecord: version, profile, compatibility, level (ISO/IEC 14496-15, 5.3.3.1.2). */
    return g_strdup_printf("avc1.%02x%02x%02x%s", length > 3 ? avcc[1] : 0, length > 3 ? avcc[2] : 0, length > 3 ? avcc[3] : 0,
                           tracks->audio_channels ? ",opus" : "");
}

/** Returns where the trun's data offset stands, to be filled in when the size of the moof is known. */
static guint
put_traf(GByteArray *out, const MediaRun *run)
{
    gboolean video = run->track == MEDIA_VIDEO;
    guint traf = box_begin(out, "traf");
    guint tfhd = full_box_begin(out, "tfhd", 0, 0x020000); /* default-base-is-moof */

    put32(out, run->track);
    box_end(out, tfhd);

    guint tfdt = full_box_begin(out, "tfdt", 1, 0);

    put64(out, run->decode_time);
    box_end(out, tfdt);

    /* data offset, and per sample duration, size and (video) flags */
    guint trun = full_box_begin(out, "trun", 0, video ? 0x000701 : 0x000301);

    put32(out, run->count);

    guint offset_at = out->len;

    put32(out, 0);
    for (guint i = 0; i < run->count; i++) {
        put32(out, run->samples[i].duration);
        put32(out, (guint32) g_bytes_get_size(run->samples[i].bytes));
        if (video)
            put32(out, run->samples[i].key ? SAMPLE_SYNC : SAMPLE_NON_SYNC);
    }
    box_end(out, trun);
    if (!video) {
        guint sbgp = full_box_begin(out, "sbgp", 0, 0);

        put_text(out, "roll");
        put32(out, 1);
        put32(out, run->count);
        put32(out, 1); /* the first description in the init segment's sgpd */
        box_end(out, sbgp);
    }
    box_end(out, traf);
    return offset_at;
}

static void
put_samples(GByteArray *out, const MediaRun *run)
{
    for (guint i = 0; i < run->count; i++) {
        gsize length;
        const guint8 *data = g_bytes_get_data(run->samples[i].bytes, &length);

        g_byte_array_append(out, data, (guint) length);
    }
}

GBytes *
fmp4_fragment(guint32 sequence, const MediaRun *runs, guint run_count)
{
    GByteArray *out = g_byte_array_new();
    guint offsets[MEDIA_AUDIO + 1] = { 0 };
    guint moof = box_begin(out, "moof");
    guint mfhd = full_box_begin(out, "mfhd", 0, 0);

    put32(out, sequence);
    box_end(out, mfhd);
    for (guint i = 0; i < run_count; i++)
        if (runs[i].count)
            offsets[runs[i].track] = put_traf(out, &runs[i]);
    box_end(out, moof);

    guint mdat = box_begin(out, "mdat");

    for (guint i = 0; i < run_count; i++) {
        if (!runs[i].count)
            continue;
        patch32(out, offsets[runs[i].track], out->len - moof);
        put_samples(out, &runs[i]);
    }
    box_end(out, mdat);
    return g_byte_array_free_to_bytes(out);
}
