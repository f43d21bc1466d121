// An encoder and a player that are not ours join a visit by WHIP (RFC 9725) and WHEP through signaling, with a bearer token.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { Peer } from '../support/webrtcbin-peer.mjs';

const invitationToken = (invitation) => decodeURIComponent(new URL(invitation.path, 'https://x').hash.slice(1));

async function liveVisit(stack) {
    const { visit, invitation } = await stack.openVisit();
    const applicant = await LiveClient.connect(stack.client());
    await applicant.hello({ invitation: invitationToken(invitation) });
    await applicant.ask('consent', { notice: '2026-01' });
    await applicant.ask('wait');
    const api = await stack.signIn('zhangwei');
    const inspector = await LiveClient.connect(api);
    await inspector.hello({ visit: visit.id });
    await inspector.ask('admit', { participant: applicant.welcome.participant });
    await inspector.wait('room', (room) => room.visit.state === 'live');
    return { visit: visit.id, applicant, inspector, api };
}

const streamToken = (api, visit, allow) => api.ask('POST', `/api/visits/${visit}/stream-tokens`, { allow, name: allow });
const peer = (stack, role, { path, token }, ...args) =>
    new Peer(role, '--insecure', '--url', new URL(path, stack.url).href, '--bearer', token, ...args);

test('webrtcbin publishes into a visit and receives from it', () => withStack({}, async (stack) => {
    const { visit, inspector, api } = await liveVisit(stack);
    const [publish, subscribe] = await Promise.all([streamToken(api, visit, 'publish'), streamToken(api, visit, 'subscribe')]);
    assert.equal(publish.path, `/whip/${visit}`);
    assert.equal(subscribe.path, `/whep/${visit}`);

    const camera = peer(stack, 'publish', publish, '--seconds', '60');
    await camera.connected();
    await inspector.wait('room', (room) => room.participants.some((p) => p.id === publish.participant && p.state === 'connected'));
    const viewer = await peer(stack, 'subscribe', subscribe, '--seconds', '40', '--frames', '30').end();
    assert.equal(viewer.code, 0, JSON.stringify(viewer));
    assert.equal(viewer.width, 640);

    // The viewer took its leave by DELETE; the camera did not.
    await until('the viewer is gone from the media server', async () =>
        (await stack.media('GET', `/rooms/${visit}`)).json.connections.every((c) => c.participant !== subscribe.participant));
    await camera.kill();
}));

test('an offer without our codecs is refused with its reason', () => withStack({}, async (stack) => {
    const { visit, api } = await liveVisit(stack);
    const { path, token } = await streamToken(api, visit, 'publish');
    const vp9 = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP9/90000\r\na=ice-ufrag:abcd\r\n'
        + 'a=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\na=rtcp-mux\r\na=sendonly\r\n';
    const refused = await stack.client().request('POST', path, vp9, { 'content-type': 'application/sdp', authorization: `Bearer ${token}` });

    assert.equal(refused.status, 400, refused.text);
    assert.equal(refused.json.code, 'media/refused');
    assert.equal(refused.json.detail, 'sdp/no-common-codec');
}));
