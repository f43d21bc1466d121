import test from 'node:test';
import assert from 'node:assert/strict';

import { createStore } from '../src/base/store.js';
import { ProblemError } from '../src/protocol/problem.js';
import { createReviewController } from '../src/review/controller.js';
import { initialReview, reduceReview } from '../src/review/state.js';
import { fakeClock, settle } from './fakes.mjs';

const visit = { id: 'V', item_code: 'X-1', recording: 'R', findings: [], staff: [] };
const index = { recording: 'R', started_at: 0, duration_ms: 9000, parts: [], clock: [], gaps: [], entries: [], stills: [],
    checkpoints: [{ checkpoint: 'X-1-01', from: 0, to: 1, from_ms: 4000, to_ms: 6000 }] };
const item = { code: 'X-1', checkpoints: [{ code: 'X-1-01' }] };

function page(answers = {}, search = '') {
    const played = [];
    const asked = [];
    const status = { state: 'ended', playable_ms: 9000 };
    const all = { '/api/me': { name: '王' }, '/api/items': { items: [] }, '/api/users': { users: [] }, '/api/search': { visits: [], next: null }, '/api/visits/V': visit, '/api/items/X-1': item,
        '/api/recordings/R': status, '/api/recordings/R/index?fragments=none': index, '/api/recordings/R/verdict': { verdict: 'intact' }, ...answers };
    const player = Object.fromEntries(['attach', 'open', 'close', 'seek', 'play', 'pause', 'rate', 'frame', 'live'].map((name) => [name, (...values) => played.push([name, ...values])]));
    const beside = [];
    const other = Object.fromEntries(['attach', 'open', 'close', 'play', 'pause'].map((name) => [name, (...values) => beside.push([name, ...values])]));
    const t = { played, beside, asked, sent: [], status, clock: fakeClock(), address: search, signedOut: 0, store: createStore(reduceReview, initialReview()) };
    t.controller = createReviewController({
        store: t.store, clock: t.clock, player, other, followers: { attach() {}, tick() {}, close() {} },
        call: async (method, address, body) => {
            asked.push(address);
            if (method === 'POST')
                return void t.sent.push([address, body]);
            if (all[address] instanceof Error)
                throw all[address];
            return all[address];
        },
        location: () => search,
        replaceLocation: (next) => { t.address = next; },
        signIn: () => { t.signedOut += 1; },
    });
    return t;
}

const rest = async () => {
    for (let turn = 0; turn < 12; turn++)
        await settle();
};

test('a link to a second opens the visit there and plays', async () => {
    const t = page({}, '?visit=V#t=5');
    await t.controller.start();
    assert.equal(t.store.state.reason, 'asking');
    assert.ok(!t.played.some(([name]) => name === 'open'), 'nothing plays before a reason is given');
    t.controller.actions.reason('审计检查');
    await rest();
    assert.deepEqual(t.sent, [['/api/recordings/R/accesses', { reason: '审计检查' }]]);
    assert.deepEqual(t.played.filter(([name]) => name !== 'close'), [['open', '/api/recordings/R/hls/main.m3u8', 5000], ['play']]);
    assert.equal(t.store.state.verdict.verdict, 'intact');
    assert.equal(t.address, '?visit=V#t=5');
});

test('a check point is played from where it was first shown, and the address names the second', async () => {
    const t = page();
    t.controller.actions.open('V');
    await rest();
    t.controller.actions.playCheckpoint('X-1-01');
    assert.deepEqual(t.played.slice(-2), [['seek', 4000], ['play']]);
    assert.equal(t.address, '?visit=V#t=4');
});

test('a check point that a search found is played from the instant it was shown', async () => {
    const runs = [{ t_ms: 0, duration_ms: 9000, at: 1_000_000 }];
    const t = page({ '/api/recordings/R/index?fragments=none': { ...index, clock: runs } });
    t.controller.actions.openAt('V', 3_500_000);
    await rest();
    t.controller.actions.reason('x');
    await rest();
    assert.deepEqual(t.played.filter(([name]) => name === 'open'), [['open', '/api/recordings/R/hls/main.m3u8', 2500]]);
});

