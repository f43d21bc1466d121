// A full disk: recording stops with an alarm, says so, and goes on by itself when there is room again. What was recorded stays.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FeedPlayer, recorded, uuid7, withRecorder } from '../support/recorder.mjs';
import { until } from '../support/until.mjs';

/** A small file system of its own, or why there can be none here. */
function mountSmall() {
    const dir = mkdtempSync(join(tmpdir(), 'ytk-small-'));
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dir], { encoding: 'utf8' });
    return status === 0 ? { dir } : { dir, reason: `no tmpfs can be mounted here: ${stderr.trim()}` };
}

test('a full disk', async (t) => {
    const { dir, reason } = mountSmall();
    try {
        if (reason)
            return t.skip(reason);
        await withRecorder(async (recorder) => {
            const recording = await recorder.record();
            const player = new FeedPlayer(recorder, recording);
            const ballast = join(dir, 'ballast');
            const entry = { id: uuid7(), type: 'mark', at: Date.now() * 1000, data: { mark: 'checkpoint-start' } };

            await recorded(recorder, recording, 2000);
            const { bavail, bsize } = statfsSync(dir);
            try {
                writeFileSync(ballast, Buffer.alloc(bavail * bsize - 16 * 1024)); // room for less than a fragment
            } catch (error) {
                assert.equal(error.code, 'ENOSPC'); // the recording took it meanwhile: fuller still
            }
            const alarm = await until('the alarm', async () => {
                const state = await recorder.state(recording);
                return state.state === 'alarm' && state;
            });
            assert.equal(alarm.alarm, 'disk-full');
            const refused = await recorder.call('POST', `/recordings/${recording.id}/entries`, entry);
            assert.equal(refused.status, 503);
            assert.equal(refused.json.code, 'recording/stopped');
            assert.ok(refused.json.title_zh);

            rmSync(ballast);
            await until('recording again', async () => (await recorder.state(recording)).state === 'recording');
            assert.equal((await recorder.call('POST', `/recordings/${recording.id}/entries`, entry)).status, 200);
            const before = (await recorder.state(recording)).duration_ms;
            await recorded(recorder, recording, before + 2000);
            await recorder.end(recording);
            await player.stop();

            const gaps = recorder.ledger(recording).filter((l) => l.type === 'gap' && l.reason === 'disk-full');
            assert.deepEqual([...new Set(gaps.map((g) => g.track))].sort(), [`audio-${recording.participant}`, 'site'].sort());
            assert.ok(gaps.some((g) => g.to !== null));
            assert.equal(recorder.verify(recording).status, 0);
        }, { data: join(dir, 'data') });
    } finally {
        if (!reason)
            spawnSync('umount', ['--lazy', dir]);
        rmSync(dir, { recursive: true, force: true });
    }
});
