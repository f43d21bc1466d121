// A node refuses what it cannot carry, tells why, and carries on with what it has.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { liveVisit } from '../support/live-visit.mjs';
import { MediaServer } from '../support/media-server.mjs';
import { top, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const OFFER = readFileSync(join(top, 'tests/vectors/sdp/chromium-156.sdp'), 'utf8').replace(/\r?\n/g, '\r\n');

test('rooms and connections beyond the capacity are refused; what is there goes on', async (t) => {
    const media = await new MediaServer('--capacity-rooms', '2', '--capacity-connections', '3').start();
    t.after(() => media.stop());
    const room = async (id) => { const { status, json } = await media.request('PUT', `/rooms/${id}`, {}); return [status, json.code]; };
    const offer = async (id, participant) => { const { status, json } = await media.offer(id, { participant }, OFFER); return [status, json?.code]; };
    const FULL = [503, 'media/at-capacity'];

    assert.deepEqual(await room('a'), [201, undefined]);
    assert.deepEqual(await room('b'), [201, undefined]);
    const refused = await media.request('PUT', '/rooms/c', {});
    assert.deepEqual([refused.status, refused.json.code], FULL);
    assert.match(refused.json.title_zh, /上限/);
    assert.match(refused.json.title, /as many visits as it can/);
    assert.deepEqual(await room('a'), [200, undefined], 'a room that exists is no new one');

    assert.deepEqual(await offer('a', 'p1'), [201, undefined]);
    assert.deepEqual(await offer('a', 'p2'), [201, undefined]);
    assert.deepEqual(await offer('b', 'p3'), [201, undefined]);
    assert.deepEqual(await offer('b', 'p4'), FULL);
    assert.deepEqual(await offer('a', 'p5'), FULL);
    assert.deepEqual(await offer('b', 'p3'), [201, undefined], 'who is there may connect anew');
    await until('the replaced one is gone', async () => (await media.metric('connections')) === 3);
    const { json: health } = await media.request('GET', '/health');
    assert.deepEqual([health.rooms, health.connections, health.capacity_rooms, health.capacity_connections], [2, 3, 2, 3]);

    // A place for a room, but none for anybody in it; then one for both.
    await media.request('DELETE', '/rooms/b');
    await until('b has left', async () => (await media.metric('connections')) === 2);
    assert.deepEqual(await room('c'), [201, undefined]);
    assert.deepEqual(await offer('c', 'p6'), [201, undefined]);
    await media.request('DELETE', '/rooms/c');
    await until('c has left', async () => (await media.metric('connections')) === 2);
    assert.deepEqual(await offer('a', 'p7'), [201, undefined]);
    assert.deepEqual(await room('d'), FULL, 'nobody could enter it');
});

test('people are told, and get in when there is a place', () => withStack({ mediaArgs: ['--capacity-rooms', '1'] }, async (stack) => {
    const first = await liveVisit(stack);
    await first.applicant.ask('media-offer', { sdp: OFFER });
    const second = await liveVisit(stack);
    const refused = await second.applicant.request('media-offer', { sdp: OFFER });

    assert.equal(refused.code, 'media/at-capacity');
    assert.match(refused.message.zh, /请稍后再试/);
    assert.match(refused.message.en, /try again later/);
    assert.equal((await stack.media('GET', `/rooms/${first.id}`)).json.connections.length, 1, 'the first visit is as it was');

    await first.inspector.ask('visit-end', { conclusion: null });
    await until('its room is closed', async () => (await stack.media('GET', `/rooms/${first.id}`)).status === 404);
    await second.applicant.ask('media-offer', { sdp: OFFER });
}));
