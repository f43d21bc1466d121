/**
 * What a player of parts must know of a byte-range playlist (RFC 8216) and of the bytes themselves: where segments lie, what they are made of
 * and what time they carry. Pure; the recorder's own playlists are what it reads (docs/decisions/031-vp8-in-webm.md).
 */

/**
 * @typedef {{ address: string, from: number, length: number }} ByteRange
 * @typedef {{ start: number, duration: number, bytes: ByteRange, map: ByteRange }} PartSegment `start`: seconds in the playlist
 * @typedef {{ segments: PartSegment[], ended: boolean, webm: boolean }} PartPlaylist
 */

/** "LENGTH@OFFSET". @param {string} text @param {string} address @returns {ByteRange} */
function byteRange(text, address) {
    const [length, from] = text.split('@').map(Number);
    return { address, from, length };
}

/**
 * @param {string} text the playlist
 * @param {string} base its own address
 * @returns {PartPlaylist}
 */
export function parseParts(text, base) {
    const resolve = (/** @type {string} */ address) => new URL(address, new URL(base, 'http://localhost/')).pathname;
    /** @type {PartSegment[]} */
    const segments = [];
    /** @type {ByteRange | null} */
    let map = null;
    let range = '';
    let duration = 0;
    let start = 0;
    for (const line of text.split('\n')) {
        const uri = /^#EXT-X-MAP:URI="([^"]+)",BYTERANGE="([^"]+)"/.exec(line);
        if (uri)
            map = byteRange(uri[2], resolve(uri[1]));
        else if (line.startsWith('#EXTINF:'))
            duration = parseFloat(line.slice(8)) || 0;
        else if (line.startsWith('#EXT-X-BYTERANGE:'))
            range = line.slice(17);
        else if (line && !line.startsWith('#') && map) {
            segments.push({ start, duration, bytes: byteRange(range, resolve(line)), map });
            start += duration;
        }
    }
    return { segments, ended: text.includes('#EXT-X-ENDLIST'), webm: segments.some(({ map: { address } }) => address.endsWith('.webm')) };
}

/** Index of the segment at `seconds`; the last one behind the end. @param {readonly PartSegment[]} segments @param {number} seconds */
export function segmentAt(segments, seconds) {
    const at = segments.findIndex((segment) => seconds < segment.start + segment.duration);
    return at < 0 ? Math.max(0, segments.length - 1) : at;
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
