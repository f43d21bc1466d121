// Chromium publishes, other Chromiums see and hear it through yuntakan-media.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { until } from '../support/until.mjs';

describe('calls of Chromium', () => {
    let browser, media, page;

    before(async () => {
        [browser, media, page] = await Promise.all([launchBrowser(), new MediaServer().start(), servePage()]);
    });
    after(async () => {
        await browser?.close();
        page?.close();
        await media?.stop();
    });

    const open = (room, participant, options) => Caller.open(browser, page.url, media, room, participant, options);
    const decodes = (caller, count = 10, slot = 0) =>
        until(`${caller.participant} decodes ${count} frames in slot ${slot}`, async () => (await caller.framesDecoded(slot)) >= count);
    const slotsOf = (participant) => media.last('slots', { participant })?.slots;

    test('one publishes H.264 and Opus, two receive it', async () => {
        await media.request('PUT', '/rooms/two', {});
        const applicant = await open('two', 'applicant', { order: 0 });
        const first = await open('two', 'first', { send: false });
        const second = await open('two', 'second', { send: false });

        await Promise.all([decodes(first), decodes(second)]);
        const [video] = await first.received('video');
        const [audio] = await first.received('audio');
        assert.ok(audio.packetsReceived > 0);
        assert.ok(video.keyFramesDecoded >= 1);
        assert.match(applicant.answer, /H264\/90000/);
        assert.deepEqual(slotsOf('first').filter((slot) => slot.kind === 'video').map((slot) => slot.participant), ['applicant', null]);
        assert.equal(media.last('connection', { participant: 'applicant' }).state, 'connected');

        const { json } = await media.request('GET', '/rooms/two');
        const described = json.connections.find((c) => c.participant === 'applicant');
        assert.deepEqual(described.tracks.map((t) => t.codec).sort(), ['H264', 'opus']);
        assert.ok(described.tracks.every((t) => t.active));
        assert.ok(described.bitrate_in > 0);
        assert.match(described.srtp, /AES/);
        await Promise.all([applicant, first, second].map((caller) => caller.close()));
    });
});
