/**
 * A modal question. Rendered means open; Escape and the backdrop mean `onClose`.
 */

import { html, ref } from '../base/html.js';

/** Once it is in the document: directives run on the fragment before. @param {Element | undefined} element */
const open = (element) => queueMicrotask(() => {
    if (element instanceof HTMLDialogElement && element.isConnected && !element.open)
        element.showModal();
});

/**
 * @param {{ label: string, onClose: () => void, className?: string }} options
 * @param {unknown} body
 */
export const dialog = ({ label, onClose, className = '' }, body) => html`
    <dialog class=${className} aria-label=${label} ${ref(open)}
        @cancel=${(/** @type {Event} */ event) => { event.preventDefault(); onClose(); }}
        @click=${(/** @type {MouseEvent} */ event) => { if (event.target === event.currentTarget) onClose(); }}>
        <div class="dialog-body">${body}</div>
    </dialog>`;
