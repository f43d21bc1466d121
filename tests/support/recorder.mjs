// A recorder of its own with a feed that plays into it, and what tests ask of a recording.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomBytes } from 'node:crypto';
import { Daemon, daemonEnvironment, testEnvironment } from './daemon.mjs';
import { unixRequest } from './http.mjs';
import { build } from './stack.mjs';
import { until } from './until.mjs';

export function uuid7() {
    const time = Date.now().toString(16).padStart(12, '0');
    const random = randomBytes(10).toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(1, 4)}-8${random.slice(5, 8)}-${random.slice(8, 20)}`;
}

/** tests/support/feed-player.c: the media server's side of the feed. */
export class FeedPlayer {
    constructor(recorder, recording, options = {}) {
        const args = ['--socket', join(recorder.data, 'sockets/feed.sock'), '--recording', recording.id, '--room', recording.visit,
            '--participant', recording.participant, ...(options.second ? ['--second', options.second] : []),
            ...(options.fps ? ['--fps', `${options.fps}`] : []), ...(options.bitrate ? ['--bitrate', `${options.bitrate}`] : []),
            ...(options.size ? ['--size', options.size] : []), ...(options.vp8 ? ['--vp8'] : []), ...(options.flash ? ['--flash'] : []), ...(options.talk ? ['--talk'] : [])];
        this.events = [];
        this.child = spawn(join(build, 'tests/feed-player'), args, { env: testEnvironment(build), stdio: ['pipe', 'pipe', 'inherit'] });
        this.exited = new Promise((resolve) => this.child.once('exit', resolve));
        createInterface({ input: this.child.stdout }).on('line', (line) => this.events.push({ seen: Date.now(), ...JSON.parse(line) }));
    }

    say(line) { this.child.stdin.write(`${line}\n`); }
    count(event) { return this.events.filter((e) => e.event === event).length; }

    async stop() {
        if (this.child.exitCode === null && this.child.signalCode === null)
            this.say('quit');
        await this.exited;
    }
}

export class Recorder {
    constructor(data, wrap, args = [], env = daemonEnvironment(build)) {
        this.data = data;
        this.env = env;
        this.socket = join(data, 'sockets/recorder.sock');
        this.daemon = new Daemon({ name: 'recorder', program: join(build, 'recorder/yuntakan-recorder'), args: ['--data', data, ...args],
            log: join(tmpdir(), `recorder-${uuid7()}.log`), env: this.env, wrap });
    }

    start() { return this.daemon.start(); }
    call(method, path, body, headers) { return unixRequest(this.socket, method, path, body, headers); }

    async get(path) {
        const answer = await this.call('GET', path);
        if (answer.status !== 200)
            throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
        return answer.json;
    }

    /** A recording that has begun. */
    async record() {
        const recording = { id: uuid7(), visit: uuid7(), participant: uuid7() };
        const answer = await this.call('PUT', `/recordings/${recording.id}`, {
            visit: recording.visit, case_number: 'XF-2026-0001', item: 'food-business', item_version: '1', title: '食品经营许可现场核查',
            site_participant: recording.participant,
        });
        if (answer.status !== 201)
            throw new Error(`PUT recording: ${answer.status} ${answer.text}`);
        return recording;
    }

    state(recording) { return this.get(`/recordings/${recording.id}`); }
    index(recording) { return this.get(`/recordings/${recording.id}/index`); }
    end(recording) { return this.call('POST', `/recordings/${recording.id}/end`); }

    folder(recording) {
        const ms = parseInt(recording.id.replace('-', '').slice(0, 12), 16);
        const date = new Date(ms);
        return join(this.data, 'recordings', `${date.getUTCFullYear()}`, `${date.getUTCMonth() + 1}`.padStart(2, '0'), recording.id);
    }

    /** The lines of the ledger; what a crash has torn (and a resume line declares) is left out. */
    ledger(recording) {
        const lines = readFileSync(join(this.folder(recording), 'ledger.jsonl'), 'utf8').split('\n').slice(0, -1);
        return lines.flatMap((line) => {
            try {
                return [JSON.parse(line)];
            } catch {
                return [];
            }
        });
    }

    /** The offline verifier's verdict: its exit status and report. */
    verify(recording, ...rules) {
        const program = join(build, 'tools/verify/yuntakan-verify');
        const { status, stdout, stderr } = spawnSync(program, [this.folder(recording), '--json', ...rules],
            { encoding: 'utf8', env: this.env, maxBuffer: 64 << 20 });
        return { status, report: stdout ? JSON.parse(stdout) : null, stderr };
    }

    files(recording, track) {
        return readdirSync(join(this.folder(recording), track)).sort().map((name) => join(this.folder(recording), track, name));
    }
}

/** Runs `body` with a recorder and sees to it that it ends well: status 0, nothing from the sanitizers. */
export async function withRecorder(body, { data, wrap, args, env } = {}) {
    const dir = data ?? mkdtempSync(join(tmpdir(), 'ytk-recorder-'));
    mkdirSync(dir, { recursive: true });
    const recorder = new Recorder(dir, wrap, args, env);
    try {
        await recorder.start();
        await body(recorder);
        await recorder.daemon.stop();
        const report = recorder.daemon.sanitizerReport();
        if (report)
            throw new Error(report);
    } catch (error) {
        error.message += `\n--- recorder ---\n${recorder.daemon.tail(40)}`;
        throw error;
    } finally {
        if (recorder.daemon.running)
            await recorder.daemon.kill9();
        if (!data)
            rmSync(dir, { recursive: true, force: true });
        rmSync(recorder.daemon.log, { force: true });
    }
}

/** What FFmpeg, an independent reader, finds in a file: streams with `frames` decoded; `errors`, what it complained of. */
export function decode(file) {
    const probe = spawnSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries',
        'stream=codec_type,codec_name,width,height,duration,nb_read_frames', '-of', 'json', file], { encoding: 'utf8' });
    if (probe.status !== 0)
        return { streams: [], errors: probe.stderr };
    const streams = JSON.parse(probe.stdout).streams.map((s) => ({ ...s, frames: Number(s.nb_read_frames ?? 0), duration: Number(s.duration) }));
    return { streams, video: streams.find((s) => s.codec_type === 'video'), audio: streams.find((s) => s.codec_type === 'audio'), errors: probe.stderr.trim() };
}

/** Waits until the site track of the recording is `ms` long. */
export function recorded(recorder, recording, ms) {
    return until(`${ms} ms of ${recording.id}`, async () => (await recorder.state(recording)).duration_ms >= ms, { timeoutMs: ms + 40_000 });
}
