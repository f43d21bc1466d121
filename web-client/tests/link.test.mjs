import test from 'node:test';
import assert from 'node:assert/strict';
import { createLink } from '../src/protocol/link.js';
import { backoffMs } from '../src/protocol/backoff.js';
import { fakeClock, fakeServer, settle, welcome } from './fakes.mjs';

function setUp({ resume = null, hello = { invitation: 'T' } } = {}) {
    const clock = fakeClock();
    const server = fakeServer();
    const events = [];
    const kept = [];
    const link = createLink({ connect: () => server.connect(), clock, random: () => 0.5, hello, resume, connection: null,
        onEvent: (event) => events.push(event), onResume: (token) => kept.push(token) });
    const types = () => events.map((event) => event.type);
    const comeIn = async (more) => {
        server.last.onopen();
        server.last.say({ ...welcome(more), re: server.last.lastSent.id });
        await settle();
    };
    return { clock, server, events, types, kept, link, comeIn };
}

test('says hello with the invitation and keeps the resume token', async () => {
    const t = setUp();
    t.link.start();
    await t.comeIn();
    assert.deepEqual(t.server.last.sent[0], { type: 'hello', versions: [1], invitation: 'T', id: '1' });
    assert.deepEqual(t.types(), ['link-connecting', 'link-open']);
    assert.deepEqual(t.kept, ['R1']);
});

test('after a break it resumes the same participant and names its media connection', async () => {
    const t = setUp();
    t.link.start();
    await t.comeIn();
    t.link.setConnection('C7');
    t.server.last.onclose(1006, '');
    assert.equal(t.events.at(-1).type, 'link-lost');
    assert.equal(t.events.at(-1).retryAtMs, t.clock.now() + 400);
    await t.clock.advance(400);
    t.server.last.onopen();
    assert.deepEqual(t.server.last.sent[0], { type: 'hello', versions: [1], resume: 'R1', connection: 'C7', id: '2' });
});

test('waits longer with every failed attempt, and not at all when told that the network is back', async () => {
    assert.deepEqual([1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffMs(attempt, 0.5)), [400, 800, 1600, 3200, 6400, 8000, 8000]);
    const t = setUp();
    t.link.start();
    t.server.last.onclose(1006, '');
    await t.clock.advance(400);
    t.server.last.onclose(1006, '');
    assert.equal(t.server.sockets.length, 2);
    t.link.reopen();
    assert.equal(t.server.sockets.length, 3);
});

test('a success starts the back-off anew', async () => {
    const t = setUp();
    t.link.start();
    t.server.last.onclose(1006, '');
    await t.clock.advance(400);
    await t.comeIn();
    t.server.last.onclose(1006, '');
    assert.equal(t.events.at(-1).attempt, 1);
});

test('a socket that never opens is given up', async () => {
    const t = setUp();
    t.link.start();
    await t.clock.advance(8000);
    assert.equal(t.events.at(-1).type, 'link-lost');
});

test('answers find their requests, errors become problems with what the server added', async () => {
    const t = setUp();
    t.link.start();
    await t.comeIn();
    const first = t.link.request({ type: 'wait' });
    t.server.last.answer({ more: 1 });
    assert.equal((await first).more, 1);
    const second = t.link.request({ type: 'finding', checkpoint: 'c', result: null, note: '', revision: 1 });
    t.server.last.refuse('finding/revision-conflict', { current: { revision: 2 } });
    await assert.rejects(second, (error) => error.problem.code === 'finding/revision-conflict' && error.problem.detail.current.revision === 2);
});

test('a request on a broken line fails at once, one that was under way fails with the line', async () => {
    const t = setUp();
    t.link.start();
    await t.comeIn();
    const underWay = t.link.request({ type: 'wait' });
    t.server.last.onclose(1006, '');
    await assert.rejects(underWay, /link\/lost/);
    await assert.rejects(t.link.request({ type: 'wait' }), /link\/lost/);
});

test('a line that swallows a request is replaced', async () => {
    const t = setUp();
    t.link.start();
    await t.comeIn();
    const request = t.link.request({ type: 'wait' });
    const fails = assert.rejects(request, /link\/timeout/);
    await t.clock.advance(15000);
    await fails;
    assert.equal(t.events.at(-1).type, 'link-lost');
});

test('a refused invitation is the end, with the reason', async () => {
    const t = setUp();
    t.link.start();
    t.server.last.onopen();
    t.server.last.refuse('invitation/expired');
    await settle();
    t.server.last.onclose(4003, '');
    assert.equal(t.events.at(-1).type, 'link-closed');
    assert.equal(t.events.at(-1).reason, 'refused');
    assert.equal(t.events.at(-1).problem.code, 'invitation/expired');
    assert.equal(t.clock.pending(), 0);
});

test('a resume token that no longer counts gives way to the invitation', async () => {
    const t = setUp({ resume: 'OLD' });
    t.link.start();
    t.server.last.onopen();
    assert.equal(t.server.last.sent[0].resume, 'OLD');
    t.server.last.refuse('resume/invalid');
    await settle();
    t.server.last.onclose(4003, '');
    t.server.last.onopen();
    assert.equal(t.server.last.sent[0].invitation, 'T');
    assert.deepEqual(t.kept, [null]);
});

test('close codes that end the visit are not retried', async () => {
    for (const [code, reason] of [[4001, 'replaced'], [4004, 'ended'], [4002, 'version']]) {
        const t = setUp();
        t.link.start();
        await t.comeIn();
        t.server.last.onclose(code, '');
        assert.equal(t.events.at(-1).reason, reason);
        assert.equal(t.clock.pending(), 0);
    }
});

test('garbage from the line is dropped and the line stays', async () => {
    const t = setUp();
    t.link.start();
    await t.comeIn();
    t.server.last.onmessage('{"type":"future"}');
    t.server.last.say({ type: 'media-lost', reason: 'x' });
    assert.deepEqual(t.types().slice(-1), ['message']);
});
