// ./dev bench relay: what a relay costs per forwarded packet, beside Janus and beside the floor, in one run.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, networkInterfaces, release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { goals, printGoals } from './bench-goals.mjs';
import { candidates } from './bench-relays.mjs';
import { noise, print, table } from './bench-report.mjs';
import { draw } from './bench-svg.mjs';

const SHAPES = ['1x1', '1x10', '1x30', '1x60', '1x120', '60x2'];
const RELAY_CPU = 0, CLIENT_CPU = 1;
/** Joins of 120 subscribers one after the other, and a busy machine. */
const RUN_TIMEOUT_MS = 180_000;

const { values: options } = parseArgs({
    options: {
        build: { type: 'string', default: 'build-bench' },
        out: { type: 'string', default: 'build/bench' },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        window: { type: 'string' },
        shapes: { type: 'string' },
        only: { type: 'string' },
        pacings: { type: 'string', default: 'spaced,frame' },
        profiles: { type: 'string', default: 'gcm,cm' },
        realtime: { type: 'boolean', default: false },
        from: { type: 'string' },
        document: { type: 'string' },
    },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3)), windowSeconds = Number(options.window ?? (options.quick ? 2 : 5));
const shapes = options.shapes?.split(',') ?? (options.quick ? ['1x1', '1x10', '1x60', '60x2'] : SHAPES);
const build = resolve(options.build), run = promisify(execFile);
const pinned = cpus().length > 1;

if (!shapes.every((shape) => /^[1-9]\d{0,2}x[1-9]\d{0,2}$/.test(shape)) || !(rounds >= 1) || !(windowSeconds > 0)) {
    console.error('--shapes ROOMSxSUBSCRIBERS[,…] --rounds N --window SECONDS --only PART-OF-A-NAME[,…] --pacings spaced,frame --profiles gcm,cm --quick --realtime --from RELAY.JSON --document PAGE.MD');
    process.exit(2);
}

/** Janus takes no loopback address for ICE. The host's own address is routed over lo all the same. */
function hostAddress() {
    const found = Object.values(networkInterfaces()).flat().find((one) => one.family === 'IPv4' && !one.internal);
    if (!found)
        throw new Error('Janus needs an IPv4 address other than loopback, and this host has none');
    return found.address;
}

const address = hostAddress();
/** On a machine that others use too: neither relay nor client waits for them. Needs root. */
const preferred = options.realtime ? ['chrt', '-f', '10'] : [];
const prefix = (cpu) => [...preferred, ...(pinned ? ['taskset', '-c', String(cpu)] : [])];

async function json(command, timeout) {
    const { stdout } = await run(command[0], command.slice(1), { timeout, maxBuffer: 1 << 20 });
    return JSON.parse(stdout);
}

const calibrate = () => json([...prefix(RELAY_CPU), join(build, 'tests/load/floor-calibrate')], 20_000);

function load(relay, target, { shape, pacing, profile }) {
    const [rooms, subscribers] = shape.split('x');
    return json([...prefix(CLIENT_CPU), join(build, 'tests/load/relay-load'), '--target', target, '--socket', relay.socket, '--pid', String(relay.pid),
        '--cpu', String(pinned ? RELAY_CPU : -1), '--address', address, '--rooms', rooms, '--subscribers', subscribers, '--profile', profile,
        '--pacing', pacing, '--warm', '1', '--window', String(windowSeconds)], RUN_TIMEOUT_MS);
}

let relay = null;

async function measure(candidate, what) {
    const calibration = await calibrate();
    relay = new candidate.make({ address, prefix: prefix(RELAY_CPU) });
    const about = { ...what, name: candidate.name, family: candidate.family, calibration };
    try {
        await relay.start({ build, ...candidate.options });
        return { ...about, result: await load(relay, candidate.make.target, what) };
    } catch (error) {
        return { ...about, error: String(error.stderr || error.message).trim() };
    } finally {
        await relay.stop();
    }
}

/** One round: for each shape and pacing all relays one after the other, so that a slow phase of the machine meets all of them. */
function plan(round) {
    const names = options.only?.split(',');
    const steps = [];
    for (const shape of shapes)
        for (const pacing of options.pacings.split(','))
            for (const profile of options.profiles.split(','))
                for (const candidate of candidates)
                    if (candidate.runs[pacing]?.includes(profile) && (!names || names.some((name) => candidate.name.includes(name))))
                        steps.push({ candidate, what: { round, shape, pacing, profile } });
    return steps;
}

