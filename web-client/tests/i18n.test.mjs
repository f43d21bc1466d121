import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogues, translator } from '../src/i18n/index.js';
import { chooseLanguage } from '../src/i18n/language.js';
import { catalogues as problems } from '../src/i18n/problems.js';

const source = new URL('../src/', import.meta.url).pathname;
const modules = readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.js'));

test('both languages have the same keys, and no word is empty', () => {
    assert.deepEqual(Object.keys(catalogues.en).sort(), Object.keys(catalogues.zh).sort());
    for (const [language, words] of Object.entries(catalogues)) {
        for (const [key, word] of Object.entries(words))
            assert.ok(word.trim().length > 0, `${language} ${key}`);
    }
});

test('every problem of the page itself is said in both languages', () => {
    assert.deepEqual(Object.keys(problems.en), Object.keys(problems.zh));
});

test('both languages fill the same placeholders', () => {
    const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const key of Object.keys(catalogues.zh))
        assert.deepEqual(names(catalogues.en[key]), names(catalogues.zh[key]), key);
});

test('no English word slips into Chinese text', () => {
    for (const [key, word] of Object.entries(catalogues.zh)) {
        if (!['language.other', 'staff.keys.esc'].includes(key))
            assert.doesNotMatch(word.replace(/\{\w+\}/g, ''), /[A-Za-z]{3,}/, key);
    }
});

test('every key in the catalogue is used, so that no dead word is translated', () => {
    const code = modules.filter((name) => !/^i18n\/(zh|en)\.js$/.test(name)).map((name) => readFileSync(join(source, name), 'utf8')).join('\n');
    const patterns = [...code.matchAll(/`((?:[a-z0-9-]+|\$\{from\})(?:\.(?:[a-z0-9-]+|\$\{[^}]*\}))+)`/g)]
        .map((match) => new RegExp(`^${match[1].replace(/[.]/g, '\\.').replace(/\$\{from\}/, '(left|hung-up)').replace(/\$\{[^}]*\}/g, '[a-z0-9-]+')}$`));
    for (const key of Object.keys(catalogues.zh))
        assert.ok(code.includes(`'${key}'`) || patterns.some((pattern) => pattern.test(key)), `unused: ${key}`);
});

test('visible words are in the catalogue, not in the views', () => {
    for (const name of modules.filter((entry) => /^(views|components|pages)\//.test(entry)))
        assert.doesNotMatch(readFileSync(join(source, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/'大' : 'A'|'切换到中文'/g, ''), /[\u4e00-\u9fff]/, name);
});

test('the language is that of the address, then of the memory, then of the browser, then Chinese', () => {
    const choose = (search, stored, ...browser) => chooseLanguage({ search, stored, browser });
    assert.equal(choose('?lang=en', 'zh', 'zh-CN'), 'en');
    assert.equal(choose('', 'en', 'zh-CN'), 'en');
    assert.equal(choose('?lang=xx', null, 'en-US', 'zh'), 'en');
    assert.equal(choose('', null, 'fr', 'zh-Hant'), 'zh');
    assert.equal(choose('', null, 'fr'), 'zh');
});

test('a missing parameter stays visible instead of becoming "undefined"', () => {
    assert.equal(translator('en')('step', {}), 'Step {n} of 3');
    assert.equal(translator('zh')('step', { n: 2 }), '第 2 步，共 3 步');
});
