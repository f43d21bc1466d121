// The shipped catalogue: every file is valid, complete and unambiguous.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';

const data = new URL('../../data/', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, data), 'utf8'));
const files = readdirSync(new URL('items/', data)).sort();
const items = files.map((file) => read(`items/${file}`));

test('25 items with 227 check points', () => {
    assert.equal(items.length, 25);
    assert.equal(items.reduce((sum, item) => sum + item.checkpoints.length, 0), 227);
});

test('each file follows the schema', () => {
    const validate = new Ajv({ allErrors: true }).compile(read('items.schema.json'));
    for (const [i, item] of items.entries())
        assert.ok(validate(item), `${files[i]}: ${JSON.stringify(validate.errors, null, 1)}`);
});

test('the schema refuses an unknown field and a missing guide', () => {
    const validate = new Ajv().compile(read('items.schema.json'));
    assert.ok(!validate({ ...items[0], colour: 'red' }));
    const { guide_zh: _, ...mute } = items[0].checkpoints[0];
    assert.ok(!validate({ ...items[0], checkpoints: [mute] }));
});

test('a file is named after its item', () => {
    for (const [i, item] of items.entries())
        assert.equal(item.code, basename(files[i], '.json'));
});

test('check points carry their item\'s code and are unique over the whole catalogue', () => {
    const seen = new Set();
    for (const item of items) {
        for (const point of item.checkpoints) {
            assert.ok(point.code.startsWith(`${item.code}-`), point.code);
            assert.ok(!seen.has(point.code), `${point.code} twice`);
            seen.add(point.code);
        }
    }
});
