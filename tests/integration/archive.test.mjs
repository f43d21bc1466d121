// Finished recordings in an object store: nothing leaves the disk before it was read back, and everything is as it was for whoever plays, verifies or exports it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ObjectStore } from '../support/object-store.mjs';
import { FeedPlayer, recorded, uuid7, withRecorder } from '../support/recorder.mjs';
import { until } from '../support/until.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const LONG = { timeoutMs: 90_000 };

test('a recording moves to the store, is replayed by ranges, verified, exported and disposed of there', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ytk-archive-'));
    const store = await ObjectStore.start(join(dir, 'store'));
    try {
        store.open = false;
        await withRecorder(async (recorder) => {
            const recording = await recorder.record();
            const player = new FeedPlayer(recorder, recording, { fps: 10, size: '320x240' });
            await recorded(recorder, recording, 4000);
            await player.stop();
            assert.equal((await recorder.end(recording)).status, 200);
            const base = `/recordings/${recording.id}`;
            const folder = recorder.folder(recording);
            const [part] = recorder.files(recording, 'site');
            const bytes = readFileSync(part);
            const file = `site/${part.split('/').at(-1)}`;

            // The store is away, then it gives other bytes back: the disk keeps everything.
            await until('it is tried again', () => store.requests.length > 2, LONG);
            store.forge = (path) => path.endsWith(file);
            store.open = true;
            await until('an upload was read back', () => store.requests.filter((r) => r.method === 'GET' && r.path.endsWith(file)).length > 2, LONG);
            assert.ok(existsSync(part));
            await until('it says so', async () => (await recorder.get('/health')).archive.state === 'unreachable', LONG);
            store.forge = null;

            await until('it has moved', async () => (await recorder.state(recording)).archived_at > 0, LONG);
            assert.deepEqual(readdirSync(folder).sort(), ['cert.pem', 'ledger.jsonl']);
            assert.equal(recorder.verify(recording).report.verdict, 'altered', 'the folder alone is not the recording');

            // Replay: by ranges, each a presigned one.
            store.requests.length = 0;
            const range = await recorder.call('GET', `${base}/files/${file}`, undefined, { range: 'bytes=100-299' });
            assert.deepEqual([range.status, range.headers['content-range'], sha256(range.bytes)], [206, `bytes 100-299/${bytes.length}`, sha256(bytes.subarray(100, 300))]);
            assert.deepEqual(store.requests.map((r) => r.range), ['bytes=100-299']);
            assert.equal(sha256((await recorder.call('GET', `${base}/files/${file}`)).bytes), sha256(bytes));
            assert.equal((await recorder.call('GET', `${base}/files/${file}`, undefined, { range: `bytes=${bytes.length}-` })).status, 416);
            assert.equal((await recorder.call('GET', `${base}/hls/main.m3u8`)).status, 200);
            assert.equal((await recorder.get(`${base}/verdict`)).verdict, 'intact');
            const zip = join(dir, 'export.zip');
            writeFileSync(zip, (await recorder.call('GET', `${base}/export`)).bytes);
            assert.equal(spawnSync('unzip', ['-q', zip, '-d', join(dir, 'out')]).status, 0);
            const [root] = readdirSync(join(dir, 'out'));
            assert.equal(sha256(readFileSync(join(dir, 'out', root, recording.id, file))), sha256(bytes));
            assert.deepEqual(readdirSync(join(recorder.data, 'derived')).filter((name) => name.startsWith('recalled')), [], 'what was fetched is not kept');

            // A restart knows where it lies; an altered object is named; a store that is away is said.
            await recorder.daemon.kill9();
            await recorder.start();
            store.forge = (path) => path.endsWith(file);
            assert.equal((await recorder.get(`${base}/verdict`)).verdict, 'altered');
            store.forge = null;
            store.open = false;
            assert.equal((await recorder.call('GET', `${base}/files/${file}`)).json.code, 'recording/away');
            const approved = [{ user: uuid7(), name: '甲', at: 1 }, { user: uuid7(), name: '乙', at: 2 }];
            const order = { disposal: uuid7(), reason: '期满', class: '10-years', approved };
            assert.equal((await recorder.call('POST', `${base}/disposal`, order)).status, 503);
            store.open = true;
            assert.equal((await recorder.call('POST', `${base}/disposal`, order)).status, 200);
            assert.ok(store.count('DELETE') > 0);
            assert.equal((await recorder.call('GET', `${base}/files/${file}`)).json.code, 'recording/disposed');
            assert.equal(recorder.verify(recording).status, 4);
            assert.equal(recorder.ledger(recording).filter((line) => line.type === 'disposal').length, 1);
        }, { args: ['--archive-url', store.url, '--archive-credentials', store.credentials, '--archive-after', '0'] });
    } finally {
        await store.stop();
        rmSync(dir, { recursive: true, force: true });
    }
});

test('a quota warns first, and then lets none begin', () => withRecorder(async (recorder) => {
    const recording = { id: uuid7(), visit: uuid7(), participant: uuid7() };
    const put = () => recorder.call('PUT', `/recordings/${recording.id}`, { visit: recording.visit, case_number: 'XF-1', item: 'MKT-01', item_version: '1', title: 't', site_participant: recording.participant });
    const before = await until('it is measured', async () => { const { storage } = await recorder.get('/storage'); return storage.measured_at > 0 ? storage : null; });
    assert.deepEqual([before.state, before.quota], ['ok', 107374]);
    assert.equal((await put()).status, 201);
    await recorder.call('PUT', `/recordings/${recording.id}/stills/${uuid7()}?at=1`, Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(120_000)]), { 'content-type': 'image/jpeg' });
    await recorder.daemon.stop();
    await recorder.start();
    const full = await until('it is measured again', async () => { const { storage } = await recorder.get('/storage'); return storage.state === 'full' ? storage : null; });
    assert.ok(full.bytes > full.quota);
    recording.id = uuid7();
    const refused = await put();
    assert.deepEqual([refused.status, refused.json.code], [507, 'storage/full']);
}, { args: ['--storage-quota', '0.0001', '--storage-warn', '100'] }));
