// Forms filled in together, the browser's half: edits of texts by the vectors that the server is held to, and what a page does with the answers.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { apply, compose, difference, invert, transform } from '../src/coform/text-op.js';
import { changeRows, changed, departing, editText, fineDifference, isSaved, lineBroken, movedCursor, opened, refused, restored, resynchronized, rowsOf, setValue, snapshotOf, textOf, undoLast, valueOf }
    from '../src/coform/document.js';
import { asked, faultOf, faultsOf, fieldAt, sectionsOf } from '../src/coform/schema.js';
import { isBankCard, isCreditCode, isDate, isIdentityNumber, isPhone } from '../src/coform/check-digits.js';

const vectors = JSON.parse(readFileSync(new URL('../../tests/vectors/text-op.json', import.meta.url), 'utf8'));
const formsDir = new URL('../../data/forms/', import.meta.url);
const form = (name) => JSON.parse(readFileSync(new URL(name, formsDir), 'utf8'));
const how = { source: 'typed', atMs: 0 };
const view = (fields = {}, rows = {}) => ({ id: 'd', form: 'f', version: 1, revision: 1, state: 'draft', fields, rows, sections: {}, shown: [], comments: [], signature: null, patches: {} });
const entry = (value, revision = 1) => ({ value, revision });
const ids = () => { let n = 0; return () => `p${++n}`; };

test('edits follow the vectors', () => {
    assert.ok(vectors.length >= 200);
    for (const { text, a, b, first, next, a2, b2, both, merged } of vectors) {
        assert.deepEqual(transform(a, b, first), a2);
        assert.deepEqual(transform(b, a, !first), b2);
        assert.deepEqual(compose(a, next), both);
        assert.equal(apply(b2, apply(a, text)), merged);
        assert.equal(apply(a2, apply(b, text)), merged);
        assert.equal(apply(invert(a, text), apply(a, text)), text);
        assert.equal(apply(difference(text, merged), text), merged);
        assert.equal(apply(fineDifference(text, merged), text), merged);
    }
});

test('an edit beyond the end is our bug, not a shorter text', () => {
    assert.throws(() => apply([4, 'x'], 'abc'), RangeError);
});

test('what is typed while a patch is under way waits, and what the other types goes under both', () => {
    const next = ids();
    let state = editText(opened(view({ name: entry('王') })), 'name', '王小', how);
    let out = departing(state, next);
    assert.deepEqual(out.patches, [{ patch: 'p1', path: 'name', base: 1, source: 'typed', text: [1, '小'] }]);
    state = editText(out.state, 'name', '王小明', how);
    assert.equal(departing(state, next).patches.length, 0, 'one at a time');
    state = changed(state, { kind: 'text', revision: 2, path: 'name', patch: 'other', text: ['老'], field: { revision: 2 } });
    assert.equal(textOf(state, 'name'), '老王小明');
    state = changed(state, { kind: 'text', revision: 3, path: 'name', patch: 'p1', text: [2, '小'], field: { revision: 3 } });
    out = departing(state, next);
    assert.deepEqual(out.patches[0].text, [3, '明']);
    state = changed(out.state, { kind: 'text', revision: 4, path: 'name', patch: 'p2', text: [3, '明'], field: { revision: 4 } });
    assert.equal(state.view.fields.name.value, '老王小明');
    assert.ok(isSaved(state));
});

test('a choice that was refused is kept for its author beside the other\'s', () => {
    let { state, patches } = departing(setValue(opened(view({ kind: entry('a') })), 'kind', 'b', how), ids());
    state = changed(state, { kind: 'value', revision: 2, path: 'kind', patch: 'x', value: 'c', field: { revision: 2 } });
    state = refused(state, patches[0].patch, 'form/conflict');
    assert.equal(valueOf(state, 'kind'), 'c');
    assert.deepEqual(state.lost.kind, { mine: 'b', code: 'form/conflict' });
});

test('undo takes back one\'s own words and leaves the other\'s', () => {
    let { state } = departing(editText(opened(view({ name: entry('') })), 'name', '我写的', how), ids());
    state = changed(state, { kind: 'text', revision: 2, path: 'name', patch: 'p1', text: ['我写的'], field: { revision: 2 } });
    state = changed(state, { kind: 'text', revision: 3, path: 'name', patch: 'o', text: [2, '他写的'], field: { revision: 3 } });
    assert.equal(textOf(state, 'name'), '我写他写的的');
    state = undoLast(state, 1);
    assert.equal(textOf(state, 'name'), '他写的');
    let chosen = setValue(opened(view({ kind: entry('a') })), 'kind', 'b', how);
    assert.equal(valueOf(undoLast(chosen, 1), 'kind'), 'a');
    const table = changeRows(opened(view({}, { staff: ['aaaaaaa1'] })), 'staff', { add: 'aaaaaaa2', at: 1 }, how);
    assert.deepEqual(rowsOf(table, 'staff'), ['aaaaaaa1', 'aaaaaaa2']);
    assert.deepEqual(rowsOf(undoLast(table, 1), 'staff'), ['aaaaaaa1']);
});

