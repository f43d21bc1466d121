/**
 * Plays a recording by Media Source Extensions from its byte-range playlist: what hls.js does not do, which is parts that are not all MP4, and a
 * recording that runs, up to its newest fragment. One SourceBuffer changes its type from part to part; segments are fetched around the position and
 * forgotten behind it; the playlist is read again while the recording grows.
 */

import { endOf, entryAt, mediaTimeOf, typeOf } from './parts-playlist.js';
import { readParts } from './parts-reader.js';

/** @import { ByteRange, PartPlaylist } from './parts-playlist.js' */

const AHEAD_S = 20;
const BEHIND_S = 30;
/* One who is that near to it looks at its end. */
const EDGE_S = 12;
/* That much apart is still the same place. */
const HOLE_S = 0.6;
const ROUNDING_S = 0.05;
/* A play that waits stands up to that much before the end of what it has. */
const STUCK_S = 0.3;
/* A play that stands tells nobody. */
const WATCH_MS = 500;
/* A server that is started anew is back within seconds; tried again after 0.3, 0.6, … s. */
const TRIES = 6;
const RETRY_MS = 300;

/** iPhones have the managed one alone. */
export const mediaSourceOf = (/** @type {any} */ scope = globalThis) => /** @type {typeof MediaSource | undefined} */ (scope.MediaSource ?? scope.ManagedMediaSource);

/** The playlist whose newest segments are listed in parts. @param {string} address of a playlist; main.m3u8 stands for the site's */
export const partsAddress = (address) => address.replace(/main\.m3u8$/, 'site.m3u8').replace(/\.m3u8$/, '.parts.m3u8');

/**
 * @typedef {{
 *   begin: (list: PartPlaylist) => number | null,
 *   failed: () => void,
 *   changed?: (list: PartPlaylist) => void,
 *   patient?: boolean,
 *   get?: typeof fetch,
 * }} PartsOptions `begin`: where to start, seconds; null while that is not in the playlist. `changed`: it was read (again); `patient`: not for one of several players of a page (parts-reader.js)
 * @typedef {{ destroy(): void, list(): PartPlaylist }} PartsPlayer
 */

/**
 * @param {HTMLVideoElement} video
 * @param {string} address of a media playlist
 * @param {PartsOptions} options
 * @returns {PartsPlayer}
 */
