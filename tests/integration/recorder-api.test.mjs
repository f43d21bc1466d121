// The recorder's HTTP interface: what it answers, what it refuses, what survives a restart.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { decode, FeedPlayer, recorded, uuid7, withRecorder } from '../support/recorder.mjs';
import { until } from '../support/until.mjs';

const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.alloc(5000, 7), Buffer.from('ffd9', 'hex')]);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function refused(recorder, status, code, ...call) {
    const answer = await recorder.call(...call);
    assert.equal(answer.status, status, `${call.slice(0, 2)}: ${answer.text}`);
    assert.match(answer.headers['content-type'], /problem\+json/);
    assert.equal(answer.json.code, code);
    assert.ok(answer.json.title && answer.json.title_zh);
}

/** Follows /events; `lines` grows. */
function follow(recorder) {
    const lines = [];
    const request = http.get({ socketPath: recorder.socket, path: '/events' }, (response) => {
        response.on('error', () => {});
        createInterface({ input: response }).on('line', (line) => lines.push(JSON.parse(line))).on('error', () => {});
    });
    request.on('error', () => {});
    return { lines, close: () => request.destroy() };
}

test('entries and stills are durable, idempotent, and known again after a restart', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const base = `/recordings/${recording.id}`;
    const entry = { id: uuid7(), type: 'mark', at: Date.now() * 1000, data: { mark: 'checkpoint-start', checkpoint: 'K1' } };
    const still = uuid7();
    const path = `${base}/stills/${still}?checkpoint=K1&participant=${recording.participant}&at=${Date.now() * 1000}`;

    const first = await recorder.call('POST', `${base}/entries`, entry);
    assert.equal(first.status, 200);
    const stored = await recorder.call('PUT', path, JPEG, { 'content-type': 'image/jpeg' });
    assert.equal(stored.status, 201);
    assert.deepEqual({ sha256: stored.json.sha256, bytes: stored.json.bytes }, { sha256: sha256(JPEG), bytes: JPEG.length });

    for (const restart of [false, true]) {
        if (restart) {
            await recorder.daemon.kill9();
            await recorder.start();
        }
        assert.deepEqual((await recorder.call('POST', `${base}/entries`, entry)).json, first.json);
        const again = await recorder.call('PUT', path, JPEG, { 'content-type': 'image/jpeg' });
        assert.equal(again.status, 200);
        assert.equal(again.json.seq, stored.json.seq);
        await refused(recorder, 409, 'still/conflict', 'PUT', path, Buffer.concat([JPEG, JPEG]), { 'content-type': 'image/jpeg' });
    }
    assert.equal(recorder.ledger(recording).filter((l) => l.id === entry.id || l.id === still).length, 2);
    const index = await recorder.index(recording);
    assert.ok(index.entries.some((e) => e.id === entry.id));
    assert.equal(index.stills[0].id, still);
    const file = await recorder.call('GET', `${base}/files/${index.stills[0].file}`);
    assert.equal(sha256(file.bytes), sha256(JPEG));
    assert.equal(file.headers['content-type'], 'image/jpeg');

    assert.equal((await recorder.call('PUT', base, {
        visit: recording.visit, case_number: 'XF-2026-0001', item: 'i', item_version: '1', title: 't', site_participant: recording.participant,
    })).status, 200, 'starting it again is no error');
    assert.equal((await recorder.end(recording)).json.state, 'ended');
    assert.equal((await recorder.end(recording)).status, 200, 'nor is ending it again');
    await refused(recorder, 409, 'recording/ended', 'POST', `${base}/entries`, { ...entry, id: uuid7() });
    assert.equal(recorder.verify(recording).status, 0);
}));

test('bad requests are refused with a code', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const base = `/recordings/${recording.id}`;
    const entry = { id: uuid7(), type: 'mark', at: 1, data: {} };
    const opening = { visit: uuid7(), case_number: 'c', item: 'i', item_version: '1', title: 't', site_participant: uuid7() };

    await refused(recorder, 404, 'recording/not-found', 'GET', `/recordings/${uuid7()}`);
    await refused(recorder, 404, 'recording/not-found', 'GET', `/recordings/${uuid7()}/verdict`);
    await refused(recorder, 400, 'field/invalid', 'PUT', '/recordings/not-an-id', opening);
    await refused(recorder, 400, 'field/invalid', 'PUT', `/recordings/${uuid7()}`, { ...opening, title: undefined });
    await refused(recorder, 400, 'field/invalid', 'PUT', `/recordings/${uuid7()}`, { ...opening, site_participant: '../x' });
    await refused(recorder, 400, 'json/malformed', 'POST', `${base}/entries`, '{');
    await refused(recorder, 400, 'json/duplicate-key', 'POST', `${base}/entries`, '{"id":1,"id":2}');
    await refused(recorder, 400, 'field/invalid', 'POST', `${base}/entries`, { ...entry, id: 'x' });
    await refused(recorder, 400, 'field/invalid', 'POST', `${base}/entries`, { ...entry, at: 'now' });
    await refused(recorder, 400, 'field/invalid', 'POST', `${base}/entries`, { ...entry, data: [] });
    await refused(recorder, 413, 'json/too-large', 'POST', `${base}/entries`, { ...entry, data: { text: 'x'.repeat(65_380) } });
    await refused(recorder, 400, 'field/invalid', 'PUT', `${base}/stills/${uuid7()}`, JPEG);
    await refused(recorder, 400, 'field/invalid', 'PUT', `${base}/stills/x.jpg?at=1`, JPEG);
    await refused(recorder, 415, 'still/not-jpeg', 'PUT', `${base}/stills/${uuid7()}?at=1`, Buffer.from('GIF89a'));
    // What is no proper path at all may also be cut off by the server.
    const nothing = async (path) => assert.notEqual((await recorder.call('GET', path).catch(() => ({ status: 0 }))).status, 200, path);
    for (const path of ['../../../../etc/passwd', '..%2f..%2fkey.pem', 'site/part-0001.mp4', 'stills/x.jpg', 'ledger.jsonl%00', ''])
        await nothing(`${base}/files/${path}`);
    await refused(recorder, 404, 'request/not-found', 'GET', `${base}/hls/main.m3u8`);
    for (const path of ['/recordings/..%2f..%2fetc', `${base}/hls/..%2f..%2fx.m3u8`, `${base}/../${recording.id}x/index`])
        await nothing(path);
    assert.equal((await recorder.call('POST', base, {})).status, 405);
    assert.equal((await recorder.state(recording)).state, 'waiting', 'and nothing of it has hurt');
}));

