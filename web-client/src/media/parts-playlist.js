/**
 * What a player of parts must know of a byte-range playlist (RFC 8216) and of the bytes themselves: where segments lie, what they are made of
 * and what time they carry. Pure; the recorder's own playlists are what it reads (docs/decisions/031-vp8-in-webm.md).
 */

/**
 * @typedef {{ address: string, from: number, length: number }} ByteRange
 * @typedef {{ start: number, duration: number, at: number | null, run: number, key: boolean, bytes: ByteRange, map: ByteRange, of: number }} PartSegment
 *   `start`: seconds in the playlist; `at`: wall clock, ms; `run`: segments of one run follow each other without a break; `key`: can be begun with;
 *   `of`: number of the segment that it is, or is a part of
 * @typedef {{ segment: number, part: number }} PartPlace
 * @typedef {{ segments: PartSegment[], ended: boolean, webm: boolean, next: PartPlace, waits: boolean, skips: boolean }} PartPlaylist
 *   `next`: what will come next; `waits`: the server can be asked to answer when that has come; `skips`: and to leave out what is known
 */

/** "LENGTH@OFFSET". @param {string} text @param {string} address @returns {ByteRange} */
function byteRange(text, address) {
    const [length, from] = text.split('@').map(Number);
    return { address, from, length };
}

/** The attribute of a tag, with or without quotes. @param {string} line @param {string} name */
const attribute = (line, name) => new RegExp(`[:,]${name}=("?)([^",]*)\\1`).exec(line)?.[2] ?? '';

/**
 * Segments as they stand; of the newest ones, where the playlist has them, the partial ones they are made of.
 * @param {string} text the playlist
 * @param {string} base its own address
 * @param {PartPlaylist} [known] what was read before: an update leaves out what is there
 * @returns {PartPlaylist | null} null: it is no playlist, or an update of more than what is known
 */
