/** The helper's page as a pure machine: the desk with the queue, and at most one visit. */

import { initialHelp, reduceHelp } from './help.js';

/** @import { DeskState, HelpEvent, HelpState } from '../../types/help.js' */
/** @typedef {{ desk: DeskState, room: HelpState | null, dialog: 'end' | 'return' | 'invite' | null, invitation: string | null, source: string }} HelpdeskState */
/**
 * @typedef {{ type: 'signed-in', user: DeskState['user'] } | { type: 'desk', desk: Partial<DeskState> } | { type: 'enter' } | { type: 'out' }
 *   | { type: 'dialog', dialog: HelpdeskState['dialog'] } | { type: 'invitation', path: string | null } | { type: 'source', source: string }
 *   | { type: 'room', event: HelpEvent }} HelpdeskEvent
 */

/** @param {number} nowMs @returns {HelpdeskState} */
export const initialHelpdesk = (nowMs) => ({
    desk: { phase: 'opening', user: null, queue: null, duty: { subjects: ['*'], languages: ['mandarin'] }, forms: [], problem: null, busy: false, lineLost: false, nowMs },
    room: null, dialog: null, invitation: null, source: 'speech',
});

/** @param {HelpdeskState} state @param {HelpdeskEvent} event @returns {HelpdeskState} */
export function reduceHelpdesk(state, event) {
    switch (event.type) {
    case 'signed-in':
        return { ...state, desk: { ...state.desk, phase: event.user ? 'desk' : 'sign-in', user: event.user, busy: false, problem: null } };
    case 'desk':
        return { ...state, desk: { ...state.desk, ...event.desk } };
    case 'enter':
        return { ...state, room: { ...initialHelp(state.desk.nowMs), phase: 'opening' }, dialog: null, invitation: null };
    case 'out':
        return { ...state, room: null, dialog: null, invitation: null };
    case 'dialog':
        return { ...state, dialog: event.dialog };
    case 'invitation':
        return { ...state, invitation: event.path };
    case 'source':
        return { ...state, source: event.source };
    case 'room':
        return state.room ? { ...state, room: reduceHelp(state.room, event.event) } : state;
    default:
        return state;
    }
}
