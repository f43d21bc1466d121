/**
 * Signs of life: tells of the camera track and of the page, whatever the browser chooses to tell. iOS may come back from a
 * phone call without a visibility event, so `focus` and `pageshow` count as well (F2).
 */

/** @import { InterruptionEvent } from './interruption.js' */
/** @import { Clock } from '../../types/base.js' */

/**
 * @param {() => void} action called when the network is back or another one carries us
 * @returns {() => void} ends it
 */
export function watchNetwork(action) {
    const connection = /** @type {(EventTarget & { type?: string }) | undefined} */ (/** @type {any} */ (navigator).connection);
    let type = connection?.type;
    /* `change` comes also with every new estimate of the speed. */
    const changed = () => {
        if (connection?.type === type)
            return;
        type = connection?.type;
        if (navigator.onLine)
            action();
    };
    window.addEventListener('online', action);
    connection?.addEventListener('change', changed);
    return () => {
        window.removeEventListener('online', action);
        connection?.removeEventListener('change', changed);
    };
}

/**
 * @param {Clock} clock
 * @param {(event: InterruptionEvent) => void} tell
 */
export function createWatch(clock, tell) {
    /** @type {(() => void) | null} */
    let forget = null;

    /* A phone stops its camera behind another app; a computer films on behind another window. */
    const phone = window.matchMedia('(pointer: coarse)').matches;
    const page = () => tell({ type: document.hidden && phone ? 'hidden' : 'visible', atMs: clock.now() });
    document.addEventListener('visibilitychange', page);
    window.addEventListener('focus', page);
    window.addEventListener('pageshow', page);

    return {
        /** Watches this track from now on, and no other. @param {MediaStreamTrack | null} track */
        track(track) {
            forget?.();
            forget = null;
            if (!track)
                return;
            const say = () => tell({ type: 'track', condition: track.readyState === 'ended' ? 'ended' : track.muted ? 'muted' : 'live', atMs: clock.now() });
            for (const name of ['mute', 'unmute', 'ended'])
                track.addEventListener(name, say);
            forget = () => {
                for (const name of ['mute', 'unmute', 'ended'])
                    track.removeEventListener(name, say);
            };
            say();
        },
        network: watchNetwork,
    };
}
