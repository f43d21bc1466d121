// The applicant's whole way with a server, a phone and a clock that the test holds.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createStore } from '../src/base/store.js';
import { memoryUploadStore } from '../src/media/upload-store.js';
import { createApplicantController } from '../src/pages/applicant-controller.js';
import { initialApplicant, NOTICE_VERSION, reduceApplicant } from '../src/state/applicant.js';
import { fakeClock, fakeServer, settle } from './fakes.mjs';
import { room, visit, waitingRoom, welcome } from './harness/fixtures.js';

const track = (kind) => ({ kind, enabled: true, stopped: false, stop() { this.stopped = true; }, getSettings: () => ({ deviceId: 'd' }), getCapabilities: () => ({ torch: false }) });

function phone({ invitation = 'T', kept = {}, refuse = false, call = async () => ({ stored: true, received: 0 }), takeStill = async () => new Blob(['jpeg']) } = {}) {
    const clock = fakeClock();
    const server = fakeServer();
    const store = createStore(reduceApplicant, initialApplicant(clock.now()));
    const storage = new Map(Object.entries(kept));
    const t = { clock, server, store, storage, watched: [], awake: [], offers: [], tracks: [], layers: [] };
    globalThis.MediaStream = class {};
    t.controller = createApplicantController({
        store, clock, random: () => 0.5,
        storage: { get: (key) => storage.get(key) ?? null, set: (key, value) => storage.set(key, value), remove: (key) => storage.delete(key) },
        connect: () => server.connect(),
        devices: {
            async getUserMedia(constraints) {
                if (refuse)
                    throw Object.assign(new Error(), { name: 'NotAllowedError' });
                const kinds = [constraints.video && track('video'), constraints.audio && track('audio')].filter(Boolean);
                t.tracks.push(...kinds);
                return { getVideoTracks: () => kinds.filter(({ kind }) => kind === 'video'), getAudioTracks: () => kinds.filter(({ kind }) => kind === 'audio') };
            },
            enumerateDevices: async () => [{ kind: 'videoinput' }, { kind: 'videoinput' }],
        },
        createConnection: () => ({ connectionState: 'new', addTransceiver: (kind) => ({ mid: '0', kind, receiver: {}, sender: { getParameters: () => ({}), replaceTrack: async () => {} }, setCodecPreferences() {} }),
            createOffer: async () => ({}), setLocalDescription: async () => {}, localDescription: { sdp: 'offer' }, setRemoteDescription: async () => {}, addEventListener() {}, getStats: async () => new Map(), close() {} }),
        videoCodecs: () => [],
        layers: (installation) => { t.layers.push(installation); return null; },
        newStream: (tracks) => ({ tracks }),
        watch: { track: (value) => t.watched.push(value), network() {} },
        measureNetwork: async () => 'good',
        locate: async () => ({ state: 'good', fix: { lat: 25.4, lon: 114.9, accuracy_m: 9 } }),
        levelMeter: () => ({ read: () => 0.5, close() {} }),
        takeStill, uploadStore: memoryUploadStore(), digest: async () => 'digest', call,
        speech: { toggle() {}, stop() {} },
        stayAwake: (awake) => t.awake.push(awake),
        unblockSound() {},
        language: 'zh',
    }, invitation);
    t.sent = () => server.last.sent.map((message) => message.type);
    t.hear = async (message) => { server.last.say(message); await settle(); };
    t.comeIn = async (more = {}) => { server.last.onopen(); await t.hear({ ...welcome({ visit, ...more }), re: server.last.lastSent.id }); };
    t.answer = async (fields) => { server.last.answer(fields); await settle(); };
    return t;
}

async function waitingPhone(options) {
    const t = phone(options);
    t.controller.start();
    await t.comeIn(options?.welcome);
    t.controller.actions.tickConsent(true);
    t.controller.actions.start();
    await t.answer();
    await settle();
    t.controller.actions.enterWaiting();
    await t.answer();
    await t.answer();
    await t.hear(waitingRoom());
    return t;
}

async function visitingPhone(options) {
    const t = await waitingPhone(options);
    await t.hear(room());
    const offer = t.server.last.sent.find((message) => message.type === 'media-offer');
    t.server.last.say({ type: 'ok', re: offer.id, sdp: 'answer', connection: 'C1' });
    await settle();
    return t;
}

test('in how many qualities the camera is sent is the operator\'s word, or the phone\'s', async () => {
    assert.deepEqual((await visitingPhone({ welcome: { site_layers: 1 } })).layers, [1]);
    assert.deepEqual((await visitingPhone()).layers, [null]);
});

test('nothing is recorded or opened before consent', async () => {
    const t = phone();
    t.controller.start();
    await t.comeIn();
    t.controller.actions.start();
    assert.deepEqual(t.sent(), ['hello']);
    assert.equal(t.store.state.consentMissed, true);
    assert.equal(t.tracks.length, 0);
});

test('consent, check, waiting: each step is told to the server once it is taken', async () => {
    const t = await waitingPhone();
    const [, consent, check, wait] = t.server.last.sent;
    assert.equal(consent.notice, NOTICE_VERSION);
    assert.deepEqual({ ...check, id: undefined }, { type: 'device-check', camera: 'good', microphone: 'good', network: 'good', location: { lat: 25.4, lon: 114.9, accuracy_m: 9 }, id: undefined });
    assert.equal(wait.type, 'wait');
    assert.equal(t.store.state.phase, 'waiting');
    assert.equal(t.awake.at(-1), true);
});

