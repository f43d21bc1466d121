/** The applicant's page of assisted service as a pure machine. */

import { initialVisit, reduceVisit } from './visit.js';
import { noForm, reduceForm } from './shared-form.js';

/** @import { HelpEvent, HelpState } from '../../types/help.js' */

/** @param {number} nowMs @returns {HelpState} */
export function initialHelp(nowMs) {
    return {
        phase: 'opening', visit: initialVisit(nowMs), form: noForm, ticket: null,
        own: { video: null, audio: null, stream: null, facing: 'user', cameras: 0, torchAvailable: false, torch: false, muted: false, busy: false },
        problem: null, busy: false, speaking: false, soundBlocked: false, endReason: null, confirmLeave: false, capture: null,
    };
}

/** @param {HelpState} state @param {HelpEvent} event @returns {HelpState} */
function step(state, event) {
    switch (event.type) {
    case 'link-open':
        return { ...state, phase: 'in', problem: null, busy: false };
    case 'link-closed':
        if (event.reason === 'left')
            return state;
        return { ...state, phase: event.reason === 'replaced' ? 'replaced' : event.reason === 'ended' ? 'ended' : 'refused', problem: event.problem };
    case 'message':
        if (event.message.type === 'visit-ended')
            return { ...state, phase: 'ended', endReason: event.message.reason };
        return event.message.type === 'queue' ? { ...state, ticket: event.message.ticket } : state;
    case 'phase':
        return { ...state, phase: event.phase, problem: null, busy: false, confirmLeave: false };
    case 'own':
        return { ...state, own: { ...state.own, ...event.own } };
    case 'problem':
        return { ...state, problem: event.problem, busy: false };
    case 'busy':
        return { ...state, busy: event.busy };
    case 'speaking':
        return { ...state, speaking: event.speaking };
    case 'sound-blocked':
        return { ...state, soundBlocked: event.blocked };
    case 'capture':
        return { ...state, capture: event.capture === null ? null : /** @type {HelpState['capture']} */ ({ ...state.capture, ...event.capture }) };
    case 'confirm-leave':
        return { ...state, confirmLeave: event.open };
    default:
        return state;
    }
}

/** @param {HelpState} state @param {HelpEvent} event @returns {HelpState} */
export function reduceHelp(state, event) {
    const visit = reduceVisit(state.visit, event);
    const form = reduceForm(state.form, event, visit.participant);
    const before = visit === state.visit && form === state.form ? state : { ...state, visit, form };
    return step(before, event);
}
