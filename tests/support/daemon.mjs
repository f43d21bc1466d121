// One daemon as a child process: started until it says "ready", killed, ended, its log kept.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const SANITIZER_REPORT = /(ERROR|WARNING): \w+Sanitizer|runtime error:|LeakSanitizer: /;
/** Sanitized programs on two busy cores start slowly; a daemon that hangs is the failure, not slowness. */
const START_MS = 30_000;
const STOP_MS = 20_000;

export const support = new URL('.', import.meta.url).pathname;

const SANITIZERS = { UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1', LSAN_OPTIONS: `suppressions=${join(support, 'lsan.supp')}:print_suppressions=0` };

/** The environment of the unit tests: they allocate much, so stacks are taken the fast way. */
export function unitTestEnvironment(build) {
    return { ...process.env, ...SANITIZERS, ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1', GST_REGISTRY: join(build, 'gst-registry.bin') };
}

/** The environment of every daemon under test. GLib has no frame pointers: only the slow unwinder tells where a leak comes
 *  from, and the suppressions need it; few frames keep it cheap. */
export function testEnvironment(build) {
    return { ...unitTestEnvironment(build), ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1:fast_unwind_on_malloc=0:malloc_context_size=8' };
}

/** What the daemons use of GStreamer. With every plug-in of the machine GLib's table of quarks outgrows its first block, which GLib then
 *  gives up without freeing it, and LeakSanitizer calls it a leak of ours. */
const PLUGINS = ['coreelements', 'app', 'rtp', 'rtpmanager', 'videoparsersbad'];

/** The environment of the daemons under test. */
export function daemonEnvironment(build) {
    const env = testEnvironment(build);
    const system = ['/usr/lib/x86_64-linux-gnu/gstreamer-1.0', '/usr/lib/aarch64-linux-gnu/gstreamer-1.0'].find((dir) => existsSync(dir));
    const folder = join(build, 'gst-daemon-plugins');
    if (!system)
        return env;
    mkdirSync(folder, { recursive: true });
    for (const plugin of PLUGINS) {
        try {
            symlinkSync(join(system, `libgst${plugin}.so`), join(folder, `libgst${plugin}.so`));
        } catch (error) {
            if (error.code !== 'EEXIST')
                throw error;
        }
    }
    return { ...env, GST_PLUGIN_SYSTEM_PATH_1_0: folder, GST_REGISTRY: join(build, 'gst-daemon-registry.bin') };
}

export class Daemon {
    /** @param {{name: string, program: string, args: string[], log: string, env: object, wrap?: string[]}} options
     *  `wrap`: a command that runs the daemon in an environment of its own (a small file system, say). */
    constructor(options) {
        Object.assign(this, options);
        this.child = null;
        this.expectedToDie = false;
    }

    get pid() { return this.child?.pid; }
    get running() { return this.child !== null && this.child.exitCode === null && this.child.signalCode === null; }

    async start() {
        const command = [...(this.wrap ?? []), this.program, ...this.args];
        const out = createWriteStream(this.log, { flags: 'a' });
        const child = spawn(command[0], command.slice(1), { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });

        this.child = child;
        this.expectedToDie = false;
        this.exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
        child.stderr.pipe(out, { end: false });
        child.stdout.pipe(out, { end: false });
        this.readyLine = await new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(this.failure(`not ready after ${START_MS} ms`)), START_MS);
            let text = '';
            child.stdout.on('data', (chunk) => {
                text += chunk;
                const line = text.split('\n').slice(0, -1).find((l) => /\bready\b/.test(l));
                if (line)
                    (clearTimeout(timer), resolve(line));
            });
            child.once('error', reject);
            child.once('exit', (code, signal) =>
                (clearTimeout(timer), reject(this.failure(`ended at its start (${signal ?? code})`))));
        });
        return this;
    }

    failure(what) { return new Error(`${this.name}: ${what}\n${this.tail()}`); }
    text() { try { return readFileSync(this.log, 'utf8'); } catch { return ''; } }
    tail(lines = 60) { return this.text().split('\n').slice(-lines).join('\n'); }

    /** What a power cut does to a process. */
    async kill9() {
        this.expectedToDie = true;
        this.child.kill('SIGKILL');
        await this.exited;
    }

    /** SIGTERM; throws unless it ends with status 0 in time. */
    async stop() {
        if (!this.running) {
            if (this.child && !this.expectedToDie)
                throw this.failure(`had ended by itself (${this.child.signalCode ?? this.child.exitCode})`);
            return;
        }
        this.child.kill('SIGTERM');
        let timer;
        const late = new Promise((resolve) => { timer = setTimeout(resolve, STOP_MS, null); });
        const end = await Promise.race([this.exited, late]);
        clearTimeout(timer);
        if (!end) {
            await this.kill9();
            throw this.failure(`did not end ${STOP_MS} ms after SIGTERM`);
        }
        if (end.code !== 0)
            throw this.failure(`ended with ${end.signal ?? end.code} after SIGTERM`);
    }

    /** The text of a sanitizer's report, or null. */
    sanitizerReport() {
        const text = this.text();
        const at = text.search(SANITIZER_REPORT);
        return at < 0 ? null : text.slice(Math.max(0, at - 200), at + 6000);
    }
}
