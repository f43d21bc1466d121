/* RFC 8216: playlists against exact text. */
#include "playlist.h"

#include <string.h>

#include "suite-main.h"

/* 2026-11-23T08:00:00.250Z */
#define START G_GINT64_CONSTANT(1795420800250000)

typedef struct {
    RecordingIndex *index;
    guint64 seq, offset;
    gint64 t;
    guint part;
    const char *track;
} Tape;

static void
line(Tape *tape, const char *type, json_t *members)
{
    json_object_set_new(members, "seq", json_integer((json_int_t) tape->seq++));
    json_object_set_new(members, "type", json_string(type));
    json_object_set_new(members, "at", json_integer(START));
    recording_index_add(tape->index, members);
    json_decref(members);
}

static void
part(Tape *tape, guint number, guint width, guint height)
{
    g_autofree char *file = g_strdup_printf("%s/part-%04u.mp4", tape->track, number);

    tape->part = number;
    tape->offset = 800;
    tape->t = 0;
    line(tape, "part", json_pack("{s:s, s:i, s:s, s:i, s:i, s:s, s:i, s:i}", "track", tape->track, "part", number, "file", file,
                                 "offset", 0, "length", 800, "codecs", width ? "avc1.42e01f,opus" : "opus", "width", width, "height",
                                 height));
}

/* `captured` counts from START, in ms as `duration_ms`. */
static void
fragment(Tape *tape, gint64 captured_ms, gint64 duration_ms, gboolean key, guint length)
{
    line(tape, "fragment", json_pack("{s:s, s:i, s:I, s:i, s:I, s:I, s:b, s:I}", "track", tape->track, "part", tape->part, "offset",
                                     (json_int_t) tape->offset, "length", length, "t", (json_int_t) tape->t, "duration",
                                     (json_int_t) duration_ms * 1000, "key", key, "captured",
                                     (json_int_t) (START + captured_ms * 1000)));
    tape->offset += length;
    tape->t += duration_ms * 1000;
}

static Tape
site_tape(void)
{
    Tape tape = { .index = recording_index_new(), .track = "site" };

    line(&tape, "open", json_pack("{s:s}", "recording", "r"));
    return tape;
}

static char *
media_of(const RecordingIndex *index, const char *name)
{
    g_autoptr(PlaylistTrack) track = playlist_track_new(index, name);

    return playlist_media(track);
}

static char *
parts_of(const RecordingIndex *index, const char *name)
{
    g_autoptr(PlaylistTrack) track = playlist_track_new(index, name);

    return playlist_parts(track, FALSE);
}

static char *
main_of(const RecordingIndex *index)
{
    g_autoptr(PlaylistTrack) track = playlist_track_new(index, "site");

    return playlist_main(track);
}

START_TEST(groups_from_key_frame_to_key_frame_and_marks_a_new_part)
{
    Tape tape = site_tape();

    part(&tape, 1, 640, 480);
    fragment(&tape, 0, 1000, TRUE, 100);
    fragment(&tape, 1000, 1000, FALSE, 110);
    fragment(&tape, 2000, 1000, TRUE, 120);
    fragment(&tape, 3000, 500, TRUE, 50);
    fragment(&tape, 3500, 1000, FALSE, 60);
    part(&tape, 2, 480, 640);
    fragment(&tape, 9000, 1001, TRUE, 70);
    line(&tape, "end", json_object());

    g_autofree char *text = media_of(tape.index, "site");

    ck_assert_str_eq(text, "#EXTM3U\n"
                           "#EXT-X-VERSION:7\n"
                           "#EXT-X-TARGETDURATION:4\n"
                           "#EXT-X-MEDIA-SEQUENCE:0\n"
                           "#EXT-X-PLAYLIST-TYPE:EVENT\n"
                           "#EXT-X-INDEPENDENT-SEGMENTS\n"
                           "#EXT-X-MAP:URI=\"../files/site/part-0001.mp4\",BYTERANGE=\"800@0\"\n"
                           "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T08:00:00.250Z\n"
                           "#EXTINF:2.000000,\n"
                           "#EXT-X-BYTERANGE:210@800\n"
                           "../files/site/part-0001.mp4\n"
                           "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T08:00:02.250Z\n"
                           "#EXTINF:2.500000,\n"
                           "#EXT-X-BYTERANGE:230@1010\n"
                           "../files/site/part-0001.mp4\n"
                           "#EXT-X-DISCONTINUITY\n"
                           "#EXT-X-MAP:URI=\"../files/site/part-0002.mp4\",BYTERANGE=\"800@0\"\n"
                           "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T08:00:09.250Z\n"
                           "#EXTINF:1.001000,\n"
                           "#EXT-X-BYTERANGE:70@800\n"
                           "../files/site/part-0002.mp4\n"
                           "#EXT-X-ENDLIST\n");
    recording_index_free(tape.index);
}
END_TEST

