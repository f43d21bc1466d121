/**
 * A pad to sign on with a finger, a pen or the mouse. A function of its strokes: whoever shows it keeps them.
 */

import { html, nothing, svg } from '../base/html.js';
import { ASPECT, EXTENT, begin, extend, pathOf } from '../base/strokes.js';
import { icon } from './icon.js';

/** @import { Strokes } from '../base/strokes.js' */

/** Where on the pad a pointer is. @param {PointerEvent} event */
function place(event) {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width * EXTENT, y: (event.clientY - box.top) / box.height * EXTENT };
}

/**
 * @param {{ strokes: Strokes, label: string, hint: string, clear: string, disabled?: boolean, onChange: (strokes: Strokes) => void }} pad
 *   `label` names it, `hint` stands on it while it is empty, `clear` is the button's word
 */
export function signaturePad({ strokes, label, hint, clear, disabled = false, onChange }) {
    /* The newest strokes of this gesture: several events may come before the next drawing. */
    let now = strokes;
    /** @param {Strokes} next */
    const change = (next) => {
        now = next;
        onChange(next);
    };
    /** @param {PointerEvent} event */
    const down = (event) => {
        if (disabled || !event.isPrimary)
            return;
        event.preventDefault();
        /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
        const { x, y } = place(event);
        change(begin(now, x, y));
    };
    /** @param {PointerEvent} event */
    const move = (event) => {
        if (disabled || !event.isPrimary || !(/** @type {Element} */ (event.currentTarget).hasPointerCapture(event.pointerId)))
            return;
        const { x, y } = place(event);
        change(extend(now, x, y));
    };
    return html`<div class="signature-pad" data-test="signature-pad">
        <svg viewBox="0 0 ${EXTENT} ${EXTENT / ASPECT}" role="img" aria-label=${label} @pointerdown=${down} @pointermove=${move}>
            <line x1="60" x2=${EXTENT - 60} y1=${EXTENT / ASPECT - 70} y2=${EXTENT / ASPECT - 70}></line>
            ${strokes.map((stroke) => svg`<path d=${pathOf(stroke)}></path>`)}
        </svg>
        ${strokes.length === 0 ? html`<span class="signature-hint" aria-hidden="true">${hint}</span>` : nothing}
        <button type="button" class="button quiet small" ?disabled=${disabled || strokes.length === 0} @click=${() => change([])}>${icon('rotate-ccw')}<span>${clear}</span></button>
    </div>`;
}
