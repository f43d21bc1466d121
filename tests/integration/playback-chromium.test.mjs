// RFC 8216 as players read it: hls.js in Chromium and ffprobe play what was recorded, live and finished, across a change of resolution.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller } from '../support/media-server.mjs';
import { top, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { uuid7 } from '../support/uuid7.mjs';

const PAGE = `<!doctype html><meta charset="utf-8"><title>player</title><body><video muted playsinline></video>
<script src="/hls.js"></script></body>`;

/** One origin for the caller's page, the player, hls.js and the recorder's bytes. */
async function serve(stack) {
    const server = http.createServer((request, response) => {
        if (request.url === '/')
            return response.setHeader('content-type', 'text/html').end(PAGE);
        if (request.url === '/hls.js')
            return createReadStream(join(top, 'web-client/node_modules/hls.js/dist/hls.min.js')).pipe(response.setHeader('content-type', 'text/javascript'));
        const upstream = http.get({ socketPath: join(stack.data, 'sockets/recorder.sock'), path: request.url, headers: request.headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        upstream.on('error', () => response.destroy());
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Records two parts: the camera changes its resolution on the way. */
async function recordTwoParts(stack, browser, url, recording) {
    const [room, applicant] = [uuid7(), uuid7()];
    const index = () => stack.recorder('GET', `/recordings/${recording}/index`).then((answer) => answer.json);
    const media = { offer: (of, { participant, publish = 1, order = 0 }, sdp) => stack.media('POST',
        `/rooms/${of}/connections?participant=${participant}&publish=${publish}&order=${order}`, sdp, { 'content-type': 'application/sdp' }) };

    await stack.media('PUT', `/rooms/${room}`, {});
    await stack.recorder('PUT', `/recordings/${recording}`,
        { visit: room, case_number: 'XF-2', item: 'MKT-01', item_version: 1, title: '食品经营许可', site_participant: applicant });
    await stack.media('PUT', `/rooms/${room}/feed`, { socket: join(stack.data, 'sockets/feed.sock'), recording });
    const caller = await Caller.open(browser, url, media, room, applicant, { slots: 0, video: { width: 320, height: 240, frameRate: 15 } });
    const recorded = (ms, parts) => until(`${ms} ms in ${parts} parts are recorded`, async () => {
        const { duration_ms: duration, parts: all } = await index();
        return duration >= ms && all.filter((part) => part.track === 'site').length >= parts;
    }, { timeoutMs: 60_000 });

    await recorded(6000, 1);
    await caller.page.evaluate(() => window.camera.getVideoTracks()[0].applyConstraints({ width: 640, height: 480, frameRate: 15 }));
    await recorded(6000, 2);
    await recorded((await index()).duration_ms + 6000, 2);
    return { caller, index };
}

/** A page that plays; what goes wrong is kept in window.faults. */
async function openPlayer(browser, base, recording) {
    const page = await browser.newPage();
    await page.goto(base);
    await page.evaluate((source) => new Promise((resolve, reject) => {
        window.faults = [];
        window.video = document.querySelector('video');
        window.hls = new window.Hls({ startPosition: 0 });
        window.hls.on(window.Hls.Events.ERROR, (_, { fatal, details }) => {
            window.faults.push(`${fatal ? 'fatal ' : ''}${details}`);
            if (fatal)
                reject(new Error(details));
        });
        window.hls.on(window.Hls.Events.LEVEL_LOADED, resolve);
        window.hls.loadSource(source);
        window.hls.attachMedia(window.video);
    }), `/recordings/${recording}/hls/main.m3u8`);
    return page;
}

/** Goes to a second and waits until its picture is there; gives the picture's width and how far the clock then runs. */
async function look(page, second) {
    await page.evaluate((to) => { window.video.pause(); window.video.currentTime = to; }, second);
    await until(`the picture at ${second} s`, () => page.evaluate((to) => !window.video.seeking && window.video.readyState >= 2 && window.video.currentTime >= to - 0.1, second));
    await page.evaluate(() => window.video.play());
    await until(`playing on from ${second} s`, () => page.evaluate((to) => window.video.currentTime > to + 0.5, second));
    return page.evaluate(() => window.video.videoWidth);
}

function probe(folder, stack, texts) {
    mkdirSync(join(folder, 'hls'));
    for (const [name, text] of Object.entries(texts))
        writeFileSync(join(folder, 'hls', name), text.replaceAll('../files/', '../'));
    return JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-allowed_extensions', 'ALL', '-count_packets', '-show_streams', '-show_format', '-of', 'json',
        join(folder, 'hls/main.m3u8')]));
}

test('a recording plays live and finished, across a change of resolution', () => withStack({ only: ['media', 'recorder'] }, async (stack) => {
    const [browser, site] = await Promise.all([launchBrowser(), serve(stack)]);
    const recording = uuid7();

    try {
        const { caller, index } = await recordTwoParts(stack, browser, site.url, recording);
        const second = (await index()).fragments.find((fragment) => fragment.track === 'site' && fragment.part === 2).t_ms / 1000;

        const live = await openPlayer(browser, site.url, recording);
        assert.equal(await look(live, 0.5), 320, 'rewound to the start while it runs');
        assert.equal(await look(live, second + 1), 640);
        const before = await live.evaluate(() => window.video.duration);
        await until('the live player sees more', () => live.evaluate((then) => window.hls.levels[0].details.totalduration > then, before));
        assert.deepEqual(await live.evaluate(() => window.faults.filter((fault) => fault.startsWith('fatal'))), []);
        await live.close();

        await caller.close();
        await stack.recorder('POST', `/recordings/${recording}/end`, {});
        const { duration_ms: duration } = await index();
        const finished = await openPlayer(browser, site.url, recording);
        await until('the whole duration', () => finished.evaluate((s) => Math.abs(window.video.duration - s) < 0.5, duration / 1000));
        for (const [at, width] of [[second + 2, 640], [1, 320], [duration / 1000 - 2, 640], [second - 1.5, 320]])
            assert.equal(await look(finished, at), width, `at ${at} s of ${duration / 1000}, part 2 from ${second}`);
        await until('playing over the change of resolution', () => finished.evaluate((s) => window.video.currentTime > s + 0.5, second));
        assert.deepEqual(await finished.evaluate(() => window.faults.filter((fault) => fault.startsWith('fatal'))), []);

        const playlist = async (name) => (await stack.recorder('GET', `/recordings/${recording}/hls/${name}`)).text;
        const folder = stack.folderOf(recording);
        assert.equal(stack.verify(folder).verdict, 'intact');
        const found = probe(folder, stack, { 'main.m3u8': await playlist('main.m3u8'), 'site.m3u8': await playlist('site.m3u8') });
        assert.deepEqual(found.streams.map((stream) => stream.codec_name).sort(), ['h264', 'opus']);
        assert.ok(Math.abs(Number(found.format.duration) - duration / 1000) < 0.5, `${found.format.duration} of ${duration}`);
    } finally {
        await browser.close();
        site.close();
    }
}));
