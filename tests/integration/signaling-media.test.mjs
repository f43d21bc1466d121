// Signaling between its clients and the media server: offers, what survives a restart of either, what is told when media is gone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
