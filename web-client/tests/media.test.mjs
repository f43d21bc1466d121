import test from 'node:test';
import assert from 'node:assert/strict';
import { preferredVideoCodecs } from '../src/media/codecs.js';
import { readStats } from '../src/media/stats.js';
import { judge, nextQuality, unknownQuality } from '../src/media/quality.js';
import { isPaused, nextInterruption, uninterrupted, UNMUTE_GRACE_MS, wantsRestart } from '../src/media/interruption.js';
import { deviceProblem, FACE, openCapture, switchCamera, videoLadder } from '../src/media/capture.js';
import { judgeNetwork, measureNetwork } from '../src/media/network.js';
import { locate } from '../src/media/place.js';
import { levelOf } from '../src/media/level.js';
import { createMediaSession } from '../src/media/session.js';
import { ownProblem, ProblemError } from '../src/protocol/problem.js';
import { fakeClock, settle } from './fakes.mjs';

const h264 = (profile, mode = 1) => ({ mimeType: 'video/H264', clockRate: 90000, sdpFmtpLine: `level-asymmetry-allowed=1;packetization-mode=${mode};profile-level-id=${profile}` });
const other = (name) => ({ mimeType: `video/${name}`, clockRate: 90000 });

test('H.264 constrained baseline first, then VP8, and nothing that could not be recorded', () => {
    const list = preferredVideoCodecs([other('VP8'), other('rtx'), other('AV1'), h264('640c1f'), h264('42e01f', 0), h264('42001f'), h264('42e01f'), other('red'), other('VP9')]);
    assert.deepEqual(list.map((codec) => codec.sdpFmtpLine?.slice(-6) ?? codec.mimeType), ['42e01f', '42001f', '640c1f', 'video/VP8', 'video/rtx']);
    assert.deepEqual(preferredVideoCodecs([other('VP9'), other('rtx')]), []);
});

const report = (ms, sent, packetsIn, lostIn) => [
    { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.04, availableOutgoingBitrate: 2e6, timestamp: ms },
    { type: 'candidate-pair', nominated: false, state: 'failed', currentRoundTripTime: 9, timestamp: ms },
    { type: 'outbound-rtp', kind: 'video', bytesSent: sent, frameWidth: 1280, frameHeight: 720, framesPerSecond: 30, timestamp: ms },
    { type: 'inbound-rtp', bytesReceived: 0, packetsReceived: packetsIn, packetsLost: lostIn, timestamp: ms },
    { type: 'remote-inbound-rtp', fractionLost: 0.02, timestamp: ms }];

test('rates and losses come from two readings; the first has none', () => {
    const first = readStats(report(1000, 0, 0, 0), null);
    assert.equal(first.sample.outKbps, null);
    const { sample } = readStats(report(3000, 500_000, 90, 10), first.totals);
    assert.equal(sample.outKbps, 2000);
    assert.equal(sample.lossIn, 0.1);
    assert.equal(sample.lossOut, 0.02);
    assert.equal(sample.rttMs, 40);
});

const sample = (more) => ({ rttMs: 50, lossOut: 0, lossIn: 0, availableOutKbps: 2000, outKbps: 1500, inKbps: 500, frameWidth: 1280, frameHeight: 720, framesPerSecond: 30, ...more });

test('quality is judged by the worst of delay, loss and room on the uplink', () => {
    assert.equal(judge(sample()), 'good');
    assert.equal(judge(sample({ rttMs: 400 })), 'fair');
    assert.equal(judge(sample({ lossIn: 0.2 })), 'poor');
    assert.equal(judge(sample({ availableOutKbps: 200, outKbps: 180 })), 'poor');
    assert.equal(judge(sample({ availableOutKbps: 300, outKbps: 40 })), 'good', 'a voice alone says nothing of the uplink');
    assert.equal(judge(sample({ rttMs: null, lossOut: null, lossIn: null })), 'unknown');
});

