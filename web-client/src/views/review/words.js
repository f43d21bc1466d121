/** What every part of the review page's views is given beside the state. */

import { duration } from '../../base/time.js';
import { isReviewKey } from '../../i18n/review.js';

/**
 * @typedef {{
 *   language: import('../../../types/base.js').Language,
 *   t: import('../../i18n/index.js').Translate,
 *   r: import('../../i18n/review.js').ReviewTranslate,
 *   change: (next: import('../../../types/base.js').Language) => void,
 *   now: () => number,
 * }} ReviewWords
 */

/** @param {number} ms @param {ReviewWords['r']} r */
export function lengthInWords(ms, r) {
    const seconds = Math.max(1, Math.round(ms / 1000));
    return seconds < 60 ? r('seconds', { n: seconds }) : r('minutes', { m: Math.floor(seconds / 60), s: seconds % 60 });
}

/** @param {string} reason @param {ReviewWords['r']} r */
export function gapReason(reason, r) {
    const key = `gap.${reason}`;
    return isReviewKey(key) ? r(key) : r('gap.other', { reason });
}

/** @param {number} ms */
export const place = (ms) => duration(ms);
