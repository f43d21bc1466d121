/**
 * stream() — puts a MediaStream into a <video> or <audio> and plays it at once, in the same continuation that brought it:
 * WeChat on iOS draws black otherwise (F1). Tells when the browser wants a tap before it gives sound.
 */

import { Directive, directive } from '/vendor/lit-html/directive.js';
import { nothing } from '../base/html.js';

class StreamDirective extends Directive {
    /** @param {MediaStream | null} _stream @param {(() => void) | undefined} [_onBlocked] */
    render(_stream, _onBlocked) {
        return nothing;
    }

    /**
     * @param {import('/vendor/lit-html/directive.js').PartInfo} part
     * @param {[MediaStream | null, (() => void)?]} values
     */
    update(part, [stream, onBlocked]) {
        const element = /** @type {HTMLMediaElement} */ (/** @type {any} */ (part).element);
        if (element.srcObject !== stream) {
            element.srcObject = stream;
            if (stream)
                element.play().catch((error) => {
                    if (error instanceof DOMException && error.name === 'NotAllowedError')
                        onBlocked?.();
                });
        }
        return nothing;
    }
}

export const stream = directive(StreamDirective);
