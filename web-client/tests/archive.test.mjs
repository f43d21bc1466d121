// The page of retention: what its state means, what its controller asks for.
import test from 'node:test';
import assert from 'node:assert/strict';
import { accessesAddress, createArchiveController } from '../src/archive/controller.js';
import { initialArchive, reduceArchive, tabOf } from '../src/archive/state.js';
import { createStore } from '../src/base/store.js';
import { catalogues } from '../src/i18n/archive.js';
import { ownProblem } from '../src/protocol/problem.js';
import { fakeClock, settle } from './fakes.mjs';

const row = (recording, more = {}) => ({ recording, visit: 'V', case: 'C', case_number: 'XF-1', applicant: '王', item_code: 'X-1', ended_at: 0, class: '10-years', due_at: 1, held: false,
    disposed_at: null, disposal: null, ...more });
const list = { id: 'D', state: 'open', reason: '期满', created_by: '孙', created_at: 1, closed_at: null, recordings_count: 1, approvals_count: 0, recordings: [], approvals: [] };

function page(answers = {}, role = 'admin', hash = '') {
    const asked = [];
    const all = { 'GET /api/me': { id: 'U', name: '孙', role }, 'GET /api/items': { items: [] }, 'GET /api/users': { users: [] },
        'GET /api/retention?state=due': { recordings: [row('A'), row('B', { held: true }), row('C', { disposal: 'D' })], next: null, counts: { due: 2, held: 1, disposed: 0 } },
        'GET /api/storage': { storage: { state: 'ok' }, archive: { state: 'off' } }, 'GET /api/disposals': { disposals: [list] }, 'GET /api/disposals/D': list, 'POST /api/disposals': list, ...answers };
    const store = createStore(reduceArchive, initialArchive());
    const clock = fakeClock();
    const controller = createArchiveController({ store, clock, hash: () => hash, replaceHash: (next) => asked.push(`#${next}`), signIn: () => asked.push('sign-in'),
        call: async (method, address, body) => {
            asked.push([method, address, ...(body === undefined ? [] : [body])]);
            const answer = all[`${method} ${address}`];
            if (answer === undefined || answer instanceof Error)
                throw answer ?? ownProblem('http/unexpected', 404);
            return typeof answer === 'function' ? answer(body) : answer;
        } });
    return { asked, store, clock, ...controller };
}

test('both languages have the same keys and parameters', () => {
    assert.deepEqual(Object.keys(catalogues.en).sort(), Object.keys(catalogues.zh).sort());
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const key of Object.keys(catalogues.zh))
        assert.deepEqual(names(catalogues.en[key]), names(catalogues.zh[key]), key);
});

test('only what may go is chosen, and a list is made of it with its reason', async () => {
    const { asked, store, actions, start } = page();
    await start();
    actions.chooseAll(true);
    assert.deepEqual(store.state.chosen, ['A'], 'neither what is held nor what is listed');
    actions.askList();
    actions.answer('期满');
    await settle();
    assert.deepEqual(asked.find(([method]) => method === 'POST'), ['POST', '/api/disposals', { reason: '期满', recordings: ['A'] }]);
    assert.equal(store.state.tab, 'disposals');
    assert.equal(store.state.disposal?.id, 'D');
    assert.equal(store.state.dialog, null);
});

test('a wrong password leaves the question open and says so; a list that is carried out is read until it is done', async () => {
    let tries = 0;
    const states = ['open', 'approved', 'done'];
    const { asked, store, actions, start, clock } = page({
        'GET /api/disposals/D': () => ({ ...list, state: states[Math.min(tries, 2)] }),
        'POST /api/disposals/D/approval': ({ password }) => { if (password !== 'right') throw ownProblem('http/unexpected', 403); tries = 1; return list; },
    }, 'admin', 'disposals');
    await start();
    assert.equal(store.state.tab, 'disposals');
    actions.openDisposal('D');
    await settle();
    actions.askApprove();
    actions.answer('wrong');
    await settle();
    assert.equal(store.state.dialog?.kind, 'approve');
    assert.ok(store.state.problem);
    actions.answer('right');
    await settle();
    assert.equal(store.state.dialog, null);
    assert.equal(store.state.disposal?.state, 'approved');
    tries = 2;
    clock.advance(2000);
    await settle();
    assert.equal(store.state.disposal?.state, 'done');
    const count = asked.length;
    clock.advance(10_000);
    await settle();
    assert.equal(asked.length, count, 'a list that is done is left alone');
});

test('who is no administrator reads nothing, who is nobody signs in first', async () => {
    const other = page({}, 'inspector');
    await other.start();
    assert.deepEqual(other.asked, [['GET', '/api/me']]);
    const nobody = page({ 'GET /api/me': ownProblem('access/required', 401) });
    await nobody.start();
    assert.ok(nobody.asked.includes('sign-in'));
});

test('the access log is asked for by person and by whole days', () => {
    assert.equal(accessesAddress({ account: '', from: '', to: '' }, null), '/api/accesses?');
    const wanted = new URLSearchParams(accessesAddress({ account: 'zhang', from: '2026-11-26', to: '2026-11-26' }, 'ID').split('?')[1]);
    assert.equal(wanted.get('account'), 'zhang');
    assert.equal(wanted.get('before'), 'ID');
    assert.equal(Number(wanted.get('to')) - Number(wanted.get('from')), 86_400_000_000);
    assert.equal(tabOf('nonsense'), 'terms');
});
