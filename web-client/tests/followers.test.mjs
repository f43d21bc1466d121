import test from 'node:test';
import assert from 'node:assert/strict';

import { correction, createFollowers, placeOf } from '../src/review/followers.js';
import { initialReview, reduceReview } from '../src/review/state.js';
import { sideCameras } from '../src/review/model.js';
import { fakeClock } from './fakes.mjs';

const nowhere = { address: '', from: 0, length: 0 };
const segment = (start, duration, at) => ({ start, duration, at, run: 0, key: true, bytes: nowhere, map: nowhere });
const segments = [segment(0, 4, 10_000), segment(4, 4, 20_000)];

test('an instant has its place in a track, or the camera was not recorded then', () => {
    assert.equal(placeOf(segments, 11_500), 1.5);
    assert.equal(placeOf(segments, 20_500), 4.5);
    assert.deepEqual([9_000, 15_000, 24_000].map((at) => placeOf(segments, at)), [null, null, null]);
});

test('near the place it bends its speed, far from it it jumps', () => {
    assert.deepEqual(correction(0.01, 1), { jump: false, rate: 1 });
    assert.deepEqual(correction(0.2, 1), { jump: false, rate: 1.1 });
    assert.deepEqual(correction(-0.4, 2), { jump: false, rate: 1.7 });
    assert.deepEqual(correction(-0.6, 1), { jump: true, rate: 1 });
    assert.deepEqual(correction(1.5, 4), { jump: false, rate: 4.6 });
});

test('a camera follows the main player: place, play and pause, and it says when it has nothing', async () => {
    const clock = fakeClock();
    const now = { wallMs: 11_000, playing: true, rate: 1 };
    const told = [];
    const opened = [];
    let list = { segments, ended: true, webm: false };
    const element = { currentTime: 0, paused: true, seeking: false, playbackRate: 1, muted: false,
        play() { this.paused = false; return Promise.resolve(); }, pause() { this.paused = true; } };
    const followers = createFollowers({
        clock, main: () => now, shown: (track, present) => told.push([track, present]),
        open: (video, address, { begin }) => {
            opened.push([address, begin(list)]);
            return { list: () => list, destroy: () => opened.push('gone') };
        },
    });
    followers.attach('camera-K', '/api/recordings/R/hls/camera-K.m3u8', element);
    followers.attach('camera-K', '/api/recordings/R/hls/camera-K.m3u8', element);
    assert.deepEqual(opened, [['/api/recordings/R/hls/camera-K.parts.m3u8', 1]]);
    assert.equal(element.muted, true, 'everybody is heard in the main one');

    await clock.advance(250);
    assert.equal(element.currentTime, 1);
    assert.equal(element.paused, false);
    Object.assign(now, { wallMs: 11_700 });
    element.currentTime = 1.5;
    await clock.advance(250);
    assert.deepEqual([element.currentTime, Number(element.playbackRate.toFixed(2))], [1.5, 1.1]);
    Object.assign(now, { wallMs: 15_000 });
    await clock.advance(250);
    assert.equal(element.paused, true, 'nothing was recorded then');
    Object.assign(now, { wallMs: 21_000, playing: false });
    await clock.advance(250);
    assert.deepEqual([element.currentTime, element.paused], [5, true], 'a still of the same moment');
    assert.deepEqual(told, [['camera-K', true], ['camera-K', false], ['camera-K', true]]);

    list = { segments: [], ended: false, webm: false };
    followers.close();
    assert.equal(opened.at(-1), 'gone');
    assert.equal(clock.pending(), 0);
});

test('cameras have the names that the room knew them by', () => {
    let state = reduceReview(initialReview(), { type: 'opened', item: null, visit: { id: 'V', participants: [
        { id: 'P', role: 'applicant', name: '王芳' }, { id: 'Q', role: 'applicant', name: '店员' }, { id: 'K', role: 'camera', name: '后厨' }] } });
    state = reduceReview(state, { type: 'index', status: null, index: { cameras: [{ track: 'site' }, { track: 'camera-Q', participant: 'Q' }, { track: 'camera-K', participant: 'K' }] } });
    state = reduceReview(state, { type: 'camera-shown', track: 'camera-K', present: false });
    assert.deepEqual(sideCameras(state), [{ track: 'camera-Q', name: '店员', fixed: false, absent: false }, { track: 'camera-K', name: '后厨', fixed: true, absent: true }]);
    state = reduceReview(state, { type: 'camera-shown', track: 'camera-K', present: true });
    assert.deepEqual(state.absent, []);
});
