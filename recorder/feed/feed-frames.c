#include "feed-frames.h"

#include <jansson.h>
#include <string.h>

#include "uuid7.h"

G_DEFINE_QUARK(feed-error-quark, feed_error)

struct FeedFrames {
    GByteArray *waiting;
};

FeedFrames *
feed_frames_new(void)
{
    FeedFrames *frames = g_new0(FeedFrames, 1);

    frames->waiting = g_byte_array_new();
    return frames;
}

void
feed_frames_free(FeedFrames *frames)
{
    if (!frames)
        return;
    g_byte_array_unref(frames->waiting);
    g_free(frames);
}

gsize
feed_frames_waiting(const FeedFrames *frames)
{
    return frames->waiting->len;
}

static gboolean
first_byte_is_known(guint8 byte)
{
    return byte == '{' || (byte >= 128 && byte <= 191);
}

/** Hands out the whole frames at the beginning of `data`; returns how many bytes they took, -1 to stop. */
static gssize
hand_out(const guint8 *data, gsize length, FeedFrameFunc frame, gpointer user)
{
    gsize at = 0;

    while (length - at >= 2) {
        gsize size = (gsize) data[at] << 8 | data[at + 1];

        if (size == 0)
            return -1;
        /* Known as soon as the first byte is there: a stream out of step is closed before it has filled a buffer. */
        if (length - at > 2 && !first_byte_is_known(data[at + 2]))
            return -1;
        if (length - at - 2 < size)
            break;
        if (!frame(data + at + 2, size, user))
            return -1;
        at += 2 + size;
    }
    return (gssize) at;
}

gboolean
feed_frames_push(FeedFrames *frames, const guint8 *data, gsize length, FeedFrameFunc frame, gpointer user)
{
    GByteArray *waiting = frames->waiting;

    /* Complete the frame that waits, byte by byte of what it lacks, so that the buffer never holds more than one. */
    while (waiting->len && length) {
        gsize wanted = waiting->len < 2 ? 2 : 2 + ((gsize) waiting->data[0] << 8 | waiting->data[1]);
        gsize take = MIN(length, wanted - waiting->len);

        g_byte_array_append(waiting, data, (guint) take);
        data += take;
        length -= take;

        gssize taken = hand_out(waiting->data, waiting->len, frame, user);

        if (taken < 0)
            return FALSE;
        if (taken > 0)
            g_byte_array_set_size(waiting, 0);
    }

    gssize taken = hand_out(data, length, frame, user);

    if (taken < 0)
        return FALSE;
    g_byte_array_append(waiting, data + taken, (guint) (length - (gsize) taken));
    return TRUE;
}

/* --- control frames --- */

static gboolean
wrong(GError **error, const char *field)
{
    g_set_error(error, FEED_ERROR, FEED_ERROR_FIELD, "%s is missing or not as it should be", field);
    return FALSE;
}

static gboolean
take_id(const json_t *object, const char *field, char *ret, GError **error)
{
    const char *text = json_string_value(json_object_get(object, field));

    if (!uuid7_is_valid(text))
        return wrong(error, field);
    g_strlcpy(ret, text, FEED_ID_MAX + 1);
    return TRUE;
}

static gboolean
take_text(const json_t *object, const char *field, char *ret, gsize size, GError **error)
{
    const char *text = json_string_value(json_object_get(object, field));

    if (!text || strlen(text) >= size)
        return wrong(error, field);
    g_strlcpy(ret, text, size);
    return TRUE;
}

static gboolean
take_number(const json_t *object, const char *field, guint64 max, guint64 *ret, GError **error)
{
    const json_t *value = json_object_get(object, field);

    if (!json_is_integer(value) || json_integer_value(value) < 0 || (guint64) json_integer_value(value) > max)
        return wrong(error, field);
    *ret = (guint64) json_integer_value(value);
    return TRUE;
}

static gboolean
parse_track(const json_t *object, FeedMessage *message, GError **error)
{
    const char *kind = json_string_value(json_object_get(object, "kind"));
    guint64 ssrc, payload_type, clock_rate, order = 0;

    if (!take_number(object, "ssrc", G_MAXUINT32, &ssrc, error) || !take_id(object, "participant", message->participant, error) ||
        !take_number(object, "payload_type", 127, &payload_type, error) ||
        !take_number(object, "clock_rate", 1000000, &clock_rate, error) ||
        !take_text(object, "codec", message->codec, sizeof message->codec, error))
        return FALSE;
    if (!kind || (strcmp(kind, "audio") && strcmp(kind, "video")))
        return wrong(error, "kind");
    if (clock_rate == 0)
        return wrong(error, "clock_rate");
    if (json_object_get(object, "order") && !take_number(object, "order", 1000, &order, error))
        return FALSE;
    if (json_object_get(object, "camera") && !json_is_boolean(json_object_get(object, "camera")))
        return wrong(error, "camera");
    if (json_object_get(object, "fmtp") && !json_is_null(json_object_get(object, "fmtp")) &&
        !take_text(object, "fmtp", message->fmtp, sizeof message->fmtp, error))
        return FALSE;
    message->kind = strcmp(kind, "audio") ? FEED_VIDEO : FEED_AUDIO;
    message->ssrc = (guint32) ssrc;
    message->payload_type = (guint8) payload_type;
    message->clock_rate = (guint32) clock_rate;
    message->order = (guint) order;
    message->camera = json_is_true(json_object_get(object, "camera"));
    return TRUE;
}

static gboolean
parse_fields(const json_t *object, FeedMessage *message, GError **error)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    guint64 ssrc;

    if (!type)
        return wrong(error, "type");
    if (g_str_equal(type, "feed")) {
        message->type = FEED_HELLO;
        return take_id(object, "recording", message->recording, error) && take_id(object, "room", message->room, error);
    }
    if (g_str_equal(type, "track")) {
        message->type = FEED_TRACK;
        return parse_track(object, message, error);
    }
    if (g_str_equal(type, "track-ended")) {
        message->type = FEED_TRACK_ENDED;
        if (!take_number(object, "ssrc", G_MAXUINT32, &ssrc, error))
            return FALSE;
        message->ssrc = (guint32) ssrc;
        return TRUE;
    }
    if (g_str_equal(type, "overflow")) {
        message->type = FEED_OVERFLOW;
        return take_number(object, "dropped", G_MAXINT64, &message->dropped, error) &&
               take_number(object, "ms", G_MAXINT64 / 1000, &message->ms, error);
    }
    message->type = g_str_equal(type, "feed-ended") ? FEED_ENDED : FEED_UNKNOWN; /* unknown: of a later version */
    return TRUE;
}

gboolean
feed_message_parse(const guint8 *data, gsize length, FeedMessage *ret_message, GError **error)
{
    json_error_t reason;
    json_t *object = json_loadb((const char *) data, length, JSON_REJECT_DUPLICATES, &reason);
    FeedMessage message = { 0 };
    gboolean ok = FALSE;

    if (!json_is_object(object))
        g_set_error(error, FEED_ERROR, FEED_ERROR_FORMAT, "not a JSON object: %s", object ? "another value" : reason.text);
    else
        ok = parse_fields(object, &message, error);
    json_decref(object);
    if (ok)
        *ret_message = message;
    return ok;
}
