// One visit over the signalling protocol with the real daemons: waiting, admitting, check points, findings, stills, the end; and kill -9 in the middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const token = (invitation) => decodeURIComponent(new URL(invitation.path, 'https://x').hash.slice(1));
/** The smallest bytes that begin and end as a JPEG does; signaling looks at no more. */
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xd9]);

async function waitingApplicant(stack, invitation) {
    const applicant = await LiveClient.connect(stack.client());
    await applicant.hello({ invitation: token(invitation) });
    await applicant.ask('consent', { notice: '2026-01' });
    await applicant.ask('device-check', { camera: 'good', microphone: 'good', network: 'good', location: { lat: 25.38, lon: 114.92, accuracy_m: 9 } });
    await applicant.ask('wait');
    return applicant;
}

async function inspectorIn(stack, visit, account = 'zhangwei') {
    const api = await stack.signIn(account);
    const inspector = await LiveClient.connect(api);
    await inspector.hello({ visit });
    inspector.api = api;
    return inspector;
}

async function liveVisit(stack) {
    const opened = await stack.openVisit();
    const visit = opened.visit.id;
    const applicant = await waitingApplicant(stack, opened.invitation);
    const inspector = await inspectorIn(stack, visit);
    await inspector.ask('admit', { participant: applicant.welcome.participant });
    await applicant.wait('room', (room) => room.visit.state === 'live');
    return { ...opened, id: visit, applicant, inspector };
}

const ledgerEntries = async (stack, recording) =>
    (await stack.recorder('GET', `/recordings/${recording}/index`)).json?.entries ?? [];

test('the assigned inspectors see who waits, nobody else does; admitting opens the room', () => withStack({}, async (stack) => {
    const { visit, invitation } = await stack.openVisit({ staff: ['zhangwei'] });
    const [assigned, other] = await Promise.all(['zhangwei', 'zhaomin'].map(async (account) => {
        const client = await LiveClient.connect(await stack.signIn(account));
        await client.hello();
        return client;
    }));
    const mine = (lobby) => lobby.visits.find((entry) => entry.visit.id === visit.id);

    await assigned.wait('lobby', (lobby) => mine(lobby)?.visit.state === 'scheduled');
    let applicant = await waitingApplicant(stack, invitation);
    const lobby = await assigned.wait('lobby', (seen) => mine(seen)?.waiting.length === 1);
    const [waiting] = mine(lobby).waiting;
    assert.equal(waiting.participant, applicant.welcome.participant);
    assert.equal(waiting.name, '王芳');
    assert.equal(mine(lobby).visit.item_code, 'MKT-01');
    assert.ok(Math.abs(Date.now() * 1000 - waiting.since) < 60e6);
    await other.wait('lobby');
    assert.ok(other.messages.filter((m) => m.type === 'lobby').every((m) => m.visits.length === 0));

    const stranger = await LiveClient.connect(await stack.signIn('zhaomin'));
    const refused = await stranger.request('hello', { versions: [1], visit: visit.id });
    assert.equal(refused.code, 'visit/not-assigned');
    assert.equal(await stranger.closed, 4003);

    // Who closes the page waits no longer, and does again when it comes back.
    await applicant.close();
    await assigned.wait('lobby', (seen) => mine(seen).waiting.length === 0);
    const first = applicant;
    applicant = await LiveClient.connect(stack.client());
    await applicant.hello({ resume: first.welcome.resume, connection: null });
    assert.equal(applicant.welcome.state, 'waiting');
    await assigned.wait('lobby', (seen) => mine(seen).waiting[0]?.since === waiting.since);

    // Before it is admitted it sees itself alone, and may not begin.
    await applicant.wait('room');
    assert.deepEqual(applicant.last.room.participants.map((p) => p.id), [applicant.welcome.participant]);
    assert.equal((await applicant.request('media-offer', { sdp: 'v=0\r\n' })).code, 'message/visit-state');

    const inspector = await inspectorIn(stack, visit.id);
    await inspector.ask('admit', { participant: waiting.participant });
    const room = await applicant.wait('room', (r) => r.visit.state === 'live' && r.participants.length === 2);
    assert.equal(room.recording.state === 'waiting' || room.recording.state === 'recording', true);
    assert.equal((await inspector.request('admit', { participant: waiting.participant })).code, 'participant/not-waiting');
    await assigned.wait('lobby', (seen) => mine(seen)?.visit.state === 'live' && mine(seen).waiting.length === 0);
    // The media server has the room, the recorder the recording.
    await until('the room at the media server', async () => (await stack.media('GET', `/rooms/${visit.id}`)).status === 200);
    await until('the recording', async () => (await stack.recorder('GET', `/recordings/${room.recording.recording}`)).status === 200);
}));

