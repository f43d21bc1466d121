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

test('the evidence map: seconds by marks, stills, and what is missing where it is required', async () => {
    const { evidenceMap, spansOf } = await import('../src/state/evidence-map.js');
    const us = 1_000_000;
    const mark = (at, kind, checkpoint = null) => ({ at: at * us, kind, checkpoint });
    const item = { code: 'A', checkpoints: ['A-1', 'A-2', 'A-3', 'A-4'].map((code, i) => ({ code, required: i < 3, evidence: 'video' })) };
    const visit = { started_at: 0, ended_at: 100 * us, findings: [{ checkpoint: 'A-1', result: 'conform', note: '' }, { checkpoint: 'A-3', result: 'not-applicable', note: '' }],
        stills: [{ id: 's', checkpoint: 'A-1', state: 'stored' }, { id: 't', checkpoint: 'A-2', state: 'requested' }],
        marks: [mark(10, 'checkpoint-start', 'A-1'), mark(30, 'checkpoint-start', 'A-2'), mark(35, 'checkpoint-end', 'A-2'), mark(60, 'checkpoint-start', 'A-1'), mark(70, 'pause')] };
    assert.deepEqual(spansOf(visit).get('A-1'), [{ fromUs: 10 * us, toUs: 30 * us }, { fromUs: 60 * us, toUs: 100 * us }]);
    assert.deepEqual(evidenceMap(item, visit).map((row) => [row.code, row.seconds, row.stills, row.missing]), [['A-1', 60, ['s'], false], ['A-2', 5, [], true], ['A-3', 0, [], false], ['A-4', 0, [], false]]);
});

test('times are offered once, by day, from whichever team has them', async () => {
    const { slotDays, minuteOf, minuteText } = await import('../src/state/my.js');
    const at = (day, hour) => new Date(2026, 10, day, hour).getTime() * 1000;
    const days = slotDays([{ rule: 'a', at: at(27, 9), minutes: 30, free: 1 }, { rule: 'b', at: at(27, 9), minutes: 30, free: 2 }, { rule: 'a', at: at(26, 9), minutes: 30, free: 1 }]);
    assert.deepEqual(days.map(({ day, slots }) => [day, slots.map((slot) => slot.rule)]), [['2026-11-26', ['a']], ['2026-11-27', ['b']]]);
    assert.deepEqual([minuteText(545), minuteOf('09:05'), Number.isNaN(minuteOf('nine'))], ['09:05', 545, true]);
});
