/**
 * Dialogs of the review page that ask or explain: why a recording is looked at, and which keys there are.
 */

import { html } from '../../base/html.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';

/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

const REASONS = /** @type {const} */ (['approval', 'complaint', 'audit', 'appeal', 'training']);
const KEYS = /** @type {const} */ (['play', 'seconds', 'half', 'frame', 'speed', 'jump', 'compare', 'ends', 'help']);

/** What the keys look like; the words beside them are translated. @type {Record<typeof KEYS[number], string[]>} */
const CAPS = { play: ['Space', 'K'], seconds: ['←', '→'], half: ['Shift ←', 'Shift →'], frame: [',', '.'], speed: ['[', ']'], jump: ['P', 'N'],
    compare: ['C'], ends: ['Home', 'End'], help: ['?'] };

/** @param {ReviewWords} words @param {ReviewActions} actions */
export const reasonDialog = ({ r }, actions) => dialog({ label: r('reason.title'), onClose: actions.close, className: 'reason-dialog' }, html`
    <form @submit=${(/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
        const other = String(form.get('other') ?? '').trim();
        actions.reason(other || r(`reason.${REASONS.find((reason) => reason === form.get('reason')) ?? 'approval'}`));
    }}>
        <h2>${r('reason.title')}</h2>
        <p class="soft">${r('reason.text')}</p>
        <fieldset class="reasons"><legend class="visually-hidden">${r('reason.title')}</legend>
            ${REASONS.map((reason, at) => html`<label><input type="radio" name="reason" value=${reason} ?checked=${at === 0}><span>${r(`reason.${reason}`)}</span></label>`)}
        </fieldset>
        <div class="field"><label for="reason-other">${r('reason.other')}</label><input id="reason-other" name="other" maxlength="200" autocomplete="off"></div>
        <div class="dialog-actions">
            <button type="button" class="button" @click=${actions.close}>${r('reason.back')}</button>
            <button type="submit" class="button main" data-test="reason-ok">${icon('play')}<span>${r('reason.ok')}</span></button></div>
    </form>`);

/** @param {ReviewWords} words @param {ReviewActions} actions */
export const keysDialog = ({ r, t }, actions) => dialog({ label: r('keys.title'), onClose: () => actions.help(false), className: 'keys-dialog' }, html`
    <h2>${r('keys.title')}</h2>
    <dl class="keys">${KEYS.map((name) => html`<div><dt>${CAPS[name].map((cap) => html`<kbd>${cap}</kbd> `)}</dt><dd>${r(`keys.${name}`)}</dd></div>`)}</dl>
    <div class="dialog-actions"><button type="button" class="button main" @click=${() => actions.help(false)}>${t('close')}</button></div>`);
