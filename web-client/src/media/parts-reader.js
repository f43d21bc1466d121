/**
 * Reads a playlist of parts again for as long as the recording grows. One who looks at its end has the next look answered when there is more
 * (blocking reload), one who looks elsewhere looks every few seconds; what is known already is left out of the answer (delta updates). RFC 8216bis,
 * section 6.2.5.
 */

import { parseParts } from './parts-playlist.js';

/** @import { PartPlaylist } from './parts-playlist.js' */

/* One who looks at the end of a playlist that cannot be waited for, and one who looks elsewhere. */
const REFRESH_EDGE_MS = 700;
const REFRESH_MS = 3000;
/* Not more often than this, whatever is answered. */
const LEAST_MS = 150;

/** @type {PartPlaylist} */
const EMPTY = { segments: [], ended: false, webm: false, next: { segment: 0, part: 0 }, waits: false, skips: false };

/**
 * The address of the next look. @param {string} address @param {PartPlaylist} list what is known @param {boolean} wait until there is more
 */
export function lookAddress(address, list, wait) {
    const query = [
        ...(wait && list.waits ? [`_HLS_msn=${list.next.segment}`, `_HLS_part=${list.next.part}`] : []),
        ...(list.skips ? ['_HLS_skip=v2'] : []),
    ];
    return query.length > 0 ? `${address}?${query.join('&')}` : address;
}

/**
 * @param {{
 *   address: string,
 *   ask: (address: string) => Promise<Response>,
 *   atEdge: () => boolean,
 *   patient?: boolean,
 *   changed: (list: PartPlaylist) => void,
 *   failed: (error: unknown) => void,
 *   signal: AbortSignal,
 *   now?: () => number,
 * }} ports `atEdge`: whether its end is looked at; `patient`: it may wait for an answer, which holds one of the few connections of a page
 * @returns {{ list(): PartPlaylist, look(): void }} `look`: not later, if it is late
 */
export function readParts({ address, ask, atEdge, patient = true, changed, failed, signal, now = () => performance.now() }) {
    let list = EMPTY;
    let wake = () => {};

    const read = async () => {
        const directed = lookAddress(address, list, patient && atEdge());
        if (directed !== address) {
            const answer = await ask(directed).catch((error) => { if (signal.aborted) throw error; return null; });
            const update = answer && parseParts(await answer.text(), address, list);
            if (update)
                return update;
        }
        /* The first one; or the server knows less than we do, or we know less than it believes. */
        return parseParts(await (await ask(address)).text(), address) ?? EMPTY;
    };

    const pause = (/** @type {number} */ ms) => new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => { clearTimeout(timer); resolve(undefined); };
        signal.addEventListener('abort', wake, { once: true });
    });

    const run = async () => {
        while (!signal.aborted) {
            const began = now();
            let due = REFRESH_MS;
            try {
                list = await read();
                if (signal.aborted)
                    return;
                changed(list);
                if (atEdge())
                    due = patient && list.waits ? 0 : REFRESH_EDGE_MS;
            } catch (error) {
                if (!signal.aborted)
                    failed(error);
            }
            if (list.ended)
                return;
            await pause(Math.max(LEAST_MS - (now() - began), due));
        }
    };

    void run();
    return { list: () => list, look: () => { if (atEdge()) wake(); } };
}
