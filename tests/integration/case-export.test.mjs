// 一案一档: a case leaves as one package and comes into another installation, which looks before it takes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { liveVisit } from '../support/live-visit.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

test('a case is exported by its button\'s address and imported elsewhere, unless a byte was changed', () => withStack({}, async (stack) => {
    const visit = await liveVisit(stack);
    const { recording } = visit.inspector.last.room.recording;
    const inspector = await stack.signIn('liujing');
    const base = `/api/recordings/${recording}`;
    await until('the recording began', async () => (await inspector.request('GET', base)).json?.recording === recording);
    await visit.inspector.ask('checkpoint-start', { checkpoint: 'MKT-01-01' });
    await visit.inspector.ask('finding', { checkpoint: 'MKT-01-01', result: 'conform', note: '门头一致', revision: 0 });
    await visit.inspector.ask('visit-end', { conclusion: '通过' });
    await until('the recording ended', async () => (await inspector.request('GET', base)).json.state === 'ended');
    const detail = await inspector.ask('GET', `/api/visits/${visit.id}`);

    const refused = await (await stack.signIn('zhaomin')).request('GET', `/api/cases/${detail.case}/export`);
    assert.equal(refused.status, 404, 'she is not assigned');
    const file = join(stack.dir, 'case.zip');
    stack.ctl('case', 'export', detail.case, '-o', file);
    assert.equal(stack.verify(file).verdict, 'intact');
    const [out, forged] = [mkdtempSync(join(tmpdir(), 'ytk-case-')), join(stack.dir, 'forged.zip')];
    try {
        assert.equal(spawnSync('unzip', ['-q', file, '-d', out]).status, 0);
        const root = join(out, readdirSync(out)[0]);
        assert.equal(spawnSync('sha256sum', ['--quiet', '-c', 'manifest-sha256.txt'], { cwd: root }).status, 0);
        const [folder] = readdirSync(root).filter((name) => name.endsWith(recording));
        const record = JSON.parse(readFileSync(join(root, folder, 'record.json'), 'utf8'));
        assert.deepEqual(record.findings.map((finding) => finding.note), ['门头一致']);
        assert.equal(record.retention, '10-years');
        assert.ok(!JSON.stringify(record).includes('"account"'), 'no accounts leave');
        assert.match(readFileSync(join(root, 'case.js'), 'utf8'), /^window\.yuntakanCase = \{/);
        const ledger = join(root, folder, recording, 'ledger.jsonl');
        writeFileSync(ledger, readFileSync(ledger, 'utf8').replace('门头一致', '门头不符'));
        assert.equal(spawnSync('python3', ['-m', 'zipfile', '-c', forged, root]).status, 0);
    } finally {
        rmSync(out, { recursive: true, force: true });
    }
    const entries = (await (await stack.signIn('admin')).ask('GET', '/api/accesses')).accesses.filter((access) => access.kind === 'export');
    assert.ok(entries.length > 0 && entries.every((access) => access.recording === recording));

    await withStack({}, async (other) => {
        const importing = (path, status) => other.run('tools/yuntakanctl', ['recording', 'import', path, '--data', other.data], { status, env: { LC_ALL: 'zh_CN.UTF-8',
            YUNTAKAN_SERVER: other.url, YUNTAKAN_CA: join(other.data, 'tls/cert.pem'), YUNTAKAN_ACCOUNT: 'admin', YUNTAKAN_PASSWORD: 'correct horse battery' } });
        await other.recorder('GET', '/health');
        assert.match(importing(forged, 1).stderr, /\[import\/refused\]/);
        assert.deepEqual(readdirSync(join(other.data, 'recordings')), [], 'nothing is left of a refused one');

        importing(file, 0);
        const admin = await other.signIn('admin');
        const found = await until('it is found by its number', async () => (await admin.ask('GET', `/api/search?q=${encodeURIComponent(detail.case_number)}`)).visits[0]);
        assert.equal(found.recording, recording);
        const imported = await admin.ask('GET', `/api/visits/${found.id}`);
        assert.deepEqual(imported.findings.map(({ checkpoint, result, note }) => [checkpoint, result, note]), [['MKT-01-01', 'conform', '门头一致']]);
        assert.equal((await admin.ask('GET', `/api/recordings/${recording}/verdict`)).verdict, 'intact');
        assert.match(importing(file, 1).stderr, /已有这段录像.*\[import\/exists\]/);
        assert.ok(existsSync(other.folderOf(recording)));
    });
}));
