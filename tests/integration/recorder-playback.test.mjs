// Chromium's MediaSource takes the recorded bytes as they are: several parts, across a change of resolution, with sound. The client's own players
// play what is mixed of H.264 and VP8, close behind a recording that runs and afterwards.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { servePlayers } from '../support/player-site.mjs';
import { FeedPlayer, recorded, withRecorder } from '../support/recorder.mjs';
import { until } from '../support/until.mjs';

/** In the page: appends the parts one after the other, each at its place, then plays across them. */
async function playParts(parts) {
    const video = document.createElement('video');
    const source = new MediaSource();
    const errors = [];

    document.body.append(video);
    video.muted = true;
    video.addEventListener('error', () => errors.push(video.error.message));
    video.src = URL.createObjectURL(source);
    await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    const buffer = source.addSourceBuffer(`video/mp4; codecs="${parts[0].codecs}"`);
    for (const part of parts) {
        const bytes = Uint8Array.from(atob(part.base64), (c) => c.charCodeAt(0));
        if (part.codecs !== parts[0].codecs)
            buffer.changeType(`video/mp4; codecs="${part.codecs}"`);
        buffer.timestampOffset = part.at;
        const done = new Promise((resolve, reject) => {
            buffer.addEventListener('updateend', resolve, { once: true });
            buffer.addEventListener('error', () => reject(new Error(`append: ${video.error?.message ?? 'refused'}`)), { once: true });
        });
        buffer.appendBuffer(bytes);
        await done;
    }
    source.endOfStream();
    const ranges = [...Array(buffer.buffered.length).keys()].map((i) => [buffer.buffered.start(i), buffer.buffered.end(i)]);
    const seeks = [];
    for (const part of parts) {
        const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
        video.currentTime = part.at + 0.7;
        await seeked;
        seeks.push([video.videoWidth, video.videoHeight]);
    }
    video.currentTime = parts[1].at - 0.4;
    await video.play();
    await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`stalled at ${video.currentTime} ${JSON.stringify(ranges)} ${errors}`)), 10_000);
        const watch = () => (video.currentTime > parts[1].at + 0.4 ? (clearTimeout(timer), resolve()) : requestAnimationFrame(watch));
        watch();
    });
    const quality = video.getVideoPlaybackQuality();
    return { ranges, seeks, errors, decoded: quality.totalVideoFrames, audio: video.webkitAudioDecodedByteCount };
}

test('Chromium plays the parts without a hole', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 2500);
    player.say('size 640x480');
    await until('a second part', async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === 2);
    await recorded(recorder, recording, 5500);
    // A pause that is shorter than the longest one: the picture stands, the sound goes on. By the camera's own time, whatever the machine is doing.
    player.say('pause 1500');
    await until('the end of the pause', () => player.count('resumed') === 1);
    await recorded(recorder, recording, (await recorder.state(recording)).duration_ms + 2500);
    await recorder.end(recording);
    await player.stop();

    const ledger = recorder.ledger(recording);
    const parts = ledger.filter((l) => l.type === 'part' && l.track === 'site').map((p, i, all) => {
        const before = ledger.filter((l) => l.type === 'fragment' && l.track === 'site' && l.part < p.part);
        return {
            codecs: p.codecs, at: before.reduce((sum, f) => sum + f.duration, 0) / 1e6,
            base64: readFileSync(`${recorder.folder(recording)}/${p.file}`).toString('base64'),
        };
    });
    assert.equal(parts.length, 2);

    const browser = await launchBrowser();
    try {
        const page = await browser.newPage();
        const seen = await page.evaluate(playParts, parts);
        assert.deepEqual(seen.errors, []);
        assert.deepEqual(seen.seeks, [[320, 240], [640, 480]]);
        assert.equal(seen.ranges.length, 1, `one unbroken range: ${JSON.stringify(seen.ranges)}`);
        assert.ok(seen.decoded > 10 && seen.audio > 0, JSON.stringify(seen));
    } finally {
        await browser.close();
    }
}));

