import test from 'node:test';
import assert from 'node:assert/strict';
import { initialApplicant, interruptionShown, reduceApplicant } from '../src/state/applicant.js';
import { initialRoom, progress, reduceRoom, shownFinding } from '../src/state/room.js';
import { initialDesk, reduceDesk, visitsShown, waitingNow } from '../src/state/desk.js';
import { audioLines, mayOfferMedia, others, recordingView } from '../src/state/visit.js';
import { mergeFinding } from '../src/state/finding.js';
import { commandOf } from '../src/state/keys.js';
import { timelineOf } from '../src/state/timeline.js';
import { preparations } from '../src/base/item.js';
import { item, NOW, room, visit, waitingRoom, welcome } from './harness/fixtures.js';

const at = (event) => ({ atMs: NOW, ...event });
const open = (more) => at({ type: 'link-open', welcome: welcome(more) });
const message = (value, atMs = NOW) => ({ type: 'message', message: value, atMs });
const applicant = (...events) => events.reduce(reduceApplicant, initialApplicant(NOW));
const inspector = (...events) => events.reduce(reduceRoom, initialRoom(NOW));
const captured = { type: 'captured', capture: { video: { kind: 'video' }, audio: { kind: 'audio' }, videoProblem: null, audioProblem: null }, stream: {}, cameras: 2, torchAvailable: false, facing: 'environment' };

test('an applicant goes from welcome to check to waiting to the visit to the end', () => {
    const steps = [open(), { type: 'consented' }, message(waitingRoom()), message(room()), message({ type: 'visit-ended', reason: 'concluded' })];
    const phases = steps.map((_, index) => applicant(...steps.slice(0, index + 1)).phase);
    assert.deepEqual(phases, ['welcome', 'check', 'waiting', 'visit', 'ended']);
});

test('a reload comes back to the place that the server remembers', () => {
    assert.equal(applicant(open({ state: 'waiting' })).phase, 'waiting');
    assert.equal(applicant(open({ state: 'connected', visit: { ...visit, state: 'live' } })).phase, 'visit');
    assert.equal(applicant(open({ state: 'away', visit: { ...visit, state: 'live' } })).phase, 'visit');
    assert.equal(applicant(open({ state: 'invited', visit: { ...visit, state: 'ended' } })).phase, 'ended');
});

test('a consent that the server has is ticked already, one that is missing is asked for', () => {
    assert.equal(applicant(open({ consent: '2026-11' })).consentTicked, true);
    assert.equal(applicant(open(), { type: 'consent-missed' }).consentMissed, true);
    assert.equal(applicant(open(), { type: 'consent-missed' }, { type: 'consent-ticked', ticked: true }).consentMissed, false);
});

test('what refuses an invitation is shown, and a later message does not open the page again', () => {
    const problem = { code: 'invitation/revoked', message: { zh: '作废', en: 'Revoked' } };
    const state = applicant(at({ type: 'link-closed', reason: 'refused', problem }), message(room()));
    assert.equal(state.phase, 'refused');
    assert.equal(state.problem.code, 'invitation/revoked');
});

test('a refused camera is named and the microphone keeps its own word', () => {
    const { check } = applicant(open(), { type: 'check-started' }, { ...captured, capture: { video: null, audio: {}, videoProblem: 'refused', audioProblem: null } });
    assert.equal(check.camera, 'refused');
    assert.equal(check.microphone, 'good');
});

test('a new check point unfolds the guide that was folded for the old one', () => {
    const folded = [open(), captured, message(room()), { type: 'guide-folded', folded: true }];
    assert.equal(applicant(...folded, message(room({ revision: 8 }))).guideFolded, true);
    assert.equal(applicant(...folded, message(room({ checkpoint: { code: 'MKT-01-06', since: NOW * 1000 } }))).guideFolded, false);
});

test('a server that is away is a word, a connection that is away covers the picture', () => {
    const live = [open(), captured, message(room()), { type: 'media', state: 'connected', attempt: 0 }];
    const lost = at({ type: 'link-lost', attempt: 1, retryAtMs: NOW + 400 });
    assert.equal(interruptionShown(applicant(...live)), null);
    assert.equal(interruptionShown(applicant(...live, lost)), null);
    assert.equal(interruptionShown(applicant(...live, lost, { type: 'media', state: 'unsteady', attempt: 0 })), 'link');
    assert.equal(interruptionShown(applicant(...live, { type: 'media', state: 'failed', attempt: 1 })), 'media');
    assert.equal(interruptionShown(applicant(...live, { type: 'interruption', event: { type: 'hidden', atMs: NOW } })), 'paused');
});

