// ICE-TCP (RFC 6544, RFC 4571): browsers whose network swallows UDP, a slow one among them, and strangers on the port.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { Netsim } from '../support/netsim.mjs';
import { until } from '../support/until.mjs';

describe('media over TCP', () => {
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
    const goesOn = async (caller, frames = 15) => {
        const before = await caller.framesDecoded();
        await until(`${caller.participant} sees the picture go on`, async () => (await caller.framesDecoded()) > before + frames);
    };
    const protocols = (caller) => caller.page.evaluate(async () => {
        const stats = await window.pc.getStats();
        return [...stats.values()].filter((s) => s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded').map((s) => stats.get(s.remoteCandidateId).protocol);
    });

    test('without UDP a browser publishes and receives over TCP', async () => {
        await media.request('PUT', '/rooms/tcp', {});
        const networks = await Promise.all([1, 2].map((seed) => Netsim.open(media.port, { seed })));
        for (const network of networks)
            await network.pass({ udp: false });
        const applicant = await open('tcp', 'applicant', { port: networks[0].port, video: { width: 640, height: 360, frameRate: 30 } });
        const slow = await open('tcp', 'slow', { send: false, port: networks[1].port });
        const near = await open('tcp', 'near', { send: false });
        assert.match(applicant.answer, /^a=candidate:\d+ 1 tcp \d+ 127\.0\.0\.1 \d+ typ host tcptype passive/m);
        await Promise.all([goesOn(slow), goesOn(near)]);
        for (const caller of [applicant, slow])
            assert.ok((await protocols(caller)).includes('tcp'), caller.participant);
        assert.ok(!(await protocols(near)).includes('tcp'));
        assert.ok((await media.metric('tcp_streams')) >= 2);

        await Promise.all([applicant.close(), slow.close(), near.close()]);
        await until('the streams are gone', async () => (await media.metric('tcp_streams')) === 0);
        await Promise.all(networks.map((network) => network.close()));
    });

    test('strangers are few, short-lived, and closed at the first wrong byte', async () => {
        const connect = () => new Promise((resolve) => {
            const socket = net.connect(media.port, '127.0.0.1', () => resolve(socket));
            socket.on('error', () => {});
            socket.gone = new Promise((closed) => socket.on('close', () => closed(Date.now())));
        });
        const wrong = await connect();
        wrong.write(Buffer.concat([Buffer.from([0, 20]), Buffer.alloc(20, 0x16)])); // DTLS before a check
        await wrong.gone;
        const long = await connect();
        long.write(Buffer.from([0xff, 0xff]));
        await long.gone;
        const since = Date.now();
        const silent = await Promise.all(Array.from({ length: 80 }, connect));
        await until('no more than the bound', async () => (await media.metric('tcp_refused_total')) >= 18);
        assert.ok((await media.metric('tcp_strangers')) <= 64);
        assert.ok(await silent[0].gone - since < 9_000, 'the oldest gives way');
        const last = await silent[79].gone;
        assert.ok(last - since >= 9_000, `${last - since} ms`);
        await until('none left', async () => (await media.metric('tcp_streams')) === 0);
    });
});
