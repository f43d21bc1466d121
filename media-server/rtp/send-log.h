/**
 * SendLog — when each packet of a connection was sent and how large it was, by transport-wide sequence number, until the
 * peer reports on it. A ring of fixed size: 8 KiB a connection, one store of 8 bytes a packet. Zero-initialise; plain value.
 */
#pragma once

#include <glib.h>

/* At 5 Mbit/s in packets of 1200 bytes 2 s: longer than a report is under way. A power of two. */
#define SEND_LOG_PACKETS 1024

typedef struct {
    guint32 sent_us; /* the low half of the clock: differences of up to 35 minutes are right */
    guint16 size;    /* 0 = empty, or told already */
    guint16 sequence;
} SendLogEntry;

typedef struct {
    SendLogEntry entries[SEND_LOG_PACKETS];
} SendLog;

static inline void
send_log_sent(SendLog *log, guint16 sequence, gsize size, gint64 now_us)
{
    log->entries[sequence & (SEND_LOG_PACKETS - 1)] = (SendLogEntry){(guint32)now_us, (guint16)size, sequence};
}

/** TRUE once per packet, if it is still remembered. `now_us` only tells which 71 minutes are meant. */
static inline gboolean
send_log_take(SendLog *log, guint16 sequence, gint64 now_us, gint64 *ret_sent_us, guint *ret_size)
{
    SendLogEntry *entry = &log->entries[sequence & (SEND_LOG_PACKETS - 1)];

    if (!entry->size || entry->sequence != sequence)
        return FALSE;
    *ret_sent_us = now_us - (gint64)(guint32)((guint32)now_us - entry->sent_us);
    *ret_size = entry->size;
    entry->size = 0;
    return TRUE;
}
