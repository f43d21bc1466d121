/**
 * Which language a page speaks; without any words, so that a small page need not load them.
 */

/** @import { Language, Sentence, Storage } from '../../types/base.js' */

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

/**
 * The page's language: read once, changed by the reader, told to assistive technology by <html lang>.
 * @param {Storage} storage
 */
export function languageOf(storage) {
    const language = chooseLanguage({ search: location.search, stored: storage.get(STORED), browser: navigator.languages ?? [] });
    return {
        language,
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
