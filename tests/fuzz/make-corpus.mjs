// Writes the small inputs that the fuzzers start from: `node tests/fuzz/make-corpus.mjs` fills tests/fuzz/corpus. Findings are added there by hand
// (names that begin with "found-"), and this leaves them alone.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = new URL('.', import.meta.url).pathname;
const tests = join(here, '..');

function seed(target, name, ...bytes) {
    writeFileSync(join(here, 'corpus', target, name), Buffer.concat(bytes.map((part) => Buffer.from(part))));
}

function fresh(target) {
    const folder = join(here, 'corpus', target);
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder).filter((file) => !file.startsWith('found-')))
        rmSync(join(folder, name));
}

const hex = (text) => Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex');
const u16 = (value) => Buffer.from([value >> 8 & 255, value & 255]);
const u32 = (value) => Buffer.concat([u16(value >>> 16), u16(value)]);
const sized = (...parts) => { const all = Buffer.concat(parts.map((part) => Buffer.from(part))); return Buffer.concat([u16(all.length), all]); };

// ---- STUN ------------------------------------------------------------------------------------------------------------
const attribute = (type, value) => Buffer.concat([u16(type), u16(value.length), value, Buffer.alloc(-value.length & 3)]);
function stun(type, ...attributes) {
    const body = Buffer.concat(attributes);
    return Buffer.concat([u16(type), u16(body.length), hex('2112a442000102030405060708090a0b'), body]);
}
const username = attribute(0x0006, Buffer.from('AAAAAAAAabcd:peer'));
const checks = {
    check: stun(1, username, attribute(0x24, u32(1845501695)), attribute(0x802a, Buffer.alloc(8, 1))),
    nominate: stun(1, username, attribute(0x24, u32(1845501695)), attribute(0x802a, Buffer.alloc(8, 1)), attribute(0x25, Buffer.alloc(0))),
    conflict: stun(1, username, attribute(0x24, u32(1)), attribute(0x8029, Buffer.alloc(8, 2))),
    unknown: stun(1, username, attribute(0x7f01, u32(1)), attribute(0x7f02, u32(1)), attribute(0xc001, u32(1))),
    error: stun(0x111, attribute(9, Buffer.from('\0\0\x04\x00Bad'))),
};

