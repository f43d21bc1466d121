/**
 * The inspectors' desk as a pure machine: who is signed in, the day's visits, who waits.
 */

/** @import { DeskEvent, DeskState } from '../../types/staff.js' */

/** @param {number} nowMs @returns {DeskState} */
export function initialDesk(nowMs) {
    return { phase: 'opening', user: null, busy: false, problem: null, dayMs: nowMs, visits: null, items: [], users: [], lobby: [],
        link: { state: 'connecting', attempt: 0, retryAtMs: 0 }, dialog: null, room: null, nowMs };
}

/**
 * @param {DeskState} state
 * @param {DeskEvent} event
 * @returns {DeskState}
 */
export function reduceDesk(state, event) {
    switch (event.type) {
    case 'tick':
        return { ...state, nowMs: event.nowMs };
    case 'signed-out':
        return { ...initialDesk(state.nowMs), phase: 'sign-in', problem: state.phase === 'sign-in' ? state.problem : null };
    case 'signed-in':
        return { ...state, phase: 'desk', user: event.user, busy: false, problem: null };
    case 'busy':
        return { ...state, busy: event.busy, problem: event.busy ? null : state.problem };
    case 'problem':
        return { ...state, problem: event.problem, busy: false };
    case 'day':
        return { ...state, dayMs: event.dayMs, visits: null };
    case 'visits':
        /* An answer for a day that is no longer shown comes too late. */
        return event.dayMs === state.dayMs ? { ...state, visits: [...event.visits].sort((a, b) => a.scheduled_at - b.scheduled_at) } : state;
    case 'catalogue':
        return { ...state, items: event.items, users: event.users };
    case 'new-visit':
        return { ...state, dialog: event.open ? { kind: 'new', problem: null, busy: false } : null };
    case 'new-visit-busy':
        return { ...state, dialog: { kind: 'new', problem: null, busy: true } };
    case 'new-visit-problem':
        return { ...state, dialog: { kind: 'new', problem: event.problem, busy: false } };
    case 'invitation':
        return { ...state, busy: false, dialog: event.invitation ? { kind: 'invitation', invitation: event.invitation } : null };
    case 'copied':
        return state.dialog?.kind === 'invitation' ? { ...state, dialog: { kind: 'invitation', invitation: { ...state.dialog.invitation, copied: true } } } : state;
    case 'room':
        return { ...state, room: event.visit };
    case 'link-connecting':
        return state.link.state === 'lost' ? state : { ...state, link: { ...state.link, state: 'connecting' } };
    case 'link-open':
        return { ...state, link: { state: 'open', attempt: 0, retryAtMs: 0 } };
    case 'link-lost':
        return { ...state, link: { state: 'lost', attempt: event.attempt, retryAtMs: event.retryAtMs } };
    case 'link-closed':
        return { ...state, link: { ...state.link, state: 'closed' } };
    case 'message':
        return event.message.type === 'lobby' ? { ...state, lobby: event.message.visits } : state;
    default:
        return state;
    }
}

/**
 * Who waits, longest first, with the visit.
 * @param {DeskState} state
 */
export function waitingNow(state) {
    return state.lobby.flatMap(({ visit, waiting }) => waiting.map((applicant) => ({ visit, applicant })))
        .sort((a, b) => a.applicant.since - b.applicant.since);
}

/** The day's visits with what the lobby knows more recently. @param {DeskState} state */
export function visitsShown(state) {
    return state.visits?.map((visit) => ({ ...visit, state: state.lobby.find((entry) => entry.visit.id === visit.id)?.visit.state ?? visit.state })) ?? null;
}
