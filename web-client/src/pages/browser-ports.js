/**
 * Small browser facts that more than one page needs.
 */

import { SUBPROTOCOL } from '../protocol/codec.js';
import { browserSocket } from '../protocol/link.js';
import { createConnector, pollingSocket } from '../protocol/polling.js';

/** @import { Clock } from '../../types/base.js' */

const socketAddress = () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;

/** What connects this page's lines to the server: by WebSocket, or by plain requests where those are blocked. @param {Clock} clock */
export const lineToServer = (clock) => createConnector({
    webSocket: () => browserSocket(socketAddress(), SUBPROTOCOL),
    polling: () => pollingSocket({ fetch: (address, init) => fetch(address, init), clock }),
});

/**
 * Only to choose the words that tell where permissions are; never to choose a feature.
 * @param {string} agent
 * @returns {'wechat' | 'ios' | 'android' | 'desktop'}
 */
export function platform(agent) {
    if (/MicroMessenger/i.test(agent))
        return 'wechat';
    if (/iPhone|iPad|iPod/.test(agent))
        return 'ios';
    return /Android/.test(agent) ? 'android' : 'desktop';
}

/** Keeps the screen on while asked to; the browser drops the lock whenever the page is hidden. */
export function createWakeLock() {
    let wanted = false;
    /** @type {WakeLockSentinel | null} */
    let lock = null;
    let asking = false;
    const hold = async () => {
        if (!wanted || lock || asking || document.hidden || !navigator.wakeLock)
            return;
        asking = true;
        try {
            lock = await navigator.wakeLock.request('screen');
            lock.addEventListener('release', () => { lock = null; });
        } catch {
            /* Low battery: the phone decides. */
        } finally {
            asking = false;
        }
    };
    document.addEventListener('visibilitychange', () => void hold());
    return (/** @type {boolean} */ awake) => {
        const changed = awake !== wanted;
        wanted = awake;
        if (changed && awake)
            void hold();
        else if (changed)
            void lock?.release();
    };
}

/**
 * Where the focus is, as far as single keys are concerned.
 * @param {EventTarget | null} target
 */
export function focusOf(target) {
    const element = target instanceof Element ? target : null;
    return {
        typing: element?.matches('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') ?? false,
        onControl: element?.closest('button, a, summary, [role=slider], video[controls]') !== null && element !== null,
    };
}
