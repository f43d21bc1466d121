/**
 * How much of a picture may be sent now: speech comes before it, always. Pure.
 */

/** @import { Pace, PaceInput } from '../../types/uploads.js' */

const KIB = 1024;
/* What the server takes in one piece (docs/http-api.yaml). */
export const PIECE_MAX = 512 * KIB;
/* A quarter of what is left beside the call, sent within about a second: bursts are what delays speech. */
const SHARE = 0.25;
const PIECE_MIN = 8 * KIB;
/* Nothing is known of the uplink yet. */
const UNKNOWN_BYTES = 32 * KIB;
const LOOK_AGAIN_MS = 2000;
/* An uplink that stays poor would keep the picture for ever: then 8 KiB every four seconds, 16 kbit/s, less than speech itself. */
const TRICKLE_AFTER_MS = 30_000;
const TRICKLE_WAIT_MS = 4000;

/** @param {PaceInput} input @returns {Pace} */
export function nextPace({ level, availableKbps, poorMs, inCall }) {
    if (!inCall)
        return { bytes: PIECE_MAX, waitMs: 0 };
    if (level === 'poor')
        return poorMs < TRICKLE_AFTER_MS ? { bytes: 0, waitMs: LOOK_AGAIN_MS } : { bytes: PIECE_MIN, waitMs: TRICKLE_WAIT_MS };
    const perSecond = availableKbps === null ? UNKNOWN_BYTES : availableKbps * 1000 / 8 * SHARE;
    const bytes = Math.min(PIECE_MAX, Math.max(PIECE_MIN, Math.round(perSecond)));
    return { bytes, waitMs: level === 'good' ? 250 : 1000 };
}
