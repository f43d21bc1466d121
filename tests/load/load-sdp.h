/** Load SDP — the few lines that a peer with one audio and one video stream needs, and what it reads of the
 * other's. */
#pragma once

#include "load-peer.h"

typedef enum { LOAD_SEND, LOAD_RECEIVE } LoadDirection;

/** The caller frees. A publisher's SSRCs are those of load_publisher_ssrcs(). */
char *load_sdp_offer(const LoadPeer *peer, LoadDirection direction);
/** To a relay's offer of something to receive. */
char *load_sdp_answer(const LoadPeer *peer, const char *offer);
/** `offerer`: we made the offer, which makes us ICE's controlling side. FALSE when it lacks what is needed.
 */
gboolean load_sdp_read_remote(const char *sdp, gboolean offerer, LoadRemote *ret_remote);
