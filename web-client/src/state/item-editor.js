/**
 * An item of the catalogue while an administrator edits it: every change makes a new item, so that the preview beside it is always of what is written. Pure.
 */

/** @import { Checkpoint } from '../../types/protocol.js' */
/** @import { CatalogueItem } from '../../types/office.js' */

const CHECKPOINTS_MAX = 64;

/** @param {string} code @returns {CatalogueItem} */
export const newItem = (code) => ({ code, version: 1, name_zh: '', name_en: '', division_zh: '', division_en: '', legal_basis_zh: '', inspectors_min: 2, modes: ['live'],
    video_mandatory: true, retention: '10-years', audit_percent: 10, checkpoints: [newCheckpoint(code, 1)] });

/** @param {string} item @param {number} number @returns {Checkpoint} */
const newCheckpoint = (item, number) => ({ code: `${item}-${String(number).padStart(2, '0')}`, title_zh: '', title_en: '', guide_zh: '', guide_en: '', evidence: 'video', required: true });

/**
 * An empty text takes an optional field away.
 * @param {CatalogueItem} item @param {string} field @param {unknown} value @returns {CatalogueItem}
 */
export function withField(item, field, value) {
    const next = /** @type {Record<string, unknown>} */ ({ ...item, [field]: value });
    if ((value === '' || value === null) && /^(exclusions|audit|retention|inspectors)/.test(field))
        delete next[field];
    return /** @type {CatalogueItem} */ (/** @type {unknown} */ (next));
}

/** Lines of a text, empty ones left out. @param {string} text */
export const lines = (text) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** @param {CatalogueItem} item @param {number} index @param {Partial<Checkpoint>} change @returns {CatalogueItem} */
export const withCheckpoint = (item, index, change) => ({ ...item, checkpoints: item.checkpoints.map((checkpoint, i) => (i === index ? { ...checkpoint, ...change } : checkpoint)) });

/**
 * A limit that is no number is none; a measure without unit is none.
 * @param {CatalogueItem} item @param {number} index @param {'unit' | 'min' | 'max'} field @param {string} text @returns {CatalogueItem}
 */
export function withMeasure(item, index, field, text) {
    const measure = /** @type {Record<string, unknown>} */ ({ ...item.checkpoints[index]?.measure });
    const number = Number(text);
    if (text.trim() === '' || (field !== 'unit' && !Number.isFinite(number)))
        delete measure[field];
    else
        measure[field] = field === 'unit' ? text.trim() : number;
    const { measure: _, ...without } = /** @type {Checkpoint} */ (item.checkpoints[index]);
    const next = Object.keys(measure).length > 0 ? { ...without, measure: /** @type {Checkpoint['measure']} */ (/** @type {unknown} */ (measure)) } : without;
    return { ...item, checkpoints: item.checkpoints.map((checkpoint, i) => (i === index ? next : checkpoint)) };
}

/** A number that was given once stays with its check point: the new one gets the next. @param {CatalogueItem} item @returns {CatalogueItem} */
export function withNewCheckpoint(item) {
    const last = Math.max(0, ...item.checkpoints.map((checkpoint) => Number(checkpoint.code.slice(-2))));
    if (item.checkpoints.length >= CHECKPOINTS_MAX || last >= 99)
        return item;
    return { ...item, checkpoints: [...item.checkpoints, newCheckpoint(item.code, last + 1)] };
}

/** The last one stays: an item has at least one. @param {CatalogueItem} item @param {number} index @returns {CatalogueItem} */
export const withoutCheckpoint = (item, index) => (item.checkpoints.length < 2 ? item : { ...item, checkpoints: item.checkpoints.filter((_, i) => i !== index) });

/** @param {CatalogueItem} item @param {number} index @param {-1 | 1} step @returns {CatalogueItem} */
export function withMoved(item, index, step) {
    const list = [...item.checkpoints];
    const [one, other] = [list[index], list[index + step]];
    if (!one || !other)
        return item;
    list[index] = other;
    list[index + step] = one;
    return { ...item, checkpoints: list };
}
