/**
 * State of the page of retention; pure.
 */

/** @import { ArchiveEvent, ArchiveState, KeptRecording, Tab } from '../../types/archive.js' */

export const TABS = /** @type {const} */ (['terms', 'disposals', 'holds', 'storage', 'acts', 'accesses']);
export const TERMS = /** @type {const} */ (['due', 'kept', 'held', 'disposed']);

/** @param {string} text @returns {Tab} */
export const tabOf = (text) => TABS.find((tab) => tab === text) ?? 'terms';

/** What may go on a list: due, and on none yet. @param {KeptRecording} row */
export const mayBeListed = (row) => !row.held && row.disposed_at === null && row.disposal === null;

/** @returns {ArchiveState} */
export function initialArchive() {
    return {
        user: null, items: [], users: [], tab: 'terms', terms: 'due', counts: null, recordings: null, chosen: [], disposals: null, disposal: null, holds: null,
        storage: null, acts: null, accesses: null, query: { account: '', from: '', to: '' }, next: null, dialog: null, busy: false, problem: null,
    };
}

/** @template T @param {T[] | null} before @param {T[]} page @param {boolean} more */
const joined = (before, page, more) => (more && before ? [...before, ...page] : page);

/**
 * @param {ArchiveState} state
 * @param {ArchiveEvent} event
 * @returns {ArchiveState}
 */
export function reduceArchive(state, event) {
    switch (event.type) {
    case 'user':
        return { ...state, user: event.user };
    case 'known':
        return { ...state, items: event.items, users: event.users };
    case 'tab':
        return { ...state, tab: event.tab, disposal: null, next: null, problem: null };
    case 'terms':
        return { ...state, terms: event.terms, recordings: null, chosen: [], next: null };
    case 'recordings':
        return { ...state, recordings: joined(state.recordings, event.recordings, event.more), next: event.next, counts: event.counts,
            chosen: event.more ? state.chosen : [] };
    case 'choose':
        return { ...state, chosen: event.chosen ? [...state.chosen.filter((id) => id !== event.recording), event.recording]
            : state.chosen.filter((id) => id !== event.recording) };
    case 'choose-all':
        return { ...state, chosen: event.chosen ? (state.recordings ?? []).filter(mayBeListed).map((row) => row.recording) : [] };
    case 'disposals':
        return { ...state, disposals: event.disposals };
    case 'disposal':
        return { ...state, disposal: event.disposal, dialog: null };
    case 'holds':
        return { ...state, holds: event.holds };
    case 'storage':
        return { ...state, storage: event.storage };
    case 'acts':
        return { ...state, acts: joined(state.acts, event.acts, event.more), next: event.next };
    case 'accesses':
        return { ...state, accesses: joined(state.accesses, event.accesses, event.more), next: event.next };
    case 'query':
        return { ...state, query: { ...state.query, ...event.query } };
    case 'dialog':
        return { ...state, dialog: event.dialog, problem: null };
    case 'busy':
        return { ...state, busy: event.busy };
    case 'problem':
        return { ...state, problem: event.problem, busy: false };
    default:
        return state;
    }
}
