/**
 * Further cameras of a visit, beside the main player: each plays its own track and follows the wall clock of what the main one shows, which is the
 * time line that all tracks share.
 */

import { mediaSourceOf, partsAddress, playParts } from '../media/parts-player.js';

/** @import { PartSegment, PartPlaylist } from '../media/parts-playlist.js' */

/* Farther apart it jumps; nearer it runs a little faster or slower, which nobody sees; nearer still it is in step. */
const JUMP_S = 0.5;
const STEP_S = 0.03;
const BEND = 0.15;
const TICK_MS = 250;

/**
 * Where a camera's track has an instant.
 * @param {readonly PartSegment[]} segments @param {number} wallMs
 * @returns {number | null} seconds; null: this camera was not recorded then
 */
export function placeOf(segments, wallMs) {
    const segment = segments.find(({ at, duration }) => at !== null && wallMs >= at && wallMs < at + duration * 1000);
    return segment ? segment.start + (wallMs - /** @type {number} */ (segment.at)) / 1000 : null;
}

/**
 * How to come into step.
 * @param {number} apart seconds that the follower is behind (negative: ahead) @param {number} rate of the main player
 * @returns {{ jump: boolean, rate: number }}
 */
export function correction(apart, rate) {
    if (Math.abs(apart) > JUMP_S * Math.max(1, rate))
        return { jump: true, rate };
    return { jump: false, rate: Math.abs(apart) < STEP_S ? rate : rate * (1 + Math.max(-BEND, Math.min(BEND, apart / 2))) };
}

/**
 * @param {{
 *   clock: import('../../types/base.js').Clock,
 *   main: () => { wallMs: number | null, playing: boolean, rate: number },
 *   shown: (track: string, present: boolean) => void,
 *   open?: typeof playParts,
 * }} ports `main`: what the main player shows at this moment. `shown`: whether a camera has a picture of it
 */
export function createFollowers({ clock, main, shown, open = playParts }) {
    /** @type {Map<string, { element: HTMLVideoElement, player: import('../media/parts-player.js').PartsPlayer, present: boolean | null }>} */
    const followers = new Map();
    let timer = 0;

    const tick = () => {
        const { wallMs, playing, rate } = main();
        for (const [track, follower] of followers) {
            const { element, player } = follower;
            const place = wallMs === null ? null : placeOf(player.list().segments, wallMs);
            if (player.list().segments.length > 0 && follower.present !== (place !== null)) {
                follower.present = place !== null;
                shown(track, follower.present);
            }
            if (place === null) {
                element.pause();
                continue;
            }
            const { jump, rate: bent } = correction(place - element.currentTime, playing ? rate : 1);
            /* A jump takes a while: the next one waits for it. */
            if (!element.seeking && (jump || (!playing && Math.abs(place - element.currentTime) > STEP_S)))
                element.currentTime = place;
            if (element.playbackRate !== bent)
                element.playbackRate = bent;
            if (playing && element.paused)
                void element.play().catch(() => {});
            else if (!playing && !element.paused)
                element.pause();
        }
    };

    /** @param {string} track */
    const drop = (track) => {
        followers.get(track)?.player.destroy();
        followers.delete(track);
        if (followers.size === 0)
            clock.cancel(timer);
    };

    return {
        /** The element that shows a track, or null when it is gone. @param {string} track @param {string} playlist @param {HTMLVideoElement | null} element */
        attach(track, playlist, element) {
            if (element === (followers.get(track)?.element ?? null))
                return;
            drop(track);
            if (!element || !(open !== playParts || mediaSourceOf()))
                return;
            element.muted = true; /* the mix of everybody is in the main one */
            const begin = (/** @type {PartPlaylist} */ { segments }) => {
                const { wallMs } = main();
                return segments.length === 0 ? null : (wallMs === null ? null : placeOf(segments, wallMs)) ?? 0;
            };
            if (followers.size === 0)
                timer = clock.every(TICK_MS, tick);
            followers.set(track, { element, present: null, player: open(element, partsAddress(playlist), { begin, patient: false, failed: () => shown(track, false) }) });
        },
        /** At once, when the main player has jumped, started or stopped. */
        tick,
        close: () => [...followers.keys()].forEach(drop),
    };
}
