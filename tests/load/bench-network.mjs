// ./dev bench network: what people see and hear on bad networks, with real Chromium behind netsim, beside Janus under the same conditions.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../support/browser.mjs';
import { servePage } from '../support/media-server.mjs';
import { NetworkCall } from '../support/network-call.mjs';
import { JanusRelay, YuntakanRelay } from '../support/relay-rooms.mjs';
import { draw } from './bench-network-svg.mjs';

const { values: options } = parseArgs({
    options: {
        out: { type: 'string', default: 'build/bench' },
        window: { type: 'string', default: '20' },
        only: { type: 'string' },
        relays: { type: 'string', default: 'yuntakan,janus' },
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
    /* The picture is back when it moves: three frames in half a second. */
    const after = result.shown.filter((at) => at > ended);
    const first = after.find((at, i) => after[i + 2] - at < 500);
    return { ...result, recovery_ms: first === undefined ? null : Math.round(first - ended), outage_ms: OUTAGE_MS };
}

async function rebind(call) {
    await both(call, { delay_ms: 15 });
    return call.measure(async () => {
        for (let i = 0; i < 3; i++) {
            await pause(windowMs / 4);
            await call.uplink.rebind();
        }
        await pause(windowMs / 4);
    });
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
        const before = await room.recordedSoFar?.();
        const from = Date.now();
        const { shown, ...result } = await one.run(call);
        if (before) {
            const after = await room.recordedSoFar();
            result.recorded_percent = 100 * (after.seconds - before.seconds) / ((Date.now() - from) / 1000);
            result.recording = { parts: after.parts, gaps: after.gaps };
        }
        return result;
    } finally {
        await call?.close();
        await room.close();
    }
}

const cell = (value, digits = 0) => (value === null || value === undefined ? '–' : Number(value).toFixed(digits));
function row(run) {
    const r = run.result;
    if (!r)
        return `${run.case.padEnd(18)} ${run.relay.padEnd(9)} FAILED: ${run.error.split('\n')[0].slice(0, 140)}`;
    return [run.case.padEnd(18), run.relay.padEnd(9), `${r.frames_decoded}/${r.frames_sent}`.padStart(9), cell(r.freezes).padStart(8), cell(r.frozen_s, 1).padStart(9),
        cell(r.longest_gap_ms).padStart(9), cell(r.recovery_ms).padStart(9), cell(r.concealed_percent, 1).padStart(10), cell(r.received_kbps).padStart(7), cell(r.pli).padStart(4),
        cell(r.recorded_percent, 0).padStart(9), (r.recording ? `${r.recording.parts}/${r.recording.gaps}` : '–').padStart(10)].join(' ');
}
const HEAD = ['case'.padEnd(18), 'relay'.padEnd(9), 'decoded'.padStart(9), 'freezes'.padStart(8), 'frozen s'.padStart(9), 'gap ms'.padStart(9), 'back ms'.padStart(9),
    'concealed%'.padStart(10), 'kbit/s'.padStart(7), 'PLI'.padStart(4), 'recorded%'.padStart(9), 'parts/gaps'.padStart(10)].join(' ');

const cases = CASES.filter((one) => !options.only || options.only.split(',').some((part) => one.name.includes(part)));
const runs = [];
const [browser, page] = await Promise.all([launchBrowser(), servePage()]);
console.log(`${cases.length} cases of ${options.window} s for each relay\n${HEAD}`);
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
        console.log(row(run));
    }
}
await browser.close();
page.close();
mkdirSync(options.out, { recursive: true });
writeFileSync(join(options.out, 'network.json'), `${JSON.stringify({ when: new Date().toISOString(), machine: { cpu: cpus()[0].model, cpus: cpus().length, kernel: release() },
    window_s: Number(options.window), runs }, null, 1)}\n`);
writeFileSync(join(options.out, 'network.svg'), draw(runs, new Date().toISOString().slice(0, 16)));
const failed = runs.filter((run) => !run.result).length;
console.log(`${runs.length - failed} runs, ${failed} failed; ${join(options.out, 'network.json')}, ${join(options.out, 'network.svg')}`);
process.exitCode = failed ? 1 : 0;
