// The desk and the room with a server and a clock that the test holds.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createStore } from '../src/base/store.js';
import { createDeskController } from '../src/pages/desk-controller.js';
import { createRoomController } from '../src/pages/room-controller.js';
import { ProblemError } from '../src/protocol/problem.js';
import { createApi } from '../src/api/client.js';
import { initialDesk, reduceDesk } from '../src/state/desk.js';
import { initialRoom, reduceRoom } from '../src/state/room.js';
import { fakeClock, fakeServer, settle } from './fakes.mjs';
import { NOW, room, visit, waitingRoom, welcome } from './harness/fixtures.js';

const problem = (code, status) => new ProblemError({ code, status, message: { zh: '不行', en: 'No' } });

function inRoom({ admit = null } = {}) {
    const clock = fakeClock(NOW);
    const server = fakeServer();
    const store = createStore(reduceRoom, initialRoom(clock.now()));
    const played = [];
    const storage = new Map();
    globalThis.MediaStream = class {};
    const t = { clock, server, store, played, storage, closed: 0 };
    t.controller = createRoomController({
        store, clock, random: () => 0.5, storage: { get: (key) => storage.get(key) ?? null, set: (key, value) => storage.set(key, value), remove: (key) => storage.delete(key) },
        connect: () => server.connect(), devices: undefined,
        createConnection: () => ({ connectionState: 'new', addTransceiver: () => ({ mid: '0', receiver: {}, sender: { getParameters: () => ({}), replaceTrack: async () => {} }, setCodecPreferences() {} }),
            createOffer: async () => ({}), setLocalDescription: async () => {}, localDescription: { sdp: 'offer' }, setRemoteDescription: async () => {}, addEventListener() {}, getStats: async () => new Map(), close() {} }),
        videoCodecs: () => [], newStream: () => ({}), onNetwork: () => () => {},
        replay: { play: (playlist, at) => played.push([playlist, at]), stop: () => played.push('stop') },
        focusNote() {}, unblockSound() {}, language: 'zh', close: () => { t.closed++; },
    }, 'V', admit);
    t.hear = async (message) => { server.last.say(message); await settle(); };
    t.of = (type) => server.last.sent.filter((message) => message.type === type);
    t.answerTo = async (type, fields = {}) => { server.last.say({ type: 'ok', re: t.of(type).at(-1).id, ...fields }); await settle(); };
    t.enter = async (first = room()) => {
        t.controller.start();
        server.last.onopen();
        await t.hear({ ...welcome({ participant: 'I1', role: 'inspector', state: 'admitted', visit: { ...visit, state: 'live' } }), re: server.last.lastSent.id });
        await t.hear(first);
        return t;
    };
    return t;
}

test('letting in from the desk admits as soon as the room shows the applicant, and once', async () => {
    const t = await inRoom({ admit: 'A' }).enter(waitingRoom());
    assert.deepEqual(t.of('admit').map(({ participant }) => participant), ['A']);
    await t.hear(waitingRoom());
    assert.equal(t.of('admit').length, 1);
});

test('the room is entered by its visit and resumed by its own token', async () => {
    const t = await inRoom().enter();
    assert.equal(t.server.last.sent[0].visit, 'V');
    assert.equal(t.storage.get('yuntakan.room.V'), 'R');
});

test('without camera and microphone the inspector is in the room all the same', async () => {
    const t = await inRoom().enter();
    assert.equal(t.store.state.own.videoProblem, 'unsupported');
    assert.equal(t.of('media-offer').length, 1);
});

test('space starts the selected check point and ends it when it runs', async () => {
    const t = await inRoom().enter(room({ checkpoint: null }));
    t.controller.press({ command: 'toggle' });
    assert.equal(t.of('checkpoint-start')[0].checkpoint, 'MKT-01-01');
    await t.hear(room({ checkpoint: { code: 'MKT-01-01', since: NOW * 1000 } }));
    t.controller.press({ command: 'toggle' });
    assert.equal(t.of('checkpoint-end')[0].checkpoint, 'MKT-01-01');
    t.controller.press({ command: 'next' });
    assert.equal(t.store.state.selected, 'MKT-01-02');
});

test('a result is sent at once, a note after a pause in typing', async () => {
    const t = await inRoom().enter();
    t.controller.press({ command: 'result', result: 'mostly' });
    assert.deepEqual(t.of('finding').map(({ result, note, revision }) => [result, note, revision]), [['mostly', '', 0]]);
    await t.answerTo('finding', { revision: 1 });
    await t.hear(room({ findings: [{ checkpoint: 'MKT-01-05', result: 'mostly', note: '', by: '李建国', revision: 1 }] }));
    t.controller.actions.draftNote('MKT-01-05', '门');
    t.controller.actions.draftNote('MKT-01-05', '门坏了');
    assert.equal(t.of('finding').length, 1);
    await t.clock.advance(1200);
    assert.deepEqual(t.of('finding').slice(1).map(({ result, note, revision }) => [result, note, revision]), [['mostly', '门坏了', 1]]);
});

