// Several cameras of one visit: a fixed RTSP camera and a second phone are pictures of the site in the inspectors' room, are recorded on the same
// time line, each with everybody's speech, and are replayed side by side in step. An observer who watches the running visit is announced.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PHONE, PICTURES, framesShown, launchBrowser, officeCamera, walkthroughCamera } from '../support/browser.mjs';
import { Applicant, Inspector, assertNoFaults } from '../support/journey.mjs';
import { decode } from '../support/recorder.mjs';
import { RtspCamera } from '../support/rtsp-camera.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const { instantOf, parseParts } = await import(new URL('../../web-client/src/media/parts-playlist.js', import.meta.url));
const networks = ['--camera-networks', '127.0.0.0/8'];
/* One picture of the RTSP camera, and what a busy machine shows late. */
const IN_STEP_MS = 150;

const moves = (page, selector, frames = 5) => until(`${selector} moves`, async () => (await framesShown(page, selector)) > frames, { timeoutMs: 60_000 });

/** The instant (ms since 1970) that each video of the review shows, by track. */
async function instants(page, playlists) {
    const shown = await page.evaluate(() => [document.querySelector('[data-test="player"]'), ...document.querySelectorAll('[data-test="camera"] video')]
        .map((video) => [video.closest('[data-track]')?.dataset.track ?? 'site', video.currentTime, video.seeking || video.readyState < 2]));
    return Object.fromEntries(shown.map(([track, seconds, busy]) => [track, busy ? null : instantOf(playlists[track].segments, seconds)]));
}

async function photographAll(person, name) {
    if (!PICTURES)
        return;
    for (const [size, viewport] of [['1280', { width: 1280, height: 800 }], ['360', PHONE]]) {
        await person.page.setViewportSize(viewport);
        await person.photograph(`${name}-${person.lang.slice(0, 2)}-${size}`);
    }
    await person.page.setViewportSize({ width: 1280, height: 800 });
}

test('a fixed camera and a second phone beside the site, live and in review', () => withStack({ mediaArgs: networks, signalingArgs: networks }, async (stack) => {
    const camera = await new RtspCamera().start();
    const [phones, desk] = await Promise.all([launchBrowser({ camera: walkthroughCamera() }), launchBrowser({ camera: officeCamera() })]);
    try {
        const { case: opened, visit, link } = await stack.openVisit();
        const admin = await stack.signIn('admin');
        const other = await admin.ask('POST', `/api/visits/${visit.id}/invitations`, { expires_in_s: 3600 });
        const [owner, helper] = await Promise.all([Applicant.arrive(phones), Applicant.arrive(phones)]);
        const zhang = await Inspector.arrive(desk, 'zhangwei');
        const index = async () => (await admin.request('GET', `/api/recordings/${recording}/index`)).json;

        await Promise.all([owner.come(link), zhang.signIn(stack.url)]);
        await zhang.openRoom(opened.case_number);
        await zhang.admitInRoom();
        await moves(zhang.page, 'video.live');

        // The fixed camera, by its address.
        await zhang.page.locator('.picture-buttons button').first().click();
        await zhang.page.locator('#camera-name').fill('后厨');
        await zhang.page.locator('#camera-url').fill(camera.url);
        await zhang.page.locator('dialog.cameras button[type="submit"]').click();
        await moves(zhang.page, 'figure.camera video.camera-picture');
        // Another phone on site waits while the first is in.
        await helper.come(new URL(other.path, stack.url).href);
        await zhang.page.locator('[data-hook="phone-waits"] button').click();
        await until('three pictures of the site', async () => (await zhang.page.locator('figure.camera.live video').count()) === 2, { timeoutMs: 60_000 });
        await moves(zhang.page, 'figure.camera.n0 video');
        await zhang.page.locator('.picture-buttons button').last().click();
        await photographAll(zhang, 'room-cameras');

        const { recording } = await admin.ask('GET', `/api/visits/${visit.id}`);
        await until('5 s of all three are recorded', async () => {
            const { fragments, cameras } = await index();
            return cameras.length === 3 && cameras.every(({ track }) => fragments.filter((one) => one.track === track).reduce((sum, one) => sum + one.duration_ms, 0) > 5000);
        }, { timeoutMs: 90_000 });
        // An observer who is not in the visit watches it, and everybody in it is told.
        const wu = await Inspector.arrive(phones, 'wuhao');
        const observer = await stack.signIn('wuhao');
        await wu.context.addCookies([{ name: 'yuntakan', value: observer.cookies.get('yuntakan'), url: stack.url }]);
        await wu.page.goto(new URL(`/review?visit=${visit.id}`, stack.url).href, { timeout: 90_000 });
        await wu.hook('reason-ok').click();
        await wu.hook('live').click();
        await Promise.all([zhang, owner].map((one) => one.page.locator('[data-hook="watched"]', { hasText: '吴昊' }).waitFor()));
        await wu.leave();
        await zhang.endVisit('');
        await until('the end of the recording', async () => (await admin.request('GET', `/api/recordings/${recording}`)).json.state === 'ended');
        await Promise.all([owner.leave(), helper.leave()]);
        await camera.kill();

        const { cameras } = await index();
        const folder = stack.folderOf(recording);
        assert.equal(stack.verify(folder).verdict, 'intact');
        for (const { track } of cameras) {
            const file = decode(join(folder, track, readdirSync(join(folder, track)).sort().at(-1)));
            assert.deepEqual([file.video?.codec_name, file.audio?.codec_name, file.errors], ['h264', 'opus', ''], track);
        }

        // Side by side: in step while it plays, and at the same moment when it stands.
        const playlists = Object.fromEntries(await Promise.all(cameras.map(async ({ track }) => [track,
            parseParts((await admin.request('GET', `/api/recordings/${recording}/hls/${track}.parts.m3u8`)).text, '/')])));
        const common = Math.max(...Object.values(playlists).map(({ segments }) => segments[0].at));
        const from = (await index()).fragments.find((one) => one.track === 'site' && one.at / 1000 >= common).t_ms / 1000 + 0.5;
        await zhang.findInReview(stack.url, opened.case_number);
        assert.deepEqual(await zhang.page.locator('[data-test="camera"] figcaption').allInnerTexts().then((names) => names.map((name) => name.trim()).sort()), ['后厨', '王芳'].sort());
        const inStep = (what) => until(`in step ${what}`, async () => {
            const now = Object.values(await instants(zhang.page, playlists));
            return now.length === 3 && !now.includes(null) && Math.max(...now) - Math.min(...now) < IN_STEP_MS;
        }, { timeoutMs: 60_000 });
        const video = (act, ...values) => zhang.page.evaluate(([name, value]) => {
            const player = document.querySelector('[data-test="player"]');
            return name === 'seek' ? void (player.currentTime = value) : player[name]();
        }, [act, ...values]);
        await video('seek', from);
        await inStep('where it stands');
        await video('play');
        await moves(zhang.page, '[data-test="camera"] video');
        await inStep('while it plays');
        await video('pause');
        await video('seek', from + 2);
        await inStep('after a jump');
        await photographAll(zhang, 'review-cameras');
        // Before it joined there is no picture of the fixed camera, and the page says so.
        await video('seek', 0.1);
        await zhang.page.locator('.no-camera').first().waitFor();
        await zhang.hook('side-by-side').click();
        assert.equal(await zhang.page.locator('[data-test="camera"]').count(), 0);
        assertNoFaults(owner, helper, zhang, wu);
    } finally {
        await Promise.all([phones.close(), desk.close(), camera.kill().catch(() => {})]);
    }
}));