export function playParts(video, address, { begin, failed, changed = () => {}, patient = true, get = (...request) => fetch(...request) }) {
    const source = new (/** @type {typeof MediaSource} */ (mediaSourceOf()))();
    const stop = new AbortController();
    /** @type {SourceBuffer | null} */
    let buffer = null;
    /** @type {ByteRange | null} the initialization segment in force */
    let map = null;
    /** @type {Map<number, number>} by run: what to add to its media times */
    const offsets = new Map();
    /* Up to where has been appended since the last jump; null: begin anew at the position. */
    /** @type {number | null} */
    let appended = null;
    /* Where that began. What the buffer says of its ranges may be more than it holds. */
    let entered = 0;
    let jumps = 0;
    let begun = false;
    /* Where it begins: between its first bytes and its first seek the element says 0. */
    /** @type {number | null} */
    let first = null;
    let busy = false;
    let again = false;
    /** @type {AbortController | null} */
    let fetching = null;

    const wait = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

    /** @param {string} from @param {RequestInit} [init] */
    const answerOf = async (from, init = {}) => {
        for (let left = TRIES; ; left--) {
            const answer = await get(from, { credentials: 'same-origin', signal: stop.signal, ...init })
                .catch((error) => { if (error.name === 'AbortError' || left <= 1) throw error; return null; });
            if (answer?.ok)
                return answer;
            if (left <= 1 || (answer && answer.status < 500))
                throw new Error(`${from}: ${answer?.status}`);
            await wait(RETRY_MS * 2 ** (TRIES - left));
        }
    };

    /** @param {ByteRange} range */
    const bytes = async (range) => {
        fetching = new AbortController();
        stop.signal.addEventListener('abort', () => fetching?.abort(), { once: true });
        const answer = await answerOf(range.address, { headers: { Range: `bytes=${range.from}-${range.from + range.length - 1}` }, signal: fetching.signal });
        return new Uint8Array(await answer.arrayBuffer());
    };

    /** @param {SourceBuffer} target @param {() => void} act */
    const updated = (target, act) => new Promise((resolve, reject) => {
        target.addEventListener('updateend', resolve, { once: true, signal: stop.signal });
        target.addEventListener('error', () => reject(new Error('the media cannot be decoded')), { once: true, signal: stop.signal });
        act();
    });

    const position = () => (first !== null && !video.seeking && video.currentTime < 0.001 ? first : video.currentTime);

    /** What can be sought is what the playlist holds. Never less than before: a track may be a little longer than the list, and what is buffered may
     *  not be cut off. Initialization segments without a duration make it endless, and then only what is buffered could be sought. */
    const extend = () => {
        const end = endOf(reader.list().segments);
        if (buffer && !buffer.updating && source.readyState === 'open' && (!Number.isFinite(source.duration) || source.duration < end))
            source.duration = end;
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
        extend();
    };

    /** @param {SourceBuffer} target @param {number} until */
    const forget = async (target, until) => {
        await updated(target, () => target.remove(0, until));
        entered = Math.max(entered, until);
    };

    /** @param {number} at index of the segment */
    const append = async (at) => {
        const segment = reader.list().segments[at];
        const before = jumps;
        await useMap(segment.map);
        const data = await bytes(segment.bytes);
        const target = /** @type {SourceBuffer} */ (buffer);
        const offset = offsets.get(segment.run) ?? segment.start - mediaTimeOf(data);
        offsets.set(segment.run, offset);
        target.timestampOffset = offset;
        await updated(target, () => target.appendBuffer(data));
        if (jumps === before) {
            entered = appended === null ? segment.start : entered;
            appended = segment.start + segment.duration;
        }
        if (video.currentTime > 2 * BEHIND_S && target.buffered.length && target.buffered.start(0) < video.currentTime - 2 * BEHIND_S)
            await forget(target, video.currentTime - BEHIND_S);
    };

    /** The next segment that is wanted, or -1: they are appended one behind the other, from where the position jumped to. */
    const next = () => {
        const { segments } = reader.list();
        const currentTime = position();
        if (appended === null)
            return segments.length > 0 && currentTime < endOf(segments) + HOLE_S ? entryAt(segments, currentTime) : -1;
        const from = appended + ROUNDING_S;
        const at = segments.findIndex(({ start, duration }) => start + duration > from);
        return at >= 0 && segments[at].start < currentTime + AHEAD_S ? at : -1;
    };

    /** Over a hole that the play stands at: two tracks of a part need not end together. */
    const nudge = () => {
        if (!buffer || appended === null || video.seeking || video.readyState > 2)
            return;
        const { buffered } = buffer;
        const { currentTime } = video;
        for (let i = 0; i < buffered.length; i++) {
            if (currentTime >= buffered.start(i) && currentTime < buffered.end(i) - STUCK_S)
                return;
            if (buffered.start(i) > currentTime && buffered.start(i) < appended) {
                video.currentTime = buffered.start(i) + 0.01;
                return;
            }
        }
    };

    const work = async () => {
        const list = reader.list();
        extend();
        if (!begun) {
            const seconds = begin(list);
            if (seconds === null)
                return;
            begun = true;
            first = video.currentTime = seconds;
        }
        for (let at = next(); at >= 0 && !stop.signal.aborted && !again; at = next())
            await append(at);
        nudge();
        if (list.ended && !again && source.readyState === 'open' && !buffer?.updating && appended !== null && appended > endOf(list.segments) - 0.05)
            source.endOfStream();
    };

    /** Reads, appends what is wanted around the position; one at a time. */
    const pump = async () => {
        if (busy || stop.signal.aborted || source.readyState === 'closed') {
            again = true;
            return;
        }
        busy = true;
        do {
            again = false;
            try {
                await work();
            } catch (error) {
                if (stop.signal.aborted)
                    break;
                if (/** @type {Error} */ (error).name === 'AbortError') /* a jump: what was fetched is not wanted any more */
                    continue;
                console.warn('parts', error);
                failed();
                break;
            }
        } while (again);
        busy = false;
    };

    const reader = readParts({
        address, patient, signal: stop.signal,
        ask: (from) => answerOf(from),
        atEdge: () => !begun || video.currentTime > endOf(reader.list().segments) - EDGE_S,
        changed: (list) => {
            void pump();
            changed(list);
        },
        failed: (error) => {
            console.warn('parts', error);
            failed();
        },
    });

    const onSeeking = () => {
        first = null;
        reader.look();
        if (appended === null || video.currentTime < entered || video.currentTime > appended + HOLE_S) {
            jumps += 1;
            appended = null;
            again = true;
            fetching?.abort();
        }
        void pump();
    };

    const url = URL.createObjectURL(source);
    source.addEventListener('sourceopen', () => {
        URL.revokeObjectURL(url);
        void pump();
    }, { once: true });
    video.addEventListener('seeking', onSeeking, { signal: stop.signal });
    for (const name of ['timeupdate', 'waiting'])
        video.addEventListener(name, () => void pump(), { signal: stop.signal });
    const watch = window.setInterval(() => { if (!video.paused) void pump(); }, WATCH_MS);
    video.disableRemotePlayback = true;
    video.src = url;

    return {
        list: () => reader.list(),
        destroy() {
            stop.abort();
            clearInterval(watch);
            video.removeAttribute('src');
            video.load();
        },
    };
}
