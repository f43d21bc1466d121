// What seals a recording: algorithms by configuration, keys by URI, certificate chains.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FeedPlayer, recorded, uuid7, withRecorder } from '../support/recorder.mjs';
import { build } from '../support/stack.mjs';

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
