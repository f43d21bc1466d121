/**
 * A pad to sign on with a finger, a pen, the mouse or the keys. A function of its strokes: whoever shows it keeps them.
 *
 * By keys: the arrows move the pen, the space bar sets it down and lifts it. Where the pen is the pad's element itself remembers.
 */

import { html, nothing, svg } from '../base/html.js';
import { ASPECT, EXTENT, begin, extend, pathOf } from '../base/strokes.js';
import { icon } from './icon.js';

/** @import { Strokes } from '../base/strokes.js' */

/* One press of an arrow; a signature of ten strokes stays a matter of a minute. */
const KEY_STEP = 25;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where on the pad a pointer is. @param {PointerEvent} event */
function place(event) {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width * EXTENT, y: (event.clientY - box.top) / box.height * EXTENT };
}

/**
 * @param {{ strokes: Strokes, label: string, hint: string, keys: string, clear: string, disabled?: boolean, onChange: (strokes: Strokes) => void }} pad
 *   `label` names it, `hint` stands on it while it is empty, `keys` says how to sign without a pointer, `clear` is the button's word
 */
export function signaturePad({ strokes, label, hint, keys, clear, disabled = false, onChange }) {
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
    /** @param {KeyboardEvent} event */
    const key = (event) => {
        const element = /** @type {SVGElement} */ (event.currentTarget);
        const arrow = ARROWS[event.key];
        if (disabled || (!arrow && event.key !== ' '))
            return;
        event.preventDefault();
        const pen = element.dataset;
        const x = Math.min(EXTENT, Math.max(0, Number(pen.penX ?? EXTENT / 4) + KEY_STEP * (arrow?.[0] ?? 0)));
        const y = Math.min(EXTENT, Math.max(0, Number(pen.penY ?? EXTENT / 2) + KEY_STEP * ASPECT * (arrow?.[1] ?? 0)));
        Object.assign(pen, { penX: String(x), penY: String(y) });
        const dot = element.querySelector('circle');
        dot?.setAttribute('cx', String(x));
        dot?.setAttribute('cy', String(y / ASPECT));
        if (!arrow)
            pen.pen = pen.pen === 'down' ? 'up' : 'down';
        if (!arrow && pen.pen === 'down')
            change(begin(now, x, y));
        else if (arrow && pen.pen === 'down')
            change(extend(now, x, y));
    };
    return html`<div class="signature-pad" data-test="signature-pad">
        <svg viewBox="0 0 ${EXTENT} ${EXTENT / ASPECT}" role="img" tabindex=${disabled ? -1 : 0} aria-label="${label}. ${keys}" @pointerdown=${down} @pointermove=${move} @keydown=${key}>
            <line x1="60" x2=${EXTENT - 60} y1=${EXTENT / ASPECT - 70} y2=${EXTENT / ASPECT - 70}></line>
            ${strokes.map((stroke) => svg`<path d=${pathOf(stroke)}></path>`)}
            <circle class="pen" cx=${EXTENT / 4} cy=${EXTENT / 2 / ASPECT} r="10"></circle>
        </svg>
        ${strokes.length === 0 ? html`<span class="signature-hint" aria-hidden="true">${hint}</span>` : nothing}
        <button type="button" class="button quiet small" ?disabled=${disabled || strokes.length === 0} @click=${() => change([])}>${icon('rotate-ccw')}<span>${clear}</span></button>
    </div>`;
}
