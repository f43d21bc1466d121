// An independent WebRTC stack, GStreamer's webrtcbin, publishes and receives through yuntakan-media; also against Chromium.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { testEnvironment } from '../support/daemon.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { build } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

/** A running tests/peers/webrtcbin-peer. */
class Peer {
    constructor(media, role, room, participant, ...options) {
        const url = `http://localhost/rooms/${room}/connections?participant=${participant}&publish=${role === 'publish' ? 1 : 0}&order=0`;
        // GStreamer, libnice and curl keep what they allocate for good; the program under test is the media server.
        const env = { ...testEnvironment(build), ASAN_OPTIONS: 'detect_leaks=0' };

        this.output = '';
        this.child = spawn(join(build, 'tests/peers/webrtcbin-peer'), [role, '--unix', media.socket, '--url', url, ...options],
            { env, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.child.stdout, this.child.stderr])
            stream.on('data', (chunk) => { this.output += chunk; });
        this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
    }

    connected() { return until('the webrtcbin peer is connected', () => this.output.includes('connected\n')); }

    /** Exit code and the report in the last line. */
    async end() {
        const code = await this.ended;
        const line = this.output.trim().split('\n').at(-1);
        assert.ok(line.startsWith('{'), this.output);
        return { code, ...JSON.parse(line) };
    }

    kill() { this.child.kill('SIGKILL'); return this.ended; }
}

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
        const publisher = new Peer(media, 'publish', 'gst', 'camera', '--seconds', '60');
        await publisher.connected();
        const subscriber = await new Peer(media, 'subscribe', 'gst', 'viewer', '--seconds', '40', '--frames', '45').end();

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
        const publisher = new Peer(media, 'publish', 'mixed', 'camera', '--seconds', '60');
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
        const subscriber = await new Peer(media, 'subscribe', 'back', 'viewer', '--seconds', '40', '--frames', '30').end();

        assert.equal(subscriber.code, 0, JSON.stringify(subscriber));
        await caller.close();
    });

    test('is told why it is refused', async () => {
        const peer = await new Peer(media, 'publish', 'nowhere', 'camera', '--seconds', '20').end();

        assert.equal(peer.code, 1);
        assert.match(peer.error, /status 404/);
    });
});