test('the word for quality does not flicker: two readings for worse, four for better', () => {
    const words = (...samples) => {
        const seen = [];
        samples.reduce((quality, value) => (seen.push((quality = nextQuality(quality, value)).level), quality), unknownQuality);
        return seen;
    };
    const bad = sample({ lossOut: 0.3 });
    assert.deepEqual(words(sample(), bad, sample(), bad, bad), ['good', 'good', 'good', 'good', 'poor']);
    assert.deepEqual(words(bad, sample(), sample(), sample(), sample()), ['poor', 'poor', 'poor', 'poor', 'good']);
});

test('a phone call mutes the track: paused at once, restarted when it stays muted with the page in front', () => {
    let state = nextInterruption(uninterrupted, { type: 'track', condition: 'muted', atMs: 100 });
    assert.ok(isPaused(state));
    assert.equal(state.sinceMs, 100);
    assert.equal(wantsRestart(state, 100 + UNMUTE_GRACE_MS - 1), false);
    assert.equal(wantsRestart(state, 100 + UNMUTE_GRACE_MS), true);
    state = nextInterruption(state, { type: 'hidden', atMs: 200 });
    assert.equal(wantsRestart(state, 99999), false, 'a hidden page gets no camera');
    state = nextInterruption(state, { type: 'visible', atMs: 300 });
    assert.equal(state.sinceMs, 100, 'one interruption, not two');
    state = nextInterruption(state, { type: 'track', condition: 'live', atMs: 400 });
    assert.deepEqual(state, uninterrupted);
});

test('an ended track is restarted as soon as the page is in front', () => {
    const state = nextInterruption(uninterrupted, { type: 'track', condition: 'ended', atMs: 1 });
    assert.equal(wantsRestart(state, 1), true);
    assert.equal(nextInterruption(state, { type: 'visible', atMs: 2 }), state, 'a sign of life that changes nothing changes nothing');
});

const failure = (name) => Object.assign(new Error(name), { name });
const stream = (...kinds) => ({ getVideoTracks: () => kinds.filter((kind) => kind === 'video').map(() => ({ kind: 'video', contentHint: '' })), getAudioTracks: () => kinds.filter((kind) => kind === 'audio').map(() => ({ kind: 'audio', contentHint: '' })) });
const devices = (answer, list = []) => {
    const asked = [];
    return { asked, getUserMedia: async (constraints) => (asked.push(constraints), answer(constraints, asked.length)), enumerateDevices: async () => list };
};

test('camera and microphone are asked for once, the rear camera in HD first', async () => {
    const fake = devices(() => stream('video', 'audio'));
    const capture = await openCapture(fake, 'environment');
    assert.equal(fake.asked.length, 1);
    assert.deepEqual(fake.asked[0].video, { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } });
    assert.equal(capture.video.contentHint, 'motion');
    assert.equal(capture.audio.contentHint, 'speech');
});

test('a camera that cannot do it is asked for less, down to anything', async () => {
    const fake = devices((constraints) => { if (constraints.video !== true) throw failure('OverconstrainedError'); return stream('video', 'audio'); });
    assert.ok((await openCapture(fake, 'environment')).video);
    assert.equal(fake.asked.length, videoLadder('environment', false).length);
    assert.equal(videoLadder('user', false, FACE)[0].width.ideal, 640);
});

test('a refusal is not asked about in other words, and one device does not take the other with it', async () => {
    const fake = devices((constraints) => { if (constraints.video) throw failure('NotAllowedError'); return stream('audio'); });
    const capture = await openCapture(fake, 'environment');
    assert.equal(fake.asked.length, 3, 'both, video alone, audio alone');
    assert.equal(capture.videoProblem, 'refused');
    assert.equal(capture.audioProblem, null);
    assert.ok(capture.audio);
});

