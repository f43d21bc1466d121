/**
 * Keys of the inspector's room. All are shown by `?`; none works while somebody types.
 */

import { RESULTS } from './finding.js';

/** @import { FindingResult } from '../../types/protocol.js' */
/**
 * @typedef {{ command: 'toggle' | 'still' | 'note' | 'back' | 'forward' | 'live' | 'keys' | 'next' | 'previous' | 'mute' }
 *   | { command: 'result', result: FindingResult }} Command
 * @typedef {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, repeat: boolean }} Press
 */

/** For the list under `?`. */
export const KEYS = /** @type {const} */ ([['space', 'toggle'], ['1–4', 'result'], ['N', 'note'], ['S', 'still'], ['↑ ↓', 'select'],
    ['← →', 'rewind'], ['L', 'live'], ['M', 'mute'], ['?', 'keys']]);

/**
 * @param {Press} press
 * @param {{ typing: boolean, onControl: boolean }} focus typing: in a field; onControl: on a button or slider, which has its own keys
 * @returns {Command | null}
 */
export function commandOf(press, { typing, onControl }) {
    if (typing || press.ctrlKey || press.metaKey || press.altKey)
        return null;
    const arrows = { ArrowLeft: 'back', ArrowRight: 'forward', ArrowUp: 'previous', ArrowDown: 'next' };
    if (Object.hasOwn(arrows, press.key))
        return { command: /** @type {any} */ (arrows)[press.key] };
    if (press.repeat)
        return null;
    const digit = '1234'.indexOf(press.key);
    if (press.key.length === 1 && digit >= 0)
        return { command: 'result', result: RESULTS[digit] };
    switch (press.key.toLowerCase()) {
    case ' ':
        return onControl ? null : { command: 'toggle' };
    case 's':
        return { command: 'still' };
    case 'n':
        return { command: 'note' };
    case 'l':
        return { command: 'live' };
    case 'm':
        return { command: 'mute' };
    case '?':
    case '？':
        return { command: 'keys' };
    default:
        return null;
    }
}
