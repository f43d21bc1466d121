/**
 * Words: one catalogue per language, Chinese first. A key that is missing in either is a failing test and a type error.
 */

import { zh } from './zh.js';
import { en } from './en.js';
import { languageOf } from './language.js';

export { chooseLanguage, sentenceIn } from './language.js';

/** @import { Language, Storage } from '../../types/base.js' */
/** @typedef {keyof typeof zh} Key */
/** @typedef {(key: Key, params?: Record<string, string | number>) => string} Translate */

/** @type {Record<Language, Record<Key, string>>} */
export const catalogues = { zh, en };

/** @param {Language} language @returns {Translate} */
export function translator(language) {
    const words = catalogues[language];
    return (key, params) => words[key].replace(/\{(\w+)\}/g, (whole, name) => String(params?.[name] ?? whole));
}

/** The page's language with its words. @param {Storage} storage */
export function pageLanguage(storage) {
    const { language, change } = languageOf(storage);
    return { language, t: translator(language), change };
}
