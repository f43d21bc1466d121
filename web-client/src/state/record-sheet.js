/**
 * The applicant's sheet with the record: what is read, written and still missing. Pure.
 */

/** @import { RecordEvent, RecordSheet, RecordSummary } from '../../types/inspection.js' */
/** @import { VisitState } from '../../types/visit.js' */

/** @type {RecordSheet} */
export const noSheet = { version: 0, digest: '', content: null, loading: false, mode: 'read', strokes: [], comment: '', reason: '', busy: false, problem: null, missed: false };

/** @param {RecordSheet} sheet @param {RecordEvent | { type: string }} event others pass @returns {RecordSheet} */
export function reduceSheet(sheet, event) {
    const known = /** @type {RecordEvent} */ (event);
    switch (known.type) {
    case 'record-loading':
        /* What was written under another version is gone with it; the comment stays. */
        return { ...noSheet, comment: sheet.comment, version: known.version, loading: true };
    case 'record-loaded':
        return known.version === sheet.version ? { ...sheet, loading: false, digest: known.digest, content: known.content, problem: null } : sheet;
    case 'record-mode':
        return { ...sheet, mode: known.mode, problem: null, missed: false };
    case 'record-strokes':
        return { ...sheet, strokes: known.strokes, missed: false };
    case 'record-words':
        return { ...sheet, comment: known.comment ?? sheet.comment, reason: known.reason ?? sheet.reason, missed: false };
    case 'record-missed':
        return { ...sheet, missed: true };
    case 'record-busy':
        return { ...sheet, busy: known.busy, problem: known.busy ? null : sheet.problem };
    case 'record-problem':
        return { ...sheet, problem: known.problem, busy: false, loading: false };
    default:
        return sheet;
    }
}

/** @param {VisitState} visit @returns {RecordSummary | null} */
export const recordOf = (visit) => visit.room?.record ?? null;

/** What the applicant has to do with the record: nothing, read and sign it, or wait for the others. @param {VisitState} visit @returns {'none' | 'wanted' | 'done'} */
export function recordStage(visit) {
    const record = recordOf(visit);
    if (!record || record.stale)
        return 'none';
    const answered = record.signatures.some((signature) => signature.role === 'applicant');
    return answered || record.state === 'signed' ? 'done' : 'wanted';
}
