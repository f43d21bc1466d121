// Chromium's MediaSource takes the recorded bytes as they are: several parts, across a change of resolution, with sound.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
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
    // A pause that is shorter than the longest one: the picture stands, the sound goes on.
    player.say('video off');
    await recorded(recorder, recording, 7000);
    player.say('video on');
    await recorded(recorder, recording, 9500);
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