test('after a break nothing is typed twice and nothing is lost', () => {
    let { state } = departing(editText(opened(view({ name: entry('ab') })), 'name', 'abX', how), ids());
    state = editText(state, 'name', 'abXY', how);
    assert.equal(departing(lineBroken(state), ids()).patches.length, 0);
    const arrived = resynchronized(lineBroken(state), { ...view({ name: entry('Zab' + 'X', 3) }), patches: { me: ['p1'] } });
    assert.equal(textOf(arrived, 'name'), 'ZabXY');
    const swallowed = resynchronized(lineBroken(state), view({ name: entry('Zab', 2) }));
    assert.equal(textOf(swallowed, 'name'), 'ZabXY');
    assert.equal(textOf(resynchronized(state, { ...view({ name: entry('Q') }), id: 'another' }), 'name'), 'Q', 'another document is another');
});

test('a cursor stays at its word', () => {
    assert.equal(movedCursor(['ab'], 3), 5);
    assert.equal(movedCursor([3, 'ab'], 3), 3);
    assert.equal(movedCursor([1, -4], 3), 1);
});

test('every form that is shipped can be laid out; what it asks depends on the answers', () => {
    const names = readdirSync(formsDir);
    assert.ok(names.length >= 5);
    for (const name of names) {
        const sections = sectionsOf(form(name));
        const empty = { value: () => undefined, rows: () => [] };
        assert.ok(faultsOf(sections, empty).length > 0, name);
        for (const section of sections)
            for (const field of section.list)
                assert.ok(field.layout.label_zh && field.layout.label_en && field.layout.widget, `${name} ${field.name}`);
    }
    const sections = sectionsOf(form('common-application.1.json'));
    const values = { applicant_kind: 'company', by_agent: false };
    const reader = { value: (path) => values[path], rows: () => [] };
    const paths = () => asked(sections, reader).map(({ path }) => path);
    assert.ok(paths().includes('credit_code') && !paths().includes('identity_number') && !paths().includes('agent_name'));
    values.applicant_kind = 'person';
    values.by_agent = true;
    assert.ok(!paths().includes('credit_code') && paths().includes('identity_number') && paths().includes('agent_name'));
    assert.equal(fieldAt(sections, 'documents/aaaaaaa1/name')?.name, 'name');
    const area = fieldAt(sectionsOf(form('small-restaurant.1.json')), 'area');
    assert.deepEqual(['', 'x', '1e3', '0', '151', '45.5'].map((text) => faultOf(area, text)), ['needed', 'number', 'number', 'range', 'range', null]);
});

test('check digits', () => {
    assert.ok(isIdentityNumber('11010519491231002X') && !isIdentityNumber('110105194912310021') && !isIdentityNumber('110105194913310023'));
    assert.ok(isCreditCode('91350100M000100Y43') && !isCreditCode('91350100M000100Y44'));
    assert.ok(isPhone('13800138000') && isPhone('0797-3331234') && !isPhone('1380013800'));
    assert.ok(isBankCard('4111111111111111') && !isBankCard('4111111111111112'));
    assert.ok(isDate('2024-02-29') && !isDate('2023-02-29'));
});

test('a newer version of the form takes the place of an old one: what was typed meanwhile goes with it', () => {
    const next = ids();
    const old = { ...view({ name: entry('王') }), patches: {} };
    let { state } = departing(editText(opened(old), 'name', '王小', how), next);
    state = editText(state, 'name', '王小明', how);
    const arrived = resynchronized(lineBroken(state), { ...view({ name: entry('王小', 2) }), id: 'e', version: 2, patches: { A: ['p1'] } });
    assert.equal(textOf(arrived, 'name'), '王小明');
    assert.deepEqual(departing(arrived, next).patches[0], { patch: 'p2', path: 'name', base: 2, source: 'typed', text: [2, '明'] });
    assert.ok(isSaved(resynchronized(lineBroken(state), { ...view(), id: 'e', form: 'another', version: 2 })), 'nothing goes into another form');
});

test('what was typed without a line outlives a reload and is merged with what the others did', () => {
    const next = ids();
    let { state } = departing(editText(opened(view({ name: entry('王'), kind: entry('a') })), 'name', '王小', how), next);
    state = setValue(editText(lineBroken(state), 'name', '王小明', how), 'kind', 'b', how);
    state = changeRows(state, 'staff', { add: 'abcdefgh', at: 0 }, how);
    const kept = JSON.parse(JSON.stringify(snapshotOf(state)));
    assert.deepEqual(Object.keys(kept.fields), ['name', 'kind'], 'nothing but what is under way');

    const anew = { ...view({ name: entry('老王小', 3), kind: entry('a'), phone: entry('1') }), patches: { A: ['p1'] } };
    const back = restored(opened(anew), kept);
    assert.equal(textOf(back, 'name'), '老王小明', 'the patch that arrived is not typed twice');
    assert.equal(valueOf(back, 'kind'), 'b');
    assert.deepEqual(rowsOf(back, 'staff'), ['abcdefgh']);
    assert.equal(snapshotOf(opened(anew)), null);
    assert.equal(restored(opened({ ...anew, form: 'another' }), kept).pending.name, undefined);
});
