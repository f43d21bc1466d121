/**
 * Times: the server speaks microseconds since 1970, the browser milliseconds; people read clocks and durations.
 */

/** @param {number | null | undefined} us */
export function msOfUs(us) {
    return us == null ? null : us / 1000;
}

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

/**
 * "3:07", "1:03:07".
 * @param {number} ms negative counts as zero: clocks of two machines never agree exactly
 */
export function duration(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const hours = Math.floor(seconds / 3600);
    const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return hours > 0 ? `${hours}:${rest}` : rest;
}

/** "14:03:21" in the reader's own time zone. @param {number} ms */
export function clockTime(ms) {
    const date = new Date(ms);
    return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** "09:30". @param {number} ms */
export function hourMinute(ms) {
    return clockTime(ms).slice(0, 5);
}

/**
 * "2026-11-23", local.
 * @param {number} ms
 */
export function isoDay(ms) {
    const date = new Date(ms);
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * Local midnight of the day in which `ms` lies, and of the next.
 * @param {number} ms
 * @returns {[number, number]}
 */
export function dayBounds(ms) {
    const date = new Date(ms);
    const from = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    const to = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
    return [from, to];
}

/**
 * "11月23日 星期一", "Monday 23 November".
 * @param {number} ms
 * @param {import('../../types/base.js').Language} language
 */
export function longDay(ms, language) {
    return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB',
        { weekday: 'long', day: 'numeric', month: 'long' }).format(ms);
}
