// Bad input and faults at yuntakan-media: datagrams, offers, silence, kill -9, SIGTERM.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { Netsim } from '../support/netsim.mjs';
import { random } from '../support/random.mjs';
import { UdpRelay } from '../support/udp-relay.mjs';
import { until } from '../support/until.mjs';

describe('faults of the media server', () => {
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
    const goesOn = async (caller) => {
        const before = await caller.framesDecoded();
        await until(`${caller.participant} sees the picture go on`, async () => (await caller.framesDecoded()) > before + 15);
    };

    test('garbage, truncated, altered and replayed datagrams leave the call running', async () => {
        await media.request('PUT', '/rooms/hostile', {});
        const relay = await UdpRelay.open(media.port);
        const applicant = await open('hostile', 'applicant', { port: relay.port });
        const inspector = await open('hostile', 'inspector', { send: false });
        const stranger = createSocket('udp4').bind(0, '127.0.0.1');
        const below = random(20261123);

        await goesOn(inspector);
        for (let i = 0; i < 3000; i++) {
            const bytes = Buffer.from(Array.from({ length: below(300) }, () => below(256)));
            stranger.send(bytes, media.port, '127.0.0.1');
            relay.inject(relay.recorded[0], bytes);
        }
        for (const record of relay.recorded) {
            stranger.send(record.data, media.port, '127.0.0.1');   // another's packets from a stranger
            relay.inject(record, record.data);                     // replayed: checks, handshake, media
            relay.inject(record, record.data.subarray(0, below(record.data.length)));
            const altered = Buffer.from(record.data);
            altered[below(altered.length)] ^= 1 << below(8);
            relay.inject(record, altered);
            if (below(50) === 0) // lets the server breathe: its socket's buffer is not what is tested
                await new Promise((resolve) => setImmediate(resolve));
        }
        await goesOn(inspector);
        await until('the replays were counted', async () => (await media.metric('srtp_replayed')) > 50 && (await media.metric('srtp_refused')) > 50);
        assert.ok((await media.metric('unknown_datagrams_total')) > 1000);
        assert.equal(await applicant.state(), 'connected');
        assert.equal(media.last('connection', { participant: 'applicant' }).state, 'connected');
        stranger.close();
        relay.close();
        await Promise.all([applicant.close(), inspector.close()]);
    });

    test('silence is told after five seconds, and its end', async () => {
        await media.request('PUT', '/rooms/silence', {});
        const network = await Netsim.open(media.port);
        const applicant = await open('silence', 'quiet', { port: network.port });
        const inspector = await open('silence', 'waiting', { send: false });
        const state = () => media.last('connection', { participant: 'quiet' }).state;

        await goesOn(inspector);
        const since = Date.now();
        await network.impair('both', { blackout: true });
        await until('disconnected', () => state() === 'disconnected');
        assert.ok(Date.now() - since > 4000, `${Date.now() - since} ms`);
        await until('its tracks are not active', () => media.last('tracks', { participant: 'quiet' }).tracks.every((t) => !t.active));
        await network.impair('both');
        await until('connected again', () => state() === 'connected');
        await goesOn(inspector);
        await Promise.all([applicant.close(), inspector.close(), network.close()]);
    });

    test('an ICE restart keeps the call', async () => {
        await media.request('PUT', '/rooms/restart', {});
        const applicant = await open('restart', 'mover');
        const inspector = await open('restart', 'watcher', { send: false });

        await goesOn(inspector);
        const fragment = await applicant.page.evaluate(async () => {
            await window.pc.setLocalDescription(await window.pc.createOffer({ iceRestart: true }));
            const sdp = window.pc.localDescription.sdp;
            return sdp.match(/^a=(ice-ufrag|ice-pwd):.*$/gm).slice(0, 2).join('\r\n') + '\r\n';
        });
        const patch = (body) => media.request('PATCH', applicant.location, body, { 'content-type': 'application/trickle-ice-sdpfrag' });
        const answer = await patch(fragment);
        assert.equal(answer.status, 200, answer.text);
        const [ufrag, password] = ['ufrag', 'pwd'].map((name) => new RegExp(`^a=ice-${name}:(.*)$`, 'm').exec(answer.text)[1].trim());
        await applicant.page.evaluate(([sdp, u, p]) => window.pc.setRemoteDescription({ type: 'answer',
            sdp: sdp.replace(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${u}`).replace(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${p}`) }),
        [applicant.answer, ufrag, password]);
        await goesOn(inspector);
        assert.equal((await patch(fragment)).status, 204); // the same credentials again: no restart
        assert.equal((await patch('a=candidate:1 1 udp 1 192.0.2.9 4000 typ host\r\n')).status, 204);
        assert.equal((await patch('a=ice-ufrag:abcd\r\n')).status, 422);
        assert.equal(media.events.filter((e) => e.type === 'connection' && e.participant === 'mover').at(-1).state, 'connected');
        await Promise.all([applicant.close(), inspector.close()]);
    });

    test('offers that cannot be answered get a clear error', async () => {
        await media.request('PUT', '/rooms/bad', {});
        const good = await browser.newPage();
        await good.goto(page.url);
        const sdp = await good.evaluate(async () => {
            const pc = new RTCPeerConnection();
            pc.addTransceiver('video', { direction: 'recvonly' });
            return (await pc.createOffer()).sdp;
        });
        const cases = [
            ['', 400], ['x', 400], ['v=0\r\n', 422], [Buffer.alloc(1000, 0).toString('latin1'), 400],
            [sdp + 'a=x:'.repeat(20_000), 413], [sdp + '\r\n'.repeat(200_000), 413],
            [sdp.replaceAll(/(VP8|H264)\//g, 'VP7/'), 422], [sdp.replaceAll(/^a=fingerprint.*\r\n/gm, ''), 422],
            [sdp.replaceAll('a=setup:actpass', 'a=setup:passive'), 422], [sdp.replaceAll(/^a=ice-pwd.*\r\n/gm, ''), 422],
        ];
        for (const [body, status] of cases) {
            const answer = await media.offer('bad', { participant: 'p' }, body);
            assert.equal(answer.status, status, `${body.slice(0, 40)}…: ${answer.text}`);
            assert.match(answer.headers['content-type'], /application\/problem\+json/);
            assert.match(answer.json.code, /^[a-z]+\/[a-z-]+$/);
            assert.ok(answer.json.title && answer.json.title_zh);
        }
        assert.equal((await media.offer('bad', { participant: 'p' }, sdp.replaceAll(/(VP8|H264)\//g, 'VP7/'))).json.code, 'sdp/no-common-codec');
        const offer = (query, type = 'application/sdp', room = 'bad') =>
            media.request('POST', `/rooms/${room}/connections?${query}`, sdp, { 'content-type': type });
        assert.equal((await offer('participant=p', 'text/plain')).json.code, 'media/content-type');
        assert.equal((await offer('')).json.code, 'media/bad-parameter');
        assert.equal((await offer('participant=../etc')).json.code, 'media/bad-parameter');
        assert.equal((await offer('participant=p&order=-1')).json.code, 'media/bad-parameter');
        assert.equal((await offer('participant=p', 'application/sdp', 'nowhere')).json.code, 'media/room-not-found');
        assert.equal((await media.request('PUT', `/rooms/${'x'.repeat(65)}`, {})).json.code, 'media/bad-id');
        assert.equal((await media.request('PUT', '/rooms/bad/feed', { socket: 'relative', recording: 'r' })).json.code, 'media/bad-body');
        assert.equal((await media.request('DELETE', '/rooms/bad/connections/none')).status, 404);
        assert.equal((await media.request('GET', '/rooms/bad')).json.connections.length, 0);
        await good.close();
    });

    test('a room has a bound, and what never connects is no burden', async () => {
        await media.request('PUT', '/rooms/full', {});
        const visitor = await browser.newPage();
        await visitor.goto(page.url);
        const sdp = await visitor.evaluate(async () => {
            const pc = new RTCPeerConnection();
            pc.addTransceiver('audio', { direction: 'recvonly' });
            return (await pc.createOffer()).sdp;
        });
        for (let i = 0; i < 32; i++)
            assert.equal((await media.offer('full', { participant: `p${i}` }, sdp)).status, 201);
        const refused = await media.offer('full', { participant: 'p32' }, sdp);
        assert.equal(refused.status, 503);
        assert.equal(refused.json.code, 'media/room-full');
        assert.equal((await media.offer('full', { participant: 'p31' }, sdp)).status, 201); // replaces its own
        const before = await media.metric('connections');
        await media.request('DELETE', '/rooms/full');
        await until('all are closed', async () => (await media.metric('connections')) <= before - 32);
        assert.equal((await media.request('GET', '/rooms/full')).status, 404);
        await visitor.close();
    });

    test('killed and started again, it takes the same callers back', async () => {
        await media.request('PUT', '/rooms/again', {});
        const applicant = await open('again', 'applicant7');
        const inspector = await open('again', 'inspector7', { send: false });
        await goesOn(inspector);
        const { instance } = media.last('hello');

        await media.daemon.kill9();
        await media.start();
        assert.notEqual(media.last('hello').instance, instance);
        assert.equal((await media.offer('again', { participant: 'applicant7' }, 'v=0')).json.code, 'media/room-not-found');
        await media.request('PUT', '/rooms/again', {});
        await applicant.call();
        await inspector.call();
        await goesOn(inspector);

        // SIGTERM: peers are told by close_notify, long before their own timeout.
        const closed = inspector.page.evaluate(() => new Promise((resolve) => {
            const { transport } = window.pc.getReceivers()[0];
            const done = () => transport.state === 'closed' && resolve(true);
            transport.addEventListener('statechange', done);
            done();
        }));
        await media.daemon.stop();
        assert.equal(await closed, true);
        await Promise.all([applicant.close(), inspector.close()]);
        await media.start();
    });
});
