/** One field of a form: what is asked, what stands there, who wrote it, who is here, what is wrong. */

import { html, nothing, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { hourMinute } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { typed } from '../../components/typed.js';
import { readerOf, rowsOf, valueOf } from '../../coform/document.js';
import { asks, faultOf, pathOf } from '../../coform/schema.js';
import { pagesView } from './pages.js';

/** @import { CoformState, FormEntry, FormField, FormValue } from '../../../types/coform.js' */
/** @import { FormActions, SharedForm } from '../../../types/help.js' */
/** @import { HelpKey } from '../../i18n/help.js' */

/**
 * @typedef {{
 *   h: import('../../i18n/help.js').HelpTranslate, language: import('../../../types/base.js').Language,
 *   self: string | null, applicant: boolean, speaking: boolean, actions: FormActions, form: SharedForm, coform: CoformState, readOnly: boolean,
 *   canCapture: boolean, pictureOf: (page: string) => string | null,
 * }} FormWords
 */

/** @param {string} path */
export const idOf = (path) => `f-${path.replaceAll('/', '-')}`;

/** @param {FormField} field @param {FormValue | undefined} value @param {FormWords} words */
function wordOf(field, value, { h, language }) {
    if (field.kind === 'flag')
        return value ? h('form.yes') : '—';
    const option = field.layout.options?.find((candidate) => candidate.value === value);
    return option ? inLanguage(option, 'label', language) : String(value ?? '—');
}

/** @param {FormEntry | undefined} entry @param {FormWords} words */
function origin(entry, { h, self }) {
    if (!entry?.at || !entry.role || (entry.value ?? '') === '')
        return nothing;
    const params = { name: entry.name ?? '', time: hourMinute(entry.at / 1000) };
    if (entry.role === 'system')
        return html`<span class="origin">${icon('file-text')}<span>${h('form.by.prefill')}</span></span>`;
    if (entry.by === self && entry.source === 'typed')
        return html`<span class="origin">${icon('pencil')}<span>${h('form.by.self')}</span></span>`;
    const key = /** @type {HelpKey} */ (['speech', 'document', 'undo'].includes(entry.source ?? '') ? `form.by.${entry.source}` : 'form.by');
    return html`<span class="origin">${icon('pencil')}<span>${h(key, params)}</span></span>`;
}

/** @param {string} path @param {FormWords} words */
function presence(path, { h, form }) {
    return Object.values(form.points).filter((point) => point.path === path)
        .map((point) => html`<span class="here">${icon('user')}<span>${h('form.here', { name: point.name })}</span></span>`);
}

/** @param {FormField} field @param {string} path @param {string} label @param {FormWords} words @param {boolean} bad */
function widget(field, path, label, words, bad) {
    const { language, actions, coform, readOnly } = words;
    const value = valueOf(coform, path);
    const id = idOf(path);
    const described = `${id}-note`;
    const events = { focus: () => actions.enter(path), blur: () => actions.leave(path) };
    switch (field.kind) {
    case 'choice':
        return html`<div class="choices" role="radiogroup" aria-labelledby="${id}-label" aria-describedby=${described}>${field.layout.options?.map((option) => html`
            <label class="choice"><input type="radio" name=${id} .checked=${value === option.value} ?disabled=${readOnly} @focus=${events.focus} @blur=${events.blur}
                @change=${() => actions.choose(path, option.value)}><span>${inLanguage(option, 'label', language)}</span></label>`)}</div>`;
    case 'flag':
        return html`<label class="choice flag"><input id=${id} type="checkbox" .checked=${value === true} ?disabled=${readOnly} aria-describedby=${described} aria-invalid=${bad} @focus=${events.focus} @blur=${events.blur}
            @change=${(/** @type {Event} */ event) => actions.choose(path, /** @type {HTMLInputElement} */ (event.target).checked)}><span>${label}</span></label>`;
    case 'date':
        return html`<input id=${id} type="date" .value=${typeof value === 'string' ? value : ''} ?disabled=${readOnly} aria-describedby=${described} aria-invalid=${bad} @focus=${events.focus} @blur=${events.blur}
            @change=${(/** @type {Event} */ event) => actions.choose(path, /** @type {HTMLInputElement} */ (event.target).value || null)}>`;
    case 'files':
        return pagesView(field, path, label, id, words);
    default: {
        const text = typeof value === 'string' ? value : '';
        const input = (/** @type {Event} */ event) => {
            const element = /** @type {HTMLInputElement} */ (event.target);
            if (element.dataset.composing !== 'yes')
                actions.edit(path, element.value);
        };
        const compose = (/** @type {CompositionEvent} */ event) => {
            const element = /** @type {HTMLInputElement} */ (event.target);
            element.dataset.composing = event.type === 'compositionend' ? 'no' : 'yes';
            if (event.type === 'compositionend')
                actions.edit(path, element.value);
        };
        const mode = field.numeric ? 'decimal' : field.format === 'cn-phone' ? 'tel' : 'text';
        return field.layout.widget === 'multiline'
            ? html`<textarea id=${id} rows="3" ?readonly=${readOnly} aria-describedby=${described} aria-invalid=${bad} ${typed(text)} @input=${input} @compositionstart=${compose} @compositionend=${compose} @focus=${events.focus} @blur=${events.blur}></textarea>`
            : html`<input id=${id} type="text" inputmode=${mode} autocomplete="off" ?readonly=${readOnly} aria-describedby=${described} aria-invalid=${bad} ${typed(text)} @input=${input} @compositionstart=${compose} @compositionend=${compose} @focus=${events.focus} @blur=${events.blur}>`;
    }
    }
}

/** @param {FormField} field @param {string} path @param {FormWords} words */
function conflict(field, path, words) {
    const { h, actions, coform } = words;
    const lost = coform.lost[path];
    if (!lost)
        return nothing;
    const mine = wordOf(field, lost.mine, words);
    return html`<div class="conflict" role="alert"><p>${icon('triangle-alert')}<span>${h(lost.code === 'form/conflict' ? 'form.conflict' : 'form.not-taken', { mine })}</span></p>
        <button class="button small" type="button" @click=${() => actions.useMine(path)}>${h('form.use-mine')}</button>
        <button class="button small quiet" type="button" @click=${() => actions.dismiss(path)}>${h('form.dismiss')}</button></div>`;
}

/** @param {string} path @param {string} label @param {FormWords} words */
function remarks(path, label, words) {
    const { h, actions, coform, form } = words;
    const here = coform.view.comments.filter((comment) => comment.path === path && !comment.resolved);
    /** @param {SubmitEvent} event */
    const leave = (event) => {
        event.preventDefault();
        const element = /** @type {HTMLFormElement} */ (event.currentTarget);
        const text = String(new FormData(element).get('remark')).trim();
        if (text)
            actions.remark(path, text);
        element.reset();
        actions.openRemarks(null);
    };
    return html`${here.map((comment) => html`<p class="remark ${comment.role}">${icon('circle-alert')}<span><b lang="zh-CN">${comment.name}</b> ${comment.text}</span>
            <button class="button small quiet" type="button" @click=${() => actions.resolve(comment.id)}>${icon('check')}<span>${h('form.remark.done')}</span></button></p>`)}
        ${form.remarks === path ? html`<form class="remark-form" @submit=${leave}><label class="visually-hidden" for="${idOf(path)}-remark">${h('form.remark.label')}: ${label}</label>
            <input id="${idOf(path)}-remark" name="remark" maxlength="500" autocomplete="off"><button class="button small" type="submit">${h('form.remark.send')}</button></form>` : nothing}`;
}

/** @param {FormField} field @param {string} path @param {string} label @param {FormWords} words */
function tools(field, path, label, words) {
    const { h, applicant, actions, form, coform, readOnly } = words;
    const shown = coform.view.shown.includes(path);
    const buttons = [];
    if (readOnly)
        return nothing;
    if (field.sensitive && applicant)
        buttons.push(html`<span class="privacy ${shown ? 'shown' : ''}">${icon(shown ? 'user-check' : 'shield-check')}<span>${h(shown ? 'form.shown' : 'form.hidden')}</span></span>
            <button class="button small" type="button" aria-label="${h(shown ? 'form.hide' : 'form.show')}: ${label}" @click=${() => actions.show(path, !shown)}>${h(shown ? 'form.hide' : 'form.show')}</button>`);
    if (!applicant)
        buttons.push(html`<button class="button small quiet" type="button" aria-label="${h('form.point')}: ${label}" @click=${() => actions.point(path, 'press')}>${icon('arrow-left')}<span>${h('form.point')}</span></button>
            <button class="button small quiet" type="button" aria-label="${h('form.remark')}: ${label}" aria-expanded=${form.remarks === path} @click=${() => actions.openRemarks(form.remarks === path ? null : path)}>${icon('pencil')}<span>${h('form.remark')}</span></button>`);
    if (applicant)
        buttons.push(html`<button class="button small quiet read" type="button" aria-label="${h('form.read')}: ${label}" @click=${() => actions.read(`${label}。${inLanguage(field.layout, 'hint', words.language)}`)}>${icon('volume-2')}<span>${h('form.read')}</span></button>`);
    return buttons;
}

/** @param {FormField} field @param {string | null} row @param {FormWords} words @returns {unknown} */
export function fieldView(field, row, words) {
    const { h, language, form, coform } = words;
    if (!asks(field, row, readerOf(coform)))
        return nothing;
    if (field.kind === 'group')
        return groupView(field, words);
    const path = pathOf(field, row);
    const id = idOf(path);
    const label = inLanguage(field.layout, 'label', language);
    const hint = inLanguage(field.layout, 'hint', language);
    const entry = coform.view.fields[path];
    const masked = !words.applicant && field.sensitive && !coform.view.shown.includes(path);
    const fault = !masked && (form.checked || form.touched[path]) ? faultOf(field, valueOf(coform, path)) : null;
    const pressed = words.applicant && form.pressed?.path === path;
    const head = field.kind === 'choice' || field.kind === 'files' || masked ? html`<span class="label" id="${id}-label">${label}</span>`
        : field.kind === 'flag' ? nothing : html`<label for=${id} id="${id}-label">${label}</label>`;
    return html`<div class="field form-field ${fault ? 'bad' : ''} ${pressed ? 'pressed' : ''} ${Object.values(form.points).some((point) => point.path === path) ? 'shared' : ''}" data-path=${path}>
        <div class="field-head">${head}${field.kind === 'flag' ? nothing : html`<span class="must">${h(field.needed ? 'form.needed' : 'form.optional')}</span>`}${presence(path, words)}</div>
        ${hint && !masked ? html`<p class="hint">${hint}</p>` : nothing}
        ${masked ? html`<p class="masked">${icon('shield-check')}<span>${entry?.masked ? h('form.masked', { n: entry.masked }) : h('form.masked.empty')}</span></p>` : widget(field, path, label, words, Boolean(fault))}
        <div class="field-foot" id="${id}-note">${fault ? html`<span class="fault">${icon('circle-alert')}<span>${h(/** @type {HelpKey} */ (`fault.${fault}`))}</span></span>` : nothing}
            ${masked ? nothing : origin(entry, words)}${tools(field, path, label, words)}</div>
        ${pressed ? html`<p class="press-here" role="status">${icon('arrow-left')}<span>${h('form.pointed', { name: form.pressed?.name ?? '' })}</span></p>` : nothing}
        ${conflict(field, path, words)}
        ${remarks(path, label, words)}
    </div>`;
}

/** @param {FormField} group @param {FormWords} words */
function groupView(group, words) {
    const { h, language, actions, coform, form, readOnly } = words;
    const rows = rowsOf(coform, group.name);
    const row = inLanguage(group.layout, 'row', language);
    const fault = form.checked ? faultOf(group, undefined, rows.length) : null;
    return html`<fieldset class="group" data-path=${group.name}><legend>${inLanguage(group.layout, 'label', language)}</legend>
        ${repeat(rows, (id) => id, (id, index) => html`<div class="group-row card" role="group" aria-label=${h('form.row', { row, n: index + 1 })}>
            <div class="row-head"><b>${h('form.row', { row, n: index + 1 })}</b>
                ${readOnly ? nothing : html`<button class="button small quiet" type="button" aria-label="${h('form.remove')}: ${h('form.row', { row, n: index + 1 })}" @click=${() => actions.removeRow(group.name, id)}>${icon('x')}<span>${h('form.remove')}</span></button>`}</div>
            ${group.fields.map((field) => fieldView(field, id, words))}</div>`)}
        ${fault ? html`<p class="fault">${icon('circle-alert')}<span>${h(/** @type {HelpKey} */ (`fault.${fault}`))}</span></p>` : nothing}
        ${readOnly || rows.length >= group.maxCount ? nothing : html`<button class="button" type="button" @click=${() => actions.addRow(group.name)}>${icon('plus')}<span>${h('form.add')}</span></button>`}
    </fieldset>`;
}
