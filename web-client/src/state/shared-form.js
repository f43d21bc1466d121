/**
 * The form that is filled in together, as both pages hold it: the document, its definition, where the others are.
 */

import { changed, isSuccessor, lineBroken, opened, resynchronized } from '../coform/document.js';

/** @import { SharedForm } from '../../types/help.js' */
/** @import { FormView } from '../../types/coform.js' */

/** @type {SharedForm} */
export const noForm = { coform: null, definition: null, points: {}, pressed: null, touched: {}, checked: false, remarks: null, signing: false };

/** @param {SharedForm} form @param {FormView | null} view @returns {SharedForm} */
function received(form, view) {
    if (!view)
        return { ...noForm, points: form.points };
    const same = form.coform !== null && isSuccessor(form.coform.view, view);
    const coform = same && form.coform ? resynchronized(form.coform, view) : opened(view);
    const known = form.definition?.code === view.form && form.definition.version === view.version ? form.definition : null;
    return { ...(same ? form : { ...noForm, points: form.points }), coform, definition: known };
}

/**
 * @param {SharedForm} form
 * @param {{ type: string, [field: string]: any }} event of either page; others pass
 * @param {string | null} self our participant
 * @returns {SharedForm}
 */
export function reduceForm(form, event, self) {
    switch (event.type) {
    case 'message': {
        const { message } = event;
        if (message.type === 'form')
            return received(form, message.document);
        if (message.type === 'form-change')
            return form.coform && form.coform.view.id === message.form ? { ...form, coform: changed(form.coform, message.change) } : form;
        if (message.type === 'form-point') {
            if (message.participant === self)
                return form;
            const points = { ...form.points, [message.participant]: message };
            return message.kind === 'focus' || !message.path ? { ...form, points } : { ...form, points, pressed: { path: message.path, name: message.name, atMs: event.atMs } };
        }
        if (message.type === 'room') {
            const here = new Set(message.room?.participants ?? message.participants.filter((/** @type {any} */ one) => one.state !== 'left' && one.state !== 'away').map((/** @type {any} */ one) => one.id));
            const gone = Object.keys(form.points).filter((id) => !here.has(id));
            return gone.length === 0 ? form : { ...form, points: Object.fromEntries(Object.entries(form.points).filter(([id]) => here.has(id))) };
        }
        return form;
    }
    case 'link-lost':
    case 'link-closed':
        return form.coform ? { ...form, coform: lineBroken(form.coform), points: {} } : form;
    case 'definition':
        return { ...form, definition: event.definition };
    case 'coform':
        return { ...form, coform: event.coform };
    case 'touched':
        return form.touched[event.path] ? form : { ...form, touched: { ...form.touched, [event.path]: true } };
    case 'checked':
        return { ...form, checked: true };
    case 'remarks':
        return { ...form, remarks: event.path };
    case 'signing':
        return { ...form, signing: event.open };
    case 'pressed-seen':
        return { ...form, pressed: null };
    default:
        return form;
    }
}
