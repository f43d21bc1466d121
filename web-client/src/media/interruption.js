/**
 * What a phone call, the lock screen or another app does to the camera, as a pure machine (F2, R15).
 *
 * iOS mutes or ends the track and may come back without any visibility event, so every sign of life asks the same
 * question: is the camera really delivering? A track that is ended, or still muted a moment after the page is back, is restarted.
 */

/** @typedef {'live' | 'muted' | 'ended'} TrackCondition */
/** @typedef {{ hidden: boolean, track: TrackCondition, sinceMs: number | null }} Interruption */
/**
 * @typedef {{ type: 'track', condition: TrackCondition, atMs: number }
 *   | { type: 'hidden', atMs: number } | { type: 'visible', atMs: number }} InterruptionEvent
 */

/* Android takes about half a second to unmute by itself after a call; waiting longer only shows black. */
export const UNMUTE_GRACE_MS = 1200;

/** @type {Interruption} */
export const uninterrupted = { hidden: false, track: 'live', sinceMs: null };

/** @param {Interruption} state */
export const isPaused = (state) => state.hidden || state.track !== 'live';

/**
 * @param {Interruption} state
 * @param {InterruptionEvent} event
 * @returns {Interruption}
 */
export function nextInterruption(state, event) {
    const next = event.type === 'track' ? { ...state, track: event.condition } : { ...state, hidden: event.type === 'hidden' };
    if (!isPaused(next))
        return next.sinceMs === null && state.track === next.track && state.hidden === next.hidden ? state : { ...next, sinceMs: null };
    if (isPaused(state) && state.track === next.track && state.hidden === next.hidden)
        return state;
    return { ...next, sinceMs: state.sinceMs ?? event.atMs };
}

/**
 * @param {Interruption} state
 * @param {number} nowMs
 * @returns {boolean} whether the camera should be opened anew now
 */
export function wantsRestart(state, nowMs) {
    if (state.hidden)
        return false;
    return state.track === 'ended' || (state.track === 'muted' && nowMs - (state.sinceMs ?? nowMs) >= UNMUTE_GRACE_MS);
}
