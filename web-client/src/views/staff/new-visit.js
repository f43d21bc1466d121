/** A new visit: the case, the item, the time and the two inspectors on one sheet. */

import { html, nothing } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { hourMinute, isoDay } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { problemNotice } from '../../components/marks.js';

/** @import { DeskState } from '../../../types/staff.js' */
/** @import { StaffActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */

const QUARTER_MS = 900_000;

/** @param {SubmitEvent} event @param {StaffActions} actions */
function submit(event, actions) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const text = (/** @type {string} */ name) => String(form.get(name) ?? '').trim();
    actions.createVisit({ number: text('number'), applicant: text('applicant'), premises: text('premises'), item: text('item'),
        scheduledAtMs: new Date(text('at')).getTime(), inspectors: form.getAll('inspector').map(String), observation: form.has('observation') });
}

/** @param {DeskState} state @param {StaffWords} words @param {StaffActions} actions */
export function newVisitDialog(state, words, actions) {
    const { t, language } = words;
    const sheet = state.dialog?.kind === 'new' ? state.dialog : null;
    const soon = Math.ceil(state.nowMs / QUARTER_MS) * QUARTER_MS;
    const divisions = [...new Set(state.items.map((item) => inLanguage(item, 'division', language)))];
    const close = () => actions.showNewVisit(false);
    return dialog({ label: t('new.title'), onClose: close, className: 'wide' }, html`
        <form class="new-visit" @submit=${(/** @type {SubmitEvent} */ event) => submit(event, actions)}>
            <h2>${t('new.title')}</h2>
            ${problemNotice(sheet?.problem ?? null, language)}
            <div class="field"><label for="new-number">${t('new.number')}</label><input id="new-number" name="number" required maxlength="64" autocomplete="off"></div>
            <div class="field"><label for="new-at">${t('new.at')}</label><input id="new-at" name="at" type="datetime-local" required value=${`${isoDay(soon)}T${hourMinute(soon)}`}></div>
            <div class="field full"><label for="new-item">${t('new.item')}</label><select id="new-item" name="item" required>
                ${divisions.map((division) => html`<optgroup label=${division}>${state.items.filter((item) => inLanguage(item, 'division', language) === division)
                    .map((item) => html`<option value=${item.code}>${inLanguage(item, 'name', language)}</option>`)}</optgroup>`)}</select></div>
            <div class="field"><label for="new-applicant">${t('new.applicant')}</label><input id="new-applicant" name="applicant" required maxlength="200" autocomplete="off"></div>
            <div class="field"><label for="new-premises">${t('new.premises')}</label><input id="new-premises" name="premises" required maxlength="200" autocomplete="off"></div>
            <fieldset class="full"><legend>${t('new.inspectors')}</legend>
                <div class="choices">${state.users.filter((user) => user.role === 'inspector').map((user) => html`
                    <label><input type="checkbox" name="inspector" value=${user.account} ?checked=${user.account === state.user?.account}><span lang="zh-CN">${user.name}</span></label>`)}</div>
                <p class="hint">${icon('users')}<span>${t('new.inspectors.hint')}</span></p></fieldset>
            <fieldset class="full"><label><input type="checkbox" name="observation" checked><span>${t('new.observation')}</span></label></fieldset>
            <div class="dialog-actions full">
                <button class="button" type="button" @click=${close}>${t('cancel')}</button>
                <button class="button main" type="submit" ?disabled=${sheet?.busy ?? false}>${sheet?.busy ? icon('loader-circle', 'spin') : nothing}<span>${t('new.create')}</span></button>
            </div>
        </form>`);
}