export function parseParts(text, base, known) {
    const resolve = (/** @type {string} */ address) => new URL(address, new URL(base, 'http://localhost/')).pathname;
    const skipped = Number(/^#EXT-X-SKIP:SKIPPED-SEGMENTS=(\d+)/m.exec(text)?.[1] ?? 0);
    if (!text.startsWith('#EXTM3U') || (skipped > 0 && !(known && known.next.segment >= skipped)))
        return null;
    /** @type {PartSegment[]} */
    const segments = known && skipped > 0 ? known.segments.filter((segment) => segment.of < skipped) : [];
    const last = segments.at(-1);
    /** @type {ByteRange | null} */
    let map = last?.map ?? null;
    /** @type {number | null} */
    let at = null;
    let [range, duration, start, run, parts, of] = ['', 0, endOf(segments), last?.run ?? 0, 0, skipped];
    /** @param {ByteRange} bytes @param {boolean} key */
    const add = (bytes, key) => {
        segments.push({ start, duration, at, run, key, bytes, map: /** @type {ByteRange} */ (map), of });
        start += duration;
        at = at === null ? null : at + duration * 1000;
    };
    for (const line of text.split('\n')) {
        if (line.startsWith('#EXT-X-MAP:'))
            map = byteRange(attribute(line, 'BYTERANGE'), resolve(attribute(line, 'URI')));
        else if (line === '#EXT-X-DISCONTINUITY')
            run += 1;
        else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:'))
            at = Date.parse(line.slice(25));
        else if (line.startsWith('#EXTINF:'))
            duration = parseFloat(line.slice(8)) || 0;
        else if (line.startsWith('#EXT-X-BYTERANGE:'))
            range = line.slice(17);
        else if (line.startsWith('#EXT-X-PART:') && map) {
            duration = parseFloat(attribute(line, 'DURATION')) || 0;
            add(byteRange(attribute(line, 'BYTERANGE'), resolve(attribute(line, 'URI'))), attribute(line, 'INDEPENDENT') === 'YES');
            parts += 1;
        } else if (line && !line.startsWith('#') && map) {
            if (parts === 0)
                add(byteRange(range, resolve(line)), true);
            parts = 0;
            of += 1;
        }
    }
    return { segments, ended: text.includes('#EXT-X-ENDLIST'), webm: segments.some((segment) => segment.map.address.endsWith('.webm')),
        next: { segment: of, part: parts }, waits: text.includes('CAN-BLOCK-RELOAD=YES'), skips: text.includes('CAN-SKIP-UNTIL=') };
}

/** Where the playlist ends, in seconds. @param {readonly PartSegment[]} segments */
export const endOf = (segments) => (segments.length ? segments[segments.length - 1].start + segments[segments.length - 1].duration : 0);

/** Index of the segment at `seconds`; the last one behind the end. @param {readonly PartSegment[]} segments @param {number} seconds */
export function segmentAt(segments, seconds) {
    const at = segments.findIndex((segment) => seconds < segment.start + segment.duration);
    return at < 0 ? Math.max(0, segments.length - 1) : at;
}

/** Index of the segment to begin with, so that the picture at `seconds` can be decoded. @param {readonly PartSegment[]} segments @param {number} seconds */
export function entryAt(segments, seconds) {
    const at = segmentAt(segments, seconds);
    return Math.max(0, segments.findLastIndex((segment, i) => i <= at && segment.key));
}

/**
 * Position in the playlist for an instant; the nearest end if it lies outside, the next segment if it falls into a gap.
 * @param {readonly PartSegment[]} segments in order
 * @param {number} atMs
 * @returns {number | null} seconds; null if the playlist is empty or has no clock
 */
export function positionOf(segments, atMs) {
    let last = null;
    for (const segment of segments) {
        if (segment.at === null)
            continue;
        if (atMs < segment.at)
            return segment.start;
        const into = (atMs - segment.at) / 1000;
        if (into <= segment.duration)
            return segment.start + into;
        last = segment;
    }
    return last ? last.start + Math.max(0, last.duration - 0.1) : null;
}

/**
 * The instant of a position.
 * @param {readonly PartSegment[]} segments
 * @param {number} position seconds
 * @returns {number | null}
 */
export function instantOf(segments, position) {
    const segment = segments.findLast((candidate) => candidate.start <= position + 0.001 && candidate.at !== null);
    return segment ? /** @type {number} */ (segment.at) + (position - segment.start) * 1000 : null;
}

/** Where `text` stands in the bytes, -1 if nowhere. @param {Uint8Array} bytes @param {string} text @param {number} [from] */
function find(bytes, text, from = 0) {
    const wanted = [...text].map((letter) => letter.charCodeAt(0));
    for (let at = from; at + wanted.length <= bytes.length; at++)
        if (wanted.every((byte, i) => bytes[at + i] === byte))
            return at;
    return -1;
}

/**
 * The type that Media Source Extensions want to hear, from an initialization segment of the recorder's.
 * @param {Uint8Array} init
 */
export function typeOf(init) {
    const hex = (/** @type {number} */ byte) => byte.toString(16).padStart(2, '0');
    if (init[0] === 0x1a)
        return `video/webm; codecs="${[find(init, 'V_VP8') < 0 ? '' : 'vp8', find(init, 'A_OPUS') < 0 ? '' : 'opus'].filter(Boolean).join(',')}"`;
    const avcc = find(init, 'avcC');
    const video = avcc < 0 ? '' : `avc1.${[5, 6, 7].map((at) => hex(init[avcc + at])).join('')}`;
    return `video/mp4; codecs="${[video, find(init, 'dOps') < 0 ? '' : 'opus'].filter(Boolean).join(',')}"`;
}

const VIDEO_TRACK = 1;
const TIMESCALE = { video: 90000, audio: 48000 };

/**
 * The media time (seconds within its part) at which a segment begins, from its first cluster, or from the first fragment's tracks.
 * @param {Uint8Array} bytes
 * @returns {number}
 */
export function mediaTimeOf(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes[0] === 0x1f) {
        /* Cluster: ID and size of 4 bytes each, then Timestamp: ID of 1 byte, size of 4, milliseconds */
        let ms = 0;
        const length = view.getUint32(9) & 0x0fffffff;
        for (let i = 0; i < length; i++)
            ms = ms * 256 + bytes[13 + i];
        return ms / 1000;
    }
    const moofEnd = view.getUint32(0);
    const times = [];
    for (let at = find(bytes, 'tfhd'); at >= 0 && at < moofEnd; at = find(bytes, 'tfhd', at + 4)) {
        const track = view.getUint32(at + 8);
        const tfdt = find(bytes, 'tfdt', at);
        times.push(Number(view.getBigUint64(tfdt + 8)) / (track === VIDEO_TRACK ? TIMESCALE.video : TIMESCALE.audio));
    }
    return Math.min(...times);
}
