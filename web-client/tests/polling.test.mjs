// The line over plain requests, against a server that loses answers; and what carries the next line.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createConnector, pollingSocket } from '../src/protocol/polling.js';
import { fakeClock, settle } from './fakes.mjs';

/** Keeps frames as the server does; `lose` swallows answers after the work was done, as a network does. */
function fakePoll() {
    const heard = [];
    const told = [];
    const calls = [];
    const server = { heard, calls, lose: 0, gone: false, waiting: null, closed: null, first: 0 };
    const reply = (status, body) => ({ status, ok: status < 300, json: async () => body });
    const look = () => {
        if (!server.waiting || (told.length === 0 && !server.closed))
            return;
        const { resolve } = server.waiting;
        server.waiting = null;
        resolve(reply(200, { first: server.first, frames: [...told], closed: server.closed }));
    };
    server.say = (frame) => { told.push(frame); look(); };
    server.close = (code, reason) => { server.closed = { code, reason }; look(); };
    server.fetch = (address, { method, body, headers, signal }) => new Promise((resolve, reject) => {
        calls.push(`${method} ${address}`);
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
        const answer = (response) => (server.lose-- > 0 ? reject(new TypeError('lost')) : resolve(response));
        if (server.gone)
            return answer(reply(401, {}));
        if (method === 'POST' && address === '/p')
            return answer(reply(201, { line: 'L' }));
        assert.equal(headers.authorization, 'Bearer L');
        if (method === 'POST') {
            const { first, frames } = JSON.parse(body);
            frames.forEach((frame, n) => { if (first + n === heard.length) heard.push(frame); });
            return answer(reply(204));
        }
        if (method === 'DELETE')
            return answer(reply(204));
        for (const have = Number(new URL(address, 'http://x').searchParams.get('have')); server.first < have; server.first++)
            told.shift();
        server.waiting = { resolve };
        return look();
    });
    return server;
}

/** The clock goes on step by step, and every promise with it. */
async function passes(clock, ms) {
    for (let at = 0; at < ms; at += 200)
        await clock.advance(200);
}

function open() {
    const clock = fakeClock();
    const server = fakePoll();
    const socket = pollingSocket({ fetch: server.fetch, clock, base: '/p' });
    const events = [];
    socket.onopen = () => events.push('open');
    socket.onmessage = (frame) => events.push(frame);
    socket.onclose = (code, reason) => events.push(`close ${code} ${reason}`);
    return { clock, server, socket, events };
}

test('frames arrive once and in order in both directions, also when answers are lost', async () => {
    const { clock, server, socket, events } = open();
    await settle();
    assert.deepEqual(events, ['open']);
    server.lose = 1;
    socket.send('a');
    socket.send('b');
    socket.send('c');
    await passes(clock, 3000);
    assert.deepEqual(server.heard, ['a', 'b', 'c'], 'a came twice and counts once');
    server.say('x');
    server.say('y');
    await settle();
    await settle();
    assert.deepEqual(events, ['open', 'x', 'y']);
    server.close(4004, 'visit/ended');
    await settle();
    assert.equal(events.at(-1), 'close 4004 visit/ended');
});

test('what is sent before the line is open waits for it', async () => {
    const { server, socket } = open();
    socket.send('hello');
    await settle();
    assert.deepEqual(server.heard, ['hello']);
});

test('a network that is gone closes the line, so that the link tries again', async () => {
    const { clock, server, socket, events } = open();
    await settle();
    server.lose = 99;
    socket.send('a');
    await passes(clock, 6000);
    assert.equal(events.at(-1), 'close 1006 ');
});

test('a line that the server does not know any more is closed at once', async () => {
    const { server, socket, events } = open();
    await settle();
    server.gone = true;
    socket.send('a');
    await settle();
    assert.equal(events.at(-1), 'close 1006 ');
    assert.equal(server.calls.filter((call) => call.startsWith('POST /p/frames')).length, 1);
});

test('closing tells the server and says nothing more', async () => {
    const { server, socket, events } = open();
    await settle();
    socket.close();
    server.say('x');
    await settle();
    assert.deepEqual(events, ['open']);
    assert.equal(server.calls.at(-1), 'DELETE /p');
});

test('two refused WebSockets, or one that is swallowed, lead to plain requests; now and then a WebSocket is tried again', () => {
    const made = [];
    const make = (name) => () => { made.push({ name, close() {}, send() {} }); return made.at(-1); };
    const connect = createConnector({ webSocket: make('ws'), polling: make('poll') });
    const names = () => made.map(({ name }) => name).join(' ');
    connect();
    made.at(-1).onclose(1006, '');
    connect();
    made.at(-1).onclose(1006, '');
    connect();
    connect();
    connect();
    assert.equal(names(), 'ws ws poll poll ws');
    made.at(-1).onopen();
    connect().close();
    connect();
    assert.equal(names(), 'ws ws poll poll ws ws poll');
});