START_TEST(grows_by_whole_segments_only)
{
    Tape tape = site_tape();
    g_autofree char *before = NULL;

    ck_assert_ptr_null(media_of(tape.index, "site"));
    part(&tape, 1, 640, 480);
    for (guint i = 0; i < 4; i++)
        fragment(&tape, i * 1000, 1000, i % 2 == 0, 100);
    before = media_of(tape.index, "site");
    ck_assert_ptr_nonnull(strstr(before, "#EXT-X-BYTERANGE:200@800\n"));
    ck_assert_ptr_null(strstr(before, "@1000\n")); /* may still grow */
    ck_assert_ptr_null(strstr(before, "ENDLIST"));

    for (guint i = 4; i < 30; i++) {
        g_autofree char *after = NULL;

        fragment(&tape, i * 1000, 1000, i % 2 == 0, 100);
        after = media_of(tape.index, "site");
        ck_assert_msg(g_str_has_prefix(after, before), "what was once published never changes:\n%s\n%s", before, after);
    }
    recording_index_free(tape.index);
}
END_TEST

START_TEST(a_hole_in_media_time_is_a_discontinuity_and_torn_bytes_are_skipped)
{
    Tape tape = site_tape();

    part(&tape, 1, 640, 480);
    fragment(&tape, 0, 1000, TRUE, 100);
    tape.t += 30 * G_USEC_PER_SEC;
    fragment(&tape, 31000, 1000, TRUE, 100);
    tape.offset += 13;
    fragment(&tape, 32000, 1000, TRUE, 100);
    line(&tape, "end", json_object());

    g_autofree char *text = media_of(tape.index, "site");
    const char *hole = strstr(text, "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-11-23T08:00:31.250Z\n");

    ck_assert_ptr_nonnull(hole);
    ck_assert_ptr_null(strstr(hole + strlen("#EXT-X-DISCONTINUITY"), "DISCONTINUITY"));
    ck_assert_ptr_nonnull(strstr(text, "#EXT-X-BYTERANGE:100@1013\n"));
    recording_index_free(tape.index);
}
END_TEST

START_TEST(a_long_wait_for_a_key_frame_raises_the_target)
{
    Tape tape = site_tape();
    g_autofree char *text = NULL;

    part(&tape, 1, 640, 480);
    for (guint i = 0; i < 9; i++)
        fragment(&tape, i * 1000, 1000, i == 0, 100);
    line(&tape, "end", json_object());
    text = media_of(tape.index, "site");
    ck_assert_ptr_nonnull(strstr(text, "#EXT-X-TARGETDURATION:9\n"));
    ck_assert_ptr_nonnull(strstr(text, "#EXTINF:9.000000,\n"));
    recording_index_free(tape.index);
}
END_TEST

START_TEST(main_names_codecs_of_the_largest_picture)
{
    Tape tape = site_tape();
    g_autofree char *text = NULL;

    ck_assert_ptr_null(main_of(tape.index));
    part(&tape, 1, 320, 240);
    ck_assert_ptr_null(main_of(tape.index));
    fragment(&tape, 0, 2000, TRUE, 100000);
    part(&tape, 2, 1280, 720);
    fragment(&tape, 2000, 2000, TRUE, 200000);
    line(&tape, "end", json_object());
    text = main_of(tape.index);
    ck_assert_str_eq(text, "#EXTM3U\n"
                           "#EXT-X-VERSION:7\n"
                           "#EXT-X-INDEPENDENT-SEGMENTS\n"
                           "#EXT-X-STREAM-INF:BANDWIDTH=800000,AVERAGE-BANDWIDTH=600000,CODECS=\"avc1.42e01f,opus\","
                           "RESOLUTION=1280x720\n"
                           "site.m3u8\n");
    recording_index_free(tape.index);
}
END_TEST

