// The recorders that are compared by ./dev bench recorder. Each is one process that records `count` streams of the same input; start() returns when
// it takes media, load() says how recorder-load reaches it, finish() ends the recordings and tells what they kept.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Recorder, uuid7 } from '../support/recorder.mjs';
import { until } from '../support/until.mjs';

const run = promisify(execFile);
const PORT = 31_000;
const CAPS = {
    video: 'application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=102',
    audio: 'application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload=111',
};

function residentKib(pid) {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

/** Pictures in a file, without decoding them. */
async function pictures(file) {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-count_packets', '-select_streams', 'v', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file]);
    return Number(stdout.trim().split(/\D/)[0]);
}

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
}

class Program {
    constructor({ folder, count, audio }) {
        Object.assign(this, { folder, count, audio });
        mkdirSync(folder, { recursive: true });
    }

    get pid() { return this.child.pid; }
    get log() { return readFileSync(join(this.folder, 'log'), 'utf8'); }

    launch(program, args) {
        const log = openSync(join(this.folder, 'log'), 'w');
        this.child = spawn(program, args, { stdio: ['ignore', log, log] });
        closeSync(log);
        this.exited = once(this.child, 'exit');
    }

    load() { return ['--port', `${PORT}`]; }

    async stop(signal = 'SIGTERM') {
        if (this.child?.exitCode !== null || this.child.signalCode !== null)
            return;
        this.child.kill(signal);
        const killer = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
        await this.exited;
        clearTimeout(killer);
    }
}

/** Our own: fragments made durable, ledger, seals; with audio also the mix of all voices and each voice's own file. */
class Yuntakan {
    constructor({ folder, count, audio }) {
        Object.assign(this, { folder, count, audio });
        mkdirSync(folder, { recursive: true });
        this.recorder = new Recorder(folder);
    }

    get pid() { return this.recorder.daemon.pid; }

    async start() {
        await this.recorder.start();
        this.idleKib = residentKib(this.pid);
        this.recordings = [];
        const visit = uuid7(), participant = uuid7();
        for (let i = 0; i < this.count; i++) {
            const id = uuid7();
            const answer = await this.recorder.call('PUT', `/recordings/${id}`, { visit, case_number: 'bench', item: 'bench', item_version: '1', title: 'bench',
                site_participant: participant });
            if (answer.status !== 201)
                throw new Error(`PUT recording: ${answer.status} ${answer.text}`);
            this.recordings.push({ id, visit, participant });
        }
    }

    load() {
        const [{ visit, participant }] = this.recordings;
        return ['--feed', join(this.folder, 'sockets/feed.sock'), '--recordings', this.recordings.map((one) => one.id).join(','), '--visit', visit,
            '--participant', participant];
    }

    async finish() {
        let gaps = 0;
        for (const one of this.recordings) {
            const { status, text } = await this.recorder.end(one);
            if (status !== 200)
                throw new Error(`end of a recording: ${status} ${text}`);
            gaps += (await this.recorder.index(one)).gaps.length;
        }
        const [first] = this.recordings, files = this.recorder.files(first, 'site');
        const kept = (await Promise.all(files.map(pictures))).reduce((sum, n) => sum + n, 0);
        const { status } = this.recorder.verify(first);
        if (status !== 0)
            throw new Error(`yuntakan-verify says ${status}`);
        return { kept, gaps };
    }

    async stop() { await this.recorder.daemon.stop(); }
}

/** One gst-launch-1.0 with a pipeline per recording: rtp, depayload, parse, mp4mux in fragments of a second, filesink. */
class Plain extends Program {
    idleKib = 0;

