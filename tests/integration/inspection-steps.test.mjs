// The steps of an inspection beside findings: acts, challenge, measurement, correction, drawing, camera, place, credentials, private notes, conflicts of interest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { picture } from '../support/pictures.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

test('what inspectors do reaches the phone as far as it may, the record and the ledger', () => withStack({}, async (stack) => {
    const admin = await stack.signIn('admin');
    const { users } = await admin.ask('GET', '/api/users');
    const zhangUser = users.find(({ account }) => account === 'zhangwei').id;
    assert.equal((await admin.request('GET', `/api/users/${zhangUser}/credential`)).json, null);
    await admin.ask('PUT', `/api/users/${zhangUser}/credential`, { number: '赣B07-0102', title: '一级主任科员', department: '市场服务审批股' });
    const zhangApi = await stack.signIn('zhangwei');
    assert.equal((await zhangApi.request('PUT', `/api/users/${zhangUser}/credential`, { number: 'x', title: '', department: '' })).status, 403);

    const { visit, invitation, case: opened } = await stack.openVisit();
    await admin.ask('PUT', `/api/cases/${opened.id}/place`, { lat: 25.3861, lon: 114.9229, credit_code: '92360722MA0000000X' });
    assert.equal((await admin.request('PUT', `/api/cases/${opened.id}/place`, { lat: 91, lon: 0 })).json.code, 'field/invalid');
    const applicant = await LiveClient.connect(stack.client());
    await applicant.hello({ invitation: decodeURIComponent(new URL(invitation.path, 'https://x').hash.slice(1)) });
    await applicant.ask('consent', { notice: '2026-01' });
    await applicant.ask('device-check', { camera: 'good', microphone: 'good', network: 'good', location: { lat: 25.387, lon: 114.9229, accuracy_m: 12 } });
    await applicant.ask('wait');
    const zhang = await LiveClient.connect(zhangApi);
    await zhang.hello({ visit: visit.id });
    await zhang.ask('admit', { participant: applicant.welcome.participant });
    const liu = await LiveClient.connect(await stack.signIn('liujing'));
    await liu.hello({ visit: visit.id });

    // 0.0009° of latitude are 100 m; the phone does not get the comparison, but sees who inspects.
    const place = (await zhang.wait('room', (room) => room.inspection?.locations?.length === 1)).inspection.locations[0];
    assert.ok(Math.abs(place.distance_m - 100) <= 1, `${place.distance_m} m`);
    const seen = await applicant.wait('room', (room) => room.participants.some((one) => one.credential === '赣B07-0102'));
    assert.deepEqual(Object.keys(seen.inspection).sort(), ['acts', 'challenges', 'director']);

    // Acts: an applicant may only say what it heard.
    await zhang.ask('act', { act: 'credentials-shown' });
    await applicant.ask('act', { act: 'notice-read' });
    assert.equal((await applicant.request('act', { act: 'identity-checked' })).code, 'message/role');
    await zhang.ask('direct', { director: zhang.welcome.participant });
    assert.equal((await zhang.request('direct', { director: applicant.welcome.participant })).code, 'participant/not-found');

    // A challenge that nobody could know before.
    const { challenge } = await zhang.ask('challenge', { kind: 'number' });
    const shown = await applicant.wait('room', (room) => room.inspection.challenges.at(-1)?.id === challenge);
    assert.match(shown.inspection.challenges.at(-1).task_zh, /[1-9][0-9]{3}/);
    assert.equal((await liu.request('challenge-judge', { challenge: visit.id, result: 'passed' })).code, 'challenge/unknown');
    await liu.ask('challenge-judge', { challenge, result: 'passed' });

    // Measurements: the limit of the catalogue judges.
    const measure = (value, more = {}) => zhang.request('measure', { checkpoint: 'MKT-01-02', value, still: null, ...more });
    assert.equal((await measure('24.9')).verdict, 'fail');
    assert.equal((await measure('25')).verdict, 'pass');
    assert.equal((await measure('about 30')).code, 'field/invalid');
    assert.equal((await measure('30', { still: challenge })).code, 'still/not-found');
    assert.equal((await zhang.request('measure', { checkpoint: 'MKT-01-01', value: '3', unit: 'm', still: null })).verdict, null);

    // Stills as before and after.
    await zhang.ask('checkpoint-start', { checkpoint: 'MKT-01-05' });
    const stills = [];
    for (const hue of [0, 90]) {
        const { still } = await zhang.ask('still-take');
        const put = await stack.client().request('PUT', `/api/visits/${visit.id}/stills/${still}`, picture({ hue }), { 'content-type': 'image/jpeg', authorization: `Bearer ${applicant.welcome.resume}` });
        assert.equal(put.status, 201);
        stills.push(still);
    }
    await zhang.ask('correction', { checkpoint: 'MKT-01-05', before: stills[0], after: stills[1] });

    // Drawing reaches the others, not the draughtsman; a camera request reaches the phone.
    await zhang.ask('draw', { kind: 'line', points: [0.1, 0.2, 0.3, 0.4], still: null });
    for (const other of [applicant, liu])
        assert.deepEqual((await other.wait('drawn')).points, [0.1, 0.2, 0.3, 0.4]);
    assert.equal(zhang.last.drawn, undefined);
    assert.equal((await zhang.request('draw', { kind: 'line', points: [1.5, 0], still: null })).code, 'field/invalid');
    assert.equal((await applicant.request('draw', { kind: 'clear', points: [] })).code, 'message/role');
    await zhang.ask('camera', { command: 'torch', value: 1 });
    assert.deepEqual([(await applicant.wait('camera-request')).command, applicant.last['camera-request'].value], ['torch', 1]);

    // What inspectors say among themselves stays among them.
    await zhang.ask('private-note', { words: '看一下后门' });
    await liu.wait('room', (room) => room.inspection.notes.at(-1)?.words === '看一下后门');
    assert.ok(!applicant.messages.some((message) => JSON.stringify(message).includes('看一下后门')));

    // All of it is in the record's content and in the ledger.
    const { record } = await zhangApi.ask('POST', `/api/visits/${visit.id}/records`, { decision: 'on-site', remark: '需要测距' });
    const { content } = await zhangApi.ask('GET', `/api/visits/${visit.id}/records/${record.version}`);
    assert.deepEqual(content.acts.map(({ act }) => act), ['credentials-shown', 'notice-read']);
    assert.equal(content.challenges[0].result, 'passed');
    assert.deepEqual(content.findings[1].measurements.map(({ value, verdict }) => [value, verdict]), [['24.9', 'fail'], ['25', 'pass']]);
    assert.equal(content.findings[4].corrections.length, 1);
    assert.equal(content.people.find(({ name }) => name === '张伟').credential, '赣B07-0102');
    assert.equal(content.visit.credit_code, '92360722MA0000000X');
    assert.equal(content.visit.premises, '芳姐小厨 · 阳明北路18号');
    const detail = await zhangApi.ask('GET', `/api/visits/${visit.id}`);
    assert.deepEqual([detail.premises, detail.premises_at], ['芳姐小厨 · 阳明北路18号', { lat: 25.3861, lon: 114.9229 }]);
    await zhang.ask('visit-end', { conclusion: null });
    const recording = zhang.last.room.recording.recording;
    await until('the end of the recording', async () => (await stack.recorder('GET', `/recordings/${recording}`)).json.state === 'ended');
    const kinds = (await stack.recorder('GET', `/recordings/${recording}/index`)).json.entries.map(({ type }) => type);
    for (const kind of ['act', 'challenge', 'challenge-result', 'measurement', 'correction', 'camera-request', 'direct', 'private-note', 'conclusion'])
        assert.ok(kinds.includes(kind), `${kind} in ${kinds}`);

    // Whoever helped with a case does not inspect it.
    const schedule = (kind, staff) => admin.request('POST', '/api/visits', { case: opened.id, kind, scheduled_at: Date.now() * 1000, staff });
    assert.equal((await schedule('assistance', ['zhangwei'])).json.code, 'visit/conflict-of-interest');
    assert.equal((await schedule('assistance', ['chenfang'])).status, 201);
    assert.equal((await schedule('inspection', ['chenfang', 'liujing'])).json.code, 'visit/conflict-of-interest');
}));