test('every failure of a device has its word', async () => {
    assert.deepEqual(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'AbortError', 'TypeError'].map((name) => deviceProblem(failure(name))), ['refused', 'missing', 'busy', 'busy', 'failed']);
    assert.equal((await openCapture(undefined, 'user')).videoProblem, 'unsupported');
});

test('switching asks for exactly the other side, and takes the next camera where sides are unknown', async () => {
    const sided = devices(() => stream('video'));
    await switchCamera(sided, 'user', 'a');
    assert.deepEqual(sided.asked[0].video.facingMode, { exact: 'user' });
    const plain = devices((constraints) => { if (constraints.video.facingMode) throw failure('OverconstrainedError'); return stream('video'); },
        [{ kind: 'videoinput', deviceId: 'a' }, { kind: 'audioinput', deviceId: 'm' }, { kind: 'videoinput', deviceId: 'b' }]);
    await switchCamera(plain, 'user', 'a');
    assert.deepEqual(plain.asked.at(-1).video.deviceId, { exact: 'b' });
});

test('the network is judged by delay and throughput, and a failure says so', async () => {
    assert.equal(judgeNetwork(50, 5000), 'good');
    assert.equal(judgeNetwork(500, 5000), 'fair');
    assert.equal(judgeNetwork(50, 200), 'poor');
    let time = 0;
    const fetch = async (address) => { time += address === '/probe.bin' ? 500 : 60; return { ok: true, arrayBuffer: async () => new ArrayBuffer(160 * 1024) }; };
    assert.equal(await measureNetwork(fetch, () => time), 'good');
    assert.equal(await measureNetwork(async () => { throw new TypeError('x'); }, () => time), 'failed');
});

test('a place comes with its accuracy; refusing it is an answer', async () => {
    const fix = (accuracy) => ({ getCurrentPosition: (done) => done({ coords: { latitude: 25.4, longitude: 114.9, accuracy } }) });
    assert.deepEqual(await locate(fix(12)), { state: 'good', fix: { lat: 25.4, lon: 114.9, accuracy_m: 12 } });
    assert.equal((await locate(fix(900))).state, 'fair');
    assert.deepEqual(await locate({ getCurrentPosition: (_, no) => no({ code: 1, PERMISSION_DENIED: 1 }) }), { state: 'refused', fix: null });
    assert.equal((await locate(undefined)).state, 'unsupported');
});

test('silence is no level, speech fills about half of the bar', () => {
    assert.equal(levelOf(new Float32Array(100)), 0);
    const speech = levelOf(Float32Array.from({ length: 1024 }, (_, i) => 0.05 * Math.sin(i / 5)));
    assert.ok(speech > 0.4 && speech < 0.8, String(speech));
    assert.equal(levelOf(Float32Array.from({ length: 100 }, () => 1)), 1);
});

function fakeConnections() {
    globalThis.MediaStream = class { constructor(tracks) { this.tracks = tracks; } };
    const made = [];
    return { made, create: (configuration) => {
        const connection = { configuration, lines: [], listeners: {}, connectionState: 'new', closed: false, localDescription: null, answers: [],
            addTransceiver(kind, { direction }) {
                const line = { kind: kind.kind ?? kind, direction, mid: null, track: kind.kind ? kind : null, codecs: null, receiver: { track: {} },
                    setCodecPreferences(codecs) { this.codecs = codecs; },
                    sender: { parameters: { encodings: [{}] }, replaced: [], getParameters() { return this.parameters; }, async setParameters(value) { this.parameters = value; }, async replaceTrack(track) { this.replaced.push(track); } } };
                this.lines.push(line);
                return line;
            },
            async createOffer({ iceRestart = false } = {}) {
                return { type: 'offer', sdp: iceRestart ? 'v=0\r\na=ice-ufrag:own2\r\na=ice-pwd:secret2\r\na=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n' : 'offer' };
            },
            signalingState: 'stable',
            setConfiguration(configuration) { this.configuration = configuration; },
            async setLocalDescription(offer) { if (offer.type === 'rollback') { this.signalingState = 'stable'; return; } this.signalingState = 'have-local-offer'; this.localDescription = offer; this.lines.forEach((line, index) => { line.mid = String(index); }); },
            async setRemoteDescription(answer) { this.signalingState = 'stable'; this.answers.push(answer); },
            async getStats() { return new Map([['a', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.03, timestamp: 1 }]]); },
            addEventListener(name, action) { this.listeners[name] = action; },
            close() { this.closed = true; },
            become(state) { this.connectionState = state; this.listeners.connectionstatechange(); } };
        made.push(connection);
        return connection;
    } };
}