fresh('stun');
for (const [name, message] of Object.entries(checks)) {
    seed('stun', `${name}-signed`, [1], message);
    seed('stun', `${name}-bare`, [0], message);
}
const rfc5769 = readFileSync(join(tests, 'vectors/rfc5769.h'), 'utf8');
[...rfc5769.matchAll(/#define (RFC5769_\w+)\s*\\\n((?:\s+"[0-9a-f ]+"\s*\\?\n)+)/g)].forEach(([, name, text]) => seed('stun', name.toLowerCase(), [0], hex(text)));

// ---- DTLS ------------------------------------------------------------------------------------------------------------
const u24 = (value) => Buffer.from([value >> 16, value >> 8 & 255, value & 255]);
const record = (type, epoch, number, body) => Buffer.concat([Buffer.from([type, 0xfe, 0xfd]), u16(epoch), u16(0), u32(number), u16(body.length), body]);
const handshake = (type, number, body, from = 0, to = body.length) =>
    Buffer.concat([Buffer.from([type]), u24(body.length), u16(number), u24(from), u24(to - from), body.subarray(from, to)]);
const extension = (type, body) => Buffer.concat([u16(type), sized(body)]);
const hello = Buffer.concat([
    hex('fefd'), Buffer.alloc(32, 7), Buffer.from([0, 0]), sized(hex('c02bc02fc009c0130035')), Buffer.from([1, 0]),
    sized(extension(10, sized(hex('001d00170018'))), extension(11, hex('0100')), extension(13, sized(hex('040308040401050308050501'))),
        extension(14, Buffer.concat([sized(hex('00070001')), Buffer.from([0])])), extension(23, Buffer.alloc(0)), extension(0xff01, Buffer.from([0]))),
]);
const certificate = Buffer.concat([u24(3 + 40), u24(40), hex('3026'), Buffer.alloc(38, 5)]);

fresh('transport');
seed('transport', 'client-hello', sized(record(22, 0, 0, handshake(1, 0, hello))));
seed('transport', 'client-hello-in-pieces', sized(record(22, 0, 0, handshake(1, 0, hello, 0, 40))), sized(record(22, 0, 1, handshake(1, 0, hello, 40))));
seed('transport', 'whole-flight', sized(record(22, 0, 0, handshake(1, 0, hello))),
    sized(record(22, 0, 1, handshake(11, 1, certificate)), record(22, 0, 2, handshake(16, 2, Buffer.concat([Buffer.from([32]), Buffer.alloc(32, 9)]))),
        record(20, 0, 3, Buffer.from([1])), record(22, 1, 0, Buffer.alloc(40, 3))));
seed('transport', 'alert', sized(record(22, 0, 0, handshake(1, 0, hello))), sized(record(21, 0, 1, Buffer.from([1, 0]))));
seed('transport', 'fatal-alert', sized(record(21, 0, 0, Buffer.from([2, 40]))));
seed('transport', 'check-and-media', sized(checks.check), sized(hex('80e00001000000010101010100112233445566778899aabb')), sized(hex('80c900010000000100112233445566778899aabb')));

// ---- transport-wide feedback ------------------------------------------------------------------------------------------
function transportReport(base, count, chunks, deltas, padding = 0) {
    const body = Buffer.concat([u32(1), u32(2), u16(base), u16(count), u32(5 << 8 | 7), ...chunks.map(u16), Buffer.from(deltas)]);
    const filled = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    return Buffer.concat([Buffer.from([padding ? 0xaf : 0x8f, 205]), u16(filled.length / 4 + padding), filled, Buffer.alloc(padding * 4, padding * 4)]);
}
fresh('congestion');
seed('congestion', 'run', transportReport(65530, 40, [0x2000 | 40], Array.from({ length: 40 }, (_, i) => 10 + i)));
seed('congestion', 'lost', transportReport(9, 300, [300], []));
seed('congestion', 'bits', transportReport(1, 20, [0x8000 | 0b10110111011110, 0xa800], Array(14).fill(16)));
seed('congestion', 'symbols', transportReport(1, 9, [0xc000 | 0b01100001100101, 0x2002], [4, 0x10, 0, 4, 0xff, 0xf0, 4, 4, 4, 4]));
seed('congestion', 'padded', transportReport(1, 3, [0x2003], [1, 2, 3], 1));
seed('congestion', 'cut', transportReport(1, 40, [0x2000 | 40], [1, 2, 3]));

// ---- RTP and RTCP ----------------------------------------------------------------------------------------------------
const rtp = (type, number, ssrc, payload, { marker = 0, extensions = null, padding = 0 } = {}) => Buffer.concat([
    Buffer.from([0x80 | (extensions ? 16 : 0) | (padding ? 32 : 0), marker << 7 | type]), u16(number), u32(3000 * number), u32(ssrc),
    extensions ?? Buffer.alloc(0), payload, padding ? Buffer.concat([Buffer.alloc(padding - 1), Buffer.from([padding])]) : Buffer.alloc(0)]);
const oneByte = (...elements) => {
    const body = Buffer.concat(elements.map(([id, value]) => Buffer.concat([Buffer.from([id << 4 | value.length - 1]), value])));
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    return Buffer.concat([hex('bede'), u16(padded.length / 4), padded]);
};
const twoByte = (...elements) => {
    const body = Buffer.concat(elements.map(([id, value]) => Buffer.concat([Buffer.from([id, value.length]), value])));
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    return Buffer.concat([hex('1000'), u16(padded.length / 4), padded]);
};
const mid = (text) => [4, Buffer.from(text)];
const keyFrame = hex('7c8500112233');
const stapA = hex('7800046742c01f000468ce3c80000365aabb');
const vp8Key = hex('10500000009d012a4001f000');
const packets = {
    opus: rtp(111, 1, 0x03030303, hex('7c0011223344'), { extensions: oneByte(mid('0'), [3, u16(1)]) }),
    h264: rtp(102, 1, 0x01010101, keyFrame, { marker: 1, extensions: oneByte(mid('1'), [3, u16(2)]) }),
    stap: rtp(102, 2, 0x01010101, stapA),
    later: rtp(102, 9, 0x01010101, hex('41aabbcc')),
    rtx: rtp(103, 1, 0x02020202, Buffer.concat([u16(3), hex('41aabbcc')])),
    vp8: rtp(96, 1, 0x04040404, vp8Key, { extensions: twoByte([4, Buffer.from('2')], [3, u16(3)]) }),
    padding: rtp(102, 10, 0x01010101, Buffer.alloc(0), { padding: 8 }),
};
const rtcp = (count, type, ...words) => { const body = Buffer.concat(words); return Buffer.concat([Buffer.from([0x80 | count, type]), u16(body.length / 4), body]); };
const block = Buffer.concat([u32(11), u32(0x20000003), u32(70000), u32(9), u32(0x00010002), u32(65536)]);
const senderReport = rtcp(1, 200, u32(0x01010101), hex('e000000080000000'), u32(3000), u32(10), u32(1000), block);
const description = rtcp(1, 202, u32(0x01010101), Buffer.from([1, 4]), Buffer.from('name'), Buffer.alloc(2));
const feedback = {
    'sender-report': Buffer.concat([senderReport, description]),
    'receiver-report': rtcp(1, 201, u32(5), block),
    nack: Buffer.concat([rtcp(0, 201, u32(5)), rtcp(1, 205, u32(5), u32(11), hex('00050003'), hex('00200000'))]),
    pli: rtcp(1, 206, u32(5), u32(11)),
    fir: rtcp(4, 206, u32(5), u32(0), u32(11), hex('01000000')),
    bye: rtcp(1, 203, u32(5)),
    extended: rtcp(0, 207, u32(5), hex('04000002e000000080000000')),
};

fresh('rtp');
const step = (packet, wait = 20) => Buffer.concat([Buffer.from([wait]), sized(packet)]);
for (const [name, packet] of Object.entries(packets))
    seed('rtp', name, step(packet));
seed('rtp', 'call', ...Object.values(packets).map((packet) => step(packet)), step(feedback['sender-report'], 255), step(packets.later, 101));
fresh('extension');
for (const [name, packet] of Object.entries(packets))
    seed('extension', name, packet);
fresh('rtcp');
for (const [name, packet] of Object.entries(feedback))
    seed('rtcp', name, packet);
seed('rtcp', 'compound', ...Object.values(feedback));
fresh('srtp');
for (const mode of [0, 1]) {
    seed('srtp', `media-${mode}`, ...Object.values(packets).map((packet) => Buffer.concat([Buffer.from([4 | mode]), sized(packet)])));
    seed('srtp', `feedback-${mode}`, ...Object.values(feedback).map((packet) => Buffer.concat([Buffer.from([6 | mode]), sized(packet)])));
    seed('srtp', `forged-${mode}`, Buffer.concat([Buffer.from([mode]), sized(packets.h264, Buffer.alloc(16))]), Buffer.concat([Buffer.from([2 | mode]), sized(feedback.nack, Buffer.alloc(20))]));
}

fresh('rfc4571'); // a byte for the size of the pieces, then a stream
const check = readFileSync(join(tests, 'fuzz/corpus/stun/check-signed'));
seed('rfc4571', 'check', [255], sized(check));
seed('rfc4571', 'check-byte-by-byte', [0], sized(check));
seed('rfc4571', 'several', [6], sized('a'), sized('bc'), sized(check), sized(''));
seed('rfc4571', 'empty-frames', [1], sized(''), sized(''), sized('x'));
seed('rfc4571', 'too-long', [3], [8, 1], Buffer.alloc(40, 'x'));
seed('rfc4571', 'longest', [200], sized(Buffer.alloc(2048, 0x80)));
seed('rfc4571', 'cut', [9], sized(check).subarray(0, -5));

fresh('camera');
seed('camera', 'bare', 'rtsp://10.20.0.7');
seed('camera', 'password', 'rtsp://admin:p%40ss%3A1@10.20.0.7:8554/Streaming/Channels/101?transportmode=unicast');
seed('camera', 'six', 'rtsps://viewer@[fd00::7]:322/x');
seed('camera', 'query', 'RTSP://cam-1.lan?password=secret');
seed('camera', 'two-users', 'rtsp://a@b@10.20.0.7/');
seed('camera', 'nul-in-user', 'rtsp://us%00er:x@10.20.0.7/');
seed('camera', 'port', 'rtsp://10.20.0.7:65536/');
seed('camera', 'line-break', 'rtsp://10.20.0.7/\r\nSETUP');

// ---- texts -----------------------------------------------------------------------------------------------------------
fresh('sdp');
const vectors = join(tests, 'vectors/sdp');
for (const name of readdirSync(vectors))
    seed('sdp', name.replace(/\.sdp$/, ''), readFileSync(join(vectors, name)));
fresh('trickle');
const fragment = 'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 UDP 2130706431 198.51.100.1 39132 typ host\r\na=end-of-candidates\r\n';
seed('trickle', 'candidates', fragment);
seed('trickle', 'no-credentials', fragment.split('\r\n').slice(2).join('\r\n'));
seed('trickle', 'end', 'a=end-of-candidates\n');

fresh('message');
const document = readFileSync(join(tests, '../docs/signaling-protocol.md'), 'utf8');
[...document.matchAll(/^(?:[a-z-]+\/[a-z-]+ )?(\{"type".*\})$/gm)].forEach(([, text], index) => {
    if (text.length < 3000)
        seed('message', `${JSON.parse(text).type}-${index}`, text);
});

fresh('feed');
const id = (n) => `0198a1b2-0000-7000-8000-00000000000${n}`;
const json = (object) => sized(JSON.stringify(object));
const feedHello = json({ type: 'feed', recording: id(1), room: id(2) });
const feedTrack = json({ type: 'track', ssrc: 0x01010101, participant: id(3), order: 0, kind: 'video', codec: 'H264', payload_type: 102, clock_rate: 90000,
    fmtp: 'packetization-mode=1', cname: 'c' });
seed('feed', 'hello', [200], feedHello);
seed('feed', 'track', [255], feedHello, feedTrack, sized(packets.h264), sized(feedback['sender-report']), json({ type: 'track-ended', ssrc: 0x01010101 }),
    json({ type: 'overflow', dropped: 3, ms: 40 }));
seed('feed', 'in-pieces', [2], feedHello, feedTrack, sized(packets.opus));

fresh('ledger');
let prev = '0'.repeat(64), seq = 0;
const line = (type, members) => {
    const text = JSON.stringify({ seq: seq++, prev, type, at: 1795000000000000 + seq, mono: seq, ...members });
    prev = createHash('sha256').update(text).digest('hex');
    return `${text}\n`;
};
const digest = 'ab'.repeat(32);
const lines = [
    line('open', { format: 'yuntakan-evidence/1', hash: 'sha256', key: { algorithm: 'ed25519', sha256: digest, certificate: digest }, recording: id(1), visit: id(2),
        case_number: 'XF-1', item: 'MKT-01', item_version: 1, title: '踏勘' }),
    line('part', { track: 'site', part: 1, file: 'site/part-0001.mp4', offset: 0, length: 700, sha256: digest, codecs: 'avc1.42c01f,opus', width: 640, height: 360 }),
    line('fragment', { track: 'site', part: 1, file: 'site/part-0001.mp4', offset: 700, length: 900, sha256: digest, n: 0, t: 0, duration: 1000000, key: true, captured: 1795000000000000 }),
    line('entry', { id: id(4), entry: 'mark', occurred: 1795000000000000, data: { kind: 'checkpoint-start', checkpoint: 'MKT-01-05' } }),
    line('still', { id: id(5), file: `stills/${id(5)}.jpg`, length: 10, sha256: digest, checkpoint: null, participant: null, occurred: 1795000000000000 }),
    line('gap', { track: 'site', from: 1795000000000000, to: null, reason: 'feed-lost' }),
    line('seal', { signature: Buffer.alloc(64, 1).toString('base64') }),
    line('resume', { torn: [{ file: 'site/part-0001.mp4', offset: 1600, length: 5, sha256: digest }] }),
    line('end', { reason: 'ended' }),
    line('seal', { signature: Buffer.alloc(64, 2).toString('base64') }),
];
seed('ledger', 'whole', lines.join(''));
seed('ledger', 'short', lines.slice(0, 3).join(''));
seed('ledger', 'swapped', lines[0], lines[2], lines[1]);
seed('ledger', 'torn', lines.slice(0, 4).join(''), lines[4].slice(0, 60));
seed('ledger', 'junk-then-resume', lines[0], 'junk\n', lines[1]);
