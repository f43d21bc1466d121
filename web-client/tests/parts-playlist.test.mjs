import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterMore, afterStall, approach, liveEdge } from '../src/media/live-edge.js';
import { lookAddress, readParts } from '../src/media/parts-reader.js';
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
    assert.deepEqual(list, { ended: true, webm: true, next: { segment: 2, part: 0 }, waits: false, skips: false, segments: [
        { start: 0, duration: 2.5, at: 1767225600000, run: 0, key: true, of: 0, bytes: { address: '/api/recordings/R/files/site/part-0001.mp4', from: 800, length: 1000 },
            map: { address: '/api/recordings/R/files/site/part-0001.mp4', from: 0, length: 800 } },
        { start: 2.5, duration: 2, at: 1767225602500, run: 1, key: true, of: 1, bytes: { address: '/api/recordings/R/files/site/part-0002.webm', from: 300, length: 700 },
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
    assert.deepEqual([list.next, list.segments.map(({ of }) => of)], [{ segment: 2, part: 1 }, [0, 1, 1, 2]]);
    assert.equal(endOf(list.segments), 3.5);
    assert.deepEqual([2.6, 3.1, 99].map((seconds) => entryAt(list.segments, seconds)), [1, 3, 3]);
});

/** A playlist of two-second segments from number `from` on, of which the last one is open with `parts` parts. */
function growing({ from = 0, whole, parts, skips = from > 0 }) {
    const file = '../files/site/part-0001.mp4';
    const part = (number, i) => `#EXT-X-PART:DURATION=0.500000,URI="${file}",BYTERANGE="10@${number * 40 + i * 10}"${i ? '' : ',INDEPENDENT=YES'}\n`;
    const time = (number) => `#EXT-X-PROGRAM-DATE-TIME:${new Date(1767225600000 + number * 2000).toISOString()}\n`;
    const four = (number) => [0, 1, 2, 3].map((i) => part(number, i)).join('');
    return `#EXTM3U\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0\n${skips ? `#EXT-X-SKIP:SKIPPED-SEGMENTS=${from}\n` : ''}`
        + `${from ? '' : `#EXT-X-MAP:URI="${file}",BYTERANGE="800@0"\n`}${Array.from({ length: whole - from }, (_, i) => from + i)
            .map((number) => `${time(number)}${whole - number <= 3 ? four(number) : ''}#EXTINF:2.000000,\n#EXT-X-BYTERANGE:40@${number * 40}\n${file}\n`).join('')}`
        + (parts ? time(whole) + Array.from({ length: parts }, (_, i) => part(whole, i)).join('') : '');
}

test('an update that leaves out what is known gives the same list as the whole playlist', () => {
    const address = '/r/hls/site.parts.m3u8';
    const before = parseParts(growing({ whole: 20, parts: 1 }), address);
    const whole = parseParts(growing({ whole: 21, parts: 2 }), address);
    const update = parseParts(growing({ from: 8, whole: 21, parts: 2 }), address, before);
    assert.deepEqual([before.waits, before.skips, before.next], [true, true, { segment: 20, part: 1 }]);
    assert.deepEqual(update, whole);
    /* What was told in parts stays in parts: they are the same bytes. */
    const late = parseParts(growing({ from: 19, whole: 30, parts: 1 }), address, before);
    assert.deepEqual([endOf(late.segments), late.segments.at(-1).map.length, late.segments.at(-1).at], [60.5, 800, 1767225660000]);
    assert.equal(parseParts(growing({ from: 21, whole: 30, parts: 1 }), address, before), null, 'more is left out than is known');
    assert.equal(parseParts(growing({ from: 8, whole: 21, parts: 2 }), address), null);
    assert.equal(parseParts('{"code":"request/not-found"}', address), null);
});

test('the next look waits for what comes next, and leaves out what is known', () => {
    const list = parseParts(growing({ whole: 20, parts: 1 }), '/r/hls/site.parts.m3u8');
    assert.equal(lookAddress('/s.parts.m3u8', list, true), '/s.parts.m3u8?_HLS_msn=20&_HLS_part=1&_HLS_skip=v2');
    assert.equal(lookAddress('/s.parts.m3u8', list, false), '/s.parts.m3u8?_HLS_skip=v2');
    assert.equal(lookAddress('/s.parts.m3u8', { ...list, waits: false, skips: false }, true), '/s.parts.m3u8');
});

test('a reader at the end is answered as more comes; when the server has lost its place it reads all anew', async () => {
    const stop = new AbortController();
    const asked = [];
    const lists = [];
    const answers = [growing({ whole: 20, parts: 1 }), growing({ from: 8, whole: 20, parts: 2 }), growing({ from: 30, whole: 40, parts: 1 }),
        `${growing({ whole: 40, parts: 0 })}#EXT-X-ENDLIST\n`];
    await new Promise((done) => {
        readParts({
            address: '/s.parts.m3u8', signal: stop.signal, atEdge: () => true, failed: (error) => assert.fail(error),
            ask: async (address) => { asked.push(address); return new Response(answers.shift()); },
            changed: (list) => { lists.push(list); if (list.ended) done(undefined); },
        });
    });
    stop.abort();
    assert.deepEqual(asked, ['/s.parts.m3u8', '/s.parts.m3u8?_HLS_msn=20&_HLS_part=1&_HLS_skip=v2', '/s.parts.m3u8?_HLS_msn=20&_HLS_part=2&_HLS_skip=v2', '/s.parts.m3u8']);
    assert.deepEqual(lists.map(({ segments }) => endOf(segments)), [40.5, 41, 80]);
});

test('close behind: a little faster, a little slower, or at once; farther behind where it stalls', () => {
    const edge = liveEdge(0);
    const at = (apart, of = edge) => approach(of, of.targetS + apart);
    assert.deepEqual(at(0), { jump: false, rate: 1 });
    assert.ok(at(0.5).rate > 1 && at(2).rate > at(0.5).rate && !at(2).jump);
    assert.ok(at(-0.6).rate < 1);
    assert.deepEqual(at(9), { jump: true, rate: 1 });
    let stalled = edge;
    for (let i = 0; i < 20; i++)
        stalled = afterStall(stalled, 1000);
    assert.ok(stalled.targetS > edge.targetS && stalled.targetS < 3, 'far enough from four seconds');
    assert.equal(afterMore(stalled, 2000), stalled);
    for (let ms = 20_000; ms < 2_000_000; ms += 20_000)
        stalled = afterMore(stalled, ms);
    assert.ok(Math.abs(stalled.targetS - edge.targetS) < 0.001, 'and near again once it is calm');
});

test('an instant finds its place in the playlist, also across a gap and beyond the ends', () => {
    const segment = (/** @type {number} */ start, /** @type {number} */ duration, /** @type {number} */ at) => ({ start, duration, at, run: 0, key: true, of: 0,
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
