// ICE-TCP (RFC 6544, RFC 4571): browsers whose network swallows UDP, a slow one among them, and strangers on the port.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { Netsim } from '../support/netsim.mjs';
import { top } from '../support/stack.mjs';
import { attribute, check, COMPREHENSION_OPTIONAL, framed, MESSAGE_INTEGRITY, USERNAME } from '../support/stun.mjs';
import { until } from '../support/until.mjs';

const OFFER = readFileSync(join(top, 'tests/vectors/sdp/chromium-156.sdp'), 'utf8').replace(/\r?\n/g, '\r\n');

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
    const connect = () => new Promise((resolve) => {
        const socket = net.connect(media.port, '127.0.0.1', () => resolve(socket));
        socket.came = 0;
        socket.on('error', () => {});
        socket.on('data', (bytes) => { socket.came += bytes.length; });
        socket.gone = new Promise((closed) => socket.on('close', () => closed(Date.now())));
    });
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

    test('a stranger gets less than it brings', async () => {
        const TIMES = 50;
        await media.request('PUT', '/rooms/closed', {});
        const { text: answer } = await media.offer('closed', { participant: 'p' }, OFFER);
        const name = attribute(USERNAME, `${/^a=ice-ufrag:(.*)$/m.exec(answer)[1].trim()}:p`), wrong = attribute(MESSAGE_INTEGRITY, Buffer.alloc(20));
        const kinds = {
            'no password': check(name), 'a wrong password': check(name, wrong), 'a long check': check(name, attribute(COMPREHENSION_OPTIONAL, Buffer.alloc(500)), wrong),
            'to nobody': check(attribute(USERNAME, 'AAAAAAAAaaaa:p'), wrong),
        };
        const handled = async () => (await media.metric('stun_refused')) + (await media.metric('unknown_datagrams_total'));
        let sent = 0, came = 0;
        for (const [kind, request] of Object.entries(kinds)) {
            const before = await handled();
            const socket = await connect();
            const bytes = framed(request);
            for (let i = 0; i < TIMES; i++)
                socket.write(bytes);
            await until(`${kind}: all are read`, async () => (await handled()) >= before + TIMES);
            socket.end();
            await socket.gone; // and what was answered has come
            assert.ok(socket.came < TIMES * bytes.length, `${kind}: ${socket.came} bytes for ${TIMES * bytes.length}`);
            sent += TIMES * bytes.length;
            came += socket.came;
        }
        console.log(`ICE-TCP before authentication: ${came} bytes for ${sent}, amplification ${(came / sent).toFixed(2)}`);
        assert.ok(came > 0, 'checks without the password were refused aloud');
    });
});