function tell(one, done, of) {
    const what = `${String(done).padStart(String(of).length)}/${of}  ${one.shape.padEnd(5)} ${one.pacing.padEnd(6)} ${one.profile.padEnd(3)} ${one.name.padEnd(20)}`;
    if (one.error)
        console.log(`${what} FAILED: ${one.error.split('\n')[0].slice(0, 200)}`);
    else
        console.log(`${what} ${one.result.window.us_per_packet.toFixed(2).padStart(6)} µs  lost ${one.result.packets.lost}  (send ${one.calibration.send_ns} ns)`);
}

const calibration = (one) => `Calibration of round ${one.round}: sending ${one.send_ns} ns [${one.send_min} to ${one.send_max}], sealing ${one.seal_ns} ns ` +
    `[${one.seal_min} to ${one.seal_max}]; others took ${(100 * one.others_on_cpu).toFixed(0)} % of the relay's CPU; load average ${one.load.toFixed(1)}.`;

/** What docs/performance.md carries between its marks. */
function page({ when, machine, rounds: of, window_s, realtime, runs, rows, noise: quiet }) {
    const failed = runs.filter((one) => one.error).length;
    return [`${when.slice(0, 10)}, ${machine.cpus} CPUs (${machine.cpu}), Linux ${machine.kernel}; windows of ${window_s} s, ${of} round${of > 1 ? 's' : ''}${realtime ? ', `--realtime`' : ''}; ` +
        `${runs.length - failed} of ${runs.length} measurements taken.`, '', printGoals(goals(rows)), '', print(rows), ...quiet.map(calibration), ''].join('\n');
}

function show(report, document) {
    mkdirSync(options.out, { recursive: true });
    if (report.rows.length)
        writeFileSync(join(options.out, 'relay.svg'), draw(report.rows, report.when.slice(0, 16)));
    writeFileSync(join(options.out, 'relay.md'), page(report));
    if (!document)
        return;
    const [before, rest] = readFileSync(document, 'utf8').split('<!-- bench relay: begin -->'), after = rest?.split('<!-- bench relay: end -->')[1];
    if (after === undefined)
        throw new Error(`${document} has no <!-- bench relay: begin --> and end`);
    writeFileSync(document, `${before}<!-- bench relay: begin -->\n\n${page(report)}\n<!-- bench relay: end -->${after}`);
}

function write(runs, finished) {
    const report = {
        when: new Date().toISOString(), finished, machine: { cpu: cpus()[0].model, cpus: cpus().length, kernel: release() }, pinned, realtime: options.realtime, rounds,
        window_s: windowSeconds, address, noise: noise(runs), rows: table(runs), runs,
    };
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, 'relay.json'), `${JSON.stringify(report, null, 1)}\n`);
    show(report, finished && options.document);
    return report.rows;
}

if (options.from) {
    const report = JSON.parse(readFileSync(options.from, 'utf8'));
    show({ ...report, rows: table(report.runs), noise: noise(report.runs) }, options.document);
    console.log(page({ ...report, rows: table(report.runs), noise: noise(report.runs) }));
    process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, async () => {
        console.error(`ended by ${signal}`);
        await relay?.stop();
        process.exit(130);
    });

const steps = Array.from({ length: rounds }, (_, i) => plan(i + 1)).flat();
const runs = [];
console.log(`${steps.length} runs of ${windowSeconds} s; relay on CPU ${pinned ? RELAY_CPU : 'any'}, client on CPU ${pinned ? CLIENT_CPU : 'any'}, address ${address}`);
for (const { candidate, what } of steps) {
    runs.push(await measure(candidate, what));
    tell(runs.at(-1), runs.length, steps.length);
    write(runs, false); // a run of an hour that is stopped has still said something
}
const rows = write(runs, true);
console.log(`\n${print(rows)}\n${printGoals(goals(rows))}\n`);
for (const one of noise(runs.filter((one) => one.result)))
    console.log(calibration(one));
const failed = runs.filter((one) => one.error).length;
console.log(`${runs.length - failed} runs, ${failed} failed; ${['json', 'md', 'svg'].map((kind) => join(options.out, `relay.${kind}`)).join(', ')}`);
process.exitCode = failed ? 1 : 0;
