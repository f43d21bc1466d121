// A fixed camera in a visit: added by an inspector through the WebSocket or REST, shown to staff without its secrets, kept over restarts, recorded in
// the ledger.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { liveVisit } from '../support/live-visit.mjs';
import { RtspCamera } from '../support/rtsp-camera.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const networks = ['--camera-networks', '127.0.0.0/8'];

test('a camera of a visit', () => withStack({ mediaArgs: networks, signalingArgs: networks }, async (stack) => {
    const camera = await new RtspCamera('--user', 'viewer', '--password', 'geheim-1').start();
    const visit = await liveVisit(stack);
    const url = camera.url.replace('rtsp://', 'rtsp://viewer:geheim-1@');
    assert.deepEqual(visit.inspector.last.room.cameras, []);
    assert.equal(visit.applicant.last.room.cameras, undefined, 'an applicant is not told');

    // Who may, and what is refused with which words.
    assert.equal((await visit.applicant.request('camera-add', { name: '后厨', url })).code, 'message/role');
    assert.equal((await visit.inspector.request('camera-add', { name: '后厨', url: 'http://127.0.0.1/' })).code, 'camera/url');
    const outside = await visit.inspector.request('camera-add', { name: '后厨', url: 'rtsp://169.254.169.254/' });
    assert.equal(outside.code, 'camera/network');
    assert.match(outside.message.zh, /允许的网络/);
    assert.equal((await visit.inspector.request('camera-remove', { camera: visit.inspector.welcome.participant })).code, 'camera/not-found');

    const { camera: id } = await visit.inspector.ask('camera-add', { name: '后厨', url });
    const live = await visit.inspector.wait('room', (room) => room.cameras.some((one) => one.participant === id && one.state === 'live'));
    assert.equal(live.cameras[0].address, `rtsp://127.0.0.1:${camera.port}/…`);
    assert.ok(live.participants.some((one) => one.id === id && one.role === 'camera' && one.name === '后厨' && one.state === 'connected'));

    // The media server forgets it with everything else and is told again; so is it when signaling was killed.
    await stack.kill9('media');
    await stack.restart('media');
    await until('the camera is back after the media server', async () => (await stack.media('GET', `/rooms/${visit.id}`)).json?.cameras?.[0]?.state === 'live', { timeoutMs: 60_000 });
    await stack.kill9('signaling');
    await stack.restart('signaling');
    const api = await stack.signIn('zhangwei');
    const inspector = await LiveClient.connect(api);
    await inspector.hello({ visit: visit.id });
    await inspector.wait('room', (room) => room.cameras[0]?.state === 'live');

    // REST: the same, for who is assigned.
    assert.equal((await (await stack.signIn('zhaomin')).request('POST', `/api/visits/${visit.id}/cameras`, { name: 'x', url })).json.code, 'visit/not-assigned');
    const second = await api.ask('POST', `/api/visits/${visit.id}/cameras`, { name: '大堂', url });
    await inspector.wait('room', (room) => room.cameras.length === 2);
    assert.equal((await api.request('DELETE', `/api/visits/${visit.id}/cameras/${second.camera}`)).status, 204);
    assert.equal((await api.request('DELETE', `/api/visits/${visit.id}/cameras/${second.camera}`)).json.code, 'camera/not-found');
    await inspector.wait('room', (room) => room.cameras.length === 1);
    await until('the media server has let go of it', async () => (await stack.media('GET', `/rooms/${visit.id}`)).json.cameras.length === 1);

    // The ledger knows who joined; nobody ever saw the password, and the store forgets it with the visit.
    const { recording } = inspector.last.room.recording;
    await inspector.ask('visit-end', { conclusion: null });
    const ledger = await until('the end is in the ledger', () => {
        const text = readFileSync(join(stack.folderOf(recording), 'ledger.jsonl'), 'utf8');
        return text.includes('"conclusion"') && text;
    });
    assert.match(ledger, /"role":"camera"/);
    for (const text of [ledger, stack.logs(100000), JSON.stringify([...visit.inspector.messages, ...inspector.messages])])
        assert.ok(!text.includes('geheim-1'), 'no password anywhere');
    await camera.kill();
}));

test('without networks there are no cameras', () => withStack({}, async (stack) => {
    const visit = await liveVisit(stack);
    assert.equal(visit.inspector.last.room.cameras, undefined);
    assert.equal((await visit.inspector.request('camera-add', { name: 'x', url: 'rtsp://127.0.0.1/' })).code, 'camera/disabled');
}));
