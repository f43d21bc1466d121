#include "vp8-continuity.h"

typedef struct {
    guint picture_at, base_at; /* 0 = not there */
    gboolean long_picture;
    guint16 picture;
    guint8 base;
} Descriptor;

/* RFC 7741, section 4.2. */
static gboolean
read_descriptor(const guint8 *p, gsize length, Descriptor *ret)
{
    Descriptor descriptor = {0};
    guint at = 2;

    if (length < 2 || !(p[0] & 0x80)) /* X */
        return FALSE;
    if (p[1] & 0x80) { /* I */
        if (at >= length)
            return FALSE;
        descriptor.picture_at = at;
        descriptor.long_picture = (p[at] & 0x80) != 0;
        if (at + 1 + descriptor.long_picture > length)
            return FALSE;
        descriptor.picture = descriptor.long_picture ? (guint16)((p[at] & 0x7f) << 8 | p[at + 1]) : p[at] & 0x7f;
        at += 1 + descriptor.long_picture;
    }
    if (p[1] & 0x40) { /* L */
        if (at >= length)
            return FALSE;
        descriptor.base_at = at;
        descriptor.base = p[at];
    }
    *ret = descriptor;
    return descriptor.picture_at || descriptor.base_at;
}

static guint16
picture_mask(const Descriptor *descriptor)
{
    return descriptor->long_picture ? 0x7fff : 0x7f;
}

void
vp8_continuity_detach(Vp8Continuity *continuity)
{
    continuity->attached = FALSE;
}

gboolean
vp8_continuity_map(Vp8Continuity *continuity, const guint8 *payload, gsize length)
{
    Descriptor descriptor;
    guint16 picture, mask;
    guint8 base;

    if (!read_descriptor(payload, length, &descriptor))
        return FALSE;
    mask = picture_mask(&descriptor);
    if (!continuity->attached) {
        continuity->picture_offset = continuity->started ? (guint16)(continuity->last_picture + 1 - descriptor.picture) : 0;
        continuity->base_offset = continuity->started ? (guint8)(continuity->last_base + 1 - descriptor.base) : 0;
        continuity->attached = TRUE;
        if (!continuity->started) {
            continuity->last_picture = descriptor.picture;
            continuity->last_base = descriptor.base;
        }
        continuity->started = TRUE;
    }
    picture = (descriptor.picture + continuity->picture_offset) & mask;
    base = (guint8)(descriptor.base + continuity->base_offset);
    /* Only forward: what comes late must not move the next source's numbers back. */
    if (((picture - continuity->last_picture) & mask) <= mask / 2)
        continuity->last_picture = picture;
    if ((gint8)(base - continuity->last_base) > 0)
        continuity->last_base = base;
    return (descriptor.picture_at && (continuity->picture_offset & mask)) || (descriptor.base_at && continuity->base_offset);
}

void
vp8_continuity_alter(const Vp8Continuity *continuity, guint8 *payload, gsize length)
{
    Descriptor descriptor;
    guint16 picture;

    if (!read_descriptor(payload, length, &descriptor))
        return;
    picture = (descriptor.picture + continuity->picture_offset) & picture_mask(&descriptor);
    if (descriptor.picture_at && descriptor.long_picture) {
        payload[descriptor.picture_at] = (guint8)(0x80 | picture >> 8);
        payload[descriptor.picture_at + 1] = (guint8)picture;
    } else if (descriptor.picture_at) {
        payload[descriptor.picture_at] = (guint8)picture;
    }
    if (descriptor.base_at)
        payload[descriptor.base_at] = (guint8)(descriptor.base + continuity->base_offset);
}
