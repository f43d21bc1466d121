// TURN: a real coturn from the shipped configuration, credentials from a real signaling, Chromium that may use nothing but relays.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Coturn } from '../support/coturn.mjs';
import { liveVisit } from '../support/live-visit.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { freePort, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const SECRET = '5f1a0c2f9b7e4d6a8c3b1e0f7a6d5c4b';

describe('relayed by TURN', () => {
    let browser, media, page, coturn, servers;

    before(async () => {
        const [port, tlsPort] = [await freePort(), await freePort()];
        coturn = await Coturn.open({ port, tlsPort, secret: SECRET });
        const file = join(coturn.folder, 'secret');
        writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
        const urls = [`turn:127.0.0.1:${port}?transport=udp`, `turn:127.0.0.1:${port}?transport=tcp`, `turns:localhost:${tlsPort}?transport=tcp`];
        await withStack({ signalingArgs: ['--turn-url', urls.join(','), '--turn-secret-file', file] }, async (stack) => {
            const { applicant, inspector } = await liveVisit(stack);
            servers = applicant.welcome.ice_servers;
            assert.deepEqual(servers[0].urls, urls);
            assert.notEqual(servers[0].username, inspector.welcome.ice_servers[0].username);
            assert.ok(servers[0].username.endsWith(`:${applicant.welcome.participant}`));
            await Promise.all([applicant.close(), inspector.close()]);
        });
        [browser, media, page] = await Promise.all([launchBrowser(), new MediaServer().start(), servePage()]);
    });
    after(async () => {
        await browser?.close();
        page?.close();
        await media?.stop();
        await coturn?.close();
    });

    for (const [index, name] of ['UDP', 'TCP', 'TLS'].entries()) {
        test(`a browser publishes and receives through TURN over ${name}`, async () => {
            const room = `turn-${name}`;
            await media.request('PUT', `/rooms/${room}`, {});
            const configuration = { iceTransportPolicy: 'relay', iceServers: [{ ...servers[0], urls: [servers[0].urls[index]] }] };
            const applicant = await Caller.open(browser, page.url, media, room, `applicant-${name}`, { configuration });
            const inspector = await Caller.open(browser, page.url, media, room, `inspector-${name}`, { configuration, send: false });
            await until('the picture', async () => (await inspector.framesDecoded()) > 15);
            const local = await applicant.page.evaluate(async () => {
                const stats = await window.pc.getStats();
                const pair = [...stats.values()].find((s) => s.type === 'candidate-pair' && s.nominated);
                return stats.get(pair.localCandidateId);
            });
            assert.equal(local.candidateType, 'relay');
            assert.equal(local.relayProtocol, name.toLowerCase());
            await Promise.all([applicant.close(), inspector.close()]);
        });
    }

    test('credentials that expired, or of another secret, open nothing', async () => {
        await media.request('PUT', '/rooms/refused', {});
        const wrong = { ...servers[0], urls: [servers[0].urls[0]], credential: Buffer.alloc(20, 1).toString('base64') };
        const gathered = await (await browser.newPage()).evaluate(async (server) => {
            const pc = new RTCPeerConnection({ iceTransportPolicy: 'relay', iceServers: [server] });
            pc.addTransceiver('audio', { direction: 'recvonly' });
            const errors = [];
            pc.addEventListener('icecandidateerror', (event) => errors.push(event.errorCode));
            await pc.setLocalDescription();
            await new Promise((done) => pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState === 'complete' && done()));
            return { errors, candidates: pc.localDescription.sdp.match(/^a=candidate/gm)?.length ?? 0 };
        }, wrong);
        assert.equal(gathered.candidates, 0);
        assert.ok(gathered.errors.includes(401), JSON.stringify(gathered));
    });
});