START_TEST(what_is_missing_is_told_with_its_reason)
{
    Tape tape = site_tape();
    g_autofree char *text = NULL;

    part(&tape, 1, 640, 480);
    fragment(&tape, 0, 2000, TRUE, 100);
    line(&tape, "gap", json_pack("{s:s, s:I, s:I, s:s}", "track", "site", "from", (json_int_t) 1700000000250000, "to", (json_int_t) 1700000001500000,
                                 "reason", "disk-full"));
    line(&tape, "gap", json_pack("{s:s, s:I, s:n, s:s}", "track", "site", "from", (json_int_t) 1700000002000000, "to", "reason", "feed-lost"));
    line(&tape, "gap", json_pack("{s:s, s:I, s:n, s:s}", "track", "audio-p", "from", (json_int_t) 1700000002000000, "to", "reason", "feed-lost"));
    line(&tape, "damage", json_pack("{s:s, s:s, s:I, s:I, s:i}", "track", "site", "media", "video", "from", (json_int_t) 1700000003000000, "to",
                                    (json_int_t) 1700000003700000, "packets", 2));
    line(&tape, "end", json_object());
    text = media_of(tape.index, "site");
    ck_assert_ptr_nonnull(strstr(text, ",CLASS=\"cn.yuntakan.gap\",START-DATE=\"2023-11-14T22:13:20.250Z\",DURATION=1.250000,X-REASON=\"disk-full\"\n"));
    ck_assert_ptr_nonnull(strstr(text, ",CLASS=\"cn.yuntakan.gap\",START-DATE=\"2023-11-14T22:13:22.000Z\",X-REASON=\"feed-lost\"\n"));
    ck_assert_ptr_nonnull(strstr(text, ",CLASS=\"cn.yuntakan.damage\",START-DATE=\"2023-11-14T22:13:23.000Z\",DURATION=0.700000,X-REASON=\"packets-lost\"\n"));
    ck_assert_ptr_eq(strstr(strstr(text, "feed-lost") + 1, "feed-lost"), NULL); /* the voice's gap is the voice's */
    recording_index_free(tape.index);
}
END_TEST

START_TEST(each_track_has_its_own)
{
    Tape tape = site_tape();
    g_autofree char *text = NULL;

    tape.track = "audio-p1";
    part(&tape, 1, 0, 0);
    fragment(&tape, 0, 2000, TRUE, 100);
    fragment(&tape, 2000, 2000, TRUE, 100);
    text = media_of(tape.index, "audio-p1");
    ck_assert_ptr_nonnull(strstr(text, "../files/audio-p1/part-0001.mp4\n"));
    ck_assert_ptr_null(media_of(tape.index, "audio-p9"));
    ck_assert_ptr_null(media_of(tape.index, "site"));
    recording_index_free(tape.index);
}
END_TEST

START_TEST(the_newest_segments_are_told_in_their_fragments_while_it_runs)
{
    Tape tape = site_tape();

    ck_assert_ptr_null(parts_of(tape.index, "site"));
    part(&tape, 1, 640, 480);
    fragment(&tape, 0, 500, TRUE, 100);

    g_autofree char *first = parts_of(tape.index, "site");

    ck_assert_str_eq(first, "#EXTM3U\n"
                            "#EXT-X-VERSION:10\n"
                            "#EXT-X-TARGETDURATION:4\n"
                            "#EXT-X-MEDIA-SEQUENCE:0\n"
                            "#EXT-X-PLAYLIST-TYPE:EVENT\n"
                            "#EXT-X-INDEPENDENT-SEGMENTS\n"
                            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,CAN-SKIP-DATERANGES=YES,PART-HOLD-BACK=3.0\n"
                            "#EXT-X-PART-INF:PART-TARGET=1.0\n"
                            "#EXT-X-MAP:URI=\"../files/site/part-0001.mp4\",BYTERANGE=\"800@0\"\n"
                            "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T08:00:00.250Z\n"
                            "#EXT-X-PART:DURATION=0.500000,URI=\"../files/site/part-0001.mp4\",BYTERANGE=\"100@800\",INDEPENDENT=YES\n");
    ck_assert_ptr_null(media_of(tape.index, "site"));
    for (guint i = 1; i < 24; i++)
        fragment(&tape, i * 500, 500, i % 4 == 0, 100);

    /* Six segments of two seconds: the last one is open, the three before it are told in parts as well. */
    g_autofree char *later = parts_of(tape.index, "site");
    guint parts = 0, segments = 0;

    for (const char *at = later; (at = strstr(at, "#EXT-X-PART:")); at++)
        parts++;
    for (const char *at = later; (at = strstr(at, "#EXTINF:")); at++)
        segments++;
    ck_assert_uint_eq(parts, 4 * 4);
    ck_assert_uint_eq(segments, 5);
    ck_assert(g_str_has_suffix(later, "BYTERANGE=\"100@3100\"\n"));

    line(&tape, "end", json_object());

    g_autofree char *ended = parts_of(tape.index, "site"), *plain = media_of(tape.index, "site");

    ck_assert_str_eq(ended, plain);
    recording_index_free(tape.index);
}
END_TEST

