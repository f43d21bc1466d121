/** The form: its sections with who confirmed them, and at its end the signature and the one button of the applicant. */

import { html, nothing } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { hourMinute } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { isSaved, readerOf } from '../../coform/document.js';
import { asks, faultsOf, sectionsOf } from '../../coform/schema.js';
import { fieldView } from './field.js';

/** @import { FormDefinition } from '../../../types/coform.js' */
/** @import { FormWords } from './field.js' */
/** @import { Sections } from '../../coform/schema.js' */

/** @param {FormWords} words @param {boolean} lineOpen */
export function savedSign({ h, coform }, lineOpen) {
    const saved = isSaved(coform);
    if (saved && lineOpen)
        return html`<span class="saved">${icon('circle-check')}<span>${h('form.saved')}</span></span>`;
    return html`<span class="saved ${lineOpen ? '' : 'attention'}">${icon(lineOpen ? 'loader-circle' : 'wifi-off', lineOpen ? 'spin' : '')}<span>${h(lineOpen ? 'form.saving' : 'form.offline')}</span></span>`;
}

/** @param {Sections[number]} section @param {FormWords} words */
function confirmation(section, words) {
    const { h, applicant, actions, coform, readOnly } = words;
    const confirmed = coform.view.sections[section.section];
    if (confirmed)
        return html`<p class="confirmed">${icon('check-circle')}<span>${h('form.confirmed', { name: confirmed.name, time: hourMinute(confirmed.at / 1000) })}</span></p>`;
    if (!applicant || readOnly)
        return html`<p class="soft">${icon('circle')}<span>${h('form.unconfirmed')}</span></p>`;
    return html`<button class="button confirm" type="button" aria-label="${h('form.confirm')}: ${inLanguage(section, 'title', words.language)}" @click=${() => actions.confirm(section.section, 'tap')}>${icon('check')}<span>${h('form.confirm')}</span></button>`;
}

/** @param {Sections} sections @param {FormWords} words */
function ending(sections, words) {
    const { h, applicant, actions, coform, form } = words;
    const faults = faultsOf(sections, readerOf(coform));
    const open = sections.filter((section) => !coform.view.sections[section.section] && section.list.some((field) => asks(field, null, readerOf(coform))));
    const { signature, state } = coform.view;
    if (state === 'submitted')
        return html`<section class="ending card">${notice('good', h('form.submitted.text', { id: coform.view.id.slice(-8) }))}</section>`;
    return html`<section class="ending card">
        ${faults.length > 0 && form.checked ? notice('attention', h('form.problems', { n: faults.length })) : nothing}
        ${open.length > 0 && form.checked ? notice('attention', h('form.problems.sections', { n: open.length })) : nothing}
        ${signature ? html`<p class="confirmed">${icon('check-circle')}<span>${h('form.signed', { time: hourMinute(signature.at / 1000) })}</span></p>` : nothing}
        ${!applicant ? html`<p class="soft">${h('form.applicant-signs')}</p>`
            : signature ? html`<button class="button main" type="button" @click=${actions.submit}>${icon('check')}<span>${h('form.submit')}</span></button>`
            : html`<button class="button main" type="button" @click=${actions.startSigning}>${icon('pencil')}<span>${h('form.check')}</span></button>`}
    </section>`;
}

/** @param {FormWords} words @param {{ view: (label: string) => unknown, path(): string }} pad @param {boolean} ready */
export function signingDialog(words, pad, ready) {
    const { h, actions } = words;
    if (!words.form.signing || !ready)
        return nothing;
    const done = () => { if (pad.path()) actions.sign(pad.path()); };
    return dialog({ label: h('form.sign.title'), onClose: actions.cancelSigning, className: 'signing' }, html`
        <h2>${h('form.sign.title')}</h2><p>${h('form.sign.text')}</p>
        ${pad.view(h('form.sign.pad'))}
        <div class="dialog-actions">
            <button class="button quiet" type="button" @click=${actions.cancelSigning}>${h('form.sign.cancel')}</button>
            <button class="button main" type="button" @click=${done}>${icon('check')}<span>${h('form.sign.done')}</span></button>
        </div>`);
}

/** Everything good and confirmed? @param {FormWords} words */
export function isReady({ form, coform }) {
    if (!form.definition)
        return false;
    const sections = sectionsOf(form.definition);
    const reader = readerOf(coform);
    return faultsOf(sections, reader).length === 0
        && sections.every((section) => coform.view.sections[section.section] || !section.list.some((field) => asks(field, null, reader)));
}

/** @param {FormWords} words @param {boolean} lineOpen */
export function formView(words, lineOpen) {
    const { h, language, coform, form, actions, readOnly } = words;
    const definition = /** @type {FormDefinition} */ (form.definition);
    const sections = sectionsOf(definition);
    return html`<div class="form" lang=${language === 'zh' ? 'zh-CN' : 'en'}>
        <header class="form-head"><h2 tabindex="-1">${inLanguage(definition, 'title', language)}</h2>
            <p class="soft">${inLanguage(definition, 'lead', language)}</p>
            <div class="form-bar" role="status">${savedSign(words, lineOpen)}</div>
            ${readOnly ? nothing : html`<button class="button small" type="button" ?disabled=${coform.undo.length === 0} @click=${actions.undo}>${icon('rotate-ccw')}<span>${h('form.undo')}</span></button>`}</header>
        ${sections.map((section) => (section.list.some((field) => asks(field, null, readerOf(coform))) ? html`
            <section class="form-section" aria-labelledby="s-${section.section}"><h3 id="s-${section.section}">${inLanguage(section, 'title', language)}</h3>
                ${section.text_zh ? html`<p class="section-text">${inLanguage(section, 'text', language)}</p>` : nothing}
                ${section.list.map((field) => fieldView(field, null, words))}
                <div class="section-foot">${confirmation(section, words)}</div></section>` : nothing))}
        ${ending(sections, words)}
    </div>`;
}