test('a colleague’s note and our result become one finding without a question', async () => {
    const t = await inRoom().enter();
    t.controller.press({ command: 'result', result: 'conform' });
    const sent = t.of('finding')[0];
    t.server.last.say({ type: 'error', re: sent.id, code: 'finding/revision-conflict', message: { zh: '', en: '' }, current: { checkpoint: 'MKT-01-05', result: null, note: '看过', by: '陈晓燕', revision: 3 } });
    await settle();
    const again = t.of('finding').at(-1);
    assert.deepEqual([again.result, again.note, again.revision], ['conform', '看过', 3]);
    assert.equal(t.store.state.notice.key, 'room.merged');
});

test('two different results wait for a decision; ours is then sent over theirs', async () => {
    const t = await inRoom().enter();
    t.controller.press({ command: 'result', result: 'conform' });
    t.server.last.say({ type: 'error', re: t.of('finding')[0].id, code: 'finding/revision-conflict', message: { zh: '', en: '' }, current: { checkpoint: 'MKT-01-05', result: 'nonconform', note: '', by: '陈晓燕', revision: 2 } });
    await settle();
    assert.equal(t.of('finding').length, 1);
    assert.equal(t.store.state.conflicts['MKT-01-05'].theirs.by, '陈晓燕');
    t.controller.actions.resolveConflict('MKT-01-05', 'mine');
    assert.deepEqual([t.of('finding').at(-1).result, t.of('finding').at(-1).revision], ['conform', 2]);
});

test('a finding that was not delivered stays on the screen as not saved', async () => {
    const t = await inRoom().enter();
    t.controller.press({ command: 'result', result: 'conform' });
    t.server.last.onclose(1006, '');
    await settle();
    assert.equal(t.store.state.drafts['MKT-01-05'].state, 'edited');
    assert.equal(t.store.state.drafts['MKT-01-05'].result, 'conform');
    assert.equal(t.store.state.problem.code, 'link/lost');
});

test('left rewinds five seconds at a time, right comes forward and lands in live', async () => {
    const t = await inRoom().enter(room({ recording: { ...room().recording, sealed_at: NOW * 1000 } }));
    t.controller.press({ command: 'forward' });
    assert.deepEqual(t.played, []);
    t.controller.press({ command: 'back' });
    t.controller.press({ command: 'back' });
    assert.deepEqual(t.played.map(([, at]) => at - NOW), [-11000, -16000]);
    assert.equal(t.played[0][0], '/api/recordings/REC/hls/main.m3u8');
    for (let i = 0; i < 3; i++)
        t.controller.press({ command: 'forward' });
    assert.equal(t.store.state.playback.mode, 'live');
    assert.equal(t.played.at(-1), 'stop');
});

test('nobody rewinds to before the beginning', async () => {
    const t = await inRoom().enter();
    t.controller.actions.rewindTo(0);
    assert.equal(t.played[0][1], room().recording.since / 1000);
});

test('the end of the visit is shown, and keys do nothing any more', async () => {
    const t = await inRoom().enter();
    t.controller.actions.endVisit('  ');
    assert.equal(t.of('visit-end')[0].conclusion, null);
    await t.hear({ type: 'visit-ended', reason: 'concluded' });
    t.server.last.onclose(4004, '');
    assert.equal(t.store.state.phase, 'ended');
    t.controller.press({ command: 'still' });
    assert.equal(t.of('still-take').length, 0);
});

test('an account that is not assigned reads why', async () => {
    const t = inRoom();
    t.controller.start();
    t.server.last.onopen();
    t.server.last.refuse('visit/not-assigned');
    await settle();
    t.server.last.onclose(4003, '');
    assert.equal(t.store.state.phase, 'refused');
    assert.equal(t.store.state.problem.code, 'visit/not-assigned');
});

test('leaving the room leaves nothing running', async () => {
    const t = await inRoom().enter();
    t.controller.stop();
    assert.equal(t.clock.pending(), 0);
    assert.equal(t.server.last.closedWith, 1000);
});

function atDesk(api) {
    const clock = fakeClock(NOW);
    const server = fakeServer();
    const store = createStore(reduceDesk, initialDesk(NOW));
    const calls = [];
    const answers = { me: () => { throw problem('access/required', 401); }, signIn: () => ({ id: 'U', account: 'zhangwei', name: '张伟', role: 'inspector' }), items: () => [], users: () => [], visits: () => [], signOut: () => null, ...api };
    const fake = new Proxy({}, { get: (_, name) => async (...args) => (calls.push([name, ...args]), answers[name](...args)) });
    const rooms = [];
    const controller = createDeskController({ store, clock, random: () => 0.5, api: fake, connect: () => server.connect(), language: 'zh', origin: 'https://h',
        copy: async () => {}, enterRoom: (...args) => rooms.push(args), leaveRoom: () => rooms.push('left') });
    return { clock, server, store, calls, controller, rooms, names: () => calls.map(([name]) => name) };
}

