/** Photographing a document, page by page: the camera with a frame, what the server says of the page, one thing to press. */

import { html, nothing, svg } from '../../base/html.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { problemNotice } from '../../components/marks.js';
import { stream } from '../../components/stream.js';
import { FRAME } from '../../media/document-edges.js';

/** @import { Capturing, CaptureActions } from '../../../types/help.js' */
/** @import { HelpKey } from '../../i18n/help.js' */
/** @import { HelpWords } from './entry.js' */

/** @param {Capturing} capture */
const overlay = ({ edges }) => html`<svg class="paper-frame ${edges}" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect x=${FRAME.x * 100} y=${FRAME.y * 100} width=${FRAME.width * 100} height=${FRAME.height * 100} rx="1"></rect>`}</svg>`;

/** @param {Capturing} capture @param {HelpWords} words @param {CaptureActions} actions */
function aim(capture, { h }, actions) {
    const choose = (/** @type {Event} */ event) => {
        const element = /** @type {HTMLInputElement} */ (event.target);
        actions.chosen([...(element.files ?? [])]);
        element.value = '';
    };
    const file = html`<label class="button quiet file">${icon('image')}<span>${h('capture.choose')}</span><input class="visually-hidden" type="file" accept="image/*" multiple @change=${choose}></label>`;
    if (!capture.stream)
        return html`<p role="status">${h(capture.stage === 'no-camera' ? 'capture.no-camera' : 'capture.opening')}</p>${file}
            <div class="dialog-actions"><button class="button" type="button" @click=${actions.done}>${h('capture.done')}</button></div>`;
    return html`<div class="capture-picture"><video autoplay playsinline muted aria-label=${h('capture.picture')} ${stream(capture.stream)}></video>${overlay(capture)}</div>
        <p class="capture-hint ${capture.edges}" role="status">${icon(capture.edges === 'all' ? 'circle-check' : 'square')}<span>${h(/** @type {HelpKey} */ (`capture.edges.${capture.edges}`))}</span></p>
        <button class="button main" type="button" ?disabled=${capture.stage !== 'aim'} @click=${actions.shoot}>${icon('camera')}<span>${h('capture.shoot', { n: capture.pages + 1 })}</span></button>
        ${file}${capture.pages > 0 ? html`<button class="button" type="button" @click=${actions.done}>${icon('check')}<span>${h('capture.done.n', { n: capture.pages })}</span></button>`
            : html`<button class="button quiet" type="button" @click=${actions.done}>${h('capture.cancel')}</button>`}`;
}

/** @param {Capturing} capture @param {HelpWords} words @param {CaptureActions} actions */
function judged(capture, { h }, actions) {
    const good = capture.verdict === 'good';
    return html`<div class="capture-picture still"><img src=${capture.picture ?? ''} alt=${h('capture.page', { n: capture.pages })}></div>
        <p class="capture-hint ${good ? 'all' : 'some'}" role="status">${icon(good ? 'circle-check' : 'triangle-alert')}<span>${h(/** @type {HelpKey} */ (`capture.verdict.${capture.verdict}`))}</span></p>
        ${good ? html`<button class="button main" type="button" @click=${actions.done}>${icon('check')}<span>${h('capture.done.n', { n: capture.pages })}</span></button>
            <button class="button" type="button" @click=${actions.more}>${icon('plus')}<span>${h('capture.more')}</span></button>`
        : html`<button class="button main" type="button" @click=${actions.again}>${icon('rotate-ccw')}<span>${h('capture.again')}</span></button>
            <button class="button quiet" type="button" @click=${actions.more}>${h('capture.keep')}</button>`}`;
}

/** @param {Capturing | null} capture @param {HelpWords} words @param {CaptureActions} actions */
export function captureDialog(capture, words, actions) {
    if (!capture)
        return nothing;
    const { h, language } = words;
    return dialog({ label: capture.label, onClose: actions.done, className: 'capture' }, html`<h2>${capture.label}</h2>${problemNotice(capture.problem, language)}
        ${capture.stage === 'sending' ? html`<p role="status">${icon('loader-circle', 'spin')}<span>${h('capture.sending')}</span></p>`
            : capture.stage === 'judged' ? judged(capture, words, actions) : aim(capture, words, actions)}`);
}
