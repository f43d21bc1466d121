import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaTimeOf, parseParts, segmentAt, typeOf } from '../src/review/parts-playlist.js';

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
        { start: 0, duration: 2.5, bytes: { address: '/api/recordings/R/files/site/part-0001.mp4', from: 800, length: 1000 },
            map: { address: '/api/recordings/R/files/site/part-0001.mp4', from: 0, length: 800 } },
        { start: 2.5, duration: 2, bytes: { address: '/api/recordings/R/files/site/part-0002.webm', from: 300, length: 700 },
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