/** In the page: the client's replay of a running recording; keeps what it tells in window. */
async function openReplay(address, atMs) {
    const { createReplay } = await import('/src/media/replay.js');
    const { browserClock } = await import('/src/base/browser.js');
    const video = Object.assign(document.body.appendChild(document.createElement('video')), { muted: true, playsInline: true });
    Object.assign(window, { video, states: [], atMs: 0, sizes: [] });
    video.addEventListener('resize', () => window.sizes.push(`${video.videoWidth}x${video.videoHeight}`));
    window.replay = createReplay({
        clock: browserClock(), playable: async () => true,
        onTime: (at) => { window.atMs = at; }, onState: (state) => window.states.push(state),
    });
    window.replay.attach(video);
    window.replay.play(address, atMs);
}

/** In the page: the review's player, from a position. */
async function openPlayer(address, positionMs) {
    const { createPlayer } = await import('/src/review/player.js');
    const video = Object.assign(document.body.appendChild(document.createElement('video')), { muted: true, playsInline: true });
    Object.assign(window, { video, failed: 0 });
    window.player = createPlayer(() => {}, () => { window.failed += 1; });
    window.player.attach(video);
    window.player.open(address, positionMs);
    window.player.play();
}

const playsAt = (page, seconds) => until(`the play is at ${seconds} s`, () => page.evaluate((at) => {
    const { currentTime, readyState, paused, seeking, error, buffered } = window.video;
    if (currentTime > at)
        return true;
    const ranges = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
    throw new Error(JSON.stringify({ currentTime, readyState, paused, seeking, error: error?.message, ranges }));
}, seconds), { timeoutMs: 60_000 });
const seek = (page, seconds) => page.evaluate((at) => window.player.seek(at * 1000), seconds);

test('H.264, VP8 and H.264 again are played in one go, while it is recorded and afterwards', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording, { vp8: true });
    const [browser, site] = [await launchBrowser(), await servePlayers(recorder.socket)];
    const address = `/api/recordings/${recording.id}/hls/main.m3u8`;
    const parts = (count) => until(`${count} parts`, async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === count);
    const began = (part) => until(`something of part ${part}`, async () => (await recorder.index(recording)).fragments.find((f) => f.track === 'site' && f.part === part));

    try {
        const page = await browser.newPage();
        await page.goto(site.url);
        await recorded(recorder, recording, 2000);
        const [first] = (await recorder.index(recording)).fragments.filter((f) => f.track === 'site');
        await page.evaluate(`(${openReplay})(${JSON.stringify(address)}, ${first.at / 1000 + 300})`);
        await playsAt(page, 0.4);
        player.say('codec VP8');
        await parts(2);
        await playsAt(page, (await began(2)).t_ms / 1000 + 0.5);
        player.say('codec H264');
        await parts(3);
        await playsAt(page, (await began(3)).t_ms / 1000 + 0.5);
        // Back into the other codec, by the wall clock, and on to the newest picture there is.
        const vp8 = await began(2);
        await page.evaluate(([to, at]) => window.replay.play(to, at), [address, vp8.at / 1000 + 400]);
        await until('the wall clock of what is shown', () => page.evaluate((at) => window.atMs >= at && window.atMs < at + 5000, vp8.at / 1000 + 400));
        await page.evaluate(([to, at]) => window.replay.play(to, at), [address, Date.now()]);
        const edge = await until('close behind', () => page.evaluate(() => !window.video.seeking && window.video.readyState >= 2 && window.atMs), { everyMs: 20 });
        assert.ok(edge > vp8.at / 1000 + 400, 'at the end of what is recorded');
        assert.deepEqual(await page.evaluate(() => [window.states.filter((state) => state === 'failed'), window.video.error?.message]), [[], undefined]);
        await recorder.end(recording);
        await page.evaluate(() => { window.replay.stop(); window.video.remove(); });

        await page.evaluate(`(${openPlayer})(${JSON.stringify(address)}, ${vp8.t_ms + 300})`);
        await playsAt(page, vp8.t_ms / 1000 + 0.4);
        await seek(page, (await began(3)).t_ms / 1000 + 0.3);
        await playsAt(page, (await began(3)).t_ms / 1000 + 0.5);
        await seek(page, 0.2);
        await until('back in the first part', () => page.evaluate(() => !window.video.seeking && window.video.currentTime < 3));
        const { duration_ms: duration } = await recorder.index(recording);
        await seek(page, duration / 1000 - 1);
        await until('the end', () => page.evaluate(() => window.video.ended));
        assert.equal(await page.evaluate(() => window.failed), 0);
    } finally {
        await player.stop();
        await browser.close();
        site.close();
    }
}));
