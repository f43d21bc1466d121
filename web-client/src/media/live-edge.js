/**
 * How a player stays close behind a recording that runs: a little faster when it has fallen behind, a little slower when it has too little ahead,
 * and at once when it is far. What is measured is how far the end of the playlist is ahead of the picture, in the moment in which more has come:
 * between two fragments it shrinks by itself. Pure.
 */

/* Fragments come every half second and up to a quarter late; the next one is fetched and appended in a tenth. */
const TARGET_S = 1.1;
/* On a line or a machine that keeps stalling it plays farther behind, and comes nearer again by and by. */
const TARGET_MAX_S = 2.6;
const STALL_S = 0.3;
const CALM_MS = 15_000;
const CALM_S = 0.1;
/* That much is left alone; beyond it the speed bends, which nobody hears. */
const SLACK_S = 0.3;
const FASTER = 0.12;
const MUCH_FASTER = 0.25;
const SLOWER = 0.06;
/* Catching up by speed would take too long. */
const FAR_S = 3;

/** @typedef {{ targetS: number, since: number }} LiveEdge `since`: when it last changed, ms */

/** @param {number} nowMs @returns {LiveEdge} */
export const liveEdge = (nowMs) => ({ targetS: TARGET_S, since: nowMs });

/** The picture stood still for want of more. @param {LiveEdge} edge @param {number} nowMs @returns {LiveEdge} */
export const afterStall = (edge, nowMs) => ({ targetS: Math.min(TARGET_MAX_S, edge.targetS + STALL_S), since: nowMs });

/** More has come. @param {LiveEdge} edge @param {number} nowMs @returns {LiveEdge} */
export const afterMore = (edge, nowMs) => (edge.targetS > TARGET_S && nowMs - edge.since > CALM_MS
    ? { targetS: Math.max(TARGET_S, edge.targetS - CALM_S), since: nowMs } : edge);

/**
 * What to do about a distance.
 * @param {LiveEdge} edge @param {number} aheadS how far the end is ahead of the picture
 * @returns {{ jump: boolean, rate: number }} `jump`: go to the target
 */
export function approach({ targetS }, aheadS) {
    const apart = aheadS - targetS;
    if (apart > FAR_S)
        return { jump: true, rate: 1 };
    if (apart > SLACK_S)
        return { jump: false, rate: 1 + (apart > 1 ? MUCH_FASTER : FASTER) };
    return { jump: false, rate: apart < -SLACK_S ? 1 - SLOWER : 1 };
}
