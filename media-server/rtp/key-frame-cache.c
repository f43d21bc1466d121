#include "key-frame-cache.h"

#include "sequence.h"

/* A picture of more packets than this is none of a camera's at our bitrates. */
#define PICTURE_PACKETS_MAX 400

static gboolean
is_newer(guint32 timestamp, guint32 than)
{
    return (gint32)(timestamp - than) > 0;
}

static void
begin(KeyFrameCache *cache, const RtpHeader *header, gint64 now_us)
{
    *cache = (KeyFrameCache){
        .valid = TRUE,
        .first = header->sequence,
        .newest = header->sequence,
        .timestamp = header->timestamp,
        .newest_timestamp = header->timestamp,
        .received_us = now_us,
    };
}

void
key_frame_cache_note(KeyFrameCache *cache, const RtpHeader *header, gboolean starts_key_frame, gint64 now_us)
{
    if (starts_key_frame && (!cache->valid || is_newer(header->timestamp, cache->timestamp))) {
        begin(cache, header, now_us);
        return;
    }
    if (!cache->valid)
        return;
    /* Parameter sets and slices of one picture each count as a start; the first one is it, also when it comes
     * late. */
    if (starts_key_frame && header->timestamp == cache->timestamp &&
        sequence_distance(header->sequence, cache->first) < 0)
        cache->first = header->sequence;
    if (sequence_distance(header->sequence, cache->newest) > 0) {
        cache->newest = header->sequence;
        cache->newest_timestamp = header->timestamp;
    }
    /* The distance of two numbers is known for half their range only. */
    if ((guint16)(cache->newest - cache->first) > G_MAXINT16 / 2)
        cache->valid = FALSE;
}

void
key_frame_cache_clear(KeyFrameCache *cache)
{
    *cache = (KeyFrameCache){0};
}

typedef enum { PICTURE_BROKEN, PICTURE_ARRIVING, PICTURE_WHOLE } Picture;

/* From its first packet to the marker. Half a picture is worse than none, unless the other half is just
 * coming.
 */
static Picture
look_at_picture(const KeyFrameCache *cache, const PacketHistory *history, guint16 *ret_last)
{
    for (guint16 i = 0; i < PICTURE_PACKETS_MAX; i++) {
        guint16 sequence = (guint16)(cache->first + i);
        RtpHeader header;
        gsize length;
        const guint8 *packet = packet_history_find(history, sequence, &length);

        if (sequence_distance(sequence, cache->newest) > 0)
            return PICTURE_ARRIVING;
        if (!packet || !rtp_header_parse(packet, length, &header) || header.timestamp != cache->timestamp)
            return PICTURE_BROKEN;
        *ret_last = sequence;
        if (header.marker)
            return PICTURE_WHOLE;
    }
    return PICTURE_BROKEN;
}

KeyFrameOffer
key_frame_cache_offer(const KeyFrameCache *cache, const PacketHistory *history, gint64 now_us)
{
    gint64 age_us = now_us - cache->received_us;
    KeyFrameOffer offer = {KEY_FRAME_NONE, cache->first, cache->newest, cache->newest_timestamp};
    guint16 last = cache->first;
    Picture picture;

    if (!cache->valid || age_us > KEY_FRAME_STILL_US)
        return offer;
    picture = look_at_picture(cache, history, &last);
    if (picture == PICTURE_BROKEN)
        return offer;
    if (age_us <= KEY_FRAME_FOLLOW_US && (guint16)(cache->newest - cache->first) < KEY_FRAME_FOLLOW_PACKETS)
        offer.kind = KEY_FRAME_FOLLOW;
    else if (picture == PICTURE_WHOLE)
        offer = (KeyFrameOffer){KEY_FRAME_STILL, cache->first, last, cache->timestamp};
    return offer;
}
