import test from 'node:test';
import assert from 'node:assert/strict';

import { initialReview, reduceReview } from '../src/review/state.js';
import { checkpointRows, filterCount, gapLengthMs, linkTarget, linkTo, looseStills, percent, positionAt, searchAddress, siteGaps, size, wallClockAt } from '../src/review/model.js';
import { catalogues } from '../src/i18n/review.js';

const item = { code: 'X-1', name_zh: '甲', name_en: 'A', checkpoints: [
    { code: 'X-1-01', title_zh: '门头', title_en: 'Front', guide_zh: '', guide_en: '', evidence: 'video', required: true },
    { code: 'X-1-02', title_zh: '水池', title_en: 'Sink', guide_zh: '', guide_en: '', evidence: 'photo', required: true }] };
const second = 1_000_000;
const start = 1_700_000_000 * second;
const index = {
    recording: 'r', started_at: start, duration_ms: 4000, parts: [], entries: [],
    clock: [{ t_ms: 0, duration_ms: 2000, at: start }, { t_ms: 2000, duration_ms: 2000, at: start + 62 * second }],
    gaps: [{ track: 'site', from_ms: 2000, to_ms: 2000, from: start + 2 * second, to: start + 62 * second, reason: 'recorder-killed' },
        { track: 'audio-p', from_ms: 2000, to_ms: 2000, from: 0, to: 1, reason: 'overflow' }],
    checkpoints: [{ checkpoint: 'X-1-02', from: start + second, to: start + 63 * second, from_ms: 1000, to_ms: 3000 }],
    stills: [{ id: 's1', file: 'stills/s1.jpg', bytes: 1, sha256: 'aa', checkpoint: 'X-1-02', at: start, t_ms: 1500 },
        { id: 's2', file: 'stills/s2.jpg', bytes: 1, sha256: 'bb', checkpoint: null, at: start, t_ms: 0 }],
};
const visit = { id: 'v', recording: 'r', findings: [{ checkpoint: 'X-1-02', result: 'conform', note: '两个', by: 'i', revision: 1, at: 1 }] };

const opened = [{ type: 'opened', visit, item }, { type: 'index', index, status: { state: 'ended' } },
    { type: 'player', positionMs: 1200, playing: true, rate: 1, live: false }].reduce(reduceReview, initialReview());

test('a row joins the catalogue, the finding, where it was shown and its stills', () => {
    const rows = checkpointRows(opened, 'en');
    assert.deepEqual(rows.map((row) => [row.number, row.title, row.result, row.current]), [[1, 'Front', null, false], [2, 'Sink', 'conform', true]]);
    assert.deepEqual(rows[1].spans, [{ fromMs: 1000, toMs: 3000, at: start + second }]);
    assert.deepEqual(rows[1].stills.map((still) => still.id), ['s1']);
    assert.deepEqual(looseStills(opened).map((still) => still.id), ['s2']);
});

test('the wall clock jumps where the recording has a gap', () => {
    assert.equal(wallClockAt(index, 500), start / 1000 + 500);
    assert.equal(wallClockAt(index, 2500), start / 1000 + 62_500);
    assert.equal(wallClockAt(index, 99_000), start / 1000 + 64_000, 'never past the end');
    assert.equal(wallClockAt(index, 5000, true), start / 1000 + 65_000, 'it goes on: there is more than the index knows');
    assert.equal(wallClockAt(index, 1999, true), start / 1000 + 1999);
    assert.equal(wallClockAt(null, 0), null);
});

test('only gaps of the picture are shown as its gaps, with their true length', () => {
    assert.deepEqual(siteGaps(index).map((gap) => [gap.reason, gapLengthMs(gap)]), [['recorder-killed', 60_000]]);
    assert.equal(gapLengthMs({ from: 5, to: null }), null);
});