/* RFC 8216bis, section 6.2.5.1 */
START_TEST(a_delta_update_leaves_out_what_was_told_long_ago)
{
    Tape tape = site_tape();
    g_autoptr(PlaylistTrack) track = playlist_track_new(tape.index, "site");

    part(&tape, 1, 640, 480);
    line(&tape, "gap", json_pack("{s:s, s:I, s:I, s:s}", "track", "site", "from", (json_int_t) START, "to", (json_int_t) START + 1, "reason", "early"));
    for (guint i = 0; i < 4 * 20 + 3; i++)
        fragment(&tape, i * 500, 500, i % 4 == 0, 100);
    line(&tape, "gap", json_pack("{s:s, s:I, s:n, s:s}", "track", "site", "from", (json_int_t) START, "to", "reason", "lasting"));
    playlist_track_follow(track);

    g_autofree char *whole = playlist_parts(track, FALSE), *newest = playlist_parts(track, TRUE);
    /* Twenty segments of two seconds: seven lie farther back than 24 s, the others and the open one stand as in the whole. */
    const char *skip = strstr(newest, "#EXT-X-SKIP:SKIPPED-SEGMENTS=7\n");
    const char *kept = strstr(whole, "#EXT-X-PROGRAM-DATE-TIME:2026-11-23T08:00:14.250Z\n");

    ck_assert_ptr_nonnull(skip);
    ck_assert_ptr_nonnull(kept);
    ck_assert_ptr_nonnull(strstr(whole, "X-REASON=\"early\""));
    ck_assert_ptr_null(strstr(newest, "X-REASON=\"early\""));
    ck_assert_ptr_nonnull(strstr(newest, "X-REASON=\"lasting\""));

    g_autofree char *told = g_strndup(kept, (gsize) (strstr(kept, "#EXT-X-DATERANGE") - kept));

    ck_assert(g_str_has_prefix(strchr(skip, '\n') + 1, told));
    ck_assert_uint_lt(strlen(newest), 4500);

    line(&tape, "end", json_object());
    playlist_track_follow(track);

    g_autofree char *ended = playlist_parts(track, TRUE), *plain = playlist_media(track);

    ck_assert_str_eq(ended, plain);
    recording_index_free(tape.index);
}
END_TEST

/* RFC 8216bis, section 6.2.5.2 */
START_TEST(it_is_known_which_fragments_have_come)
{
    Tape tape = site_tape();
    g_autoptr(PlaylistTrack) track = playlist_track_new(tape.index, "site");

    ck_assert(!playlist_track_has(track, 0, 0));
    part(&tape, 1, 640, 480);
    for (guint i = 0; i < 6; i++) {
        fragment(&tape, i * 500, 500, i % 4 == 0, 100);
        /* another's lie between */
        line(&tape, "part", json_pack("{s:s, s:i, s:s, s:i, s:s}", "track", "audio-p", "part", 1, "file", "audio-p/1.mp4", "length", 1, "codecs", "opus"));
        line(&tape, "fragment", json_pack("{s:s, s:i, s:i, s:i, s:i, s:i}", "track", "audio-p", "part", 1, "offset", 0, "length", 10, "duration", 500000, "captured", 1));
    }
    playlist_track_follow(track);
    ck_assert(playlist_track_has(track, 0, -1) && playlist_track_has(track, 0, 99));
    ck_assert(playlist_track_has(track, 1, 1) && !playlist_track_has(track, 1, 2) && !playlist_track_has(track, 1, -1) && !playlist_track_has(track, 2, 0));
    ck_assert_int_eq(playlist_track_duration(track), 2 * G_USEC_PER_SEC);
    recording_index_free(tape.index);
}
END_TEST

SUITE_MAIN("playlist", a_delta_update_leaves_out_what_was_told_long_ago, it_is_known_which_fragments_have_come, groups_from_key_frame_to_key_frame_and_marks_a_new_part, grows_by_whole_segments_only,
           a_hole_in_media_time_is_a_discontinuity_and_torn_bytes_are_skipped, a_long_wait_for_a_key_frame_raises_the_target,
           main_names_codecs_of_the_largest_picture, what_is_missing_is_told_with_its_reason, each_track_has_its_own,
           the_newest_segments_are_told_in_their_fragments_while_it_runs)
