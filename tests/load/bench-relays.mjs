// The relays that are compared: each starts as a fresh process in a folder of its own, pinned to one CPU, and is gone when stop() returns.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.mjs';

/** Janus 1.1.2 often ends at its start with "No Janus API transport is available": the thread of its Unix socket transport runs while the
 *  plug-in is "initialized", which is said only after that thread has been started; if it is faster, it takes itself for finished. On one CPU
 *  that is a matter of luck. */
const START_ATTEMPTS = 60;
const STOP_MS = 10_000;

class Relay {
    constructor({ address, prefix }) {
        this.address = address;
        this.prefix = prefix;
        this.folder = mkdtempSync(join(tmpdir(), 'bench-relay-'));
    }

    get pid() { return this.child.pid; }
    get log() { return readFileSync(join(this.folder, 'log'), 'utf8'); }

    async launch(program, args) {
        const command = [...this.prefix, program, ...args];
        const log = openSync(join(this.folder, 'log'), 'w');
        this.child = spawn(command[0], command.slice(1), { stdio: ['ignore', log, log] });
        closeSync(log);
        this.exited = once(this.child, 'exit');
        await until(`socket of ${program}`, () => this.child.exitCode !== null || (existsSync(this.socket) && this.isReady()), { everyMs: 20 });
        return this.child.exitCode === null;
    }

    isReady() { return true; }

    async stop() {
        if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
            this.child.kill('SIGTERM');
            const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
            await this.exited;
            clearTimeout(killer);
        }
        rmSync(this.folder, { recursive: true, force: true });
    }
}

class MediaServer extends Relay {
    static target = 'media';
    get socket() { return join(this.folder, 'sockets/media.sock'); }
    isReady() { return / ready /.test(this.log); }

    async start({ build }) {
        const started = await this.launch(join(build, 'media-server/yuntakan-media'), ['--data', this.folder, '--listen', this.address,
            '--announce', this.address, '--udp-port', '0', '--workers', '1', '--room-connections', '1000', '--capacity-cpu', '0']);
        if (!started)
            throw new Error(`yuntakan-media did not start:\n${this.log}`);
    }
}

class Floor extends Relay {
    static target = 'floor';
    get socket() { return join(this.folder, 'floor.sock'); }
    isReady() { return / ready/.test(this.log); }

    async start({ build, segment }) {
        const started = await this.launch(join(build, 'tests/load/relay-floor'),
            [this.socket, this.address, ...(segment ? ['--segment'] : [])]);
        if (!started)
            throw new Error(`relay-floor did not start:\n${this.log}`);
    }
}

const JANUS = ['/usr/lib/x86_64-linux-gnu/janus', '/usr/lib/aarch64-linux-gnu/janus'].find((folder) => existsSync(folder));
const JANUS_OTHER_PLUGINS = ['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom', 'videocall', 'voicemail'];
const JANUS_OTHER_TRANSPORTS = ['http', 'mqtt', 'nanomsg', 'rabbitmq', 'websockets'];
const libraries = (names) => names.map((name) => `libjanus_${name}.so`).join(',');

class Janus extends Relay {
    static target = 'janus';
    get socket() { return join(this.folder, 'janus.sock'); }

    writeConfiguration(eventLoops) {
        writeFileSync(join(this.folder, 'janus.jcfg'), `general: {
    configs_folder = "${this.folder}"
    plugins_folder = "${JANUS}/plugins"
    transports_folder = "${JANUS}/transports"
    events_folder = "${JANUS}/events"
    loggers_folder = "${JANUS}/loggers"
    debug_level = 2
    ${eventLoops ? `event_loops = ${eventLoops}` : ''}
}
certificates: {}
media: {}
nat: {
    ice_enforce_list = "${this.address}"
    ignore_mdns = true
}
plugins: { disable = "${libraries(JANUS_OTHER_PLUGINS)}" }
transports: { disable = "${libraries(JANUS_OTHER_TRANSPORTS)}" }
events: { broadcast = false }
`);
        writeFileSync(join(this.folder, 'janus.plugin.videoroom.jcfg'), 'general: {}\n');
        writeFileSync(join(this.folder, 'janus.transport.pfunix.jcfg'),
            `general: {\n    enabled = true\n    json = "compact"\n    path = "${this.socket}"\n    type = "SOCK_SEQPACKET"\n}\nadmin: { admin_enabled = false }\n`);
    }

    async start({ eventLoops }) {
        this.writeConfiguration(eventLoops);
        for (let attempt = 0; attempt < START_ATTEMPTS; attempt++)
            if (await this.launch('janus', ['-F', this.folder, '-C', join(this.folder, 'janus.jcfg')]))
                return;
        throw new Error(`janus did not start:\n${this.log}`);
    }
}

const BOTH = ['gcm', 'cm'];

/** What is compared; `runs`: pacing → SRTP profiles. The floor has no handshake and knows GCM only. */
export const candidates = [
    { name: 'yuntakan-media', family: 'media', make: MediaServer, options: {}, runs: { spaced: BOTH, frame: BOTH } },
    { name: 'Janus default', family: 'janus', make: Janus, options: {}, runs: { spaced: BOTH } },
    { name: 'Janus event_loops=1', family: 'janus', make: Janus, options: { eventLoops: 1 }, runs: { spaced: BOTH, frame: BOTH } },
    { name: 'floor', family: 'floor', make: Floor, options: {}, runs: { spaced: ['gcm'], frame: ['gcm'] } },
    { name: 'floor UDP_SEGMENT', family: 'floor', make: Floor, options: { segment: true }, runs: { frame: ['gcm'] } },
];
