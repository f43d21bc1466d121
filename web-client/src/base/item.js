/**
 * What can be read off an item of the catalogue.
 */

/** @import { Checkpoint, Item } from '../../types/protocol.js' */
/** @import { Language } from '../../types/base.js' */

/** @param {Item | null | undefined} item @returns {Checkpoint[]} */
export function checkpointsOf(item) {
    return item?.checkpoints ?? [];
}

/** @param {Item | null | undefined} item @param {string | null | undefined} code */
export function checkpointOf(item, code) {
    return checkpointsOf(item).find((checkpoint) => checkpoint.code === code) ?? null;
}

/** Position as people count. @param {Item | null | undefined} item @param {string} code */
export function checkpointNumber(item, code) {
    return checkpointsOf(item).findIndex((checkpoint) => checkpoint.code === code) + 1;
}

/**
 * A field that exists in both languages: `name`, `title`, `guide`.
 * @param {object | null | undefined} value
 * @param {string} field
 * @param {Language} language
 * @returns {string}
 */
export function inLanguage(value, field, language) {
    const record = /** @type {Record<string, string | undefined>} */ (value ?? {});
    return record[`${field}_${language}`] ?? record[`${field}_zh`] ?? '';
}

/**
 * What the applicant should have at hand, derived from the kinds of evidence that the item asks for.
 * @param {Item | null | undefined} item
 * @returns {('phone' | 'tape' | 'papers' | 'outside')[]}
 */
export function preparations(item) {
    const kinds = new Set(checkpointsOf(item).map((checkpoint) => checkpoint.evidence));
    /** @type {('phone' | 'tape' | 'papers' | 'outside')[]} */
    const list = ['outside', 'phone'];
    if (kinds.has('measure'))
        list.push('tape');
    if (kinds.has('document'))
        list.push('papers');
    return list;
}
