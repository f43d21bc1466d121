/** Fields of the office's forms: a label, what is in it, and what to do when it changes. */

import { html, live, nothing } from '../../base/html.js';

/** @param {Event} event */
export const valueOf = (event) => /** @type {HTMLInputElement} */ (event.target).value;
/** @param {Event} event */
export const checkedOf = (event) => /** @type {HTMLInputElement} */ (event.target).checked;

/** A form's texts by name. @param {SubmitEvent} event @returns {Record<string, string>} */
export function textsOf(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
}

/** @typedef {{ id: string, label: string, value: string | number | undefined, full?: boolean, type?: string, hint?: string, max?: number, required?: boolean, disabled?: boolean }} FieldOptions */

/** @param {FieldOptions} options @param {(value: string) => void} [changed] */
export const textField = ({ id, label, value, full = false, type = 'text', hint = '', max = 400, required = false, disabled = false }, changed) => html`<div class="field ${full ? 'full' : ''}">
    <label for=${id}>${label}</label><input id=${id} name=${id} type=${type} maxlength=${max} ?required=${required} ?disabled=${disabled} .value=${live(String(value ?? ''))}
        @change=${(/** @type {Event} */ event) => changed?.(valueOf(event))}>${hint ? html`<span class="hint">${hint}</span>` : nothing}</div>`;

/** @param {FieldOptions} options @param {(value: string) => void} [changed] */
export const areaField = ({ id, label, value, full = true, hint = '', max = 400, disabled = false }, changed) => html`<div class="field ${full ? 'full' : ''}">
    <label for=${id}>${label}</label><textarea id=${id} name=${id} rows="3" maxlength=${max} ?disabled=${disabled} .value=${live(String(value ?? ''))}
        @change=${(/** @type {Event} */ event) => changed?.(valueOf(event))}></textarea>${hint ? html`<span class="hint">${hint}</span>` : nothing}</div>`;

/** @param {{ id: string, label: string, value: string, choices: [string, string][], disabled?: boolean }} options @param {(value: string) => void} [changed] */
export const selectField = ({ id, label, value, choices, disabled = false }, changed) => html`<div class="field"><label for=${id}>${label}</label>
    <select id=${id} name=${id} ?disabled=${disabled} @change=${(/** @type {Event} */ event) => changed?.(valueOf(event))}>
        ${choices.map(([code, word]) => html`<option value=${code} ?selected=${code === value}>${word}</option>`)}</select></div>`;

/** @param {{ label: string, checked: boolean, hint?: string, disabled?: boolean, name?: string }} options @param {(checked: boolean) => void} [changed] */
export const checkField = ({ label, checked, hint = '', disabled = false, name = '' }, changed) => html`<label class="check"><input type="checkbox" name=${name || nothing} ?disabled=${disabled}
    .checked=${live(checked)} @change=${(/** @type {Event} */ event) => changed?.(checkedOf(event))}><span>${label}${hint ? html` <span class="soft">${hint}</span>` : nothing}</span></label>`;

/** A time as people of one zone write it. @param {number | null | undefined} us @param {import('../../../types/base.js').Language} language */
export const timeText = (us, language) => (us ? new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB',
    { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }).format(us / 1000) : '');
