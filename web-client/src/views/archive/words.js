/** What the views of the page of retention share: words, names of items, dates. */

import { inLanguage } from '../../base/item.js';
import { clockTime, isoDay } from '../../base/time.js';

/** @import { ArchiveState } from '../../../types/archive.js' */
/** @import { Language } from '../../../types/base.js' */
/** @import { Translate } from '../../i18n/index.js' */
/** @import { ArchiveTranslate } from '../../i18n/archive.js' */
/** @typedef {{ language: Language, t: Translate, a: ArchiveTranslate, change: (next: Language) => void }} ArchiveWords */

/** @param {ArchiveState} state @param {string} code @param {ArchiveWords} words */
export const itemName = (state, code, { language }) => inLanguage(state.items.find((item) => item.code === code), 'name', language) || code;

/** "2026-11-26". @param {number} us */
export const day = (us) => isoDay(us / 1000);

/** "2026-11-26 14:03:21". @param {number} us */
export const moment = (us) => `${isoDay(us / 1000)} ${clockTime(us / 1000)}`;