const ANSWER = 'v=0\r\na=ice-ufrag:relay1\r\na=ice-pwd:word1\r\nm=audio\r\na=ice-ufrag:relay1\r\na=ice-pwd:word1\r\n';
const RELAYS = 'a=ice-lite\r\na=ice-ufrag:relay2\r\na=ice-pwd:word2\r\n';

function session(exchange = async () => ({ sdp: ANSWER, connection: 'C' }), restart = async () => ({ fragment: RELAYS })) {
    const restarts = [];
    const silent = [];
    const clock = fakeClock();
    const connections = fakeConnections();
    const events = [];
    const named = [];
    const media = createMediaSession({ clock, random: () => 0.5, create: connections.create, videoCodecs: () => [other('VP8'), h264('42e01f')], receive: { audio: 3, video: 2 },
        exchange, restart: (...wanted) => (restarts.push(wanted), restart(...wanted)), onLineSilent: () => silent.push(1), onConnection: (connection) => named.push(connection), onEvent: (event) => events.push(event) });
    return { clock, connections, events, named, media, restarts, silent };
}

test('one offer: own audio and video send only, then the receive-only lines, H.264 first', async () => {
    const t = session();
    await t.media.setTrack('video', { kind: 'video' });
    t.media.want([]);
    await settle();
    const [connection] = t.connections.made;
    assert.deepEqual(connection.lines.map((line) => `${line.kind} ${line.direction}`), ['audio sendonly', 'video sendonly', ...Array(3).fill('audio recvonly'), ...Array(2).fill('video recvonly')]);
    assert.equal(connection.lines[1].codecs[0].mimeType, 'video/H264');
    assert.ok(connection.lines[1].sender.parameters.encodings[0].maxBitrate > 1e6);
    assert.deepEqual(connection.answers, [{ type: 'answer', sdp: ANSWER }]);
    assert.equal(t.named.at(-1), 'C');
    const { streams } = t.events.find((event) => event.type === 'media-streams');
    assert.deepEqual(Object.keys(streams), ['2', '3', '4', '5', '6']);
});

test('a failed connection is replaced after a pause', async () => {
    const t = session();
    t.media.want([]);
    await settle();
    t.connections.made[0].become('connected');
    t.connections.made[0].become('failed');
    assert.equal(t.connections.made[0].closed, true);
    await t.clock.advance(400);
    assert.equal(t.connections.made.length, 2);
});

test('a silent path is mended by an ICE restart on the same connection, at once', async () => {
    const t = session();
    t.media.want([]);
    await settle();
    const [connection] = t.connections.made;
    connection.become('connected');
    connection.become('disconnected');
    await settle();
    assert.deepEqual(t.restarts, [['C', 'a=ice-ufrag:own2\r\na=ice-pwd:secret2\r\na=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n']]);
    assert.equal(connection.answers.at(-1).sdp, 'v=0\r\na=ice-ufrag:relay2\r\na=ice-pwd:word2\r\nm=audio\r\na=ice-ufrag:relay2\r\na=ice-pwd:word2\r\n');
    connection.become('connected');
    await t.clock.advance(60_000);
    assert.equal(t.connections.made.length, 1);
    assert.equal(t.restarts.length, 1);
});

