/**
 * Connection quality in three words. A word that flickers is worse than a late one: it changes for the worse after two
 * readings that agree and for the better after four.
 */

/** @import { Quality, QualityLevel, Sample } from '../../types/media.js' */

/* 300 kbit/s carries voice and a readable picture, HD wants about a megabit (domain.md, fact 8). */
const POOR = { rttMs: 800, loss: 0.1, kbps: 250 };
const FAIR = { rttMs: 350, loss: 0.03, kbps: 700 };
const WORSE_AFTER = 2;
const BETTER_AFTER = 4;

/** @type {Record<QualityLevel, number>} */
const order = { unknown: -1, poor: 0, fair: 1, good: 2 };

/** @param {Sample} sample @param {typeof POOR} limit */
function beyond(sample, limit) {
    const loss = Math.max(sample.lossOut ?? 0, sample.lossIn ?? 0);
    /* The estimate starts low and grows only with what is sent: it counts once we press against it. */
    const pressed = sample.availableOutKbps !== null && (sample.outKbps ?? 0) > 0.6 * sample.availableOutKbps;
    return (sample.rttMs ?? 0) > limit.rttMs || loss > limit.loss || (pressed && /** @type {number} */ (sample.availableOutKbps) < limit.kbps);
}

/** @param {Sample} sample @returns {QualityLevel} */
export function judge(sample) {
    if (sample.rttMs === null && sample.lossOut === null && sample.lossIn === null)
        return 'unknown';
    return beyond(sample, POOR) ? 'poor' : beyond(sample, FAIR) ? 'fair' : 'good';
}

/** @type {Quality} */
export const unknownQuality = { level: 'unknown', candidate: 'unknown', run: 0, sample: null };

/**
 * @param {Quality} before
 * @param {Sample} sample
 * @returns {Quality}
 */
export function nextQuality(before, sample) {
    const seen = judge(sample);
    if (seen === before.level)
        return { level: seen, candidate: seen, run: 0, sample };
    const run = seen === before.candidate ? before.run + 1 : 1;
    const needed = before.level === 'unknown' ? 1 : order[seen] < order[before.level] ? WORSE_AFTER : BETTER_AFTER;
    return run >= needed
        ? { level: seen, candidate: seen, run: 0, sample }
        : { level: before.level, candidate: seen, run, sample };
}
