/** The preparation guide of an item, as the applicant reads it; also the editor's preview. */

import { html, nothing } from '../base/html.js';
import { inLanguage } from '../base/item.js';
import { icon } from '../components/icon.js';
import { notice } from '../components/marks.js';

/** @import { Checkpoint } from '../../types/protocol.js' */
/** @import { CatalogueItem } from '../../types/office.js' */
/** @import { Language } from '../../types/base.js' */
/** @import { OfficeTranslate } from '../i18n/office.js' */

/** @typedef {{ language: Language, o: OfficeTranslate }} GuideWords */

/** @type {Record<string, import('../components/icon.js').IconName>} */
const evidenceIcon = { video: 'video', photo: 'camera', measure: 'ruler', document: 'file-text' };

/** @param {Checkpoint} checkpoint @param {GuideWords} words */
const limits = ({ measure }, { o }) => (measure ? [measure.min === undefined ? '' : o('guide.least', { n: measure.min, unit: measure.unit }),
    measure.max === undefined ? '' : o('guide.most', { n: measure.max, unit: measure.unit })].filter(Boolean) : []);

/** @param {Checkpoint} checkpoint @param {GuideWords} words */
const step = (checkpoint, words) => html`<li class="card">
    <h3>${inLanguage(checkpoint, 'title', words.language)}</h3>
    <p class="kind">${icon(evidenceIcon[checkpoint.evidence] ?? 'camera')}<span>${words.o(/** @type {import('../i18n/office.js').OfficeKey} */ (`evidence.${checkpoint.evidence}`))}</span>
        ${checkpoint.required ? nothing : html`<span class="soft">${words.o('guide.optional')}</span>`}</p>
    <p>${inLanguage(checkpoint, 'guide', words.language)}</p>
    ${limits(checkpoint, words).map((limit) => html`<p class="limit">${icon('ruler')}<span>${limit}</span></p>`)}</li>`;

/** What is read aloud. @param {CatalogueItem} item @param {GuideWords} words */
export const guideText = (item, words) => [inLanguage(item, 'name', words.language), words.o('guide.tools'),
    ...(words.language === 'en' ? item.tools_en ?? item.tools_zh ?? [] : item.tools_zh ?? []), words.o('guide.points'),
    ...item.checkpoints.map((checkpoint) => `${inLanguage(checkpoint, 'title', words.language)}。${inLanguage(checkpoint, 'guide', words.language)}`)].join('\n');

/** @param {CatalogueItem} item @param {GuideWords} words */
export function guideView(item, words) {
    const { language, o } = words;
    const tools = (language === 'en' ? item.tools_en : item.tools_zh) ?? item.tools_zh ?? [];
    const exclusions = inLanguage(item, 'exclusions', language);
    return html`<div class="prep-guide">
        <section class="card appointment"><h2>${inLanguage(item, 'name', language)}</h2><p class="meta">${icon('store')}<span>${inLanguage(item, 'division', language)}</span></p></section>
        ${exclusions ? notice('attention', html`<b>${o('guide.exclusions')}</b><p>${exclusions}</p>`) : nothing}
        <section><h2>${o('guide.tools')}</h2><ul class="tools">${[...tools, o('guide.signal')].map((tool) => html`<li>${icon('check')}<span>${tool}</span></li>`)}</ul></section>
        <section><h2>${o('guide.points')}</h2><ol>${item.checkpoints.map((checkpoint) => step(checkpoint, words))}</ol></section>
        <p class="soft"><b>${o('guide.basis')}</b> <span lang="zh-CN">${item.legal_basis_zh}</span></p></div>`;
}
