// A running tests/peers/webrtcbin-peer: GStreamer's webrtcbin behind WHIP or WHEP.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { testEnvironment } from './daemon.mjs';
import { build } from './stack.mjs';
import { until } from './until.mjs';

export class Peer {
    /** `role`: publish or subscribe; `args`: its further arguments. */
    constructor(role, ...args) {
        // GStreamer, libnice and curl keep what they allocate for good; the program under test is the server.
        const env = { ...testEnvironment(build), ASAN_OPTIONS: 'detect_leaks=0' };

        this.output = '';
        this.child = spawn(join(build, 'tests/peers/webrtcbin-peer'), [role, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.child.stdout, this.child.stderr])
            stream.on('data', (chunk) => { this.output += chunk; });
        this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
    }

    /** At the media server's own interface. */
    static inRoom(media, role, room, participant, ...args) {
        const url = `http://localhost/rooms/${room}/connections?participant=${participant}&publish=${role === 'publish' ? 1 : 0}&order=0`;
        return new Peer(role, '--unix', media.socket, '--url', url, ...args);
    }

    connected() {
        return until('the webrtcbin peer is connected', () => {
            if (this.child.exitCode !== null)
                throw new Error(this.output);
            return this.output.includes('connected\n');
        });
    }

    /** Exit code and the report in the last line. */
    async end() {
        const code = await this.ended;
        const line = this.output.trim().split('\n').at(-1);
        assert.ok(line.startsWith('{'), this.output);
        return { code, ...JSON.parse(line) };
    }

    kill() { this.child.kill('SIGKILL'); return this.ended; }
}