test('who is not signed in is asked to sign in, without a complaint', async () => {
    const t = atDesk();
    t.controller.start();
    await settle();
    assert.equal(t.store.state.phase, 'sign-in');
    assert.equal(t.store.state.problem, null);
});

test('a wrong password is told in words, a right one opens desk and lobby', async () => {
    let right = false;
    const t = atDesk({ signIn: () => { if (!right) throw problem('access/wrong-password', 401); return { id: 'U', account: 'a', name: '张伟', role: 'inspector' }; } });
    t.controller.start();
    await settle();
    t.controller.actions.signIn('a', 'x');
    await settle();
    assert.equal(t.store.state.problem.code, 'access/wrong-password');
    right = true;
    t.controller.actions.signIn('a', 'y');
    await settle();
    assert.equal(t.store.state.phase, 'desk');
    t.server.last.onopen();
    assert.equal(t.server.last.sent[0].type, 'hello');
    assert.ok(t.names().includes('visits'));
});

test('somebody who enters the waiting room is seen at once and the list is read again', async () => {
    const t = atDesk({ me: () => ({ id: 'U', account: 'a', name: '张伟', role: 'inspector' }) });
    t.controller.start();
    await settle();
    t.server.last.onopen();
    t.server.last.say({ ...welcome({ participant: null, resume: null, visit: null, item: null }), re: t.server.last.lastSent.id });
    await settle();
    const before = t.names().filter((name) => name === 'visits').length;
    t.server.last.say({ type: 'lobby', visits: [{ visit: { ...visit, state: 'waiting' }, waiting: [{ participant: 'A', name: '王桂香', since: NOW * 1000 }] }] });
    await settle();
    assert.equal(t.store.state.lobby[0].waiting[0].name, '王桂香');
    assert.equal(t.names().filter((name) => name === 'visits').length, before + 1);
});

test('a new visit opens the case, schedules, invites, and shows the link this once', async () => {
    const t = atDesk({ me: () => ({ id: 'U', account: 'a', name: '张伟', role: 'inspector' }), openCase: () => ({ id: 'C' }), scheduleVisit: () => ({ id: 'V9' }),
        invite: () => ({ path: '/join#TOKEN', token: 'TOKEN', name: '王', expires_at: 5e6 }) });
    t.controller.start();
    await settle();
    t.controller.actions.createVisit({ number: 'N', applicant: '王', premises: 'P', item: 'MKT-01', scheduledAtMs: 7, inspectors: ['a', 'b'] });
    await settle();
    await settle();
    assert.deepEqual(t.calls.find(([name]) => name === 'scheduleVisit')[1], { case: 'C', scheduled_at: 7000, staff: ['a', 'b'] });
    assert.equal(t.store.state.dialog.invitation.url, 'https://h/join#TOKEN');
    assert.equal(t.store.state.dialog.invitation.expiresAtMs, 5000);
});

test('what the server refuses stays in the form, to be corrected', async () => {
    const t = atDesk({ me: () => ({ id: 'U', account: 'a', name: '张伟', role: 'inspector' }), openCase: () => { throw problem('case/conflict', 409); } });
    t.controller.start();
    await settle();
    t.controller.actions.createVisit({ number: 'N', applicant: '王', premises: 'P', item: 'MKT-01', scheduledAtMs: 7, inspectors: ['a'] });
    await settle();
    assert.equal(t.store.state.dialog.kind, 'new');
    assert.equal(t.store.state.dialog.problem.code, 'case/conflict');
});

test('a sign-in that has run out leads back to signing in, out of any room', async () => {
    let expired = false;
    const t = atDesk({ me: () => ({ id: 'U', account: 'a', name: '张伟', role: 'inspector' }), visits: () => { if (expired) throw problem('access/required', 401); return []; } });
    t.controller.start();
    await settle();
    expired = true;
    t.controller.refresh();
    await settle();
    assert.equal(t.store.state.phase, 'sign-in');
    assert.equal(t.rooms.at(-1), 'left');
});

test('every failure of REST has a code and words in both languages', async () => {
    const answer = (status, body) => createApi(async () => new Response(body, { status })).me().then(() => null, (error) => error.problem);
    assert.deepEqual(await answer(409, '{"code":"case/conflict","title":"Conflict","title_zh":"冲突"}').then(({ code, message, status }) => [code, message, status]), ['case/conflict', { zh: '冲突', en: 'Conflict' }, 409]);
    assert.equal((await answer(502, '<html>')).code, 'http/unexpected');
    assert.equal((await answer(200, '{"half')).code, 'http/unexpected');
    const offline = await createApi(async () => { throw new TypeError('x'); }).me().catch((error) => error.problem);
    assert.equal(offline.code, 'link/offline');
});