    async start() {
        const jitter = this.constructor.jitter ? 'rtpjitterbuffer latency=1000 ! ' : '';
        const one = (i) => {
            const source = (kind, port) => `udpsrc address=127.0.0.1 port=${port} buffer-size=1000000 caps="${CAPS[kind]}" ! ${jitter}`;
            return `${source('video', PORT + 4 * i)}rtph264depay ! h264parse ! mp4mux name=mux${i} fragment-duration=1000 streamable=true ! ` +
                `filesink location=${join(this.folder, `${i}.mp4`)} ` +
                (this.audio ? `${source('audio', PORT + 4 * i + 2)}rtpopusdepay ! opusparse ! mux${i}. ` : '');
        };
        const description = Array.from({ length: this.count }, (_, i) => one(i)).join(' ');
        const words = description.match(/(?:[^\s"]+|"[^"]*")+/g).map((word) => word.replaceAll('"', ''));
        this.launch('gst-launch-1.0', ['-e', ...words]);
        await until('gst-launch plays', () => this.log.includes('New clock') || this.child.exitCode !== null, { everyMs: 50 });
        if (this.child.exitCode !== null)
            throw new Error(this.log);
    }

    async finish() {
        await this.stop('SIGINT');
        return { kept: await pictures(join(this.folder, '0.mp4')) };
    }
}

class PlainWithJitter extends Plain {
    static jitter = true;
}

const JANUS = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/janus`;

/** Janus's recorder, fed by plain RTP through its streaming plug-in (no SRTP, no viewers), and janus-pp-rec, which makes the MP4 afterwards. */
class Janus extends Program {
    idleKib = 0;

    configure(port) {
        const media = (i) => [`{ type = "video", mid = "v", port = ${PORT + 4 * i}, pt = 102, codec = "h264" }`,
            ...(this.audio ? [`{ type = "audio", mid = "a", port = ${PORT + 4 * i + 2}, pt = 111, codec = "opus" }`] : [])].join(', ');
        const mountpoints = Array.from({ length: this.count }, (_, i) => `rec-${i}: { type = "rtp", id = ${i + 1}, media = ( ${media(i)} ) }`);
        const others = (names) => names.map((name) => `libjanus_${name}.so`).join(',');
        writeFileSync(join(this.folder, 'janus.plugin.streaming.jcfg'), `general: {}\n${mountpoints.join('\n')}\n`);
        writeFileSync(join(this.folder, 'janus.transport.http.jcfg'), `general: { json = "compact", base_path = "/janus", http = true, ip = "127.0.0.1", port = ${port}, https = false }\nadmin: { admin_http = false, admin_https = false }\ncors: {}\ncertificates: {}\n`);
        writeFileSync(join(this.folder, 'janus.jcfg'), `general: { configs_folder = "${this.folder}", plugins_folder = "${JANUS}/plugins", transports_folder = "${JANUS}/transports", events_folder = "${JANUS}/events", loggers_folder = "${JANUS}/loggers", debug_level = 2 }
certificates: {}
media: {}
nat: { ignore_mdns = true }
plugins: { disable = "${others(['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'textroom', 'videocall', 'videoroom', 'voicemail'])}" }
transports: { disable = "${others(['mqtt', 'nanomsg', 'rabbitmq', 'websockets', 'pfunix'])}" }
events: { broadcast = false }
`);
    }

    async ask(path, message) {
        const answer = await fetch(`http://127.0.0.1:${this.port}/janus${path}`, { method: 'POST', body: JSON.stringify({ transaction: uuid7(), ...message }) });
        const json = await answer.json();
        if (json.janus === 'error' || json.plugindata?.data?.error)
            throw new Error(`Janus: ${JSON.stringify(json)}`);
        return json;
    }

    record(i, action) {
        const media = [{ mid: 'v', filename: join(this.folder, `${i}-v`) }, ...(this.audio ? [{ mid: 'a', filename: join(this.folder, `${i}-a`) }] : [])];
        return this.ask(this.handle, { janus: 'message', body: { request: 'recording', action, id: i + 1, media } });
    }

    async start() {
        this.port = await freePort();
        this.configure(this.port);
        this.launch('janus', ['-F', this.folder, '-C', join(this.folder, 'janus.jcfg')]);
        const session = await until('Janus answers', () => this.ask('', { janus: 'create' }), { everyMs: 50 });
        const attached = await this.ask(`/${session.data.id}`, { janus: 'attach', plugin: 'janus.plugin.streaming' });
        this.handle = `/${session.data.id}/${attached.data.id}`;
        for (let i = 0; i < this.count; i++)
            await this.record(i, 'start');
    }

    /** Each file by itself; what it costs counts as the recorder's. */
    async finish() {
        for (let i = 0; i < this.count; i++)
            await this.record(i, 'stop');
        await this.stop();
        const files = [['0-v', 'mp4'], ...(this.audio ? [['0-a', 'opus']] : [])];
        let later = 0;
        for (const [name, kind] of files) {
            const { stderr } = await run('bash', ['-c', 'TIMEFORMAT="cpu %3U %3S"; time janus-pp-rec "$0" "$1" >/dev/null 2>&1', join(this.folder, `${name}.mjr`),
                join(this.folder, `${name}.${kind}`)]);
            const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
            later += Number(user) + Number(system);
        }
        return { kept: await pictures(join(this.folder, '0-v.mp4')), later_cpu_s: later * this.count };
    }
}

export const candidates = [
    { name: 'yuntakan-recorder', family: 'ours', make: Yuntakan },
    { name: 'gst-launch', family: 'plain', make: Plain },
    { name: 'gst-launch, jitter buffer', family: 'plain', make: PlainWithJitter },
    { name: 'Janus + janus-pp-rec', family: 'janus', make: Janus },
];
