// An independent WebRTC stack, GStreamer's webrtcbin, publishes and receives through yuntakan-media; also against Chromium.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { until } from '../support/until.mjs';
import { Peer } from '../support/webrtcbin-peer.mjs';

describe('webrtcbin', () => {
    let browser, media, page;

    before(async () => {
        [browser, media, page] = await Promise.all([launchBrowser(), new MediaServer().start(), servePage()]);
    });
    after(async () => {
        await browser?.close();
        page?.close();
        await media?.stop();
    });

    test('publishes to webrtcbin', async () => {
        await media.request('PUT', '/rooms/gst', {});
        const publisher = Peer.inRoom(media, 'publish', 'gst', 'camera', '--seconds', '60');
        await publisher.connected();
        const subscriber = await Peer.inRoom(media, 'subscribe', 'gst', 'viewer', '--seconds', '40', '--frames', '45').end();

        assert.equal(subscriber.code, 0, JSON.stringify(subscriber));
        assert.deepEqual([subscriber.width, subscriber.height], [640, 360]);
        const { json } = await media.request('GET', '/rooms/gst');
        const camera = json.connections.find((connection) => connection.participant === 'camera');
        assert.equal(camera.srtp, 'AES_CM_128_HMAC_SHA1_80'); // all that webrtcbin 1.22 has
        assert.deepEqual(camera.tracks.map((track) => track.codec).sort(), ['H264', 'opus']);

        // Killed without a word, it is gone from the media's view after 5 s.
        await publisher.kill();
        await until('the camera is disconnected', () => media.last('connection', { participant: 'camera' })?.state === 'disconnected');
    });

    test('publishes to Chromium', async () => {
        await media.request('PUT', '/rooms/mixed', {});
        const publisher = Peer.inRoom(media, 'publish', 'mixed', 'camera', '--seconds', '60');
        await publisher.connected();
        const viewer = await Caller.open(browser, page.url, media, 'mixed', 'viewer', { send: false });

        await until('Chromium decodes what webrtcbin sends', async () => (await viewer.framesDecoded(0)) >= 20);
        assert.ok((await viewer.received('audio'))[0].packetsReceived > 0);
        await viewer.close();
        await publisher.kill();
    });

    test('receives from Chromium', async () => {
        await media.request('PUT', '/rooms/back', {});
        const caller = await Caller.open(browser, page.url, media, 'back', 'applicant');
        const subscriber = await Peer.inRoom(media, 'subscribe', 'back', 'viewer', '--seconds', '40', '--frames', '30').end();

        assert.equal(subscriber.code, 0, JSON.stringify(subscriber));
        await caller.close();
    });

    test('is told why it is refused', async () => {
        const peer = await Peer.inRoom(media, 'publish', 'nowhere', 'camera', '--seconds', '20').end();

        assert.equal(peer.code, 1);
        assert.match(peer.error, /status 404/);
    });
});
