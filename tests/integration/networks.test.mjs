// Calls on bad networks: real Chromium behind netsim, the relay with a recorder. The whole matrix, with figures, is `./dev bench network`.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { servePage } from '../support/media-server.mjs';
import { NetworkCall } from '../support/network-call.mjs';
import { YuntakanRelay } from '../support/relay-rooms.mjs';
import { until } from '../support/until.mjs';

describe('calls on bad networks', () => {
    let browser, page, relay;

    before(async () => {
        [browser, page, relay] = await Promise.all([launchBrowser(), servePage(), YuntakanRelay.start()]);
    });
    after(async () => {
        await browser?.close();
        page?.close();
        await relay?.stop();
    });

    async function called(seed, body) {
        const room = await relay.room();
        const call = await NetworkCall.open({ browser, url: page.url, relay: room, seed, keepSize: true });
        try {
            await until('it is being recorded', async () => (await room.recordedSoFar()).seconds > 1, { timeoutMs: 40_000 });
            await body(call, room);
        } finally {
            await call.close();
            await room.close();
        }
    }
    const shownSince = async (call, from) => (await call.shown()).filter((at) => at > from).length;

    test('5 % loss on both links leaves neither picture nor recording with holes', () => called(5, async (call, room) => {
        for (const network of [call.uplink, call.downlink])
            await network.impair('both', { loss: 0.05, delay_ms: 15 });
        const before = await room.recordedSoFar();
        const from = Date.now();
        const result = await call.measure(() => until('120 frames', async () => (await shownSince(call, from)) > 120, { timeoutMs: 60_000 }));
        assert.ok(result.nack > 0, 'losses were asked for again');
        assert.ok(result.pli <= 3, `${result.pli} key frames asked for`);
        await until('as much is recorded', async () => (await room.recordedSoFar()).seconds - before.seconds > result.seconds * 0.8, { timeoutMs: 40_000 });
        assert.deepEqual(await room.recordedSoFar().then(({ parts, gaps }) => ({ parts, gaps })), { parts: 1, gaps: before.gaps });
    }));

    test('another address in the middle of the call, by NAT: nothing is lost, no new part', () => called(6, async (call, room) => {
        for (const network of [call.uplink, call.downlink]) {
            const from = Date.now();
            const result = await call.measure(async () => {
                await network.rebind();
                await until('60 frames more', async () => (await shownSince(call, from)) > 60, { timeoutMs: 60_000 });
            });
            // A browser checks every 2.5 s: without the relay's following at once that is the standstill.
            assert.ok(network === call.downlink || result.packets_lost < 30, `${result.packets_lost} packets lost`);
        }
        assert.equal((await room.recordedSoFar()).parts, 1);
        const { json } = await room.media.request('GET', `/rooms/${room.name}`);
        assert.ok(json.connections.every((connection) => connection.state === 'connected'));
    }));

    test('an outage: the same connection goes on when it is over', () => called(7, async (call, room) => {
        await call.uplink.impair('both', { blackout: true });
        const state = async () => (await room.media.request('GET', `/rooms/${room.name}`)).json.connections.find((c) => c.participant === room.participant)?.state;
        await until('silence is noticed', async () => (await state()) === 'disconnected');
        const dark = Date.now();
        await until('10 s of it, in all', () => Date.now() - dark > 5_000);
        await call.uplink.impair('both');
        const ended = Date.now();
        await until('the picture moves', async () => (await shownSince(call, ended)) > 20, { timeoutMs: 30_000 });
        assert.equal(await state(), 'connected');
    }));
});
