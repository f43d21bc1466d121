/** What an H.264 payload type's fmtp says (RFC 6184 section 8.1), and which of several we like best. */
#pragma once

#include <glib.h>

/** Nobody that we know can use it: unknown profile, or interleaved packets. */
#define SDP_H264_UNUSABLE G_MAXUINT

/**
 * Smaller is better: constrained baseline (42e01f; every phone and browser has it), baseline, main, (constrained) high as iPhones offer it (640c1f).
 * Packetization mode 0 comes last, and only for `receiving`: what we forward was made for mode 1.
 */
guint sdp_h264_rank(const char *fmtp, gboolean receiving);

/** The parameter's value copied out of "a=1;b=2"; FALSE when absent or too long. Names compare without case. */
gboolean sdp_fmtp_get(const char *fmtp, const char *name, char *ret_value, gsize size);
