// Chromium publishes, other Chromiums see and hear it through yuntakan-media.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { Netsim } from '../support/netsim.mjs';
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
        assert.equal(described.srtp, 'AEAD_AES_128_GCM'); // Chromium takes what costs least
        await Promise.all([applicant, first, second].map((caller) => caller.close()));
    });

    test('VP8 for a phone without H.264', async () => {
        await media.request('PUT', '/rooms/vp8', {});
        const applicant = await open('vp8', 'phone', { codec: 'video/VP8' });
        const inspector = await open('vp8', 'inspector', { send: false });

        await decodes(inspector);
        const { json } = await media.request('GET', '/rooms/vp8');
        assert.ok(json.connections.some((c) => c.tracks.some((t) => t.codec === 'VP8')));
        await Promise.all([applicant.close(), inspector.close()]);
    });

    test('everybody sees and hears everybody else, the site camera first', async () => {
        await media.request('PUT', '/rooms/three', {});
        const zhang = await open('three', 'zhang', { order: 1 });
        const liu = await open('three', 'liu', { order: 1 });

        await Promise.all([decodes(zhang), decodes(liu)]);
        assert.equal(slotsOf('liu').find((slot) => slot.kind === 'video').participant, 'zhang');
        const applicant = await open('three', 'wang', { order: 0 }); // comes last, is shown first
        await until('the applicant in the first slot', () => slotsOf('liu').find((slot) => slot.kind === 'video').participant === 'wang');
        await Promise.all([decodes(liu, 40, 0), decodes(liu, 5, 1), decodes(zhang, 40, 0), decodes(zhang, 5, 1), decodes(applicant, 5, 1)]);
        assert.deepEqual(slotsOf('zhang').filter((slot) => slot.kind === 'video').map((slot) => slot.participant), ['wang', 'liu']);
        assert.ok(media.events.filter((e) => e.type === 'slots').every((e) => e.slots.every((slot) => slot.participant !== e.participant)));

        await media.request('DELETE', applicant.location);
        await until('the slots move back', () => slotsOf('liu').find((slot) => slot.kind === 'video').participant === 'zhang');
        const before = await liu.framesDecoded(0);
        await until('the picture goes on', async () => (await liu.framesDecoded(0)) > before + 5);
        assert.equal(media.last('connection', { participant: 'wang' }).state, 'closed');
        assert.equal(media.last('connection', { participant: 'wang' }).reason, 'deleted');
        await Promise.all([zhang.close(), liu.close(), applicant.close()]);
    });

    test('who comes back takes its old place', async () => {
        await media.request('PUT', '/rooms/back', {});
        const applicant = await open('back', 'applicant2');
        const inspector = await open('back', 'inspector2', { send: false });
        await decodes(inspector);
        const told = media.events.filter((e) => e.type === 'slots' && e.participant === 'inspector2').length;
        const former = applicant.location;

        await applicant.call();
        assert.notEqual(applicant.location, former);
        await until('the former connection is replaced', () => media.events.some((e) => e.type === 'connection' &&
            e.state === 'closed' && e.reason === 'replaced' && former.endsWith(e.connection)));
        const before = await inspector.framesDecoded();
        await until('the picture goes on', async () => (await inspector.framesDecoded()) > before + 10);
        assert.equal(media.events.filter((e) => e.type === 'slots' && e.participant === 'inspector2').length, told, 'no slot moved');
        assert.equal((await media.request('DELETE', former)).status, 404);
        await Promise.all([applicant.close(), inspector.close()]);
    });

    test('a late subscriber has a picture within two seconds', async () => {
        await media.request('PUT', '/rooms/late', {});
        const applicant = await open('late', 'applicant3');
        const first = await open('late', 'first3', { send: false });
        await decodes(first, 60); // the first key frame is long past
        const late = await open('late', 'late3', { send: false });
        const offered = Date.now();

        await until('first frame', async () => (await late.framesDecoded()) > 0, { everyMs: 20 });
        assert.ok(Date.now() - offered < 2000, `${Date.now() - offered} ms`);
        const video = await applicant.sent('video');
        assert.ok(video.pliCount >= 1);
        assert.ok(video.pliCount <= 8, `${video.pliCount} requests for two subscribers`);
        await Promise.all([applicant.close(), first.close(), late.close()]);
    });

    test('a page that goes away frees its place', async () => {
        await media.request('PUT', '/rooms/gone', {});
        const applicant = await open('gone', 'applicant4');
        const inspector = await open('gone', 'inspector4', { send: false });
        await decodes(inspector);

        await applicant.page.evaluate(() => window.pc.close()); // Chromium sends close_notify
        await until('closed by the peer', () => media.last('connection', { participant: 'applicant4' })?.state === 'closed');
        await until('an empty slot', () => slotsOf('inspector4').every((slot) => slot.participant === null));
        await Promise.all([applicant.close(), inspector.close()]);
    });

    test('feedback reaches the publisher', async () => {
        await media.request('PUT', '/rooms/feedback', {});
        const applicant = await open('feedback', 'applicant5', { video: { width: 640, height: 360, frameRate: 30 } });
        const inspector = await open('feedback', 'inspector5', { send: false });
        await decodes(inspector, 30);
        // Receiver reports give a round trip. Without transport-wide feedback the estimate stays at its start; which way it goes
        // with it, and how fast, is the machine's load as much as the network.
        const report = await until('reports and an estimate', () => applicant.page.evaluate(async () => {
            const stats = [...(await window.pc.getStats()).values()];
            const remote = stats.find((s) => s.type === 'remote-inbound-rtp' && s.kind === 'video');
            const pair = stats.find((s) => s.type === 'candidate-pair' && s.nominated);
            const moved = Math.abs((pair?.availableOutgoingBitrate ?? 300_000) - 300_000) > 10_000;
            return remote?.roundTripTimeMeasurements > 0 && moved ? { remote, pair } : null;
        }));
        assert.equal(report.remote.packetsLost, 0);
        // Sender reports reach the subscriber in the slot's own timeline.
        await until('sender reports', () => inspector.page.evaluate(async () =>
            [...(await window.pc.getStats()).values()].some((s) => s.type === 'remote-outbound-rtp' && s.kind === 'video' && s.reportsSent > 0)));
        await Promise.all([applicant.close(), inspector.close()]);
    });

    test('lost packets are sent again, from the publisher and to the subscriber', async () => {
        await media.request('PUT', '/rooms/loss', {});
        const network = await Netsim.open(media.port, { seed: 4588 });
        const lossy = { port: network.port, video: { width: 640, height: 360, frameRate: 30 } };
        const applicant = await open('loss', 'applicant6', lossy);
        const inspector = await open('loss', 'inspector6', { ...lossy, send: false });
        const far = await open('loss', 'far6', { send: false }); // behind a good network: sees what the publisher's side recovered

        await decodes(inspector);
        await network.impair('both', { loss: 0.05 });
        await until('retransmissions both ways', async () => {
            const [received] = await inspector.received('video');
            return (await applicant.sent('video')).retransmittedPacketsSent > 10 && received.retransmittedPacketsReceived > 10;
        });
        const [before] = await far.received('video');
        await decodes(far, before.framesDecoded + 60);
        await decodes(inspector, (await inspector.framesDecoded()) + 60);
        const [after] = await far.received('video');
        const packets = after.packetsReceived - before.packetsReceived;
        assert.ok(after.packetsLost - before.packetsLost < packets * 0.01, `${after.packetsLost - before.packetsLost} of ${packets} lost behind recovery`);
        assert.ok((await applicant.sent('video')).pliCount < 10);
        await Promise.all([applicant.close(), inspector.close(), far.close(), network.close()]);
    });
});
