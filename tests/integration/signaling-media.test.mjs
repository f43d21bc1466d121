// Signaling between its clients and the media server: offers, what survives a restart of either, what is told when media is gone.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { liveVisit } from '../support/live-visit.mjs';
import { top, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const OFFER = readFileSync(join(top, 'tests/vectors/sdp/chromium-156.sdp'), 'utf8').replace(/\r?\n/g, '\r\n');

const connectionsOf = async (stack, visit) => (await stack.media('GET', `/rooms/${visit}`)).json?.connections ?? [];

async function resume(stack, client, connection) {
    const again = await LiveClient.connect(stack.client());
    await again.hello({ resume: client.welcome.resume, connection });
    return again;
}

test('an offer is answered, a broken one refused; kill -9 of signaling leaves the connection alone', () => withStack({}, async (stack) => {
    const { id, applicant, inspector } = await liveVisit(stack);
    const answer = await applicant.ask('media-offer', { sdp: OFFER });

    assert.match(answer.sdp, /^v=0\r\n/);
    assert.match(answer.sdp, /a=ice-lite/);
    const [connection] = await connectionsOf(stack, id);
    assert.deepEqual([connection.connection, connection.participant, connection.publish, connection.order],
        [answer.connection, applicant.welcome.participant, true, 0]);
    // A new offer replaces the connection; that is no loss to anybody.
    const second = await applicant.ask('media-offer', { sdp: OFFER });
    assert.notEqual(second.connection, answer.connection);
    await until('one connection', async () => (await connectionsOf(stack, id)).map((c) => c.connection).join() === second.connection);
    const refused = await inspector.request('media-offer', { sdp: 'v=0\r\nnothing\r\n' });
    assert.equal(refused.code, 'media/refused');
    assert.ok(refused.detail.length > 0);

    assert.equal(applicant.messages.some((m) => m.type === 'media-lost'), false);

    await stack.kill9('signaling');
    await stack.restart('signaling');
    const again = await resume(stack, applicant, second.connection);
    assert.equal(again.welcome.media, 'alive');
    assert.equal((await connectionsOf(stack, id))[0].connection, second.connection);
    // The connection of somebody else, or one that was, is none.
    assert.equal((await resume(stack, inspector, second.connection)).welcome.media, 'none');
    assert.equal((await resume(stack, applicant, answer.connection)).welcome.media, 'none');

    const last = await resume(stack, applicant, second.connection);
    await last.ask('media-close');
    await until('no connection', async () => (await connectionsOf(stack, id)).length === 0);
}));

test('kill -9 of the media server: members are told, the room and its feed are made anew', () => withStack({}, async (stack) => {
    const { id, applicant, inspector } = await liveVisit(stack);
    await applicant.ask('media-offer', { sdp: OFFER });

    await stack.kill9('media');
    const gone = await inspector.request('media-offer', { sdp: OFFER });
    assert.equal(gone.code, 'media/unavailable');
    await stack.restart('media');
    await applicant.wait('media-lost');
    assert.equal(inspector.messages.some((m) => m.type === 'media-lost'), false); // it had nothing to lose
    await until('room and feed', async () => (await stack.media('GET', `/rooms/${id}`)).json?.feed?.state === 'connected');
    const answer = await applicant.ask('media-offer', { sdp: OFFER });
    assert.equal((await connectionsOf(stack, id))[0].connection, answer.connection);

    // Both at once, and a client that still believes in its connection.
    await Promise.all([stack.kill9('media'), stack.kill9('signaling')]);
    await stack.restart('media');
    await stack.restart('signaling');
    const again = await resume(stack, applicant, answer.connection);
    assert.equal(again.welcome.media, 'none');
    await again.ask('media-offer', { sdp: OFFER });
    await again.ask('leave');
    assert.equal(await again.closed, 1000);
    await until('no connection', async () => (await connectionsOf(stack, id)).length === 0);
}));

test('a visit that ends while the media server is away leaves no room behind', () => withStack({}, async (stack) => {
    const { id, applicant, inspector } = await liveVisit(stack);

    await until('the room', async () => (await stack.media('GET', `/rooms/${id}`)).status === 200);
    await stack.kill9('signaling'); // the room stays …
    await stack.restart('signaling');
    const back = await resume(stack, inspector, null);
    await back.ask('visit-end', { conclusion: null });
    await until('no room', async () => (await stack.media('GET', `/rooms/${id}`)).status === 404);
    assert.equal((await back.closed), 4004);
    await applicant.closed;
}));

/** Answers as the media server does, and says of a participant's slots what it is told to say. */
async function mediaThatSays(socket) {
    const readers = new Set(), connections = new Map();
    const server = createServer((request, response) => {
        if (request.url === '/events') {
            response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write(`${JSON.stringify({ type: 'hello', instance: randomUUID() })}\n`);
            readers.add(response);
        } else if (request.method === 'POST') {
            const connection = new URLSearchParams(request.url.split('?')[1]).get('participant'); // one each: named after it
            connections.set(connection, { connection, participant: connection, state: 'connected', tracks: [], slots: [] });
            response.writeHead(201, { 'content-type': 'application/sdp', location: `${request.url.split('?')[0]}/${connection}` }).end('v=0\r\n');
        } else {
            if (request.method === 'DELETE')
                connections.delete(request.url.split('/').at(-1));
            response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ connections: [...connections.values()], cameras: [] }));
        }
        request.resume();
    });
    rmSync(socket, { force: true });
    await new Promise((resolve) => server.listen(socket, resolve));
    return {
        heard: () => readers.size > 0,
        saySlots: (room, participant, slots) => {
            connections.get(participant).slots = slots;
            readers.forEach((reader) => reader.write(`${JSON.stringify({ type: 'slots', room, connection: participant, participant, slots })}\n`));
        },
        close: () => { server.closeAllConnections(); return new Promise((resolve) => server.close(resolve)); },
    };
}

test('everybody is told whom the picture of the site does not reach, and when it does again', () => withStack({ signalingArgs: ['--site-layers', '1'] }, async (stack) => {
    const { id, applicant, inspector } = await liveVisit(stack);
    assert.equal(applicant.welcome.site_layers, 1);
    await stack.kill9('media');
    const media = await mediaThatSays(join(stack.data, 'sockets/media.sock'));
    try {
        await until('signaling listens', media.heard);
        const [site, viewer] = [applicant, inspector].map((client) => client.welcome.participant);
        await applicant.ask('media-offer', { sdp: OFFER });
        await inspector.ask('media-offer', { sdp: OFFER });
        const slots = (paused, of = site) => media.saySlots(id, viewer,
            [{ mid: '2', kind: 'audio', participant: of, paused: false }, { mid: '3', kind: 'video', participant: of, paused }]);
        const misses = (client, wanted) => client.wait('room', (room) => room.participants.every((one) => one.site_paused === (wanted && one.id === viewer)));

        slots(true);
        await Promise.all([misses(applicant, true), misses(inspector, true)]);
        assert.equal((await inspector.wait('slots', (message) => message.slots[1].paused)).slots[1].participant, site);
        assert.equal(applicant.last.slots, undefined, 'slots are the viewer\'s own');
        slots(false);
        await misses(applicant, false);
        slots(true, viewer); // somebody else's face is no site
        slots(true);
        await misses(applicant, true);
        await inspector.ask('media-close'); // what is not connected misses nothing
        await misses(applicant, false);
    } finally {
        await media.close();
    }
    await stack.restart('media');
}));
