// A phone that leaves the Wi-Fi in the middle of a call: real Chromium in a network namespace whose interface goes down while another comes up, with the
// page's own MediaSession; the relay and the recorder must take it as one call.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CHROMIUM, launchBrowser } from '../support/browser.mjs';
import { MediaServer } from '../support/media-server.mjs';
import { Recorder } from '../support/recorder.mjs';
import { top } from '../support/stack.mjs';
import { TwoNetworks } from '../support/two-networks.mjs';
import { until } from '../support/until.mjs';

const ORIGIN = 'http://localhost:1/'; // nobody listens there: what it says comes from the test
const MODULES = join(top, 'web-client');

/** A page that runs the web client's MediaSession; its signalling are the test's calls to the media server. */
async function participant(browser, media, room, name, publish) {
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    await page.route(`${ORIGIN}**`, (route) => {
        const { pathname } = new URL(route.request().url());
        return pathname === '/' ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>call</title>' })
            : route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(MODULES, pathname)) });
    });
    await page.exposeFunction('exchange', async (sdp) => {
        const answer = await media.offer(room, { participant: name, publish: publish ? 1 : 0 }, sdp);
        return { sdp: answer.text, connection: answer.headers.location };
    });
    await page.exposeFunction('restart', async (connection, fragment) => {
        const answer = await media.request('PATCH', connection, fragment, { 'content-type': 'application/trickle-ice-sdpfrag' });
        return { status: answer.status, fragment: answer.text };
    });
    await page.goto(ORIGIN);
    await page.evaluate(async (sends) => {
        const { createMediaSession } = await import('/src/media/session.js');
        const { watchNetwork } = await import('/src/media/watch.js');
        const clock = { now: Date.now, after: (ms, f) => setTimeout(f, ms), every: (ms, f) => setInterval(f, ms), cancel: (id) => clearTimeout(id) };
        window.log = [];
        window.shown = [];
        const note = (what) => window.log.push(`${Math.round(performance.now())} ${what}`);
        const session = createMediaSession({
            clock, random: Math.random, create: (configuration) => (window.pc = new RTCPeerConnection(configuration)), receive: { audio: 1, video: 1 },
            videoCodecs: () => RTCRtpSender.getCapabilities('video').codecs, onConnection: () => {}, onLineSilent: () => note('line silent'),
            exchange: async (sdp) => (note('offer'), window.exchange(sdp)),
            restart: async (connection, fragment) => {
                note(`restart ${fragment.match(/^a=candidate.*$/gm)?.length ?? 0} candidates`);
                const answer = await window.restart(connection, fragment);
                note(`answered ${answer.status}`);
                return answer;
            },
            onEvent: (event) => {
                if (event.type === 'media')
                    note(event.state);
                for (const { kind, stream } of Object.values(event.streams ?? {})) {
                    if (kind !== 'video')
                        continue;
                    const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true, srcObject: stream });
                    const next = (now) => (window.shown.push(performance.timeOrigin + now), video.requestVideoFrameCallback(next));
                    video.requestVideoFrameCallback(next);
                    document.body.append(video);
                }
            },
        });
        watchNetwork(() => { note('network changed'); session.networkChanged(); });
        if (sends) {
            const camera = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360, frameRate: 25 } });
            for (const track of camera.getTracks())
                await session.setTrack(track.kind, track);
        }
        session.want([]);
    }, publish);
    return { page, log: () => page.evaluate(() => window.log), shown: () => page.evaluate(() => window.shown) };
}

// Where they cannot be made, there is nothing to test.
const nets = TwoNetworks.make();

describe('from Wi-Fi to a mobile network', { skip: nets === null && 'network namespaces need root' }, () => {
    test('the call goes on, on the same connection and in the same part of the recording', async (t) => {
        const media = new MediaServer();
        media.wrap = ['ip', 'netns', 'exec', nets.server];
        media.listen = TwoNetworks.SERVER;
        await media.start();
        const recorder = new Recorder(media.data);
        const browsers = [];
        try {
            const [, ...opened] = await Promise.all([recorder.start(), ...[nets.phone, nets.server].map((name) => launchBrowser({ program: nets.inside(name, CHROMIUM) }))]);
            browsers.push(...opened);
            const recording = await recorder.record();
            const room = recording.visit;
            await media.request('PUT', `/rooms/${room}`, {});
            await media.request('PUT', `/rooms/${room}/feed`, { socket: join(media.data, 'sockets/feed.sock'), recording: recording.id });
            const phone = await participant(browsers[0], media, room, recording.participant, true);
            const inspector = await participant(browsers[1], media, room, 'inspector', false);
            await until('the picture is seen and recorded', async () => (await inspector.shown()).length > 50 && (await recorder.state(recording)).duration_ms > 2000);
            const connection = media.last('connection', { participant: recording.participant }).connection;

            const moved = Date.now();
            nets.up('mobile');
            nets.down('wifi');
            const back = await until('the picture goes on', async () => {
                const times = (await inspector.shown()).filter((at) => at > moved);
                return times.length > 50 && times;
            }, { timeoutMs: 60_000 });
            const gaps = back.map((at, i) => at - (back[i - 1] ?? moved));
            t.diagnostic(`longest standstill ${Math.round(Math.max(...gaps))} ms; ${(await phone.log()).join(', ')}`);
            assert.equal(media.last('connection', { participant: recording.participant }).connection, connection, 'the same connection');
            const { json } = await media.request('GET', `/rooms/${room}`);
            assert.ok(json.connections.every((one) => one.state === 'connected'));
            await recorder.end(recording);
            const index = await recorder.index(recording);
            assert.equal(new Set(index.fragments.filter((one) => one.track === 'site').map((one) => one.part)).size, 1, 'one part');
        } finally {
            await Promise.all(browsers.map((browser) => browser.close()));
            await recorder.daemon.stop();
            await media.stop();
            nets.close();
        }
    });
});
