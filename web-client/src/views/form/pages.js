/** A field of photographed pages: what lies there, and the button that adds one. */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { valueOf } from '../../coform/document.js';

/** @import { FormField } from '../../../types/coform.js' */
/** @import { FormWords } from './field.js' */

/** @param {FormField} field @param {string} path @param {string} label @param {string} id @param {FormWords} words */
export function pagesView(field, path, label, id, words) {
    const { h, actions, coform, readOnly, pictureOf, canCapture } = words;
    const value = valueOf(coform, path);
    const pages = Array.isArray(value) ? value : [];
    return html`<div class="pages" id=${id} role="group" aria-labelledby="${id}-label">
        ${pages.length === 0 ? html`<p class="files">${icon('image')}<span>${h('form.files.none')}</span></p>` : html`<ul>${repeat(pages, (page) => page, (page, n) => html`<li>
            ${pictureOf(page) ? html`<a href=${pictureOf(page)} target="_blank" rel="noopener" aria-label="${label} ${h('capture.page', { n: n + 1 })}"><img src=${pictureOf(page)} alt="" loading="lazy"></a>` : html`<span class="no-picture">${icon('image')}<span>${n + 1}</span></span>`}
            ${readOnly || !canCapture ? nothing : html`<button class="button small quiet" type="button" aria-label="${h('form.remove')}: ${label} ${h('capture.page', { n: n + 1 })}" @click=${() => actions.dropPage(path, page)}>${icon('x')}<span>${h('form.remove')}</span></button>`}</li>`)}</ul>`}
        ${readOnly || !canCapture || pages.length >= field.maxCount ? nothing : html`<button class="button" type="button" aria-label="${h('capture.start')}: ${label}" @click=${() => actions.capture(path, label)}>${icon('camera')}<span>${h('capture.start')}</span></button>`}</div>`;
}