test('playlists, files with ranges, verdict and export of what has been recorded', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const base = `/recordings/${recording.id}`;
    const events = follow(recorder);
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 5000);
    const live = (await recorder.call('GET', `${base}/hls/site.m3u8`)).text;
    assert.match(live, /#EXT-X-PLAYLIST-TYPE:EVENT/);
    assert.doesNotMatch(live, /ENDLIST/);
    const running = await recorder.get(`${base}/verdict`);
    assert.equal(running.verdict, 'unsealed');
    // A growing file is visible exactly as far as the ledger speaks of it.
    const part = (await recorder.index(recording)).fragments.filter((f) => f.track === 'site').at(-1);
    const visible = await recorder.call('GET', `${base}/files/site/part-0001.mp4`);
    assert.ok(visible.bytes.length >= part.offset + part.length);
    await recorder.end(recording);
    await player.stop();

    const main = await recorder.call('GET', `${base}/hls/main.m3u8`);
    assert.equal(main.headers['content-type'], 'application/vnd.apple.mpegurl');
    assert.match(main.text, /CODECS="avc1\.[0-9a-f]{6},opus"/);
    const playlist = (await recorder.call('GET', `${base}/hls/site.m3u8`)).text;
    assert.match(playlist, /#EXT-X-ENDLIST/);
    const whole = (await recorder.call('GET', `${base}/files/site/part-0001.mp4`)).bytes;
    const [, length, offset] = /#EXT-X-BYTERANGE:(\d+)@(\d+)/.exec(playlist).map(Number);
    const range = await recorder.call('GET', `${base}/files/site/part-0001.mp4`, undefined, { range: `bytes=${offset}-${offset + length - 1}` });
    assert.equal(range.status, 206);
    assert.deepEqual(range.bytes, whole.subarray(offset, offset + length));

    const verdict = await recorder.get(`${base}/verdict`);
    assert.equal(verdict.verdict, 'intact');
    assert.deepEqual(await recorder.get(`${base}/verdict`), verdict);

    const zip = await recorder.call('GET', `${base}/export`);
    assert.equal(zip.status, 200);
    assert.match(zip.headers['content-disposition'], /attachment; filename="[^"]+\.zip"/);
    const dir = mkdtempSync(join(tmpdir(), 'ytk-export-'));
    try {
        writeFileSync(join(dir, 'export.zip'), zip.bytes);
        assert.equal(spawnSync('unzip', ['-q', 'export.zip'], { cwd: dir }).status, 0);
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }

    await until('the end in /events', () => events.lines.some((l) => l.state === 'ended'));
    events.close();
    assert.equal(events.lines[0].type, 'hello');
    assert.match(events.lines[0].instance, /^[0-9a-f-]{36}$/);
    assert.ok(events.lines.some((l) => l.type === 'recording' && l.recording === recording.id && l.state === 'recording'));
    assert.ok(events.lines.some((l) => l.sealed_seq > 0));
}));

test('SIGTERM in the middle: sealed, declared, and it goes on after the start', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 3000);
    await recorder.daemon.stop();
    assert.equal(recorder.verify(recording).status, 3, 'intact; only the end is not there yet');
    const before = recorder.ledger(recording);
    assert.equal(before.at(-1).type, 'seal');
    assert.ok(before.some((l) => l.type === 'gap' && l.track === 'site' && l.to === null));
    await recorder.start();
    await until('a second part', async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === 2);
    await recorder.end(recording);
    await player.stop();
    for (const file of recorder.files(recording, 'site'))
        assert.equal(decode(file).errors, '');
    assert.equal(recorder.verify(recording).status, 0);
    // An ended recording is read from the disk after the next start.
    await recorder.daemon.stop();
    await recorder.start();
    assert.equal((await recorder.state(recording)).state, 'ended');
    assert.equal((await recorder.get(`/recordings/${recording.id}/verdict`)).verdict, 'intact');
}));

test('health and metrics', () => withRecorder(async (recorder) => {
    await recorder.record();
    assert.equal((await recorder.get('/health')).status, 'ok');
    assert.match((await recorder.call('GET', '/metrics')).text, /yuntakan_recorder_recordings\{state="waiting"\} 1/);
}));
