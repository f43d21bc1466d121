/**
 * Plays a recording whose parts are not all MP4: what hls.js does not read. One SourceBuffer changes its type from part to part; segments are
 * fetched by byte range around the position, forgotten behind it, and the playlist is read again while the recording grows.
 */

import { mediaTimeOf, parseParts, segmentAt, typeOf } from './parts-playlist.js';

/** @import { ByteRange, PartPlaylist } from './parts-playlist.js' */

const AHEAD_S = 20;
const BEHIND_S = 30;
const REFRESH_MS = 3000;

/**
 * @param {HTMLVideoElement} video
 * @param {string} address of a media playlist
 * @param {number} positionMs
 * @param {() => void} failed
 * @param {typeof fetch} [get]
 * @returns {{ destroy: () => void }}
 */
export function playParts(video, address, positionMs, failed, get = (...request) => fetch(...request)) {
    const source = new MediaSource();
    const stop = new AbortController();
    /** @type {PartPlaylist} */
    let list = { segments: [], ended: false, webm: true };
    /** @type {SourceBuffer | null} */
    let buffer = null;
    /** @type {ByteRange | null} the initialization segment in force */
    let map = null;
    let next = 0;
    let busy = false;
    let again = false;

    /** @param {ByteRange} range */
    const bytes = async (range) => {
        const answer = await get(range.address, { headers: { Range: `bytes=${range.from}-${range.from + range.length - 1}` },
            credentials: 'same-origin', signal: stop.signal });
        if (answer.status !== 206 && answer.status !== 200)
            throw new Error(`${range.address}: ${answer.status}`);
        return new Uint8Array(await answer.arrayBuffer());
    };

    /** @param {SourceBuffer} target @param {() => void} act */
    const updated = (target, act) => new Promise((resolve, reject) => {
        target.addEventListener('updateend', resolve, { once: true, signal: stop.signal });
        target.addEventListener('error', () => reject(new Error('the media cannot be decoded')), { once: true, signal: stop.signal });
        act();
    });

    const read = async () => {
        const answer = await get(address, { credentials: 'same-origin', signal: stop.signal });
        if (!answer.ok)
            throw new Error(`${address}: ${answer.status}`);
        list = parseParts(await answer.text(), address);
        if (!list.ended)
            setTimeout(() => { if (!stop.signal.aborted) void attempt(async () => { await read(); await pump(); }); }, REFRESH_MS);
        else if (source.readyState === 'open' && list.segments.length)
            source.duration = Math.max(...list.segments.map(({ start, duration }) => start + duration));
    };

    /** @param {ByteRange} wanted */
    const useMap = async (wanted) => {
        if (map?.address === wanted.address)
            return;
        const init = await bytes(wanted);
        const type = typeOf(init);
        if (!buffer)
            buffer = source.addSourceBuffer(type);
        else
            buffer.changeType(type);
        const target = buffer;
        await updated(target, () => target.appendBuffer(init));
        map = wanted;
    };

    const append = async () => {
        const segment = list.segments[next];
        await useMap(segment.map);
        const data = await bytes(segment.bytes);
        const target = /** @type {SourceBuffer} */ (buffer);
        target.timestampOffset = segment.start - mediaTimeOf(data);
        await updated(target, () => target.appendBuffer(data));
        next += 1;
        if (video.currentTime > 2 * BEHIND_S && target.buffered.length && target.buffered.start(0) < video.currentTime - 2 * BEHIND_S)
            await updated(target, () => target.remove(0, video.currentTime - BEHIND_S));
    };

    const buffered = () => {
        for (let i = 0; i < (buffer?.buffered.length ?? 0); i++)
            if (video.currentTime >= /** @type {SourceBuffer} */ (buffer).buffered.start(i) - 0.1 &&
                video.currentTime < /** @type {SourceBuffer} */ (buffer).buffered.end(i))
                return true;
        return false;
    };

    /** Appends what is wanted around the position; one at a time. */
    const pump = async () => {
        if (busy) {
            again = true;
            return;
        }
        busy = true;
        do {
            again = false;
            if (!buffered())
                next = segmentAt(list.segments, video.currentTime);
            while (!stop.signal.aborted && !again && next < list.segments.length && list.segments[next].start < video.currentTime + AHEAD_S)
                await append();
        } while (again);
        busy = false;
        if (list.ended && next >= list.segments.length && source.readyState === 'open' && !buffer?.updating)
            source.endOfStream();
    };

    /** @param {() => Promise<void>} work */
    const attempt = async (work) => {
        try {
            await work();
        } catch (error) {
            busy = false;
            if (!stop.signal.aborted) {
                console.warn('parts', error);
                failed();
            }
        }
    };

    const url = URL.createObjectURL(source);
    source.addEventListener('sourceopen', () => void attempt(async () => {
        URL.revokeObjectURL(url);
        await read();
        if (positionMs)
            video.currentTime = positionMs / 1000;
        await pump();
    }), { once: true });
    for (const name of ['timeupdate', 'seeking'])
        video.addEventListener(name, () => { if (source.readyState !== 'closed') void attempt(pump); }, { signal: stop.signal });
    video.src = url;

    return {
        destroy() {
            stop.abort();
            video.removeAttribute('src');
            video.load();
        },
    };
}
