// What seals a recording: algorithms by configuration, keys by URI, certificate chains, time-stamps.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FeedPlayer, recorded, uuid7, withRecorder } from '../support/recorder.mjs';
import { build, top } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.alloc(5000, 7), Buffer.from('ffd9', 'hex')]);

for (const [algorithm, hash] of [['ed25519', 'sha256'], ['ecdsa-p256', 'sha256'], ['sm2', 'sm3']])
    test(`a recording sealed with ${algorithm}, through a crash`, () => withRecorder(async (recorder) => {
        const recording = await recorder.record();
        const still = `/recordings/${recording.id}/stills/${uuid7()}?at=${Date.now() * 1000}`;
        const player = new FeedPlayer(recorder, recording);

        await recorded(recorder, recording, 2000);
        assert.equal((await recorder.call('PUT', still, JPEG, { 'content-type': 'image/jpeg' })).status, 201);
        await recorder.daemon.kill9();
        await recorder.start();
        assert.equal((await recorder.call('PUT', still, JPEG, { 'content-type': 'image/jpeg' })).status, 200, 'known again');
        assert.equal((await recorder.call('PUT', still, Buffer.concat([JPEG, JPEG]), { 'content-type': 'image/jpeg' })).status, 409);
        await player.stop();
        assert.equal((await recorder.end(recording)).json.state, 'ended');

        const [open] = recorder.ledger(recording);
        assert.equal(open.hash, hash);
        assert.equal(open.key.algorithm, algorithm);
        const certificate = join(recorder.data, 'evidence/cert.pem');
        const { status, report } = recorder.verify(recording, '--key', certificate, '--ca', certificate);
        assert.equal(status, 0, JSON.stringify(report.faults));
        assert.equal(report.key.algorithm, algorithm);
        assert.equal(report.key.chain, 'trusted');
    }, { args: ['--evidence-algorithm', algorithm] }));

test('the key by its URI; another algorithm than the key is refused; so is an authority that has not signed', async () => {
    const data = mkdtempSync(join(tmpdir(), 'ytk-evidence-'));
    const run = (...args) => spawnSync(join(build, 'recorder/yuntakan-recorder'), ['--data', data, ...args], { encoding: 'utf8', timeout: 20_000 });
    const openssl = (...args) => assert.equal(spawnSync('openssl', args).status, 0, args.join(' '));
    const key = join(data, 'elsewhere.pem');
    try {
        openssl('genpkey', '-algorithm', 'SM2', '-out', key);
        openssl('req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', join(data, 'x'), '-out', join(data, 'other.pem'), '-subj', '/CN=other');
        await withRecorder(async (recorder) => {
            const recording = await recorder.record();
            await recorder.end(recording);
            assert.equal(recorder.ledger(recording)[0].key.algorithm, 'sm2');
            assert.equal(recorder.verify(recording).status, 0);
            const { status, report } = recorder.verify(recording, '--ca', join(data, 'other.pem'));
            assert.equal(status, 1);
            assert.deepEqual(report.faults.map((fault) => fault.code), ['chain-untrusted']);
        }, { data, args: ['--evidence-key', `file:${key}`] });
        assert.match(readFileSync(join(data, 'evidence/cert.pem'), 'utf8'), /BEGIN CERTIFICATE/);

        for (const args of [['--evidence-key', `file:${key}`, '--evidence-algorithm', 'ed25519'], ['--evidence-key', 'file:/nonexistent'],
            ['--evidence-key', 'pkcs11:object=none'], ['--evidence-algorithm', 'rsa-512']]) {
            const { status, stderr } = run(...args);
            assert.equal(status, 1, args.join(' '));
            assert.match(stderr, /yuntakan-recorder: /);
        }
    } finally {
        rmSync(data, { recursive: true, force: true });
    }
});

