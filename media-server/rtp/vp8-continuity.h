/**
 * Vp8Continuity — picture numbers of one outgoing VP8 stream out of those of changing sources (RFC 7741, section 4.2).
 *
 * Each layer and each publisher counts its pictures (PictureID) and base layer frames (TL0PICIDX) from a number of its own; a
 * decoder takes a jump for loss or for something old. After a change the numbers go on by one. Zero-initialise; plain value.
 */
#pragma once

#include <glib.h>

typedef struct {
    gboolean started, attached;
    guint16 picture_offset, last_picture; /* outgoing = source + offset, modulo 2^15 or 2^7 */
    guint8 base_offset, last_base;
} Vp8Continuity;

/** The next packet is of another source. */
void vp8_continuity_detach(Vp8Continuity *continuity);

/** Takes a packet into account. TRUE if it must be altered before it is sent. A payload without these numbers needs no
 * change. */
gboolean vp8_continuity_map(Vp8Continuity *continuity, const guint8 *payload, gsize length);

/** Alters the payload in place, as vp8_continuity_map() said, or for one of the same source that is sent again. */
void vp8_continuity_alter(const Vp8Continuity *continuity, guint8 *payload, gsize length);
