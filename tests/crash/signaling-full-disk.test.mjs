// A full disk during a visit: the inspectors see the alarm, the call and the check list go on, and what was marked meanwhile is in the ledger after.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

/** Fills the file system to its last byte. */
function fill(dir) {
    const { bavail, bsize } = statfsSync(dir);
    try {
        writeFileSync(join(dir, 'filler'), Buffer.alloc(bavail * bsize + 4096));
    } catch (error) {
        assert.equal(error.code, 'ENOSPC');
    }
}

test('a full disk during a visit', async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'yuntakan-full-'));
    const disk = mkdtempSync(join(tmpdir(), 'yuntakan-small-'));
    mkdirSync(join(dir, 'data'), { mode: 0o700 });
    symlinkSync(disk, join(dir, 'data/recordings'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk], { encoding: 'utf8' });
    if (mounted.status !== 0)
        return t.skip(`no tmpfs can be mounted here: ${mounted.stderr.trim()}`);
    try {
        await withStack({ dir }, async (stack) => {
            const { visit, invitation } = await stack.openVisit();
            const applicant = await LiveClient.connect(stack.client());
            await applicant.hello({ invitation: decodeURIComponent(new URL(invitation.path, stack.url).hash.slice(1)) });
            await applicant.ask('consent', { notice: '2026-01' });
            await applicant.ask('wait');
            const inspector = await LiveClient.connect(await stack.signIn('zhangwei'));
            await inspector.hello({ visit: visit.id });
            await inspector.ask('admit', { participant: applicant.welcome.participant });
            const admin = await stack.signIn('admin');
            const pending = async () => (await admin.ask('GET', `/api/visits/${visit.id}`)).pending;
            await until('nothing pending', async () => await pending() === 0);

            fill(disk);
            // The last page of the ledger has room for a few lines yet.
            let marks = 0;
            await until('the alarm', async () => {
                await inspector.ask('checkpoint-start', { checkpoint: marks++ % 2 ? 'MKT-01-02' : 'MKT-01-01' });
                return inspector.last.room.recording.state === 'alarm' && inspector.last.room.recording.alarm === 'disk-full';
            });
            await inspector.ask('checkpoint-start', { checkpoint: 'MKT-01-03' });
            await inspector.ask('finding', { checkpoint: 'MKT-01-01', result: 'conform', note: '', revision: 0 });
            await applicant.wait('room', (room) => room.checkpoint?.code === 'MKT-01-03' && room.visit.state === 'live');
            assert.ok(await pending() > 0);

            rmSync(join(disk, 'filler'));
            await until('nothing pending', async () => await pending() === 0, { timeoutMs: 60_000 });
            await inspector.wait('room', (room) => room.recording.state !== 'alarm');
            const index = await stack.recorder('GET', `/recordings/${inspector.last.room.recording.recording}/index`);
            const starts = index.json.entries.filter((entry) => entry.type === 'mark' && entry.data.kind === 'checkpoint-start');
            assert.equal(starts.length, marks + 1);
            assert.equal(new Set(starts.map((entry) => entry.id)).size, starts.length);
            assert.equal(starts.at(-1).data.checkpoint, 'MKT-01-03');
        });
    } finally {
        spawnSync('umount', ['-l', disk]);
        rmSync(disk, { recursive: true, force: true });
        rmSync(dir, { recursive: true, force: true });
    }
});
