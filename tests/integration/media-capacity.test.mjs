// A node refuses what it cannot carry, tells why, and carries on with what it has.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testEnvironment } from '../support/daemon.mjs';
import { liveVisit } from '../support/live-visit.mjs';
import { MediaServer } from '../support/media-server.mjs';
import { build, top, withStack } from '../support/stack.mjs';
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

test('a node that is too busy takes no new visit, and takes it when it has rested', () => withStack({ mediaArgs: ['--capacity-cpu', '4'] }, async (stack) => {
    const health = async () => (await stack.media('GET', '/health')).json;
    const metric = async (name) => Number(new RegExp(`^yuntakan_media_${name} ([\\d.]+)$`, 'm').exec((await stack.media('GET', '/metrics')).text)[1]);
    const first = await liveVisit(stack);
    await first.applicant.ask('media-offer', { sdp: OFFER });

    const flood = spawn(join(build, 'tests/peers/udp-flood'), ['--port', stack.udpPort, '--seconds', '90', '--rate', '30000'].map(String), { env: testEnvironment(build), stdio: 'ignore' });
    try {
        await until('it is busy', async () => (await health()).busy);
        const second = await liveVisit(stack);
        const refused = await second.applicant.request('media-offer', { sdp: OFFER });
        assert.equal(refused.code, 'media/busy');
        assert.match(refused.message.zh, /服务器正忙/);
        assert.match(refused.message.en, /too busy to begin one more visit/);
        await first.inspector.ask('media-offer', { sdp: OFFER }); // people still join what runs
        assert.ok(await metric('worker_load{worker="0"}') >= 0.032);
        assert.ok(await metric('rooms_refused_total') >= 1);
        assert.deepEqual([await metric('busy'), await metric('load_limit')], [1, 0.04]);

        flood.kill();
        await until('it has rested', async () => !(await health()).busy, { everyMs: 500 });
        await second.applicant.ask('media-offer', { sdp: OFFER });
    } finally {
        flood.kill();
    }
}));

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