test('check points, findings and stills reach everybody and the ledger', () => withStack({}, async (stack) => {
    const { id, applicant, inspector, case: opened } = await liveVisit(stack);
    const colleague = await inspectorIn(stack, id, 'liujing');
    const recording = inspector.last.room.recording.recording;

    await inspector.ask('checkpoint-start', { checkpoint: 'MKT-01-05' });
    await applicant.wait('room', (room) => room.checkpoint?.code === 'MKT-01-05');
    assert.equal((await inspector.request('checkpoint-start', { checkpoint: 'MKT-02-01' })).code, 'checkpoint/unknown');
    assert.equal((await inspector.request('checkpoint-end', { checkpoint: 'MKT-01-01' })).code, 'checkpoint/not-started');
    assert.equal((await applicant.request('checkpoint-start', { checkpoint: 'MKT-01-01' })).code, 'message/role');

    const first = await inspector.ask('finding', { checkpoint: 'MKT-01-05', result: 'conform', note: '消毒柜通电', revision: 0 });
    assert.equal(first.revision, 1);
    const stale = await colleague.request('finding', { checkpoint: 'MKT-01-05', result: 'nonconform', note: '', revision: 0 });
    assert.equal(stale.code, 'finding/revision-conflict');
    assert.equal(stale.current.note, '消毒柜通电');
    await colleague.ask('finding', { checkpoint: 'MKT-01-05', result: 'mostly', note: '', revision: stale.current.revision });
    await inspector.wait('room', (room) => room.findings[0]?.result === 'mostly' && room.findings[0].by === '刘静');
    assert.ok(applicant.messages.filter((m) => m.type === 'room').every((m) => m.findings.length === 0));

    const { still } = await inspector.ask('still-take');
    const request = await applicant.wait('still-request', (m) => m.still === still);
    assert.equal(request.checkpoint, 'MKT-01-05');
    const path = `/api/visits/${id}/stills/${still}`;
    const bearer = { 'content-type': 'image/jpeg', authorization: `Bearer ${applicant.welcome.resume}` };
    const put = (bytes, headers = bearer, to = path) => stack.client().request('PUT', to, bytes, headers);
    assert.equal((await put(Buffer.from('GIF89a..'))).json.code, 'still/not-jpeg');
    assert.equal((await put(JPEG, { ...bearer, authorization: 'Bearer x' })).json.code, 'resume/invalid');
    assert.equal((await put(JPEG, { ...bearer, authorization: `Bearer ${inspector.welcome.resume}` })).json.code, 'still/not-found');
    assert.equal((await put(JPEG, { ...bearer, 'content-type': 'image/png' })).status, 415);
    const stored = await put(JPEG);
    assert.equal(stored.status, 201);
    assert.equal((await put(JPEG)).json.sha256, stored.json.sha256);
    assert.equal((await put(Buffer.concat([JPEG.subarray(0, 4), JPEG]))).json.code, 'still/conflict');
    await inspector.wait('room', (room) => room.stills[0]?.state === 'stored' && room.stills[0].sha256 === stored.json.sha256);
    await until('the still at the recorder', async () =>
        (await stack.recorder('GET', `/recordings/${recording}/index`)).json.stills.some((s) => s.sha256 === stored.json.sha256));
    const image = await inspector.api.request('GET', path);
    assert.deepEqual([image.status, image.headers['content-type']], [200, 'image/jpeg']);
    assert.deepEqual(image.bytes, JPEG);

    await inspector.ask('visit-end', { conclusion: '现场符合要求' });
    assert.equal((await applicant.wait('visit-ended')).reason, 'concluded');
    assert.equal(await applicant.closed, 4004);
    await until('the end of the recording', async () => (await stack.recorder('GET', `/recordings/${recording}`)).json.state === 'ended');
    const entries = await ledgerEntries(stack, recording);
    const kinds = entries.map((line) => line.type);
    for (const kind of ['consent', 'device', 'location', 'join', 'mark', 'finding', 'conclusion'])
        assert.ok(kinds.includes(kind), `${kind} in ${kinds}`);
    assert.deepEqual(entries.filter((line) => line.type === 'mark').map((line) => line.data.kind), ['checkpoint-start', 'checkpoint-end']);

    const detail = await inspector.api.ask('GET', `/api/visits/${id}`);
    assert.equal(detail.state, 'ended');
    assert.equal(detail.recording, recording);
    assert.equal(detail.conclusion, '现场符合要求');
    assert.equal(detail.pending, 0);
    const { cases } = await inspector.api.ask('GET', `/api/cases?q=${encodeURIComponent('餐饮')}`);
    assert.equal(cases.find((found) => found.id === opened.id).visits[0].recording, recording);
}));

