// Firefox ESR and Chromium see each other through yuntakan-media. Debian's Firefox has no H.264 of its own for WebRTC, so this is VP8 end to end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { launchFirefox, ownAddress } from '../support/firefox.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { until } from '../support/until.mjs';

let firefox, chromium, media, page;

before(async () => {
    media = new MediaServer();
    media.listen = ownAddress();
    [firefox, chromium, page] = await Promise.all([launchFirefox(), launchBrowser(), servePage(), media.start()]);
});
after(async () => {
    await Promise.all([firefox?.close(), chromium?.close()]);
    page?.close();
    await media?.stop();
});

const decodes = (caller) => until(`${caller.participant} decodes`, async () => (await caller.framesDecoded()) >= 10, { timeoutMs: 120_000 });
const hears = (caller) => until(`${caller.participant} hears`, async () => (await caller.received('audio'))[0]?.packetsReceived > 20, { timeoutMs: 120_000 });

test('Firefox and Chromium publish to each other', async () => {
    await media.request('PUT', '/rooms/both', {});
    const fox = await Caller.open(firefox, page.url, media, 'both', 'fox', { slots: 1 });
    const chrome = await Caller.open(chromium, page.url, media, 'both', 'chrome', { slots: 1, codec: 'video/VP8' });

    await Promise.all([fox, chrome].flatMap((caller) => [decodes(caller), hears(caller)]));
    const { connections } = (await media.request('GET', '/rooms/both')).json;
    const of = (participant) => connections.find((connection) => connection.participant === participant);
    assert.deepEqual(of('fox').tracks.map((track) => track.codec).sort(), ['VP8', 'opus']);
    for (const participant of ['fox', 'chrome'])
        console.log(`${participant}: SRTP ${of(participant).srtp}`);
    assert.equal(of('chrome').srtp, 'AEAD_AES_128_GCM');
    assert.equal(of('fox').srtp, 'AEAD_AES_128_GCM');
    assert.equal(of('fox').state, 'connected');
});

test('Firefox sees a second Firefox, and a key frame that it asks for', async () => {
    await media.request('PUT', '/rooms/foxes', {});
    const first = await Caller.open(firefox, page.url, media, 'foxes', 'first', { slots: 1 });
    const second = await Caller.open(firefox, page.url, media, 'foxes', 'second', { send: false, slots: 1 });

    await decodes(second);
    await first.call(); // a new connection in the same place, as after a change of network
    const before = await second.framesDecoded();
    await until('the picture goes on', async () => (await second.framesDecoded()) > before + 10, { timeoutMs: 120_000 });
    assert.equal(await second.state(), 'connected');
});
