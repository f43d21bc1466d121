import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOf, entryAt, instantOf, mediaTimeOf, parseParts, positionOf, segmentAt, typeOf } from '../src/media/parts-playlist.js';

const PLAYLIST = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MAP:URI="../files/site/part-0001.mp4",BYTERANGE="800@0"
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
#EXTINF:2.500000,
#EXT-X-BYTERANGE:1000@800
../files/site/part-0001.mp4
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="../files/site/part-0002.webm",BYTERANGE="300@0"
#EXTINF:2.000000,
#EXT-X-BYTERANGE:700@300
../files/site/part-0002.webm
#EXT-X-DATERANGE:ID="gap-7",CLASS="cn.yuntakan.gap",START-DATE="2026-01-01T00:00:02.500Z",X-REASON="disk-full"
#EXT-X-ENDLIST
`;

test('segments, their maps and their places', () => {
    const list = parseParts(PLAYLIST, '/api/recordings/R/hls/site.m3u8');
    assert.deepEqual(list, { ended: true, webm: true, segments: [
        { start: 0, duration: 2.5, at: 1767225600000, run: 0, key: true, bytes: { address: '/api/recordings/R/files/site/part-0001.mp4', from: 800, length: 1000 },
            map: { address: '/api/recordings/R/files/site/part-0001.mp4', from: 0, length: 800 } },
        { start: 2.5, duration: 2, at: 1767225602500, run: 1, key: true, bytes: { address: '/api/recordings/R/files/site/part-0002.webm', from: 300, length: 700 },
            map: { address: '/api/recordings/R/files/site/part-0002.webm', from: 0, length: 300 } }] });
    assert.deepEqual([-1, 0, 2.4, 2.5, 99].map((at) => segmentAt(list.segments, at)), [0, 0, 0, 1, 1]);
    assert.equal(segmentAt([], 3), 0);
    assert.equal(parseParts(PLAYLIST.split('#EXT-X-DISC')[0], '/x/hls/site.m3u8').webm, false);
});

test('the type and the time are read from the bytes', () => {
    const bytes = (/** @type {(number | string)[]} */ ...parts) => Uint8Array.from(parts.flatMap((part) =>
        typeof part === 'number' ? [part] : [...part].map((letter) => letter.charCodeAt(0))));
    assert.equal(typeOf(bytes(0, 0, 0, 1, 'ftyp', 'avcC', 1, 0x42, 0xc0, 0x1f, 'dOps')), 'video/mp4; codecs="avc1.42c01f,opus"');
    assert.equal(typeOf(bytes(0x1a, 0x45, 'V_VP8', 'A_OPUS')), 'video/webm; codecs="vp8,opus"');
    assert.equal(typeOf(bytes(0x1a, 0x45, 'A_OPUS')), 'video/webm; codecs="opus"');
    assert.equal(mediaTimeOf(bytes(0x1f, 0x43, 0xb6, 0x75, 0x10, 0, 0, 9, 0xe7, 0x10, 0, 0, 2, 0x0f, 0xa0, 0xa3)), 4);
    /* moof of 72 bytes: video at 180000 of 90000, audio at 95040 of 48000 */
    const traf = (/** @type {number} */ track, /** @type {number[]} */ time) =>
        [0, 0, 0, 16, 'tfhd', 0, 2, 0, 0, 0, 0, 0, track, 0, 0, 0, 20, 'tfdt', 1, 0, 0, 0, 0, 0, 0, 0, ...time];
    assert.equal(mediaTimeOf(bytes(0, 0, 0, 90, 'moof', ...traf(1, [0, 0x02, 0xbf, 0x20]), ...traf(2, [0, 0x01, 0x73, 0x40]))), 1.98);
});

test('the newest segments are read in the parts they are made of, and begun with at a key frame', () => {
    const file = '../files/site/part-0001.mp4';
    const part = (/** @type {string} */ more, /** @type {string} */ range) => `#EXT-X-PART:DURATION=0.500000,URI="${file}",BYTERANGE="${range}"${more}\n`;
    const list = parseParts(`#EXTM3U\n#EXT-X-PART-INF:PART-TARGET=1.0\n#EXT-X-MAP:URI="${file}",BYTERANGE="800@0"\n#EXTINF:2,\n#EXT-X-BYTERANGE:900@800\n${file}
${part(',INDEPENDENT=YES', '100@1700')}${part('', '110@1800')}#EXTINF:1.0,\n#EXT-X-BYTERANGE:210@1700\n${file}
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:03.000Z\n${part(',INDEPENDENT=YES', '120@1910')}`, '/r/hls/site.parts.m3u8');
    assert.deepEqual(list.segments.map(({ start, key, bytes, at }) => [start, key, bytes.from, bytes.length, at]), [
        [0, true, 800, 900, null], [2, true, 1700, 100, null], [2.5, false, 1800, 110, null], [3, true, 1910, 120, 1767225603000]]);
    assert.equal(list.ended, false);
    assert.equal(endOf(list.segments), 3.5);
    assert.deepEqual([2.6, 3.1, 99].map((seconds) => entryAt(list.segments, seconds)), [1, 3, 3]);
});

test('an instant finds its place in the playlist, also across a gap and beyond the ends', () => {
    const segment = (/** @type {number} */ start, /** @type {number} */ duration, /** @type {number} */ at) => ({ start, duration, at, run: 0, key: true,
        bytes: { address: '', from: 0, length: 0 }, map: { address: '', from: 0, length: 0 } });
    const segments = [segment(0, 4, 10_000), segment(4, 4, 14_000), segment(8, 2, 30_000)];
    assert.equal(positionOf(segments, 15_500), 5.5);
    assert.equal(positionOf(segments, 20_000), 8, 'in the gap: what comes next');
    assert.equal(positionOf(segments, 1), 0);
    assert.equal(positionOf(segments, 99_000), 9.9);
    assert.equal(positionOf([], 1), null);
    assert.equal(instantOf(segments, 5.5), 15_500);
    assert.equal(instantOf(segments, 8.5), 30_500);
    assert.equal(instantOf([], 1), null);
});
