// What each viewer gets of a picture, by what its network carries: layers of simulcast in real Chromium, video before audio paused, and nobody hurt by a slow viewer (R19, R29).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { Bottleneck, UdpRelay } from '../support/udp-relay.mjs';
import { until } from '../support/until.mjs';

const CAMERA = { width: 640, height: 360, frameRate: 15 };
const LAYERS = [{ rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 50_000 }, { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 700_000 }];
const PATIENCE = { timeoutMs: 150_000 }; // an estimate of a busy machine goes its own way first

describe('what a slow network gets', () => {
    let browser, media, page;

    before(async () => {
        [browser, media, page] = await Promise.all([launchBrowser(), new MediaServer().start(), servePage()]);
    });
    after(async () => {
        await browser?.close();
        page?.close();
        await media?.stop();
    });

    const open = (room, participant, options) => Caller.open(browser, page.url, media, room, participant, { slots: 1, ...options });
    const height = async (caller) => (await caller.received('video'))[0]?.frameHeight ?? 0;
    /** Its encoder has risen to what the test is about. */
    const sends = (room, participant, bps) => until(`${participant} sends ${bps} bit/s`, async () => (await media.request('GET', `/rooms/${room}`)).json
        .connections.find((connection) => connection.participant === participant).bitrate_in > bps, PATIENCE);
    const goesOn = async (caller, frames = 15) => {
        const before = await caller.framesDecoded();
        await until(`${caller.participant} goes on`, async () => (await caller.framesDecoded()) >= before + frames, PATIENCE);
    };
    const videoSlot = (participant) => media.last('slots', { participant })?.slots.find((slot) => slot.kind === 'video');

    for (const codec of ['video/H264', 'video/VP8']) {
        test(`${codec}: the slow viewer gets the lower layer, the others the upper one, and back when its network allows`, async () => {
            const room = `layers-${codec.slice(6)}`;
            await media.request('PUT', `/rooms/${room}`, {});
            const applicant = await open(room, `applicant-${room}`, { video: CAMERA, layers: LAYERS, codec });
            assert.match(applicant.answer, /a=simulcast:recv h;l/);
            const relay = await UdpRelay.open(media.port);
            const fast = await open(room, `fast-${room}`, { send: false });
            const slow = await open(room, `slow-${room}`, { send: false, port: relay.port });

            await until('the upper layer for the fast one', async () => (await height(fast)) === 360, PATIENCE);
            await until('the upper layer for the other', async () => (await height(slow)) === 360, PATIENCE);
            await sends(room, applicant.participant, 200_000); /* both layers and sound */
            relay.downlink = new Bottleneck(125_000); /* sound and the lower layer */
            await until('the lower layer for the slow one', async () => (await height(slow)) === 90, PATIENCE);
            await goesOn(slow, 30);
            const [seen] = await fast.received('video');
            await goesOn(fast, 30);
            assert.equal(await height(fast), 360, 'a slow viewer hurts nobody');
            const [after] = await fast.received('video');
            assert.equal(after.packetsLost, seen.packetsLost);

            relay.downlink = null;
            await until('the upper layer for it too', async () => (await height(slow)) === 360, PATIENCE);
            await goesOn(slow);
            const requests = await applicant.page.evaluate(async () => [...(await window.pc.getStats()).values()]
                .filter((entry) => entry.type === 'outbound-rtp' && entry.kind === 'video').reduce((sum, entry) => sum + (entry.pliCount ?? 0), 0));
            assert.ok(requests < 40, `${requests} key frames were asked for`);
            relay.close();
            await Promise.all([applicant.close(), fast.close(), slow.close()]);
        });
    }

    test('one layer, and a network for a voice only: video pauses, sound goes on, the others do not notice', async () => {
        await media.request('PUT', '/rooms/voice', {});
        const applicant = await open('voice', 'applicant-voice', { video: CAMERA });
        const relay = await UdpRelay.open(media.port);
        const fast = await open('voice', 'fast-voice', { send: false });
        const slow = await open('voice', 'slow-voice', { send: false, port: relay.port });

        await Promise.all([goesOn(fast), goesOn(slow)]);
        relay.downlink = new Bottleneck(130_000);
        await until('the picture is paused', () => videoSlot('slow-voice').paused, PATIENCE);
        const [before] = await slow.received('audio');
        await goesOn(fast, 30);
        await until('sound goes on', async () => (await slow.received('audio'))[0].packetsReceived > before.packetsReceived + 50);
        assert.equal(videoSlot('fast-voice').paused, false);
        assert.equal(media.last('limit', { participant: 'applicant-voice' })?.video ?? null, null, 'the publisher follows the best, not the worst');

        relay.downlink = null;
        await until('the picture is back', () => !videoSlot('slow-voice').paused, PATIENCE);
        await goesOn(slow);
        relay.close();
        await Promise.all([applicant.close(), fast.close(), slow.close()]);
    });

    test('one layer and one viewer: the publisher is asked for what that one can take', async () => {
        await media.request('PUT', '/rooms/alone', {});
        const applicant = await open('alone', 'applicant-alone', { video: { width: 1280, height: 720, frameRate: 15 } });
        const relay = await UdpRelay.open(media.port);
        const viewer = await open('alone', 'viewer-alone', { send: false, port: relay.port });

        await goesOn(viewer);
        await sends('alone', 'applicant-alone', 250_000);
        relay.downlink = new Bottleneck(260_000);
        const limit = await until('a limit', () => media.last('limit', { participant: 'applicant-alone' })?.video, PATIENCE);
        assert.ok(limit >= 150_000 && limit < 2_400_000, `${limit}`);
        await applicant.page.evaluate(async (bps) => {
            const { sender } = window.pc.getTransceivers().find((line) => line.sender.track?.kind === 'video');
            const parameters = sender.getParameters();
            parameters.encodings[0].maxBitrate = bps;
            await sender.setParameters(parameters);
        }, limit);
        await goesOn(viewer, 30);
        relay.close();
        await Promise.all([applicant.close(), viewer.close()]);
    });
});
