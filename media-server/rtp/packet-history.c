#include "packet-history.h"

#include <string.h>

typedef struct {
    guint64 position; /* in the endless stream of stored bytes; position % bytes is the place in the ring */
    guint16 sequence;
    guint16 length; /* 0 = empty */
} Entry;

struct PacketHistory {
    gsize bytes;
    guint mask;
    guint64 written;
    guint8 *ring;
    Entry *entries;
};

PacketHistory *
packet_history_new(gsize bytes, guint packets)
{
    PacketHistory *history = g_new0(PacketHistory, 1);
    guint count = 1;

    while (count < packets)
        count *= 2;
    history->bytes = bytes;
    history->mask = count - 1;
    history->ring = g_malloc(bytes);
    history->entries = g_new0(Entry, count);
    return history;
}

void
packet_history_free(PacketHistory *history)
{
    if (!history)
        return;
    g_free(history->ring);
    g_free(history->entries);
    g_free(history);
}

void
packet_history_store(PacketHistory *history, guint16 sequence, const guint8 *data, gsize length)
{
    gsize at = history->written % history->bytes;

    if (!length || length > history->bytes || length > G_MAXUINT16)
        return;
    if (at + length > history->bytes) { /* a packet is never split over the end */
        history->written += history->bytes - at;
        at = 0;
    }
    memcpy(history->ring + at, data, length);
    history->entries[sequence & history->mask] = (Entry){history->written, sequence, (guint16)length};
    history->written += length;
}

const guint8 *
packet_history_find(const PacketHistory *history, guint16 sequence, gsize *ret_length)
{
    const Entry *entry = &history->entries[sequence & history->mask];

    if (!entry->length || entry->sequence != sequence || entry->position + history->bytes < history->written)
        return NULL;
    *ret_length = entry->length;
    return history->ring + entry->position % history->bytes;
}

void
packet_history_clear(PacketHistory *history)
{
    memset(history->entries, 0, (history->mask + 1) * sizeof *history->entries);
}
