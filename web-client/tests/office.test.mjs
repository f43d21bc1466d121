import test from 'node:test';
import assert from 'node:assert/strict';
import { catalogues } from '../src/i18n/office.js';
import { lines, newItem, withCheckpoint, withField, withMeasure, withMoved, withNewCheckpoint, withoutCheckpoint } from '../src/state/item-editor.js';

test('the words of the office: no empty one, the same placeholders, no English in Chinese', () => {
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    assert.deepEqual(Object.keys(catalogues.en).sort(), Object.keys(catalogues.zh).sort());
    for (const [key, word] of Object.entries(catalogues.zh)) {
        assert.ok(word.trim() && catalogues.en[key].trim(), key);
        assert.deepEqual(names(catalogues.en[key]), names(word), key);
        assert.doesNotMatch(word.replace(/\{\w+\}/g, ''), /[A-Za-z]{4,}/, key);
    }
});

test('a check point keeps its code when others come, go and move', () => {
    const one = withNewCheckpoint(newItem('ABC-01'));
    assert.deepEqual(one.checkpoints.map(({ code }) => code), ['ABC-01-01', 'ABC-01-02']);
    const moved = withMoved(one, 1, -1);
    assert.deepEqual(moved.checkpoints.map(({ code }) => code), ['ABC-01-02', 'ABC-01-01']);
    assert.equal(withMoved(moved, 0, -1), moved);
    const rest = withoutCheckpoint(moved, 1);
    assert.deepEqual(withNewCheckpoint(rest).checkpoints.map(({ code }) => code), ['ABC-01-02', 'ABC-01-03']);
    assert.equal(withoutCheckpoint(rest, 0), rest);
    assert.equal(one.checkpoints[0].title_zh, '', 'the item before a change stays as it was');
    assert.equal(withCheckpoint(one, 0, { title_zh: '门头' }).checkpoints[0].title_zh, '门头');
});

test('limits come and go with what is typed', () => {
    const item = newItem('ABC-01');
    const measured = withMeasure(withMeasure(withMeasure(item, 0, 'unit', ' m '), 0, 'min', '25'), 0, 'max', 'many');
    assert.deepEqual(measured.checkpoints[0].measure, { unit: 'm', min: 25 });
    const none = withMeasure(withMeasure(measured, 0, 'min', ''), 0, 'unit', '');
    assert.ok(!('measure' in none.checkpoints[0]));
});

test('an optional field that is emptied is gone, a required one is empty', () => {
    const item = withField(newItem('ABC-01'), 'exclusions_zh', '学校食堂');
    assert.ok(!('exclusions_zh' in withField(item, 'exclusions_zh', '')));
    assert.equal(withField(item, 'name_zh', '').name_zh, '');
    assert.deepEqual(lines(' 卷尺 \n\n手电筒'), ['卷尺', '手电筒']);
});
