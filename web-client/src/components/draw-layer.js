/**
 * Lines and points over a picture. An SVG whose view box is the picture and that is fitted like it: no measuring of elements.
 */

import { html, nothing, svg } from '../base/html.js';

/** @import { Shape, StepsState } from '../../types/steps.js' */

/** @param {number[]} points @param {number} width @param {number} height */
const path = (points, width, height) => points.reduce((text, value, index) =>
    text + (index % 2 === 0 ? `${index === 0 ? 'M' : 'L'}${(value * width).toFixed(1)} ` : (value * height).toFixed(1)), '');

/** @param {Shape} shape @param {number} width @param {number} height */
function shapeView({ kind, points }, width, height) {
    const size = Math.max(width, height);
    const [x = 0, y = 0] = points;
    return kind === 'point'
        ? svg`<g class="pointer"><circle cx=${x * width} cy=${y * height} r=${size * 0.035}></circle><circle class="inner" cx=${x * width} cy=${y * height} r=${size * 0.008}></circle></g>`
        : svg`<path d=${path(points, width, height)} stroke-width=${size * 0.007}></path>`;
}

/** Where in the picture a pointer is. @param {PointerEvent} event @param {{ width: number, height: number }} frame */
export function placeIn(event, { width, height }) {
    const layer = /** @type {SVGSVGElement} */ (event.currentTarget);
    const matrix = layer.getScreenCTM();
    if (!matrix)
        return null;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const place = [x / width, y / height].map((value) => Math.round(Math.min(1, Math.max(0, value)) * 10000) / 10000);
    return place;
}

/**
 * @param {StepsState} state @param {'meet' | 'slice'} fit as the picture's: contain or cover
 * @param {{ label: string, onDown: (event: PointerEvent) => void, onMove: (event: PointerEvent) => void, onUp: () => void } | null} [pen] null: only shown
 */
export function drawLayer({ shapes, drawing, frame: { width, height }, tool }, fit, pen = null) {
    if (!width || (!shapes.length && !drawing && !tool))
        return nothing;
    const all = drawing ? [...shapes, { kind: /** @type {const} */ ('line'), points: drawing, by: '' }] : shapes;
    return html`<svg class="draw-layer ${pen && tool ? 'active' : ''}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMidYMid ${fit}" role=${pen ? 'img' : nothing} aria-label=${pen?.label ?? nothing} aria-hidden=${pen ? nothing : 'true'}
        @pointerdown=${pen && tool ? pen.onDown : nothing} @pointermove=${pen && tool ? pen.onMove : nothing} @pointerup=${pen && tool ? pen.onUp : nothing}>${all.map((shape) => shapeView(shape, width, height))}</svg>`;
}
