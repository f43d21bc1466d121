/**
 * Words: one catalogue per language, Chinese first. A key that is missing in either is a failing test and a type error.
 */

import { zh } from './zh.js';
import { en } from './en.js';

/** @import { Language, Sentence, Storage } from '../../types/base.js' */
/** @typedef {keyof typeof zh} Key */
/** @typedef {(key: Key, params?: Record<string, string | number>) => string} Translate */

/** @type {Record<Language, Record<Key, string>>} */
export const catalogues = { zh, en };

const STORED = 'yuntakan.language';

/**
 * `?lang=` decides and is remembered; then what was remembered; then the browser; Chinese if nothing speaks.
 * @param {{ search: string, stored: string | null, browser: readonly string[] }} from
 * @returns {Language}
 */
export function chooseLanguage({ search, stored, browser }) {
    const asked = new URLSearchParams(search).get('lang');
    for (const candidate of [asked, stored]) {
        if (candidate === 'zh' || candidate === 'en')
            return candidate;
    }
    for (const tag of browser) {
        if (/^zh\b/i.test(tag))
            return 'zh';
        if (/^en\b/i.test(tag))
            return 'en';
    }
    return 'zh';
}

/** @param {Language} language @returns {Translate} */
export function translator(language) {
    const words = catalogues[language];
    return (key, params) => words[key].replace(/\{(\w+)\}/g, (whole, name) => String(params?.[name] ?? whole));
}

/**
 * The page's language: read once, changed by the reader, told to assistive technology by <html lang>.
 * @param {Storage} storage
 */
export function pageLanguage(storage) {
    const language = chooseLanguage({ search: location.search, stored: storage.get(STORED), browser: navigator.languages ?? [] });
    return {
        language,
        t: translator(language),
        /** @param {Language} next */
        change(next) {
            storage.set(STORED, next);
            const url = new URL(location.href);
            url.searchParams.delete('lang');
            history.replaceState(null, '', url);
            location.reload();
        },
    };
}

/** @param {Sentence} sentence @param {Language} language */
export const sentenceIn = (sentence, language) => sentence[language] || sentence.zh;
