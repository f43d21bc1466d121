/**
 * The inspectors' sheet: the decision being made, and what is still missing for it. Pure.
 */

/** @import { ConclusionEvent, ConclusionSheet, Decision, RecordSummary } from '../../types/inspection.js' */
/** @import { RoomState } from '../../types/staff.js' */

/** @type {readonly Decision[]} */
export const DECISIONS = ['passed', 'rectify', 'failed', 'on-site'];
const DEFAULT_DAYS = '7';

/** @type {ConclusionSheet} */
export const noConclusion = { open: false, anew: false, decision: null, remark: '', days: DEFAULT_DAYS, busy: false, problem: null, refusing: false };

/** @param {ConclusionSheet} sheet @param {ConclusionEvent | { type: string }} event others pass @returns {ConclusionSheet} */
export function reduceConclusion(sheet, event) {
    const known = /** @type {ConclusionEvent} */ (event);
    switch (known.type) {
    case 'conclusion-open':
        return { ...sheet, open: known.open, problem: null, refusing: false, anew: known.open && sheet.anew };
    case 'conclusion-anew':
        return { ...sheet, anew: known.anew, problem: null };
    case 'conclusion-draft':
        return { ...sheet, decision: known.decision ?? sheet.decision, remark: known.remark ?? sheet.remark, days: known.days ?? sheet.days, problem: null };
    case 'conclusion-busy':
        return { ...sheet, busy: known.busy, problem: known.busy ? null : sheet.problem };
    case 'conclusion-problem':
        return { ...sheet, problem: known.problem, busy: false };
    case 'conclusion-refusing':
        return { ...sheet, refusing: known.refusing, problem: null };
    case 'conclusion-done':
        return { ...sheet, busy: false, problem: null, anew: false, refusing: false };
    default:
        return sheet;
    }
}

/** Which half of the sheet is shown. @param {RoomState} state @returns {'decide' | 'sign'} */
export function conclusionStage(state) {
    const record = state.visit.room?.record ?? null;
    return !record || record.stale || state.conclusion.anew ? 'decide' : 'sign';
}

/** How many inspectors are in the room now. @param {RoomState} state */
export const inspectorsPresent = (state) =>
    (state.visit.room?.participants ?? []).filter(({ role, state: presence }) => role === 'inspector' && ['admitted', 'connected'].includes(presence)).length;

/** Whether this inspector has signed. @param {RoomState} state @param {RecordSummary} record */
export const ownSignature = (state, record) => record.signatures.find(({ participant }) => participant === state.visit.participant) ?? null;