test('media may be offered once the room is open and we are in it', () => {
    assert.equal(mayOfferMedia(applicant(open(), message(waitingRoom())).visit), false);
    assert.equal(mayOfferMedia(applicant(open(), message(room())).visit), true);
});

test('slots say whom a line shows; a line without anybody shows nobody', () => {
    const streams = { 3: { kind: 'audio', stream: 'a3' }, 4: { kind: 'video', stream: 'v4' }, 5: { kind: 'video', stream: 'v5' } };
    const { visit: state } = applicant(open(), message(room()), { type: 'media-streams', streams },
        message({ type: 'slots', slots: [{ mid: '4', kind: 'video', participant: 'I2' }, { mid: '3', kind: 'audio', participant: 'I2' }, { mid: '5', kind: 'video', participant: null }] }));
    assert.deepEqual(others(state).map(({ participant, video, audio }) => [participant.id, video, audio]), [['I1', null, null], ['I2', 'v4', 'a3']]);
    assert.deepEqual(audioLines(state).map((line) => line.mid), ['3']);
});

test('the age of a seal does not depend on a wrong clock of this machine', () => {
    const ahead = NOW + 3_600_000;
    const base = room();
    let { visit: state } = [message(base, ahead), message(room({ recording: { ...base.recording, sealed_at: NOW * 1000 } }), ahead + 50)].reduce(reduceApplicant, applicant(open()));
    state = { ...state, nowMs: ahead + 3050 };
    assert.equal(Math.round(recordingView(state).sealedAgoMs), 3000);
});

test('a recording that stopped is an alarm, also when the recorder is gone', () => {
    const view = (recording) => recordingView(inspector(open({ role: 'inspector' }), message(room({ recording: { ...room().recording, ...recording } }))).visit);
    assert.equal(view({}).alarm, null);
    assert.equal(view({ state: 'alarm', alarm: 'disk-full' }).alarm, 'disk-full');
    assert.equal(view({ state: 'away' }).alarm, 'away');
});

const finding = (more) => ({ checkpoint: 'MKT-01-05', result: null, note: '', by: '陈晓燕', revision: 1, ...more });
const withFinding = (...events) => inspector(open({ role: 'inspector' }), message(room({ findings: [finding()] })), ...events);
const code = 'MKT-01-05';

test('changes of different fields merge, changes of the same field ask', () => {
    const base = { result: null, note: '' };
    assert.deepEqual(mergeFinding(base, { result: 'conform', note: '' }, { result: null, note: 'x' }), { result: 'conform', note: 'x' });
    assert.deepEqual(mergeFinding(base, { result: 'conform', note: '' }, { result: 'conform', note: '' }), { result: 'conform', note: '' });
    assert.equal(mergeFinding(base, { result: 'conform', note: '' }, { result: 'mostly', note: '' }), null);
});

test('a conflict that merges goes on with the newer revision; one that does not waits for a decision', () => {
    const merged = withFinding({ type: 'draft', checkpoint: code, result: 'conform' }, { type: 'sending', checkpoint: code },
        { type: 'conflict', checkpoint: code, theirs: finding({ note: '看过', revision: 2 }) });
    assert.deepEqual(shownFinding(merged, code), { result: 'conform', note: '看过', base: finding({ note: '看过', revision: 2 }), state: 'edited' });
    assert.deepEqual(merged.conflicts, {});

    const asked = withFinding({ type: 'draft', checkpoint: code, result: 'conform' }, { type: 'conflict', checkpoint: code, theirs: finding({ result: 'mostly', revision: 2 }) });
    assert.equal(asked.conflicts[code].theirs.result, 'mostly');
    const mine = reduceRoom(asked, { type: 'conflict-resolved', checkpoint: code, keep: 'mine' });
    assert.equal(mine.drafts[code].base.revision, 2);
    assert.equal(mine.drafts[code].result, 'conform');
    const theirs = reduceRoom(asked, { type: 'conflict-resolved', checkpoint: code, keep: 'theirs' });
    assert.equal(theirs.drafts[code], undefined);
});

