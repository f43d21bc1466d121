/**
 * typed() — the text of an input that others write in too: what changes under the cursor leaves it at its word, and nothing is touched while an
 * input method composes.
 */

import { Directive, directive } from '/vendor/lit-html/directive.js';
import { difference, lengthOf } from '../coform/text-op.js';
import { movedCursor } from '../coform/document.js';
import { nothing } from '../base/html.js';

class TypedDirective extends Directive {
    /** @param {string} _text */
    render(_text) {
        return nothing;
    }

    /** @param {import('/vendor/lit-html/directive.js').PartInfo} part @param {[string]} values */
    update(part, [text]) {
        const element = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (/** @type {any} */ (part).element);
        if (element.dataset.composing === 'yes' || element.value === text)
            return nothing;
        const active = document.activeElement === element;
        const before = element.value;
        const position = active ? lengthOf(before.slice(0, element.selectionStart ?? 0)) : 0;
        element.value = text;
        if (active) {
            const units = [...text].slice(0, movedCursor(difference(before, text), position)).join('').length;
            element.setSelectionRange(units, units);
        }
        return nothing;
    }
}

export const typed = directive(TypedDirective);
