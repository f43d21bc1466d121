/**
 * Findings of two inspectors on one check point: what may be merged without asking, and what must be asked (the server
 * keeps one finding with a revision; docs/signaling-protocol.md, `finding`).
 */

/** @import { Finding, FindingResult } from '../../types/protocol.js' */

/** @typedef {{ result: FindingResult | null, note: string }} Content */

/** Keys 1 to 4, and the order of the buttons. */
export const RESULTS = /** @type {const} */ (['conform', 'mostly', 'nonconform', 'not-applicable']);

/** @param {Finding | null} finding @returns {Content} */
export const contentOf = (finding) => ({ result: finding?.result ?? null, note: finding?.note ?? '' });

/**
 * Three-way, field by field: a field that only one of us changed takes that change; one that both changed differently is a conflict.
 * @param {Content} base @param {Content} mine @param {Content} theirs
 * @returns {Content | null} null: somebody must decide
 */
export function mergeFinding(base, mine, theirs) {
    /** @template T @param {T} b @param {T} m @param {T} t @returns {{ value: T } | null} */
    const field = (b, m, t) => (m === t || t === b ? { value: m } : m === b ? { value: t } : null);
    const result = field(base.result, mine.result, theirs.result);
    const note = field(base.note, mine.note, theirs.note);
    return result && note ? { result: result.value, note: note.value } : null;
}