test('kill -9 of signaling: everybody resumes, nothing is lost, the room is the same', () => withStack({}, async (stack) => {
    const { id, applicant, inspector } = await liveVisit(stack);
    await inspector.ask('checkpoint-start', { checkpoint: 'MKT-01-02' });
    await inspector.ask('finding', { checkpoint: 'MKT-01-02', result: 'conform', note: 'n', revision: 0 });
    const before = await inspector.wait('room', (room) => room.findings.length === 1);

    await stack.kill9('signaling');
    await applicant.closed;
    await stack.restart('signaling');

    const again = await LiveClient.connect(stack.client());
    const welcome = await again.hello({ resume: applicant.welcome.resume, connection: null });
    assert.equal(welcome.participant, applicant.welcome.participant);
    assert.equal(welcome.visit.state, 'live');
    const back = await LiveClient.connect(stack.client()); // no cookie: the token is enough
    assert.equal((await back.hello({ resume: inspector.welcome.resume, connection: null })).participant, inspector.welcome.participant);
    const after = await back.wait('room', (room) => room.participants.filter((p) => p.state !== 'away').length === 2);
    assert.deepEqual([after.checkpoint, after.findings, after.marks, after.recording.recording],
        [before.checkpoint, before.findings, before.marks, before.recording.recording]);
    assert.ok(after.revision > before.revision);
    // The cookie counts on.
    assert.equal((await inspector.api.ask('GET', '/api/me')).account, 'zhangwei');

    // A second socket of the same participant replaces the first.
    const third = await LiveClient.connect(stack.client());
    await third.hello({ resume: inspector.welcome.resume, connection: null });
    assert.equal(await back.closed, 4001);
    await third.ask('checkpoint-end', { checkpoint: 'MKT-01-02' });
    await third.ask('visit-end', { conclusion: null });
    const ended = await LiveClient.connect(stack.client());
    const refused = await ended.request('hello', { versions: [1], resume: applicant.welcome.resume, connection: null });
    assert.equal(refused.code, 'visit/ended');
    assert.equal(await ended.closed, 4004);
}));

test('marks made while the recorder is down arrive when it is back, once and in order', () => withStack({}, async (stack) => {
    const { inspector, id } = await liveVisit(stack);
    const recording = inspector.last.room.recording.recording;
    await until('the recording', async () => (await stack.recorder('GET', `/recordings/${recording}`)).status === 200);

    await stack.kill9('recorder');
    await inspector.wait('room', (room) => room.recording.state === 'away');
    for (const code of ['MKT-01-01', 'MKT-01-02', 'MKT-01-03'])
        await inspector.ask('checkpoint-start', { checkpoint: code });
    assert.ok((await inspector.api.ask('GET', `/api/visits/${id}`)).pending >= 5);
    // What waits survives signaling, too.
    await stack.kill9('signaling');
    await stack.restart('signaling');
    await stack.restart('recorder');
    await until('nothing pending', async () => (await inspector.api.ask('GET', `/api/visits/${id}`)).pending === 0);
    const marks = (await ledgerEntries(stack, recording)).filter((line) => line.type === 'mark');
    assert.deepEqual(marks.map((line) => `${line.data.kind} ${line.data.checkpoint}`), [
        'checkpoint-start MKT-01-01', 'checkpoint-end MKT-01-01', 'checkpoint-start MKT-01-02', 'checkpoint-end MKT-01-02',
        'checkpoint-start MKT-01-03']);
    assert.equal(new Set(marks.map((line) => line.id)).size, marks.length);
}));