test('while the line to the server is broken too, the restart waits for it', async () => {
    let open = true;
    const t = session(undefined, async () => {
        if (!open)
            throw ownProblem('link/lost');
        return { fragment: RELAYS };
    });
    t.media.want([{ urls: 'turn:a' }]);
    await settle();
    const [connection] = t.connections.made;
    connection.become('connected');
    open = false;
    t.media.networkChanged();
    await settle();
    assert.equal(connection.signalingState, 'stable'); // rolled back: the old path may still come back
    open = true;
    t.media.lineOpen([{ urls: 'turn:b' }]);
    await settle();
    assert.equal(t.restarts.length, 2);
    assert.deepEqual(connection.configuration.iceServers, [{ urls: 'turn:b' }]);
    t.media.lineOpen([]); // nothing is broken any more
    await settle();
    assert.equal(t.restarts.length, 2);
    assert.equal(t.connections.made.length, 1);
});

test('a line that swallows the restart is told of, a relay that no longer knows the connection gets a new offer', async () => {
    const quiet = session(undefined, () => new Promise(() => {}));
    quiet.media.want([]);
    await settle();
    quiet.media.networkChanged();
    await quiet.clock.advance(2000);
    assert.equal(quiet.silent.length, 1);
    const refused = session(undefined, async () => { throw new ProblemError({ code: 'media/refused', message: { zh: '', en: '' } }); });
    refused.media.want([]);
    await settle();
    refused.media.networkChanged();
    await settle();
    await refused.clock.advance(400);
    assert.equal(refused.connections.made.length, 2);
});

test('a path that stays silent is given up shortly before the relay does', async () => {
    const t = session(undefined, async () => { throw ownProblem('link/lost'); });
    t.media.want([]);
    await settle();
    t.connections.made[0].become('connected');
    t.connections.made[0].become('disconnected');
    await t.clock.advance(26_000);
    assert.equal(t.connections.made.length, 1);
    assert.ok(t.restarts.length > 5);
    await t.clock.advance(1000 + 400);
    assert.equal(t.connections.made.length, 2);
});

test('an unsteady connection that comes back is kept', async () => {
    const t = session();
    t.media.want([]);
    await settle();
    for (const state of ['connected', 'disconnected', 'connected'])
        t.connections.made[0].become(state);
    await t.clock.advance(60_000);
    assert.equal(t.connections.made.length, 1);
});

test('a connection that never comes about is tried again, and so is a refused offer', async () => {
    const t = session();
    t.media.want([]);
    await settle();
    await t.clock.advance(12_000 + 400);
    assert.equal(t.connections.made.length, 2);
    let refusals = 2;
    const refused = session(async () => { if (refusals-- > 0) throw new Error('no'); return { sdp: 'a', connection: 'C' }; });
    const { warn } = console;
    console.warn = () => {};
    refused.media.want([]);
    await settle();
    await refused.clock.advance(400 + 800);
    console.warn = warn;
    assert.equal(refused.connections.made.length, 3);
    assert.equal(refused.named.at(-1), 'C');
});

test('what a replaced connection still says is ignored, and stopping stops everything', async () => {
    const t = session();
    t.media.want([]);
    await settle();
    t.media.renew();
    await settle();
    const before = t.events.length;
    t.connections.made[0].become('failed');
    assert.equal(t.events.length, before);
    t.media.stop();
    assert.ok(t.connections.made.every((connection) => connection.closed));
    assert.equal(t.clock.pending(), 0);
    assert.equal(t.named.at(-1), null);
});

test('switching the camera replaces the track without a new offer', async () => {
    const t = session();
    t.media.want([]);
    await settle();
    const track = { kind: 'video', id: 'rear' };
    await t.media.setTrack('video', track);
    assert.deepEqual(t.connections.made[0].lines[1].sender.replaced, [track]);
    assert.equal(t.connections.made.length, 1);
});
