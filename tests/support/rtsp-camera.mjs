// A running tests/peers/rtsp-camera: a fixed camera on loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { testEnvironment } from './daemon.mjs';
import { build } from './stack.mjs';

export class RtspCamera {
    constructor(...args) { this.args = args; this.port = 0; }

    /** Again on the same port after kill(). */
    async start() {
        // GStreamer and the RTSP server keep what they allocate for good; the program under test is ours.
        const env = { ...testEnvironment(build), ASAN_OPTIONS: 'detect_leaks=0' };
        this.child = spawn(join(build, 'tests/peers/rtsp-camera'), ['--port', String(this.port), ...this.args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
        this.exited = once(this.child, 'exit');
        this.port = await new Promise((resolve, reject) => {
            let text = '';
            this.child.stdout.on('data', (chunk) => {
                text += chunk;
                const ready = /ready (\d+)\n/.exec(text);
                if (ready)
                    resolve(Number(ready[1]));
            });
            this.child.once('exit', () => reject(new Error('rtsp-camera ended at its start')));
        });
        return this;
    }

    get url() { return `rtsp://127.0.0.1:${this.port}/live`; }
    kill() { this.child.kill('SIGKILL'); return this.exited; }
}
