// Pictures in the background: resumed where the server is, after a lost line and in another page, and never before speech.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createUploads, digestOf } from '../src/media/uploads.js';
import { PIECE_MAX, nextPace } from '../src/media/upload-pace.js';
import { memoryUploadStore } from '../src/media/upload-store.js';
import { ownProblem, ProblemError } from '../src/protocol/problem.js';
import { fakeClock, settle } from './fakes.mjs';

/** What the server does with an announced picture, and a log of what it was asked. */
function server({ broken = () => false } = {}) {
    const parts = new Map();
    const t = { asked: [], parts, tokens: [] };
    t.call = async (method, address, json, more) => {
        const [, visit, id, offset] = /visits\/(\w+)\/stills\/(\w+)\/upload(?:\?offset=(\d+))?$/.exec(address);
        t.asked.push(`${method} ${id}${offset ? `@${offset}` : ''}`);
        t.tokens.push(more.headers.authorization);
        if (broken(t.asked.length))
            throw ownProblem('link/offline');
        const part = parts.get(id) ?? { visit, bytes: [], announced: null };
        parts.set(id, part);
        if (method === 'POST') {
            part.announced ??= json;
            return { still: id, stored: part.stored ?? false, received: part.bytes.length, bytes: part.announced.bytes };
        }
        if (Number(offset) !== part.bytes.length)
            throw new ProblemError({ code: 'still/offset', message: { zh: '', en: '' }, status: 409 });
        part.bytes.push(...new Uint8Array(await more.body.arrayBuffer()));
        if (part.bytes.length < part.announced.bytes)
            return { still: id, stored: false, received: part.bytes.length, bytes: part.announced.bytes };
        if (await digestOf(new Blob([new Uint8Array(part.bytes)])) !== part.announced.sha256) {
            part.bytes = [];
            throw new ProblemError({ code: 'still/digest', message: { zh: '', en: '' }, status: 422 });
        }
        part.stored = true;
        return { still: id, sha256: part.announced.sha256, bytes: part.bytes.length };
    };
    return t;
}

const picture = new Blob([new Uint8Array(100_000).map((_, i) => i * 7)]);
const slow = { level: 'good', availableKbps: 1200, inCall: true }; // 37,500 bytes a second

/** Turns the clock until it is so; digests are made by another thread, in time of their own. */
async function turn(clock, reached) {
    for (const give = Date.now() + 20_000; !reached(); await settle()) {
        assert.ok(Date.now() < give, 'it did not come to that');
        await clock.advance(100);
    }
}

function page(far, { store = memoryUploadStore(), network = () => slow, clock = fakeClock() } = {}) {
    const shown = [];
    const ended = [];
    const uploads = createUploads({ clock, random: () => 0.5, store, call: far.call, digest: digestOf, network, onChange: (one) => shown.push(one), onEnd: (...end) => ended.push(end) });
    return { uploads, shown, ended, clock, store, ends: () => turn(clock, () => ended.length > 0) };
}

test('a picture is announced with its digest before the first byte, comes in pieces, and is what it was', async () => {
    const far = server();
    const t = page(far);
    await t.uploads.add('V', 'S', picture, 'R');
    await t.ends();
    assert.equal(far.asked[0], 'POST S');
    assert.deepEqual(far.asked.filter((one) => one.startsWith('PATCH')), ['PATCH S@0', 'PATCH S@37500', 'PATCH S@75000']);
    assert.deepEqual(Buffer.from(far.parts.get('S').bytes), Buffer.from(await picture.arrayBuffer()));
    assert.deepEqual(t.ended, [['S', true]]);
    assert.deepEqual(await t.store.all(), []);
    assert.ok(t.shown.some(({ waiting, sent, total }) => waiting === 1 && sent === 75_000 && total === 100_000));
});

test('a line that breaks in the middle: it goes on where the server is, nothing is sent twice', async () => {
    const far = server({ broken: (n) => n === 4 || n === 5 });
    const t = page(far);
    await t.uploads.add('V', 'S', picture, 'R');
    await t.ends();
    assert.deepEqual(far.asked.filter((one) => one.startsWith('PATCH')), ['PATCH S@0', 'PATCH S@37500', 'PATCH S@37500', 'PATCH S@75000']);
    assert.deepEqual(t.ended, [['S', true]]);
});

test('a page that is gone in the middle: the next one sends the rest, with the token that it has', async () => {
    const store = memoryUploadStore();
    const far = server({ broken: (n) => n > 3 && n < 100 });
    const first = page(far, { store });
    await first.uploads.add('V', 'S', picture, 'R');
    await turn(first.clock, () => far.asked.length > 3);
    const clock = fakeClock(1_050_000);
    const other = server();
    other.parts.set('S', { visit: 'V', bytes: [...new Uint8Array(await picture.arrayBuffer())].slice(0, 37_500), announced: { sha256: await digestOf(picture), bytes: 100_000 } });
    const t = page(other, { store, clock });
    await t.uploads.start();
    t.uploads.renew('V', 'R2');
    await t.ends();
    assert.deepEqual(other.asked.filter((one) => one.startsWith('PATCH')), ['PATCH S@37500', 'PATCH S@75000']);
    assert.equal(other.tokens.at(-1), 'Bearer R2');
    assert.deepEqual(t.ended, [['S', true]]);
    assert.equal(page(other, { store: memoryUploadStore() }).ended.length, 0);
});

test('what arrived different is sent once more from the start, then given up; what is refused is not repeated', async () => {
    const { warn } = console;
    console.warn = () => {};
    const far = server();
    const t = page(far);
    far.parts.set('S', { visit: 'V', bytes: [], announced: { sha256: 'of another', bytes: 100_000 } });
    await t.uploads.add('V', 'S', picture, 'R');
    await t.ends();
    assert.equal(far.asked.filter((one) => one === 'PATCH S@0').length, 2);
    assert.deepEqual(t.ended, [['S', false]]);
    const refusing = { call: async () => { throw ownProblem('http/unexpected', 404); } };
    const other = page(refusing);
    await other.uploads.add('V', 'S', picture, 'R');
    await other.ends();
    console.warn = warn;
    assert.deepEqual(other.ended, [['S', false]]);
});

test('speech first: on a poor uplink nothing is sent, after half a minute a trickle below speech itself; without a call everything', async () => {
    assert.deepEqual(nextPace({ ...slow, level: 'poor', poorMs: 0 }), { bytes: 0, waitMs: 2000 });
    const trickle = nextPace({ ...slow, level: 'poor', poorMs: 31_000 });
    assert.ok(trickle.bytes * 8 / trickle.waitMs <= 24, 'kbit/s');
    assert.equal(nextPace({ level: 'poor', availableKbps: 100, poorMs: 0, inCall: false }).bytes, PIECE_MAX);
    assert.ok(nextPace({ level: 'fair', availableKbps: 600, poorMs: 0, inCall: true }).bytes <= 600_000 / 8 * 0.25);
    const far = server();
    let network = { ...slow, level: 'poor' };
    const t = page(far, { network: () => network });
    await t.uploads.add('V', 'S', picture, 'R');
    await turn(t.clock, () => t.shown.at(-1)?.yielding);
    await t.clock.advance(20_000);
    assert.equal(far.asked.some((one) => one.startsWith('PATCH')), false);
    network = slow;
    await t.ends();
    assert.deepEqual(t.ended, [['S', true]]);
});
