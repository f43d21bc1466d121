// A flood of strangers' datagrams on the media port: the call goes on, nothing is kept of it, and less is answered than was sent.
// The figure at 100,000 a second is for a build without sanitizers: YUNTAKAN_BUILD=build YUNTAKAN_FLOOD_RATE=100000 node --test THIS.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { testEnvironment } from '../support/daemon.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { build } from '../support/stack.mjs';
import { attribute, check, COMPREHENSION_OPTIONAL, MESSAGE_INTEGRITY, USERNAME } from '../support/stun.mjs';
import { until } from '../support/until.mjs';
import { Peer } from '../support/webrtcbin-peer.mjs';

const SECONDS = 8;
/** What a sanitized server takes beside two sanitized peers and a browser on two cores. */
const RATE = Number(process.env.YUNTAKAN_FLOOD_RATE ?? 3_000);
/** Without a frame for so long the call would count as interrupted (docs/architecture.md); encoder and browser share the cores with the flood. */
const LONGEST_WAIT_MS = 5000;
/** Buffers of the call itself may still grow by this; the sanitizer keeps what was freed, the call's packets too, for a while. */
const GROWTH_KIB = 2 * 1024;
const GROWTH_SANITIZED_KIB = 64 * 1024;

function flood(port, ...options) {
    const child = spawn(join(build, 'tests/peers/udp-flood'), ['--port', port, '--seconds', SECONDS, '--rate', RATE, ...options].map(String), { env: testEnvironment(build), stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => { output += chunk; });
    const running = { over: false };
    running.report = new Promise((resolve) => child.once('close', () => {
        running.over = true;
        resolve(JSON.parse(output));
    }));
    return running;
}

describe('floods', () => {
    let browser, media, page;

    before(async () => {
        [browser, media, page] = await Promise.all([launchBrowser(), new MediaServer('--capacity-cpu', '0').start(), servePage()]);
    });
    after(async () => {
        await browser?.close();
        page?.close();
        await media?.stop();
    });

    const isSanitized = () => readFileSync(`/proc/${media.daemon.pid}/maps`, 'utf8').includes('libasan');
    const residentKib = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${media.daemon.pid}/status`, 'utf8'))[1]);

    test('a call goes on under a flood, nothing is kept of it, and less is answered than was sent', async (t) => {
        await media.request('PUT', '/rooms/flood', {});
        const publisher = Peer.inRoom(media, 'publish', 'flood', 'camera', '--seconds', '120');
        t.after(() => publisher.kill());
        await publisher.connected();
        const viewer = await Caller.open(browser, page.url, media, 'flood', 'viewer', { send: false, slots: 1 });
        await until('the picture runs', async () => (await viewer.framesDecoded()) >= 20);

        const ufrag = /^a=ice-ufrag:(.*)$/m.exec(viewer.answer)[1].trim();
        const received = await media.metric('received_datagrams_total');
        const [first] = await viewer.received('video');
        const resident = residentKib();
        const flooding = flood(media.port, '--ufrag', ufrag);
        let longest = 0, frames = first.framesDecoded, since = Date.now();
        while (!flooding.over) {
            const now = await until('the picture goes on', async () => ((await viewer.framesDecoded()) > frames || flooding.over) && await viewer.framesDecoded(), { everyMs: 20 });
            if (now > frames)
                longest = Math.max(longest, Date.now() - since);
            frames = now;
            since = Date.now();
        }
        const report = await flooding.report;
        const [last] = await viewer.received('video');
        const seen = await media.metric('received_datagrams_total') - received;

        console.log(`flood: ${Math.round(report.sent / report.seconds)} datagrams/s sent, ${Math.round(seen / report.seconds)}/s taken; longest wait for a frame ${longest} ms, `
            + `${last.framesDecoded - first.framesDecoded} frames, ${last.packetsLost - first.packetsLost} of ${last.packetsReceived - first.packetsReceived} packets lost, `
            + `freezes ${last.freezeCount - first.freezeCount}; answered ${report.answers} (${report.answer_bytes} of ${report.bytes} bytes); ${residentKib() - resident} KiB more`);
        assert.ok(report.sent > RATE * SECONDS / 8, `only ${report.sent} datagrams were sent`);
        assert.ok(last.framesDecoded - first.framesDecoded > 0, 'the picture went on');
        assert.ok(isSanitized() || last.packetsLost - first.packetsLost < 5, 'none was crowded out');
        assert.ok(longest < LONGEST_WAIT_MS, `${longest} ms without a frame`);
        assert.equal(await viewer.state(), 'connected');
        assert.equal(media.last('connection', { participant: 'camera' }).state, 'connected');

        // Nothing of a stranger is kept.
        const { json } = await media.request('GET', '/rooms');
        assert.equal(json.rooms.length, 1);
        assert.equal(await media.metric('connections'), 2);
        assert.ok((await media.metric('unknown_datagrams_total')) > seen / 2);
        assert.ok(residentKib() - resident < (isSanitized() ? GROWTH_SANITIZED_KIB : GROWTH_KIB), `${residentKib() - resident} KiB more`);

        // Whoever forges a source's address gains nothing: to all but checks for a living connection there is no answer, and to those a shorter one.
        assert.ok(report.answers > 0, 'checks without the password were refused aloud');
        assert.ok(report.answers <= report.sent / 5 + 1);
        assert.ok(report.answer_bytes < report.bytes / 5);
        await viewer.close();
    });

    test('checks without the password get less than they bring, one by one', async () => {
        await media.request('PUT', '/rooms/alone', {});
        const viewer = await Caller.open(browser, page.url, media, 'alone', 'viewer', { send: false, slots: 1 });
        const ufrag = /^a=ice-ufrag:(.*)$/m.exec(viewer.answer)[1].trim();
        const socket = createSocket('udp4').bind(0, '127.0.0.1');
        const answers = [];
        socket.on('message', (data) => answers.push(data.length));

        const name = attribute(USERNAME, `${ufrag}:p`), wrong = attribute(MESSAGE_INTEGRITY, Buffer.alloc(20));
        // From the longest to the shortest; the last is a refusal that would be longer than its request.
        const requests = [check(name, attribute(COMPREHENSION_OPTIONAL, Buffer.alloc(200)), wrong), check(name, wrong), check(name)];
        for (const request of requests) { // one worker: in order
            const before = await media.metric('stun_refused');
            socket.send(request, media.port, '127.0.0.1');
            await until('it was refused', async () => (await media.metric('stun_refused')) > before);
        }
        await until('two answers', () => answers.length >= 2);
        assert.equal(answers.length, 2, 'none to the last');
        answers.forEach((length, index) => assert.ok(length < requests[index].length, `${length} to ${requests[index].length}`));
        socket.close();
        await viewer.close();
    });
});
