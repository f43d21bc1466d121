/**
 * A QR code as SVG, error correction M: read from a screen or a print at arm's length.
 */

import qrcode from '/vendor/qrcode-generator.js';
import { html, svg } from '../base/html.js';

/* Quiet zone of ISO/IEC 18004. */
const QUIET = 4;

/** One path of all dark modules. @param {string} text */
export function qrPath(text) {
    const code = qrcode(0, 'M');
    code.addData(text, 'Byte');
    code.make();
    const size = code.getModuleCount();
    let path = '';
    for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
            if (code.isDark(row, column))
                path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
        }
    }
    return { path, size: size + 2 * QUIET };
}

/** @param {string} text @param {string} label */
export const qr = (text, label) => {
    const { path, size } = qrPath(text);
    return html`<svg class="qr" role="img" aria-label=${label} viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
        ${svg`<rect width=${size} height=${size} fill="#ffffff"></rect><path d=${path} fill="#14213d"></path>`}</svg>`;
};