test('a draft ends when the room has it; typing on while it is sent is kept', () => {
    const sent = withFinding({ type: 'draft', checkpoint: code, result: 'conform' }, { type: 'sending', checkpoint: code });
    assert.equal(reduceRoom(sent, message(room({ findings: [finding({ result: 'conform', revision: 2 })] }))).drafts[code], undefined);
    const typedOn = [{ type: 'draft', checkpoint: code, note: '更多' }, { type: 'saved', checkpoint: code, revision: 2 }].reduce(reduceRoom, sent);
    assert.equal(typedOn.drafts[code].note, '更多');
    assert.equal(typedOn.drafts[code].base.revision, 2);
});

test('the check list follows the check point that a colleague starts, and counts results', () => {
    const state = inspector(open({ role: 'inspector' }), message(room({ checkpoint: null })));
    assert.equal(state.selected, 'MKT-01-01');
    const next = reduceRoom(state, message(room({ findings: [finding({ result: 'conform' })] })));
    assert.equal(next.selected, code);
    assert.deepEqual(progress(next), { done: 1, total: item.checkpoints.length });
});

test('keys work unless somebody types, and space leaves a focused button alone', () => {
    const press = (key, focus = {}, more = {}) => commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more }, { typing: false, onControl: false, ...focus });
    assert.deepEqual(press(' '), { command: 'toggle' });
    assert.deepEqual(press('3'), { command: 'result', result: 'nonconform' });
    assert.deepEqual(press('S'), { command: 'still' });
    assert.deepEqual(press('ArrowLeft', {}, { repeat: true }), { command: 'back' });
    assert.equal(press('s', {}, { repeat: true }), null);
    assert.equal(press('s', { typing: true }), null);
    assert.equal(press('s', {}, { ctrlKey: true }), null);
    assert.equal(press(' ', { onControl: true }), null);
    assert.equal(press('Tab'), null);
    assert.equal(press('12'), null);
});

test('marks become spans: a start ends the one before, an open one lasts until now', () => {
    const mark = (s, kind, checkpoint) => ({ id: `${s}`, kind, checkpoint, at: s * 1e6 });
    const { spans, points } = timelineOf({ startMs: 0, nowMs: 100_000, stills: [{ id: 's', checkpoint: 'B', at: 50e6, state: 'stored' }],
        marks: [mark(20, 'checkpoint-start', 'B'), mark(10, 'checkpoint-start', 'A'), mark(60, 'pause'), mark(70, 'pause-end'), mark(50, 'still', 'B')] });
    assert.deepEqual(spans.map(({ from, to, checkpoint, kind }) => [from, to, checkpoint, kind]), [[0.1, 0.2, 'A', 'checkpoint'], [0.2, 1, 'B', 'checkpoint'], [0.6, 0.7, null, 'pause']]);
    assert.deepEqual(points, [{ at: 0.5, kind: 'still', checkpoint: 'B' }]);
});

test('the desk shows who waits, longest first, and what the lobby knows better than the list', () => {
    const lobby = { type: 'lobby', visits: [{ visit: { ...visit, id: 'V', state: 'waiting' }, waiting: [{ participant: 'B', name: 'b', since: 20 }, { participant: 'A', name: 'a', since: 10 }] }] };
    const state = [{ type: 'visits', dayMs: NOW, visits: [{ id: 'V', state: 'scheduled', scheduled_at: 5 }, { id: 'W', state: 'scheduled', scheduled_at: 1 }] }, message(lobby)].reduce(reduceDesk, initialDesk(NOW));
    assert.deepEqual(waitingNow(state).map(({ applicant: { participant } }) => participant), ['A', 'B']);
    assert.deepEqual(visitsShown(state).map(({ id, state: shown }) => [id, shown]), [['W', 'scheduled'], ['V', 'waiting']]);
});

test('an answer for a day that is no longer shown is dropped, and signing out forgets everything', () => {
    const other = [{ type: 'day', dayMs: NOW + 1 }, { type: 'visits', dayMs: NOW, visits: [] }].reduce(reduceDesk, initialDesk(NOW));
    assert.equal(other.visits, null);
    const out = [{ type: 'signed-in', user: { id: 'U', account: 'a', name: '张伟', role: 'inspector' } }, { type: 'signed-out' }].reduce(reduceDesk, initialDesk(NOW));
    assert.equal(out.user, null);
    assert.equal(out.phase, 'sign-in');
});

test('what to have ready comes from the item', () => {
    assert.deepEqual(preparations(item), ['outside', 'phone', 'tape', 'papers']);
    assert.deepEqual(preparations({ ...item, checkpoints: [{ evidence: 'video' }] }), ['outside', 'phone']);
    assert.deepEqual(preparations(null), ['outside', 'phone']);
});