test('a recording is asked about once', async () => {
    const t = page();
    for (let time = 0; time < 2; time++) {
        t.controller.actions.open('V');
        await rest();
        if (time === 0)
            t.controller.actions.reason('x');
        await rest();
    }
    assert.equal(t.sent.length, 1);
    assert.equal(t.played.filter(([name]) => name === 'open').length, 2);
});

test('a check point is compared with the newest earlier visit that shows it, and that look is noted too', async () => {
    const now = { ...visit, applicant: '王芳', case_number: 'XF-2', started_at: 9_000_000 };
    const point = { checkpoint: 'X-1-01', at: 4_000_000, result: 'nonconform', note: '' };
    const earlier = (id, started_at, applicant = '王芳') => ({ id, applicant, started_at, recording: `R-${id}`, item_code: 'X-1', checkpoints: [point] });
    const runs = [{ t_ms: 0, duration_ms: 9000, at: 1_000_000 }];
    const address = `/api/search?${new URLSearchParams({ applicant: '王芳', item: 'X-1', checkpoint: 'X-1-01', limit: '50' })}`;
    const t = page({ '/api/visits/V': now, '/api/recordings/R-A/index?fragments=none': { ...index, clock: runs },
        [address]: { visits: [earlier('V', 9_000_000), earlier('C', 99_000_000), earlier('A', 5_000_000), earlier('B', 1_000_000), earlier('D', 1, '王芳芳')], next: null } });
    t.controller.actions.open('V');
    await rest();
    t.controller.actions.compare('X-1-01');
    await rest();
    assert.deepEqual(t.store.state.comparison.visits.map((one) => one.id), ['A', 'B']);
    assert.deepEqual(t.beside.filter(([name]) => name === 'open'), [['open', '/api/recordings/R-A/hls/main.m3u8', 3000]]);
    assert.deepEqual(t.sent, [['/api/recordings/R-A/accesses', { reason: 'comparison: XF-2' }]]);
    t.controller.actions.compareClose();
    assert.equal(t.store.state.comparison, null);
});

test('a page of the search that came short is gone on with', async () => {
    const t = page({ '/api/search': { visits: [], next: '5' }, '/api/search?before=5': { visits: [{ id: 'V', item_code: 'X-1', checkpoints: [{ checkpoint: 'X-1-01' }] }], next: null } });
    t.controller.actions.search();
    await rest();
    assert.deepEqual(t.store.state.found.map((visit) => visit.id), ['V']);
    assert.equal(t.store.state.details['X-1'].code, 'X-1', 'its check points are known by name');
});

test('a recording that has just begun is opened once there is something to play', async () => {
    const t = page();
    Object.assign(t.status, { state: 'recording', playable_ms: 0 });
    t.controller.actions.open('V');
    await rest();
    t.controller.actions.live();
    t.controller.actions.reason('x');
    await rest();
    assert.ok(!t.played.some(([name]) => name === 'open'));
    t.status.playable_ms = 2000;
    t.clock.advance(4000);
    await rest();
    assert.deepEqual(t.played.filter(([name]) => name !== 'close').map(([name]) => name), ['open', 'live'], 'what was asked for meanwhile is done then');
    t.clock.advance(4000);
    await rest();
    assert.equal(t.played.filter(([name]) => name === 'open').length, 1, 'never opened twice');
});

test('who is not signed in is sent to sign in, another problem is shown', async () => {
    const problem = (status) => new ProblemError({ code: 'x', message: { zh: '', en: '' }, status });
    const out = page({ '/api/me': problem(401) });
    await out.controller.start();
    assert.equal(out.signedOut, 1);
    const refused = page({ '/api/visits/V': problem(403) });
    refused.controller.actions.open('V');
    await rest();
    assert.equal(refused.signedOut, 0);
    assert.equal(refused.store.state.problem.code, 'x');
    assert.equal(refused.store.state.opening, false);
});
