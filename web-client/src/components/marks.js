/**
 * Small signs that the pages share: signal bars with their word, the language switch, a notice.
 */

import { html, nothing, svg } from '../base/template.js';
import { icon } from './icon.js';
import { sentenceIn } from '../i18n/language.js';

/** @import { QualityLevel } from '../../types/media.js' */
/** @import { Language, Problem } from '../../types/base.js' */
/** @import { Translate } from '../i18n/index.js' */

/** @type {Record<QualityLevel, number>} */
const filled = { unknown: 0, poor: 1, fair: 2, good: 3 };

/** @param {QualityLevel} level */
export const bars = (level) => html`<svg class="bars" viewBox="0 0 18 15" aria-hidden="true">${[0, 1, 2].map((index) =>
    svg`<rect class=${index < filled[level] ? 'on' : ''} x=${index * 6.5} y=${10 - index * 5} width="4.5" height=${5 + index * 5} rx="1"></rect>`)}</svg>`;

/** @param {QualityLevel} level @param {Translate} t */
export const quality = (level, t) => html`<span class="quality ${level}">${bars(level)}<span>${t(`quality.${level}`)}</span></span>`;

/**
 * @param {{ language: Language, t: (key: 'language.other') => string, change: (next: Language) => void }} words
 */
export const languageSwitch = ({ language, t, change }) => html`
    <button class="button quiet language" type="button" lang=${language === 'zh' ? 'en' : 'zh-CN'}
        aria-label=${language === 'zh' ? 'Switch to English' : '切换到中文'}
        @click=${() => change(language === 'zh' ? 'en' : 'zh')}>${icon('languages')}<span>${t('language.other')}</span></button>`;

/** @type {Record<'good' | 'attention' | 'danger', import('./icon.js').IconName>} */
const noticeIcon = { good: 'circle-check', attention: 'triangle-alert', danger: 'circle-alert' };

/** @param {'good' | 'attention' | 'danger'} kind @param {unknown} body */
export const notice = (kind, body) => html`<div class="notice ${kind}">${icon(noticeIcon[kind])}<div>${body}</div></div>`;

/** @param {Problem | null} problem @param {Language} language */
export const problemNotice = (problem, language) =>
    (problem ? html`<div role="alert">${notice('danger', sentenceIn(problem.message, language))}</div>` : nothing);

/** @param {(key: 'product' | 'bureau') => string} t */
export const brand = (t) => html`
    <span class="brand"><img src="/styles/icon.svg" alt="" width="28" height="28"><span><b>${t('product')}</b><span class="bureau">${t('bureau')}</span></span></span>`;

/** Nobody is looked at without being told. @param {{ room: import('../../types/protocol.js').Room | null }} visit @param {Translate} t */
export const visitWatched = ({ room }, t) => (room?.watchers?.length
    ? html`<p class="watched" role="status" data-hook="watched">${icon('user')}<span>${t('visit.watched', { names: room.watchers.join('、') })}</span></p>` : nothing);
