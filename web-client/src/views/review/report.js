/**
 * The verifier's report in the page: what it says first, then what it can prove and what not, counts, and every fault by name.
 */

import { html, nothing } from '../../base/html.js';
import { clockTime, isoDay } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { notice } from '../../components/marks.js';
import { sentenceIn } from '../../i18n/language.js';
import { size } from '../../review/model.js';

/** @import { Verdict } from '../../../types/review.js' */
/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

/** @type {Record<Verdict['verdict'], 'good' | 'attention' | 'danger'>} */
const kind = { intact: 'good', unsealed: 'attention', altered: 'danger', unreadable: 'danger', disposed: 'attention' };
const COUNTS = /** @type {const} */ (['stands', 'unsealed', 'altered', 'missing', 'reordered', 'torn', 'disposed']);

/** @param {Verdict} verdict @param {ReviewWords} words @param {ReviewActions} actions */
export const verdictReport = (verdict, { r, t, language }, actions) => dialog(
    { label: r('verdict.title'), onClose: () => actions.verdictOpen(false), className: 'verdict-dialog' }, html`
        <h2>${r('verdict.title')}</h2>
        ${notice(kind[verdict.verdict], html`<b data-test="report">${sentenceIn(verdict.message, language)}</b>`)}
        <dl class="facts">
            ${COUNTS.filter((name) => name === 'stands' || verdict.counts[name] > 0).map((name) => html`
                <div><dt>${r(`count.${name}`)}</dt><dd class="tabular">${verdict.counts[name]}</dd></div>`)}
            ${verdict.disposal ? html`<div><dt>${r('report.disposed')}</dt><dd class="tabular">${isoDay(verdict.disposal.at / 1000)}</dd></div>` : nothing}
            <div><dt>${r('report.gaps')}</dt><dd class="tabular">${verdict.gaps}</dd></div>
            <div><dt>${r('report.bytes')}</dt><dd class="tabular">${size(verdict.bytes)}</dd></div>
            ${verdict.sealed_at ? html`<div><dt>${r('report.sealed')}</dt><dd class="tabular">${isoDay(verdict.sealed_at / 1000)} ${clockTime(verdict.sealed_at / 1000)}</dd></div>` : nothing}
        </dl>
        ${verdict.disposal?.reason ? html`<p lang="zh-CN">${verdict.disposal.reason}</p>` : nothing}
        ${verdict.faults.length ? html`<h3>${r('report.faults')}</h3>
            <ul class="faults">${verdict.faults.slice(0, 50).map((fault) => html`<li>${sentenceIn(fault.message, language)}</li>`)}</ul>` : nothing}
        ${verdict.faults.length + verdict.faults_dropped > 50 ? html`<p>${r('report.more', { n: verdict.faults.length + verdict.faults_dropped - 50 })}</p>` : nothing}
        <details><summary>${r('report.limits')}</summary><p class="limits">${sentenceIn(verdict.limits, language)}</p>
            ${verdict.key?.sha256 ? html`<p class="soft digest">${r('report.key', { algorithm: verdict.key.algorithm ?? '' })} <code>${verdict.key.sha256}</code></p>` : nothing}</details>
        <p class="soft">${r('verdict.offline')}</p>
        <div class="dialog-actions"><button type="button" class="button main" @click=${() => actions.verdictOpen(false)}>${t('close')}</button></div>`);
