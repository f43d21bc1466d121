// A room in a relay for one NetworkCall: ours, with a recording, or Janus's videoroom.
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { MediaServer } from './media-server.mjs';
import { Recorder } from './recorder.mjs';
import { until } from './until.mjs';

/** When each picture of a site file was taken, ms since 1970, by an independent reader. */
function picturesOf(file, beganMs) {
    const times = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file], { encoding: 'utf8', maxBuffer: 64 << 20 });
    return times.split('\n').filter(Boolean).map((time) => beganMs + parseFloat(time) * 1000);
}

/** yuntakan-media and, unless `recorded` is false, yuntakan-recorder on one data directory. */
export class YuntakanRelay {
    static async start({ recorded = true } = {}) {
        const relay = new YuntakanRelay();
        relay.media = await new MediaServer().start();
        if (recorded) {
            relay.recorder = new Recorder(relay.media.data);
            await relay.recorder.start();
        }
        return relay;
    }

    async room() {
        const { media, recorder } = this;
        const recording = recorder ? await recorder.record() : { visit: 'room', participant: 'applicant' };
        const connect = async (query, sdp) => {
            const answer = await media.offer(recording.visit, query, sdp);
            if (answer.status !== 201)
                throw new Error(`${answer.status} ${answer.text}`);
            return answer.text;
        };
        await media.request('PUT', `/rooms/${recording.visit}`, {});
        if (recorder)
            await media.request('PUT', `/rooms/${recording.visit}/feed`, { socket: join(media.data, 'sockets/feed.sock'), recording: recording.id });
        return {
            media, name: recording.visit, participant: recording.participant,
            publish: (sdp) => connect({ participant: recording.participant, order: 0 }, sdp),
            subscribe: async ({ offer, accept }) => accept(await connect({ participant: 'viewer', publish: 0 }, await offer())),
            /** Parts, gaps and seconds of the site's track. */
            recordedSoFar: async () => {
                const index = await recorder.index(recording);
                const site = index.fragments.filter((fragment) => fragment.track === 'site');
                return { parts: new Set(site.map((fragment) => fragment.part)).size, gaps: index.gaps.length,
                    seconds: site.reduce((sum, fragment) => sum + fragment.duration_ms, 0) / 1000 };
            },
            /** How many pictures the recording has of a span of wall time, and in how many parts, with how many gaps. */
            recordedFrames: async (from, to) => {
                const site = (index, part) => index.fragments.filter((fragment) => fragment.track === 'site' && (!part || fragment.part === part.part));
                const index = await until('the end of the span is recorded', async () => {
                    const now = await recorder.index(recording), last = site(now).at(-1);
                    return last && last.at / 1000 + last.duration_ms > to && now;
                }, { timeoutMs: 15_000 }).catch(() => recorder.index(recording)); // a call that stands has no end there
                const parts = index.parts.filter((part) => part.track === 'site' && site(index, part).length);
                const times = parts.flatMap((part) => picturesOf(join(recorder.folder(recording), part.file), site(index, part)[0].at / 1000));
                return { frames: times.filter((at) => at >= from && at < to).length, parts: parts.length, gaps: index.gaps.length };
            },
            close: async () => {
                await media.request('DELETE', `/rooms/${recording.visit}`);
                if (recorder)
                    await recorder.end(recording);
            },
        };
    }

    async stop() {
        if (this.recorder) {
            await this.recorder.daemon.stop();
            rmSync(this.recorder.daemon.log, { force: true });
        }
        await this.media.stop();
    }
}

const JANUS = ['/usr/lib/x86_64-linux-gnu/janus', '/usr/lib/aarch64-linux-gnu/janus'].find((folder) => existsSync(folder));

/** Janus takes no loopback address for ICE. The host's own address is routed over lo all the same. */
function hostAddress() {
    const found = Object.values(networkInterfaces()).flat().find((one) => one.family === 'IPv4' && !one.internal);
    if (!found)
        throw new Error('Janus needs an IPv4 address other than loopback, and this host has none');
    return found.address;
}

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    return port;
}

