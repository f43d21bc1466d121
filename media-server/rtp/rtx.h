/**
 * Retransmission payload format (RFC 4588, section 4): the original sequence number in front of the original
 * payload.
 */
#pragma once

#include <glib.h>

#include "rtp-packet.h"

/**
 * Turns the RTX packet at `data` into the original in place: the header moves 2 bytes forward and gets the
 * original's number, payload type and SSRC; padding is kept. Returns FALSE for an RTX packet without an
 * original (padding, as used for probing). On success the packet begins at data + 2 and `*length` is 2 less.
 */
gboolean rtx_unwrap(guint8 *data, gsize *length, const RtpHeader *header, guint8 payload_type, guint32 ssrc);
