import test from 'node:test';
import assert from 'node:assert/strict';
import { begin, extend, isSignature, pathOf } from '../src/base/strokes.js';
import { catalogues } from '../src/i18n/inspection.js';
import { catalogues as stepsWords } from '../src/i18n/steps.js';
import { initialApplicant, reduceApplicant } from '../src/state/applicant.js';
import { conclusionStage, inspectorsPresent } from '../src/state/conclusion.js';
import { recordStage } from '../src/state/record-sheet.js';
import { initialRoom, reduceRoom } from '../src/state/room.js';
import { NOW, room, welcome } from './harness/fixtures.js';
import { content, record, signature } from './harness/record.js';

const message = (value) => ({ type: 'message', message: value, atMs: NOW });
const applicant = (...events) => [{ type: 'link-open', welcome: welcome({ state: 'admitted' }), atMs: NOW }, ...events].reduce(reduceApplicant, initialApplicant(NOW));
const inspector = (...events) => [{ type: 'link-open', welcome: welcome({ participant: 'I1', role: 'inspector' }), atMs: NOW }, ...events].reduce(reduceRoom, initialRoom(NOW));

test('both languages have the same keys and placeholders', () => {
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    assert.deepEqual(Object.keys(catalogues.en).sort(), Object.keys(catalogues.zh).sort());
    for (const key of Object.keys(catalogues.zh)) {
        assert.deepEqual(names(catalogues.en[key]), names(catalogues.zh[key]), key);
        assert.doesNotMatch(catalogues.zh[key].replace(/\{\w+\}/g, ''), /[A-Za-z]{3,}/, key);
    }
});

test('strokes are thinned, bounded and kept on the pad', () => {
    let strokes = begin([], -20, 2000);
    assert.deepEqual(strokes, [[0, 1000]]);
    strokes = extend(strokes, 3, 1000);
    assert.deepEqual(strokes, [[0, 1000]], 'too near to say anything');
    strokes = extend(strokes, 400, 1000);
    assert.deepEqual(strokes, [[0, 1000, 400, 1000]]);
    assert.ok(isSignature(strokes));
    assert.ok(!isSignature([[0, 0]]) && !isSignature([]));
    assert.match(pathOf([5, 500]), /^M5 200l/);
    let many = begin([], 0, 0);
    for (let i = 0; i < 9000; i++)
        many = extend(many, i % 2 ? 1000 : 0, i % 2 ? 0 : 1000);
    assert.ok(many[0].length <= 8000);
});

test('the record comes up for the applicant until it is answered, and again when there is a new one', () => {
    let state = applicant(message(room({ record: record() })));
    assert.equal(recordStage(state.visit), 'wanted');
    state = [{ type: 'record-loading', version: 1 }, { type: 'record-loaded', version: 1, digest: 'd', content }, { type: 'record-words', comment: 'c' }, { type: 'record-mode', mode: 'sign' },
        { type: 'record-strokes', strokes: [[0, 0, 1000, 1000]] }].reduce(reduceApplicant, state);
    state = reduceApplicant(state, message(room({ record: record({ stale: true }) })));
    assert.equal(recordStage(state.visit), 'none', 'nobody signs what is not so any more');
    state = [message(room({ record: record({ version: 2 }) })), { type: 'record-loading', version: 2 }, { type: 'record-loaded', version: 1, digest: 'old', content }].reduce(reduceApplicant, state);
    assert.deepEqual([state.record.strokes, state.record.mode, state.record.content, state.record.comment], [[], 'read', null, 'c']);
    state = reduceApplicant(state, message(room({ record: record({ version: 2, signatures: [signature('A', 'applicant', 'W')] }) })));
    assert.equal(recordStage(state.visit), 'done');
});

test('the inspectors decide, then sign, and decide anew when a finding was changed', () => {
    let state = inspector(message(room()));
    assert.equal(conclusionStage(state), 'decide');
    assert.equal(inspectorsPresent(state), 2);
    state = reduceRoom(state, message(room({ record: record() })));
    assert.equal(conclusionStage(state), 'sign');
    assert.equal(conclusionStage(reduceRoom(state, { type: 'conclusion-anew', anew: true })), 'decide');
    assert.equal(conclusionStage(reduceRoom(state, message(room({ record: record({ stale: true }) })))), 'decide');
    state = [{ type: 'conclusion-anew', anew: true }, { type: 'conclusion-busy', busy: true }, { type: 'conclusion-done' }].reduce(reduceRoom, state);
    assert.deepEqual([state.conclusion.anew, state.conclusion.busy], [false, false]);
});

test('what is drawn is kept for a while, one point per person, and wiped for all', () => {
    let state = applicant();
    const drawn = (more) => message({ type: 'drawn', by: 'I1', kind: 'line', points: [0, 0, 1, 1], still: null, ...more });
    state = [drawn(), drawn({ kind: 'point', points: [0.1, 0.1] }), drawn({ kind: 'point', points: [0.2, 0.2] }), drawn({ kind: 'point', points: [0.3, 0.3], by: 'I2' })].reduce(reduceApplicant, state);
    assert.deepEqual(state.steps.shapes.map(({ kind, points }) => [kind, points[0]]), [['line', 0], ['point', 0.2], ['point', 0.3]]);
    for (let i = 0; i < 100; i++)
        state = reduceApplicant(state, drawn());
    assert.equal(state.steps.shapes.length, 60);
    assert.deepEqual(reduceApplicant(state, drawn({ kind: 'clear', points: [] })).steps.shapes, []);
});

test('a stroke grows under the pen and ends as a shape; another tool begins anew', () => {
    let state = [{ type: 'steps-tool', tool: 'line' }, { type: 'steps-stroke', points: [0.1, 0.1] }, { type: 'steps-stroke', points: [0.2, 0.2] }].reduce(reduceRoom, inspector());
    assert.deepEqual(state.steps.drawing, [0.1, 0.1, 0.2, 0.2]);
    assert.equal(reduceRoom(state, { type: 'steps-tool', tool: 'point' }).steps.drawing, null);
    state = reduceRoom(state, { type: 'steps-shape', shape: { kind: 'line', points: state.steps.drawing, by: 'I1' } });
    assert.deepEqual([state.steps.drawing, state.steps.shapes.length], [null, 1]);
});

test('the words of the steps', () => {
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const key of Object.keys(stepsWords.zh)) {
        assert.deepEqual(names(stepsWords.en[key]), names(stepsWords.zh[key]), key);
        assert.doesNotMatch(stepsWords.zh[key].replace(/\{\w+\}/g, ''), /[A-Za-z]{3,}/, key);
    }
    assert.deepEqual(Object.keys(stepsWords.en).sort(), Object.keys(stepsWords.zh).sort());
});