/** One Janus session over its WebSocket API: requests answered by transaction, events by handle. */
class JanusSession {
    static async open(port) {
        const session = Object.assign(new JanusSession(), { waiting: new Map(), next: 1 });
        session.socket = new WebSocket(`ws://127.0.0.1:${port}`, 'janus-protocol');
        session.socket.on('message', (text) => session.#take(JSON.parse(text)));
        await once(session.socket, 'open');
        session.id = (await session.ask({ janus: 'create' })).data.id;
        session.timer = setInterval(() => session.socket.send(JSON.stringify({ janus: 'keepalive', session_id: session.id, transaction: 'k' })), 20_000);
        return session;
    }

    #take(message) {
        if (message.janus === 'ack' || !this.waiting.has(message.transaction))
            return;
        const { resolve, reject } = this.waiting.get(message.transaction);
        this.waiting.delete(message.transaction);
        const error = message.error ?? (message.plugindata?.data.error ? { reason: message.plugindata.data.error } : null);
        error ? reject(new Error(`janus: ${error.reason}`)) : resolve(message);
    }

    ask(message) {
        const transaction = `t${this.next++}`;
        return new Promise((resolve, reject) => {
            this.waiting.set(transaction, { resolve, reject });
            this.socket.send(JSON.stringify({ ...message, transaction, ...(this.id ? { session_id: this.id } : {}) }));
        });
    }

    async attach() {
        const { data } = await this.ask({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
        return (body, jsep) => this.ask({ janus: 'message', handle_id: data.id, body, ...(jsep ? { jsep } : {}) });
    }

    close() {
        clearInterval(this.timer);
        this.socket.close();
    }
}

/** As an ICE-lite server it waits for the browser's checks, so that all traffic takes the way through netsim. */
export class JanusRelay {
    static async start() {
        const relay = Object.assign(new JanusRelay(), { folder: mkdtempSync(join(tmpdir(), 'bench-janus-')), port: await freePort(), rooms: 1000 });
        writeFileSync(join(relay.folder, 'janus.jcfg'), `general: {
    configs_folder = "${relay.folder}"
    plugins_folder = "${JANUS}/plugins"
    transports_folder = "${JANUS}/transports"
    events_folder = "${JANUS}/events"
    loggers_folder = "${JANUS}/loggers"
    debug_level = 3
}
certificates: {}
media: {}
nat: { ice_lite = true ice_enforce_list = "${hostAddress()}" ignore_mdns = true }
plugins: { disable = "${['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom', 'videocall', 'voicemail'].map((name) => `libjanus_${name}.so`).join(',')}" }
transports: { disable = "${['http', 'mqtt', 'nanomsg', 'rabbitmq', 'pfunix'].map((name) => `libjanus_${name}.so`).join(',')}" }
events: { broadcast = false }
`);
        writeFileSync(join(relay.folder, 'janus.plugin.videoroom.jcfg'), 'general: {}\n');
        writeFileSync(join(relay.folder, 'janus.transport.websockets.jcfg'), `general: { json = "compact" ws = true ws_port = ${relay.port} ws_ip = "127.0.0.1" wss = false }\nadmin: { admin_ws = false }\n`);
        const log = openSync(join(relay.folder, 'log'), 'w');
        relay.child = spawn('janus', ['-F', relay.folder, '-C', join(relay.folder, 'janus.jcfg')], { stdio: ['ignore', log, log] });
        closeSync(log);
        relay.exited = once(relay.child, 'exit');
        relay.session = await until('Janus', () => {
            if (relay.child.exitCode !== null)
                throw new Error(readFileSync(join(relay.folder, 'log'), 'utf8'));
            return JanusSession.open(relay.port);
        });
        return relay;
    }

    async room() {
        const room = this.rooms++;
        const own = await this.session.attach(), viewer = await this.session.attach();
        /* The browser's own candidates are withheld: they would be a way around netsim. */
        const withheld = (sdp) => sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate')).join('\r\n');
        let feed;
        await own({ request: 'create', room, publishers: 4, bitrate: 2_000_000, videocodec: 'h264', audiocodec: 'opus', notify_joining: false });
        return {
            publish: async (sdp) => {
                feed = (await own({ request: 'join', ptype: 'publisher', room })).plugindata.data.id;
                return (await own({ request: 'configure', audio: true, video: true }, { type: 'offer', sdp: withheld(sdp) })).jsep.sdp;
            },
            subscribe: async ({ answer }) => {
                const offer = await viewer({ request: 'join', ptype: 'subscriber', room, streams: [{ feed }] });
                await viewer({ request: 'start' }, { type: 'answer', sdp: withheld(await answer(offer.jsep.sdp)) });
            },
            recordedSoFar: null,
            close: async () => {},
        };
    }

    async stop() {
        this.session?.close();
        this.child.kill('SIGTERM');
        const killer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
        await this.exited;
        clearTimeout(killer);
        rmSync(this.folder, { recursive: true, force: true });
    }
}
