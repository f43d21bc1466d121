// ./dev bench network: what people see and hear on bad networks, with real Chromium behind netsim, beside Janus under the same conditions.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../support/browser.mjs';
import { servePage } from '../support/media-server.mjs';
import { NetworkCall } from '../support/network-call.mjs';
import { JanusRelay, YuntakanRelay } from '../support/relay-rooms.mjs';
import { head, intoDocument, line, page as markdown } from './bench-network-report.mjs';
import { draw } from './bench-network-svg.mjs';

const { values: options } = parseArgs({
    options: {
        out: { type: 'string', default: 'build/bench' },
        window: { type: 'string', default: '20' },
        only: { type: 'string' },
        relays: { type: 'string', default: 'yuntakan,janus' },
        document: { type: 'string' },
        from: { type: 'string' },
    },
});
const windowMs = Number(options.window) * 1000;
/** Bandwidth estimates settle before they are judged. */
const SETTLE_MS = 5000, OUTAGE_MS = 10_000;

const both = async (call, settings) => { await call.uplink.impair('both', settings); await call.downlink.impair('both', settings); };
const steady = (impair) => async (call) => {
    await impair(call);
    await pause(SETTLE_MS);
    return call.measure(() => pause(windowMs));
};
const loss = (share) => ({ name: `${share * 100} % loss`, what: 'on both links, both ways', run: steady((call) => both(call, { loss: share, delay_ms: 15 })) });
const uplink = (rate) => ({ name: `uplink ${rate} kbit/s`, what: '300 ms of queue', run: steady((call) => call.uplink.impair('up', { rate_kbit: rate, delay_ms: 25, queue_ms: 300 })) });

/** How long after `ended` the picture is back, which is when it moves: three frames in half a second. */
function recovery(shown, ended) {
    const after = shown.filter((at) => at > ended);
    const first = after.find((at, i) => after[i + 2] - at < 500);
    return first === undefined ? null : Math.round(first - ended);
}

async function outage(call) {
    await both(call, { delay_ms: 15 });
    let ended = 0;
    const result = await call.measure(async () => {
        await pause(2000);
        await call.uplink.impair('both', { blackout: true });
        await pause(OUTAGE_MS);
        await call.uplink.impair('both', { delay_ms: 15 });
        ended = Date.now();
        await pause(windowMs - 2000);
    });
    return { ...result, recovery_ms: recovery(result.shown, ended), outage_ms: OUTAGE_MS };
}

async function rebind(call) {
    await both(call, { delay_ms: 15 });
    const changes = [];
    const result = await call.measure(async () => {
        for (let i = 0; i < 3; i++) {
            await pause(windowMs / 4);
            changes.push(Date.now());
            await call.uplink.rebind();
        }
        await pause(windowMs / 4);
    });
    const each = changes.map((at) => recovery(result.shown, at));
    return { ...result, recovery_ms: each.includes(null) ? null : Math.max(...each) };
}

const CASES = [
    loss(0), loss(0.02), loss(0.05), loss(0.1), loss(0.2),
    { name: 'bursts', what: '5 % loss in spells of 8 packets', run: steady((call) => both(call, { burst: { enter: 0.008, leave: 0.125, loss: 0.85 }, delay_ms: 15 })) },
    { name: '300 ms RTT', what: 'publisher’s link', run: steady((call) => call.uplink.impair('both', { delay_ms: 150 })) },
    { name: '300 ms, 5 %', what: 'publisher’s link', run: steady((call) => call.uplink.impair('both', { delay_ms: 150, loss: 0.05 })) },
    { name: '10 s outage', what: 'publisher’s link', run: outage },
    { name: 'new address', what: 'publisher’s, three times', run: rebind },
    uplink(150), uplink(300), uplink(600),
];
const RELAYS = { yuntakan: YuntakanRelay, janus: JanusRelay };

async function measure(relay, one, browser, url) {
    const room = await relay.room();
    let call = null;
    try {
        call = await NetworkCall.open({ browser, url, relay: room, seed: 20261125 });
        const { shown, from, to, ...result } = await one.run(call);
        if (room.recordedFrames) {
            const { frames, parts, gaps } = await room.recordedFrames(from, to);
            result.recorded_frames = frames;
            result.recorded_percent = 100 * Math.min(1, frames / Math.max(1, result.frames_sent));
            result.recording = { parts, gaps };
        }
        return result;
    } finally {
        await call?.close();
        await room.close();
    }
}

function show(report) {
    writeFileSync(join(options.out, 'network.svg'), draw(report.runs, report.when.slice(0, 16)));
    writeFileSync(join(options.out, 'network.md'), markdown(report));
}

function write(runs) {
    const report = { when: new Date().toISOString(), machine: { cpu: cpus()[0].model, cpus: cpus().length, kernel: release() }, window_s: Number(options.window), runs };
    writeFileSync(join(options.out, 'network.json'), `${JSON.stringify(report, null, 1)}\n`);
    show(report);
    return report;
}

mkdirSync(options.out, { recursive: true });
const document = (report) => options.document && writeFileSync(options.document, intoDocument(readFileSync(options.document, 'utf8'), report));
if (options.from) {
    const report = JSON.parse(readFileSync(options.from, 'utf8'));
    show(report);
    document(report);
    console.log(markdown(report));
    process.exit(0);
}

const cases = CASES.filter((one) => !options.only || options.only.split(',').some((part) => one.name.includes(part)));
const runs = [];
const [browser, page] = await Promise.all([launchBrowser(), servePage()]);
console.log(`${cases.length} cases of ${options.window} s for each relay\n${head()}`);
for (const one of cases) {
    for (const name of options.relays.split(',')) {
        const run = { case: one.name, what: one.what, relay: name, load: loadavg()[0] };
        let relay = null;
        try {
            relay = await RELAYS[name].start();
            run.result = await measure(relay, one, browser, page.url);
        } catch (error) {
            run.error = String(error.stack ?? error);
        } finally {
            await relay?.stop().catch((error) => { run.error ??= String(error); });
        }
        runs.push(run);
        console.log(line(run));
        write(runs); // a bench that is stopped has still said something
    }
}
await browser.close();
page.close();
document(write(runs));
const failed = runs.filter((run) => !run.result).length;
console.log(`${runs.length - failed} runs, ${failed} failed; ${['json', 'md', 'svg'].map((kind) => join(options.out, `network.${kind}`)).join(', ')}`);
process.exitCode = failed ? 1 : 0;