/** An authority behind HTTP: openssl ts. `answer` may be replaced. */
async function withAuthority(body) {
    const dir = mkdtempSync(join(tmpdir(), 'ytk-tsa-'));
    const script = (...args) => assert.equal(spawnSync('sh', [join(top, 'tests/support/tsa.sh'), ...args]).status, 0, args.join(' '));
    const authority = { dir, queries: 0, answer: null };
    script('make', dir);
    const server = http.createServer((request, response) => {
        const parts = [];
        request.on('data', (part) => parts.push(part)).on('end', () => {
            authority.queries++;
            if (authority.answer) {
                authority.answer(request, response);
                return;
            }
            assert.equal(request.headers['content-type'], 'application/timestamp-query');
            writeFileSync(join(dir, 'query'), Buffer.concat(parts));
            script('reply', dir, join(dir, 'query'), join(dir, 'response'));
            response.setHeader('content-type', 'application/timestamp-reply');
            response.end(readFileSync(join(dir, 'response')));
        });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    authority.url = `http://127.0.0.1:${server.address().port}/tsa`;
    try {
        await body(authority);
    } finally {
        server.closeAllConnections();
        server.close();
        rmSync(dir, { recursive: true, force: true });
    }
}

const stamps = (recorder, recording) => recorder.ledger(recording).filter((line) => line.type === 'timestamp');

for (const algorithm of ['ed25519', 'sm2'])
    test(`seals are stamped by an authority (${algorithm}): while it runs, out of reach, through a restart, at the end`, () => withAuthority(async (authority) => {
        const args = ['--evidence-algorithm', algorithm, '--timestamp-url', authority.url, '--timestamp-interval', '1'];
        await withRecorder(async (recorder) => {
            const status = async () => (await recorder.get('/health')).timestamp;
            const recording = await recorder.record();
            const player = new FeedPlayer(recorder, recording);

            assert.equal((await status()).state, 'idle');
            await until('a stamp', () => stamps(recorder, recording).length > 0, { timeoutMs: 40_000 });
            assert.equal((await status()).state, 'good');
            assert.ok((await status()).last_at > 0);

            // Out of reach, by an answer of nonsense: recording goes on and ends, and the end waits for its stamp.
            authority.answer = (request, response) => response.end('this is no stamp');
            await until('it is told', async () => (await status()).state === 'unreachable', { timeoutMs: 40_000 });
            const before = (await recorder.state(recording)).duration_ms;
            await recorded(recorder, recording, before + 2000);
            await player.stop();
            assert.equal((await recorder.end(recording)).json.state, 'ended');
            assert.equal(recorder.verify(recording).status, 0);
            const stamped = stamps(recorder, recording).length;
            assert.equal((await status()).pending, 1);
            await recorder.daemon.kill9();
            authority.answer = null;
            await recorder.start();
            await until('the end is stamped', () => stamps(recorder, recording).length > stamped && recorder.verify(recording).status === 0, { timeoutMs: 40_000 });
            await until('nothing waits', async () => (await status()).pending === 0);
            assert.equal((await recorder.state(recording)).state, 'ended');

            const lines = recorder.ledger(recording);
            assert.deepEqual(lines.slice(-4).map((line) => line.type), ['end', 'seal', 'timestamp', 'seal']);
            assert.equal(lines.at(-2).of, lines.at(-3).seq);
            const good = recorder.verify(recording, '--tsa-ca', join(authority.dir, 'ca.pem'));
            assert.equal(good.status, 0, JSON.stringify(good.report.faults));
            assert.equal(good.report.timestamps.authority, 'trusted');
            assert.equal(good.report.timestamps.of, lines.at(-3).seq);
            const bad = recorder.verify(recording, '--tsa-ca', join(authority.dir, 'other.pem'));
            assert.equal(bad.status, 1);
            assert.ok(bad.report.faults.every((fault) => fault.code === 'timestamp-untrusted'));

            await recorder.daemon.stop();
            await recorder.start(); // an ended, stamped recording is not resumed
            assert.equal(recorder.ledger(recording).length, lines.length);
        }, { args });
    }));
