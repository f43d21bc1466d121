/**
 * Check digits of the numbers that forms ask for; the same as lib/coform/form-check.c.
 */

const ASCII_DIGITS = /^[0-9]+$/;

/** @param {number} year @param {number} month @param {number} day */
function isDay(year, month, day) {
    if (year < 1850 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** YYYY-MM-DD of a day that there is. @param {string} text */
export function isDate(text) {
    const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
    return parts !== null && !text.includes('\n') && isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/** GB 11643-1999. @param {string} text */
export function isIdentityNumber(text) {
    if (!/^[0-9]{17}[0-9Xx]$/.test(text) || text.length !== 18)
        return false;
    if (!isDay(Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14))))
        return false;
    const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const sum = weights.reduce((total, weight, i) => total + Number(text[i]) * weight, 0);
    return /** @type {string} */ (text[17]).toUpperCase() === '10X98765432'[sum % 11];
}

/** GB 32100-2015. @param {string} text */
export function isCreditCode(text) {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    if (text.length !== 18)
        return false;
    let weight = 1;
    let sum = 0;
    for (let i = 0; i < 18; i++) {
        const place = alphabet.indexOf(/** @type {string} */ (text[i]));
        if (place < 0)
            return false;
        if (i === 17)
            return (31 - sum % 31) % 31 === place;
        sum += place * weight;
        weight = weight * 3 % 31;
    }
    return false;
}

/** A mainland mobile number, or a land line with area code. @param {string} text */
export function isPhone(text) {
    return text.length <= 13 && (/^1[3-9][0-9]{9}$/.test(text) || /^0[0-9]{2,3}-?[0-9]{7,8}$/.test(text));
}

/** ISO/IEC 7812-1. @param {string} text */
export function isBankCard(text) {
    if (text.length < 12 || text.length > 19 || !ASCII_DIGITS.test(text))
        return false;
    let sum = 0;
    for (let i = 0; i < text.length; i++) {
        const digit = Number(text[text.length - 1 - i]);
        sum += i % 2 === 1 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit;
    }
    return sum % 10 === 0;
}
