// ./dev bench review: what a reviewer waits for, in real Chromium over loopback: from the click on a check point of an hour's recording to the first
// picture of it, and how far behind a running visit the live review is (the picture carries the wall clock).
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { launchBrowser, person } from '../support/browser.mjs';
import { Applicant } from '../support/journey.mjs';
import { LiveClient } from '../support/live-client.mjs';
import { liveVisit } from '../support/live-visit.mjs';
import { build, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { ages, quantile, wallClockCamera, watchWallClock } from '../support/wall-clock.mjs';

const { values: options } = parseArgs({
    options: {
        out: { type: 'string', default: 'build/bench' },
        jumps: { type: 'string', default: '60' },
        minutes: { type: 'string', default: '60' },
        live: { type: 'string', default: '60' },
        document: { type: 'string' },
        from: { type: 'string' },
    },
});
const run = promisify(execFile), out = resolve(options.out);
const jumps = Number(options.jumps), minutes = Number(options.minutes), liveSeconds = Number(options.live);
const GOAL_JUMP_MS = 300, GOAL_LIVE_MS = 4000;
const PLAYER = '[data-test="player"]';

if (!(jumps >= 1) || !(minutes >= 1) || !(liveSeconds >= 5)) {
    console.error('--jumps N --minutes N --live SECONDS --document PAGE.MD --from REVIEW.JSON');
    process.exit(2);
}

/** Ten seconds of 720p at 1.5 Mbit/s with a key frame every two, and Opus of 32 kbit/s, as RTP. */
async function makeInput(folder) {
    const video = join(folder, 'video.rtp'), audio = join(folder, 'audio.rtp');
    const words = (text) => text.split(' ');
    await run('gst-launch-1.0', words('-q videotestsrc pattern=smpte horizontal-speed=6 num-buffers=250 ! video/x-raw,width=1280,height=720,framerate=25/1 ! ' +
        'x264enc tune=zerolatency speed-preset=veryfast bitrate=1500 vbv-buf-capacity=300 key-int-max=50 ! video/x-h264,profile=constrained-baseline ! ' +
        `rtph264pay config-interval=-1 mtu=1200 pt=102 ! rtpstreampay ! filesink location=${video}`));
    await run('gst-launch-1.0', words('-q audiotestsrc wave=pink-noise num-buffers=500 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! ' +
        `opusenc bitrate=32000 frame-size=20 ! rtpopuspay pt=111 ! rtpstreampay ! filesink location=${audio}`));
    return { video, audio };
}

/** A visit that was held, whose recording is then an hour long. */
async function hourLongVisit(stack, folder) {
    const { video, audio } = await makeInput(folder);
    const visit = await liveVisit(stack), admin = await stack.signIn('admin');
    const recording = await until('a recording', async () => (await admin.ask('GET', `/api/visits/${visit.id}`)).recording);
    await visit.inspector.ask('visit-end', { conclusion: null });
    await until('its end', async () => (await admin.ask('GET', `/api/recordings/${recording}`)).state === 'ended');
    const { checkpoints } = await admin.ask('GET', '/api/items/MKT-01');
    await stack.daemons.recorder.stop();
    rmSync(stack.folderOf(recording), { recursive: true });
    await run(join(build, 'tests/load/make-hour'), ['--data', stack.data, '--recording', recording, '--visit', visit.id, '--participant', visit.applicant.welcome.participant,
        '--video', video, '--audio', audio, '--checkpoints', checkpoints.map(({ code }) => code).join(','), '--ended-at', `${Date.now() * 1000}`, '--seconds', `${minutes * 60}`]);
    await stack.daemons.recorder.start();
    return { visit: visit.id, recording, folder: stack.folderOf(recording) };
}

async function reviewer(stack, browser, account, visit) {
    const client = await stack.signIn(account), someone = await person(browser);
    await someone.context.addCookies([{ name: 'yuntakan', value: client.cookies.get('yuntakan'), url: stack.url }]);
    await someone.page.goto(new URL(`/review?visit=${visit}`, stack.url).href);
    await someone.page.locator('[data-test="reason-ok"]').click();
    return { ...someone, client };
}

/** In the page: from the click to the first picture of the check point, ms. */
const jump = ({ code, second, selector }) => new Promise((resolve) => {
    const video = document.querySelector(selector);
    const began = performance.now();
    const look = (_, { mediaTime }) => {
        if (mediaTime > second - 0.1 && mediaTime < second + 1.5)
            resolve(performance.now() - began);
        else
            video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    document.querySelector(`[data-test="checkpoint"][data-code="${code}"]`).click();
});

async function measureJumps(stack, browser, held) {
    const { page, client, context } = await reviewer(stack, browser, 'zhangwei', held.visit);
    const { checkpoints, duration_ms: duration } = await client.ask('GET', `/api/recordings/${held.recording}/index?fragments=none`);
    await page.locator('[data-test="verdict"][data-verdict]').waitFor({ timeout: 120_000 });
    const times = [];
    let at = 0, before = -1;
    for (let i = 0; i < jumps; i++) {
        do
            at = Math.floor(Math.random() * checkpoints.length);
        while (at === before && checkpoints.length > 1);
        before = at;
        const took = await page.evaluate(jump, { code: checkpoints[at].checkpoint, second: checkpoints[at].from_ms / 1000, selector: PLAYER });
        times.push(took);
        console.log(`  jump ${i + 1}: ${checkpoints[at].checkpoint} ${took.toFixed(0)} ms`);
        /* Some seconds are watched: the player is busy with what comes next, as it is in life. */
        await until('it plays', () => page.evaluate(([selector, second]) => document.querySelector(selector).currentTime > second + 1, [PLAYER, checkpoints[at].from_ms / 1000]));
    }
    await context.close();
    return { times, checkpoints: checkpoints.length, duration_s: duration / 1000 };
}

async function measureLive(stack, browser) {
    const { visit, link } = await stack.openVisit(), phone = await Applicant.arrive(browser);
    await wallClockCamera(phone.context);
    await phone.come(link);
    const inspector = await LiveClient.connect(await stack.signIn('zhangwei'));
    await inspector.hello({ visit: visit.id });
    const { participants } = await inspector.wait('room', (room) => room.participants.some(({ role }) => role === 'applicant'));
    await inspector.ask('admit', { participant: participants.find(({ role }) => role === 'applicant').id });
    await phone.inVisit();
    const { page } = await reviewer(stack, browser, 'wuhao', visit.id);
    let bytes = 0, looks = 0;
    page.on('response', async (answer) => {
        if (answer.url().includes('_HLS_skip'))
            bytes += (await answer.body().catch(() => '')).length, looks += 1;
    });
    await page.locator('[data-test="live"]').click();
    await page.locator('[data-test="live"][aria-pressed="true"]').waitFor();
    await watchWallClock(page, PLAYER);
    await until('it plays', async () => (await ages(page)).length > 10, { timeoutMs: 60_000 });
    /* The playlist is long enough for its updates to leave something out. */
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    await ages(page);
    [bytes, looks] = [0, 0];
    await new Promise((resolve) => setTimeout(resolve, liveSeconds * 1000));
    const seen = await ages(page);
    await inspector.ask('visit-end', { conclusion: null });
    return { seconds: liveSeconds, pictures: seen.length, median: quantile(seen, 0.5), p95: quantile(seen, 0.95), max: Math.max(...seen), bytes, looks };
}

function page({ about, jumps: { times, checkpoints, duration_s: duration }, live }) {
    const ms = (value) => `${Math.round(value)} ms`;
    const [median, p95, max] = [quantile(times, 0.5), quantile(times, 0.95), Math.max(...times)];
    return `${about.date}, ${about.cpus}, Linux ${about.kernel}; load average ${about.load}.

| | median | p95 | longest | goal |
|---|--:|--:|--:|---|
| a click on a check point until its first picture: ${times.length} jumps between ${checkpoints} check points of ${Math.round(duration / 60)} minutes, 720p at 1.5 Mbit/s | ${ms(median)} | ${ms(p95)} | ${ms(max)} | ${GOAL_JUMP_MS} ms: ${p95 <= GOAL_JUMP_MS ? 'met' : median <= GOAL_JUMP_MS ? `met by ${times.filter((one) => one <= GOAL_JUMP_MS).length} of ${times.length}` : '**missed**'} |
| live review: how old the picture is, ${live.pictures} pictures in ${live.seconds} s | ${ms(live.median)} | ${ms(live.p95)} | ${ms(live.max)} | ${GOAL_LIVE_MS} ms: ${live.p95 <= GOAL_LIVE_MS ? 'met' : '**missed**'} |

Meanwhile the live playlist was looked at ${live.looks} times, ${Math.round(live.bytes / Math.max(1, live.looks))} bytes each.
`;
}

function show(report) {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'review.json'), `${JSON.stringify(report, null, 1)}\n`);
    console.log(`\n${page(report)}`);
    if (!options.document)
        return;
    const [before, rest] = readFileSync(options.document, 'utf8').split('<!-- bench review: begin -->'), after = rest?.split('<!-- bench review: end -->')[1];
    if (after === undefined)
        throw new Error(`${options.document} has no <!-- bench review: begin --> and end`);
    writeFileSync(options.document, `${before}<!-- bench review: begin -->\n\n${page(report)}\n<!-- bench review: end -->${after}`);
}

if (options.from) {
    show(JSON.parse(readFileSync(options.from, 'utf8')));
} else {
    const folder = mkdtempSync(join(tmpdir(), 'yuntakan-review-'));
    const browser = await launchBrowser();
    try {
        await withStack({}, async (stack) => {
            const held = await hourLongVisit(stack, folder);
            const jumped = await measureJumps(stack, browser, held);
            const live = await measureLive(stack, browser);
            show({ about: { date: new Date().toISOString().slice(0, 10), cpus: `${cpus().length} CPUs (${cpus()[0].model.split(' Processor')[0].trim()})`, kernel: release(),
                load: loadavg()[0].toFixed(1) }, jumps: jumped, live });
        });
    } finally {
        await browser.close();
        rmSync(folder, { recursive: true, force: true });
    }
}
