// ./dev bench recorder: CPU and memory of 1, 10 and 50 recordings beside gst-launch and Janus, on the same input in one run.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { goals, page, print, table } from './bench-recorder-report.mjs';
import { candidates } from './bench-recorders.mjs';

const { values: options } = parseArgs({
    options: {
        build: { type: 'string', default: 'build-bench' },
        out: { type: 'string', default: 'build/bench' },
        counts: { type: 'string', default: '1,10,50,100' },
        window: { type: 'string', default: '10' },
        rounds: { type: 'string', default: '1' },
        only: { type: 'string' },
        from: { type: 'string' },
        document: { type: 'string' },
    },
});
const run = promisify(execFile), build = resolve(options.build), out = resolve(options.out);
const counts = options.counts.split(',').map(Number), window = Number(options.window), rounds = Number(options.rounds);
/** Beyond it only ours is measured: the question there is whether anything is missing. */
const COMPARED_MAX = 50;
const SECONDS = 10, FPS = 30, KBIT = 1500;

if (!counts.every((count) => count >= 1 && count <= 250) || !(window > 0) || !(rounds >= 1)) {
    console.error('--counts N[,…] --window SECONDS --rounds N --only PART-OF-A-NAME --from RECORDER.JSON --document PAGE.MD');
    process.exit(2);
}

/** Real H.264 of 1.5 Mbit/s with a key frame every two seconds, and Opus of 32 kbit/s, as RTP. */
async function makeInput(folder) {
    const video = join(folder, 'video.rtp'), audio = join(folder, 'audio.rtp');
    const words = (text) => text.split(' ');
    await run('gst-launch-1.0', words(`-q videotestsrc pattern=snow num-buffers=${SECONDS * FPS} ! video/x-raw,width=320,height=240,framerate=${FPS}/1 ! ` +
        `x264enc tune=zerolatency speed-preset=veryfast bitrate=${KBIT} vbv-buf-capacity=300 key-int-max=${2 * FPS} ! video/x-h264,profile=constrained-baseline ! ` +
        `rtph264pay config-interval=-1 mtu=1200 pt=102 ! rtpstreampay ! filesink location=${video}`));
    await run('gst-launch-1.0', words(`-q audiotestsrc wave=pink-noise num-buffers=${SECONDS * 50} samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! ` +
        `opusenc bitrate=32000 frame-size=20 ! rtpopuspay pt=111 ! rtpstreampay ! filesink location=${audio}`));
    return { video, audio, kbit: Math.round(statSync(video).size * 8 / SECONDS / 1000) };
}

async function measure(candidate, what, input, scratch) {
    const folder = mkdtempSync(join(scratch, 'run-'));
    const recorder = new candidate.make({ folder, count: what.count, audio: what.audio });
    const about = { ...what, name: candidate.name, family: candidate.family };
    try {
        await recorder.start();
        const { stdout } = await run(join(build, 'tests/load/recorder-load'), ['--video', input.video, ...(what.audio ? ['--audio', input.audio] : []),
            '--count', `${what.count}`, '--pid', `${recorder.pid}`, '--window', `${window}`, ...recorder.load()], { timeout: 300_000 });
        const load = JSON.parse(stdout), kept = await recorder.finish();
        return { ...about, load, idle_kib: recorder.idleKib, ...kept };
    } catch (error) {
        return { ...about, error: `${String(error.stderr || error.message).trim()}\n${recorder.log ?? ''}`.slice(0, 2000) };
    } finally {
        await recorder.stop();
        rmSync(folder, { recursive: true, force: true });
    }
}

function show(report, document) {
    writeFileSync(join(out, 'recorder.json'), `${JSON.stringify(report, null, 1)}\n`);
    if (!document)
        return;
    const [before, rest] = readFileSync(document, 'utf8').split('<!-- bench recorder: begin -->'), after = rest?.split('<!-- bench recorder: end -->')[1];
    if (after === undefined)
        throw new Error(`${document} has no <!-- bench recorder: begin --> and end`);
    writeFileSync(document, `${before}<!-- bench recorder: begin -->\n\n${page(report)}\n<!-- bench recorder: end -->${after}`);
}

mkdirSync(out, { recursive: true });
if (options.from) {
    const report = JSON.parse(readFileSync(options.from, 'utf8'));
    show({ ...report, rows: table(report.runs) }, options.document);
    console.log(page({ ...report, rows: table(report.runs) }));
    process.exit(0);
}

const scratch = mkdtempSync(join(out, 'recorder-')), runs = [];
try {
    const input = await makeInput(scratch), steps = [];
    for (let round = 1; round <= rounds; round++)
        for (const count of counts)
            for (const audio of [false, true])
                for (const candidate of candidates)
                    if ((count <= COMPARED_MAX || candidate.family === 'ours') && (!options.only || options.only.split(',').some((name) => candidate.name.includes(name))) &&
                        (candidate.family !== 'janus' || existsSync('/usr/bin/janus-pp-rec')))
                        steps.push([candidate, { round, count, audio }]);
    console.log(`${steps.length} runs of ${window} s; video of ${input.kbit} kbit/s`);
    for (const [candidate, what] of steps) {
        const one = await measure(candidate, what, input, scratch);
        runs.push(one);
        console.log(`${String(runs.length).padStart(2)}/${steps.length}  ${String(what.count).padStart(3)} ${what.audio ? 'video, voice' : 'video       '} ${candidate.name.padEnd(26)} ` +
            (one.error ? `FAILED: ${one.error.split('\n')[0]}` : `${(100 * one.load.cpu_s / one.load.seconds).toFixed(1)} % of a core, ${(one.load.resident_kib / 1024).toFixed(0)} MiB`));
    }
    const report = { when: new Date().toISOString(), machine: { cpu: cpus()[0].model, cpus: cpus().length, kernel: release() }, window_s: window, rounds, kbit: input.kbit,
        rows: table(runs), runs };
    show(report, options.document);
    console.log(`\n${print(report.rows)}\n${goals(report.rows).map((one) => `${one.met ? 'met   ' : 'MISSED'} ${one.name}: ${one.said}`).join('\n')}\n${join(out, 'recorder.json')}`);
} finally {
    rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = runs.some((one) => one.error) ? 1 : 0;
