/** What can be read off the applicant's case and the free times. Pure. */

import { isoDay } from '../base/time.js';

/** @import { MySlot, MyState, RectificationPoint } from '../../types/my.js' */

/** @type {MyState} */
export const initialMy = { mine: null, slots: null, day: '', chosen: null, answering: null, sent: [], camera: null, score: 0, problem: null, good: null, busy: false, pictures: {} };

/**
 * Times by day; one time is offered once, whichever team has it.
 * @param {MySlot[]} slots @returns {{ day: string, slots: MySlot[] }[]}
 */
export function slotDays(slots) {
    /** @type {Map<string, MySlot[]>} */
    const days = new Map();
    for (const slot of [...slots].sort((a, b) => a.at - b.at || b.free - a.free)) {
        const day = isoDay(slot.at / 1000);
        const list = days.get(day) ?? [];
        if (list.at(-1)?.at !== slot.at)
            list.push(slot);
        days.set(day, list);
    }
    return [...days].map(([day, list]) => ({ day, slots: list }));
}

/** As the server lets in: from an hour before. @param {import('../../types/my.js').MyVisit} visit @param {number} nowMs */
export const mayEnter = (visit, nowMs) => visit.state !== 'ended' && visit.scheduled_at / 1000 - 3_600_000 <= nowMs;

/** Sent again is sent anew, as long as nobody has decided. @param {RectificationPoint} point */
export const mayAnswer = (point) => ['open', 'again', 'answered'].includes(point.state);

/** "9:30" of minutes since midnight. @param {number} minute */
export const minuteText = (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** The other way; NaN for what is no time. @param {string} text */
export function minuteOf(text) {
    const match = /^(\d{1,2}):(\d{2})$/.exec(text);
    return match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
}