test('a refused camera does not keep anybody out: the server is told and the waiting room opens', async () => {
    const t = await waitingPhone({ refuse: true });
    assert.equal(t.server.last.sent[2].camera, 'none');
    assert.equal(t.store.state.phase, 'waiting');
});

test('media is offered when the room opens, not before, and the state of camera and microphone is told', async () => {
    const t = await waitingPhone();
    assert.ok(!t.sent().includes('media-offer'));
    await t.hear(room());
    assert.deepEqual(t.sent().slice(-2).sort(), ['media-offer', 'media-state']);
    assert.deepEqual(t.store.state.phase, 'visit');
});

test('muting and a phone call are told to the room', async () => {
    const t = await visitingPhone();
    t.controller.actions.toggleMute();
    assert.equal(t.server.last.lastSent.audio, false);
    assert.equal(t.tracks.find(({ kind }) => kind === 'audio').enabled, false);
    t.store.dispatch({ type: 'interruption', event: { type: 'track', condition: 'muted', atMs: t.clock.now() } });
    assert.equal(t.server.last.lastSent.paused, true);
});

test('a camera that stays dead after a phone call is opened anew', async () => {
    const t = await visitingPhone();
    const first = t.store.state.own.video;
    t.store.dispatch({ type: 'interruption', event: { type: 'track', condition: 'ended', atMs: t.clock.now() } });
    await t.clock.advance(500);
    assert.equal(first.stopped, true);
    assert.notEqual(t.store.state.own.video, first);
    assert.equal(t.watched.at(-1), t.store.state.own.video);
});

test('a still that was asked for is kept on the phone and sent with the resume token', async () => {
    const asked = [];
    const t = await visitingPhone({ call: async (method, address, body, more) => { asked.push([method, address, body, more.headers.authorization]); return { stored: asked.length > 1, received: 0 }; } });
    await t.hear({ type: 'still-request', still: 'S1', checkpoint: null });
    await settle();
    await t.clock.advance(1000);
    assert.deepEqual(asked[0], ['POST', '/api/visits/V/stills/S1/upload', { sha256: 'digest', bytes: 4 }, 'Bearer R']);
    assert.equal(t.store.state.still.state, 'sent');
    assert.equal(t.store.state.uploads.waiting, 0);
});

test('a camera that cannot take a still says so', async () => {
    const { warn } = console;
    console.warn = () => {};
    const t = await visitingPhone({ takeStill: async () => { throw new Error('no camera'); } });
    await t.hear({ type: 'still-request', still: 'S1', checkpoint: null });
    await settle();
    console.warn = warn;
    assert.equal(t.store.state.still.state, 'failed');
});

test('when the server comes back with our connection alive, media is left alone; with it gone, a new offer is made', async () => {
    const t = await visitingPhone();
    t.server.last.onclose(1006, '');
    await t.clock.advance(400);
    await t.comeIn({ state: 'connected', media: 'alive', visit: { ...visit, state: 'live' } });
    assert.equal(t.server.last.sent[0].connection, 'C1');
    assert.ok(!t.sent().includes('media-offer'));
    t.server.last.onclose(1006, '');
    await t.clock.advance(400);
    await t.comeIn({ state: 'away', media: 'none', visit: { ...visit, state: 'live' } });
    assert.ok(t.sent().includes('media-offer'));
});

test('the relay lost us: a new offer', async () => {
    const t = await visitingPhone();
    await t.hear({ type: 'media-lost', reason: 'media-restarted' });
    assert.equal(t.sent().filter((type) => type === 'media-offer').length, 2);
});

test('a reload in the middle of a visit opens the camera and comes back by itself', async () => {
    const t = phone({ invitation: null, kept: { 'yuntakan.invitation': 'T', 'yuntakan.resume': 'R' } });
    t.controller.start();
    await t.comeIn({ state: 'connected', visit: { ...visit, state: 'live' } });
    await t.hear(room());
    assert.equal(t.server.last.sent[0].resume, 'R');
    assert.ok(t.store.state.own.video);
    assert.ok(t.sent().includes('media-offer'));
});

test('another invitation in the same tab does not resume the old place', async () => {
    const t = phone({ invitation: 'NEW', kept: { 'yuntakan.invitation': 'OLD', 'yuntakan.resume': 'R' } });
    t.controller.start();
    t.server.last.onopen();
    assert.equal(t.server.last.sent[0].invitation, 'NEW');
    assert.equal(t.server.last.sent[0].resume, undefined);
});

test('without an invitation nothing is asked of the server', () => {
    const t = phone({ invitation: null });
    t.controller.start();
    assert.equal(t.server.sockets.length, 0);
    assert.equal(t.store.state.phase, 'refused');
});

test('the end releases camera, microphone and screen', async () => {
    const t = await visitingPhone();
    await t.hear({ type: 'visit-ended', reason: 'concluded' });
    assert.ok(t.tracks.every(({ stopped }) => stopped));
    assert.equal(t.awake.at(-1), false);
});