test('closing and opening another visit leaves nothing of the first', () => {
    const next = [{ type: 'verdict', verdict: 'checking' }, { type: 'still', still: 's1' }, { type: 'opening' }].reduce(reduceReview, opened);
    assert.equal(next.visit, null);
    assert.equal(next.index, null);
    assert.equal(next.verdict, null);
    assert.equal(next.still, null);
    assert.equal(next.positionMs, 0);
});

test('more results are appended, a new search replaces', () => {
    const first = reduceReview(initialReview(), { type: 'found', visits: [{ id: '1' }], next: 'n', more: false });
    const more = reduceReview(first, { type: 'found', visits: [{ id: '2' }], next: null, more: true });
    assert.deepEqual(more.found.map((entry) => entry.id), ['1', '2']);
    assert.deepEqual(reduceReview(more, { type: 'found', visits: [], next: null, more: false }).found, []);
});

test('a problem ends every spinner', () => {
    const state = [{ type: 'searching' }, { type: 'verdict', verdict: 'checking' }, { type: 'problem', problem: { code: 'x', message: { zh: '', en: '' } } }]
        .reduce(reduceReview, opened);
    assert.equal(state.searching, false);
    assert.equal(state.verdict, null);
});

test('a search becomes the parameters of the API', () => {
    const none = initialReview().query;
    assert.equal(searchAddress(none), '/api/search');
    assert.equal(searchAddress({ ...none, words: ' 餐馆 ', item: 'MKT-01', result: 'nonconform' }, '17'),
        `/api/search?q=${encodeURIComponent('餐馆')}&item=MKT-01&result=nonconform&before=17`);
    const days = new URL(searchAddress({ ...none, from: '2026-03-01', to: '2026-03-02' }), 'https://x').searchParams;
    assert.equal(Number(days.get('to')) - Number(days.get('from')), 2 * 86_400 * second, 'the last day is within');
    assert.equal(filterCount({ ...none, words: 'x', from: '2026-03-01', place: '路' }), 2);
});

test('another item forgets the check point of the one before', () => {
    const state = [{ type: 'query', query: { item: 'A' } }, { type: 'query', query: { checkpoint: 'A-01' } }, { type: 'query', query: { item: 'B' } }]
        .reduce(reduceReview, initialReview());
    assert.equal(state.query.checkpoint, '');
});

test('a link names a visit and a second, or an instant', () => {
    assert.deepEqual(linkTarget('?visit=v#t=12'), { visit: 'v', positionMs: 12_000, at: null, autoplay: true });
    assert.deepEqual(linkTarget('?visit=v&t=12'), { visit: 'v', positionMs: 12_000, at: null, autoplay: true });
    assert.deepEqual(linkTarget('?visit=v#at=1700000000000000'), { visit: 'v', positionMs: 0, at: 1_700_000_000_000_000, autoplay: true });
    assert.deepEqual(linkTarget('?visit=v#t=abc'), { visit: 'v', positionMs: 0, at: null, autoplay: true });
    assert.deepEqual(linkTarget(''), { visit: null, positionMs: 0, at: null, autoplay: false });
    assert.equal(linkTo('v', 12_999), '?visit=v#t=12');
});

test('an instant is found in the recording, one within a gap where the picture goes on', () => {
    assert.equal(positionAt(index, start + 1.5 * second), 1500);
    assert.equal(positionAt(index, start + 30 * second), 2000);
    assert.equal(positionAt(index, start + 99 * second), 4000);
});

test('places stay on the timeline, sizes are readable', () => {
    assert.equal(percent(5, 0), 0);
    assert.equal(percent(5000, 4000), 100);
    assert.equal(size(999), '999 B');
    assert.equal(size(12_400_000), '12.4 MB');
});

test('both languages of the review page have the same keys and parameters', () => {
    assert.deepEqual(Object.keys(catalogues.zh).sort(), Object.keys(catalogues.en).sort());
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const key of Object.keys(catalogues.zh))
        assert.deepEqual(names(catalogues.zh[key]), names(catalogues.en[key]), key);
});
