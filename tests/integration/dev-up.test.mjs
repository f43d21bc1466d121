// `./dev up` as a newcomer meets it: it becomes ready, says where to go, restarts what crashed, and leaves nothing behind.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApiClient } from '../support/http.mjs';
import { build, top } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const dir = mkdtempSync(join(tmpdir(), 'yuntakan-up-'));
const data = join(dir, 'data');
const env = { ...process.env, YUNTAKAN_BUILD: build, ASAN_OPTIONS: 'detect_leaks=0' };

class DevUp {
    constructor(port) {
        this.text = '';
        this.child = spawn('./dev', ['up', '--data', data, '--port', String(port), '--listen', '127.0.0.1'], { cwd: top, env, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.child.stdout, this.child.stderr])
            stream.on('data', (chunk) => { this.text += chunk; });
        this.exited = once(this.child, 'exit').then(([code]) => code);
    }

    says(pattern) {
        return until(`./dev up says ${pattern}`, () => {
            if (this.child.exitCode !== null)
                throw new Error(`ended: ${this.text}`);
            return pattern.exec(this.text);
        }, { timeoutMs: 180_000 }).catch((error) => { throw new Error(`${error.message}\n${this.text}`); });
    }
}

/** Process ids of the daemons (or of one) that run on a data directory. */
function daemonsOf(directory, name = '[a-z]+') {
    return spawnSync('pgrep', ['-f', `yuntakan-${name} --data ${directory}`], { encoding: 'utf8' }).stdout.trim().split('\n').filter(Boolean).map(Number);
}

describe('./dev up', () => {
    const port = 20_000 + process.pid % 20_000;
    let up;

    before(() => { up = new DevUp(port); });
    after(async () => {
        if (up.child.exitCode === null)
            (up.child.kill('SIGINT'), await up.exited);
        rmSync(dir, { recursive: true, force: true });
    });

    test('becomes ready and prints accounts, an invitation and a QR code', async () => {
        await up.says(/^ready https:\/\/127\.0\.0\.1:\d+/m);
        await up.says(/Stop: /);
        assert.match(up.text, /zhangwei +[0-9a-f]{10} +inspector/);
        assert.match(up.text, new RegExp(`https://127\\.0\\.0\\.1:${port}/\\S+#\\S{40,}`));
        assert.ok((up.text.match(/[█▀▄]/g) ?? []).length > 200, 'a QR code in half blocks');
    });

    test('the printed account signs in', async () => {
        const [, account, password] = /(zhangwei) +([0-9a-f]{10})/.exec(up.text);
        const client = new ApiClient(`https://127.0.0.1:${port}`, readFileSync(join(data, 'tls/cert.pem')));
        const user = await client.ask('POST', '/api/sign-in', { account, password });
        assert.equal(user.role, 'inspector');
        assert.equal((await client.ask('GET', '/api/visits')).visits.length, 1, 'the demo visit is assigned');
    });

    test('starts a crashed daemon again', async () => {
        const [pid] = daemonsOf(data, 'media');
        assert.ok(pid > 1, 'the media daemon runs');
        process.kill(pid, 'SIGKILL');
        await up.says(/yuntakan-media ended with status 137; starting it again/);
        await until('three daemons again', () => daemonsOf(data).length === 3 && !daemonsOf(data).includes(pid));
    });

    test('refuses a second start on the same data', () => {
        const { status, stderr } = spawnSync('./dev', ['up', '--data', data, '--port', String(port)], { cwd: top, env, encoding: 'utf8' });
        assert.equal(status, 1);
        assert.match(stderr, /in use by another \.\/dev up/);
    });

    test('Ctrl-C ends everything with status 0', async () => {
        up.child.kill('SIGINT');
        assert.equal(await up.exited, 0);
        assert.deepEqual(daemonsOf(data), []);
        assert.match(up.text, /stopped\n$/);
    });

    test('says so when the port is taken', async () => {
        const server = createServer().listen(port, '127.0.0.1');
        await once(server, 'listening');
        const { status, stderr } = await new Promise((resolve) => {
            const child = spawn('./dev', ['up', '--data', data, '--port', String(port), '--listen', '127.0.0.1'], { cwd: top, env });
            let text = '';
            child.stderr.on('data', (chunk) => { text += chunk; });
            child.on('exit', (code) => resolve({ status: code, stderr: text }));
        });
        server.close();
        assert.equal(status, 1);
        assert.match(stderr, new RegExp(`port ${port} is taken`));
    });

    test('starts again with the same accounts and ends by ./dev down', async () => {
        const password = /zhangwei +([0-9a-f]{10})/.exec(up.text)[1];
        up = new DevUp(port);
        await up.says(/Stop: /);
        assert.match(up.text, new RegExp(`zhangwei +${password}`));
        const { status, stderr } = spawnSync('./dev', ['down', '--data', data], { cwd: top, env, encoding: 'utf8' });
        assert.equal(status, 0, `${stderr}\n${up.text}`);
        assert.equal(await up.exited, 0);
    });
});
