// The end of a recording's term: listed, approved by two, carried out through kills, and what remains says so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PASSWORD, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { uuid7 } from '../support/uuid7.mjs';

const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.alloc(5000, 7), Buffer.from('ffd9', 'hex')]);

/** A visit whose recording (stills only) ended long enough ago. The store is told so beside the running daemon. */
async function endedRecording(stack) {
    const { case: opened, visit } = await stack.openVisit({});
    const [recording, participant] = [uuid7(), uuid7()];
    const at = Date.now() * 1000;

    await stack.recorder('PUT', `/recordings/${recording}`, { visit: visit.id, case_number: opened.case_number, item: 'MKT-01', item_version: 1, title: '核查', site_participant: participant });
    for (let n = 0; n < 3; n++)
        assert.equal((await stack.recorder('PUT', `/recordings/${recording}/stills/${uuid7()}?at=${at}`, JPEG, { 'content-type': 'image/jpeg' })).status, 201);
    assert.equal((await stack.recorder('POST', `/recordings/${recording}/end`, {})).status, 200);
    execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(stack.data, 'store.sqlite'), `
        INSERT INTO participants (id, visit_id, role, name, state, created_at) VALUES ('${participant}', '${visit.id}', 'applicant', '王芳', 'left', 1);
        INSERT INTO recordings (id, visit_id, started_at, ended_at, site_participant, title, retention) VALUES ('${recording}', '${visit.id}', 1, 1000000, '${participant}', '核查', '10-years');`]);
    return { case: opened, visit, recording };
}

test('two administrators approve, kills in the middle change nothing, and a tombstone stays', () => withStack({}, async (stack) => {
    const admin = await stack.signIn('admin');
    await admin.ask('POST', '/api/users', { account: 'sunli', name: '孙丽', role: 'admin', password: PASSWORD });
    const second = await stack.signIn('sunli');
    const [gone, held, other] = [await endedRecording(stack), await endedRecording(stack), await endedRecording(stack)];
    const ids = [gone, held, other].map((made) => made.recording);
    const folder = stack.folderOf(gone.recording);
    const refused = async (client, path, body, status, code) => {
        const answer = await client.request('POST', path, body);
        assert.deepEqual([answer.status, answer.json.code], [status, code], path);
    };

    const zhang = await stack.signIn('zhangwei');
    assert.equal((await zhang.request('GET', '/api/retention')).status, 403);
    await refused(zhang, '/api/disposals', { reason: '期满', recordings: ids }, 403, 'access/denied');

    const due = await admin.ask('GET', '/api/retention?state=due');
    assert.deepEqual(due.recordings.map((row) => [row.recording, row.class, row.held]).sort(), ids.map((id) => [id, '10-years', false]).sort());
    const hold = await admin.ask('POST', `/api/cases/${held.case.id}/holds`, { reason: '行政诉讼' });
    await refused(admin, '/api/disposals', { reason: '期满', recordings: ids }, 409, 'disposal/held');
    await admin.ask('POST', `/api/holds/${hold.id}/lift`, { reason: '已结案' });
    const list = await admin.ask('POST', '/api/disposals', { reason: '保管期满,经鉴定销毁', recordings: ids });

    const approval = `/api/disposals/${list.id}/approval`;
    await refused(admin, approval, { password: 'wrong password' }, 403, 'access/password');
    assert.equal((await admin.ask('POST', approval, { password: PASSWORD })).state, 'open');
    await refused(admin, approval, { password: PASSWORD }, 409, 'disposal/approved');

    // The second approval is given while the recorder is away; then both daemons are killed while it is carried out.
    await stack.kill9('recorder');
    assert.equal((await second.ask('POST', approval, { password: PASSWORD })).state, 'approved');
    await stack.restart('recorder');
    await until('one has its tombstone', () => ids.some((id) => readFileSync(join(stack.folderOf(id), 'ledger.jsonl'), 'utf8').includes('"type":"disposal"')));
    await Promise.all([stack.kill9('recorder'), stack.kill9('signaling')]);
    await Promise.all([stack.restart('recorder'), stack.restart('signaling')]);

    const done = await until('the list is carried out', async () => {
        const now = await admin.ask('GET', `/api/disposals/${list.id}`);
        return now.state === 'done' ? now : null;
    });
    assert.deepEqual(done.recordings.map((item) => item.state), ['disposed', 'disposed', 'disposed']);
    assert.ok(!existsSync(join(folder, 'stills')));
    const report = stack.verify(folder, { status: 4 });
    assert.equal(report.verdict, 'disposed');
    assert.equal(report.disposal.reason, '保管期满,经鉴定销毁');
    const line = readFileSync(join(folder, 'ledger.jsonl'), 'utf8').trim().split('\n').map((text) => JSON.parse(text)).filter((entry) => entry.type === 'disposal');
    assert.equal(line.length, 1, 'one tombstone, however often it was tried');
    assert.deepEqual(line[0].approved.map((who) => who.name), ['admin', '孙丽']);
    assert.deepEqual([line[0].disposal, line[0].class], [list.id, '10-years']);

    const status = await admin.ask('GET', `/api/recordings/${gone.recording}`);
    assert.equal(status.disposed_at, line[0].at);
    const index = await admin.ask('GET', `/api/recordings/${gone.recording}/index`);
    const still = await admin.request('GET', `/api/recordings/${gone.recording}/files/${index.stills[0].file}`);
    assert.deepEqual([still.status, still.json.code], [410, 'recording/disposed']);
    assert.equal((await admin.request('GET', `/api/recordings/${gone.recording}/hls/main.m3u8`)).json.code, 'recording/disposed');
    const acts = (await admin.ask('GET', '/api/retention/acts')).acts.map((act) => act.act);
    assert.deepEqual(acts.filter((act) => act !== 'recording-disposed').reverse(),
        ['hold-placed', 'hold-lifted', 'disposal-listed', 'disposal-approved', 'disposal-approved', 'disposal-done']);
    assert.equal(acts.filter((act) => act === 'recording-disposed').length, 3);
}));
