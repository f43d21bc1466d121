/**
 * Back-off between attempts to reconnect: soon at first, because most breaks are a lift or a tunnel, then less often,
 * with jitter so that a room that lost its server does not come back in one instant.
 */

const FIRST_MS = 400;
/* An applicant who stares at the counter should never wait longer than this for the next try. */
const LONGEST_MS = 8000;

/**
 * @param {number} attempt counted from 1
 * @param {number} random in [0, 1)
 * @returns {number} ms
 */
export function backoffMs(attempt, random) {
    const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16));
    return Math.round(full * (0.75 + random * 0.5));
}
