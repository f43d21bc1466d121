/**
 * A signature as lines of points, 0 to 1000 over a pad 2.5 times as wide as high: what `signature` of docs/http-api.yaml carries. Pure.
 */

export const EXTENT = 1000;
export const ASPECT = 2.5;
const STROKES_MAX = 200;
const POINTS_MAX = 4000;
/* The server's bound for "next to nothing is written". */
const LENGTH_MIN = 300;
/* Closer points add bytes and no shape. */
const STEP_MIN = 6;

/** @typedef {number[][]} Strokes each x, y, x, y, … */

/** @param {number} value */
const clamp = (value) => Math.max(0, Math.min(EXTENT, Math.round(value)));
/** @param {Strokes} strokes */
const points = (strokes) => strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);

/** @param {Strokes} strokes @param {number} x @param {number} y @returns {Strokes} */
export const begin = (strokes, x, y) => (strokes.length >= STROKES_MAX || points(strokes) >= POINTS_MAX ? strokes : [...strokes, [clamp(x), clamp(y)]]);

/** @param {Strokes} strokes @param {number} x @param {number} y @returns {Strokes} */
export function extend(strokes, x, y) {
    const last = strokes.at(-1);
    if (!last || points(strokes) >= POINTS_MAX)
        return strokes;
    const [px, py] = last.slice(-2);
    const [nx, ny] = [clamp(x), clamp(y)];
    if (Math.hypot(nx - Number(px), ny - Number(py)) < STEP_MIN)
        return strokes;
    return [...strokes.slice(0, -1), [...last, nx, ny]];
}

/** Whether it counts as a signature. @param {Strokes} strokes */
export function isSignature(strokes) {
    let length = 0;
    for (const stroke of strokes) {
        for (let i = 2; i < stroke.length; i += 2)
            length += Math.hypot(Number(stroke[i]) - Number(stroke[i - 2]), (Number(stroke[i + 1]) - Number(stroke[i - 1])) / ASPECT);
    }
    return length >= LENGTH_MIN;
}

/** As an SVG path over 1000 by 400. @param {number[]} stroke */
export function pathOf(stroke) {
    const parts = [];
    for (let i = 0; i < stroke.length; i += 2)
        parts.push(`${i === 0 ? 'M' : 'L'}${stroke[i]} ${Number(stroke[i + 1]) / ASPECT}`);
    /* A dot is a line of no length: it needs an end to be drawn. */
    return stroke.length === 2 ? `${parts[0]}l0 .1` : parts.join('');
}
