/**
 * The review page: find, watch, check. Views are functions of the state.
 */

import { html, nothing } from '../../base/html.js';
import { clockTime, hourMinute, isoDay } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { brand, languageSwitch, problemNotice } from '../../components/marks.js';
import { inLanguage } from '../../base/item.js';
import { checkpointRows, size } from '../../review/model.js';
import { checklistPanel, fileAddress } from './checklist.js';
import { verdictReport } from './report.js';
import { searchColumn } from './search.js';
import { keysDialog, reasonDialog } from './questions.js';
import { playerPanel } from './timeline.js';

/** @import { ReviewState, Verdict } from '../../../types/review.js' */
/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

/** @type {Record<string, import('../../components/icon.js').IconName>} */
const verdictIcon = { intact: 'shield-check', unsealed: 'shield-check', altered: 'triangle-alert', unreadable: 'circle-x', disposed: 'circle-x' };

/** @param {Verdict} verdict */
const fragmentCount = (verdict) => Object.values(verdict.counts).reduce((sum, count) => sum + count, 0);

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const verdictBadge = ({ verdict }, { r }, actions) => {
    if (verdict === null)
        return nothing;
    if (verdict === 'checking')
        return html`<span class="badge checking" role="status">${icon('loader-circle', 'spin')}<span>${r('verdict.checking')}</span></span>`;
    return html`
        <button type="button" class="badge ${verdict.verdict}" data-test="verdict" data-verdict=${verdict.verdict} @click=${() => actions.verdictOpen(true)}>
            ${icon(verdictIcon[verdict.verdict])}<span>${r(`verdict.${verdict.verdict}`, { n: fragmentCount(verdict).toLocaleString('en') })}</span></button>`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const visitHead = (state, words, actions) => {
    const { visit, item } = state;
    if (!visit)
        return nothing;
    const { r, language } = words;
    const at = (visit.started_at ?? visit.scheduled_at) / 1000;
    return html`
        <header class="visit-head">
            <button type="button" class="button small quiet to-list" data-test="to-list" @click=${actions.close}>${icon('arrow-left')}<span>${r('back')}</span></button>
            <div class="who">
                <h1 tabindex="-1">${visit.applicant}</h1>
                <p>${item ? inLanguage(item, 'name', language) : visit.item_code} · <span class="tabular">${visit.case_number}</span> · <span class="tabular">${isoDay(at)} ${hourMinute(at)}</span></p>
                <p class="soft">${visit.premises}${visit.staff.length ? html` · ${r('staff')} ${visit.staff.map((member) => member.name).join('、')}` : nothing}</p>
            </div>
            <div class="head-actions">
                ${verdictBadge(state, words, actions)}
                ${visit.recording ? html`<a class="button small" data-test="export" href="/api/recordings/${visit.recording}/export" download>${icon('download')}
                    <span>${r('export')}</span>${state.status ? html`<span class="soft">${r('export.size', { size: size(state.status.bytes) })}</span>` : nothing}</a>
                    <a class="button small" data-test="export-case" href="/api/cases/${visit.case}/export" download>${icon('clipboard-list')}<span>${r('export.case')}</span></a>` : nothing}
            </div>
        </header>`;
};

/** What is left of a recording whose term has ended. @param {number} at @param {ReviewState} state @param {ReviewWords} words */
const disposedPanel = (at, { verdict }, { r }) => html`<div class="empty" data-test="disposed">${icon('circle-x')}<h2>${r('disposed.title', { day: isoDay(at / 1000) })}</h2>
    <p class="soft">${r('disposed.text')}</p>
    ${verdict && verdict !== 'checking' && verdict.disposal?.reason ? html`<p lang="zh-CN">${verdict.disposal.reason}</p>` : nothing}</div>`;

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const visitPanel = (state, words, actions) => {
    const { r } = words;
    if (state.opening)
        return html`<div class="empty" role="status">${icon('loader-circle', 'spin')}<p>${r('opening')}</p></div>`;
    if (!state.visit)
        return html`<div class="empty pick">${icon('history')}<h2>${r('pick.title')}</h2><p class="soft">${r('pick.text')}</p></div>`;
    const rows = checkpointRows(state, words.language);
    return html`
        ${visitHead(state, words, actions)}
        <div class="visit-body">
            ${state.status?.disposed_at ? disposedPanel(state.status.disposed_at, state, words)
                : state.visit.recording ? playerPanel(state, rows, words, actions)
                : html`<div class="empty">${icon('video-off')}<h2>${r('norecording.title')}</h2><p class="soft">${r('norecording.text')}</p></div>`}
            ${checklistPanel(state, rows, words, actions)}
        </div>`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const dialogs = (state, words, actions) => {
    const { r, t } = words;
    const still = state.index?.stills.find((candidate) => candidate.id === state.still);
    if (state.reason === 'asking')
        return reasonDialog(words, actions);
    if (state.helpOpen)
        return keysDialog(words, actions);
    if (still)
        return dialog({ label: r('still.open', { time: clockTime(still.at / 1000) }), onClose: () => actions.still(null), className: 'still-dialog' }, html`
            <img src=${fileAddress(state, still.file)} alt="">
            <p class="soft digest">${r('still.digest', { algorithm: still.sm3 ? 'SM3' : 'SHA-256' })} <code>${still.sm3 ?? still.sha256}</code></p>
            <div class="dialog-actions">
                <button type="button" class="button" @click=${() => { actions.still(null); actions.playFrom(still.t_ms); }}>${icon('play')}<span>${r('still.play')}</span></button>
                <button type="button" class="button main" @click=${() => actions.still(null)}>${t('close')}</button></div>`);
    if (state.verdictOpen && state.verdict && state.verdict !== 'checking')
        return verdictReport(state.verdict, words, actions);
    return nothing;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
export const reviewView = (state, words, actions) => html`
    <div class="page ${state.visit || state.opening ? 'has-visit' : ''}">
        <header class="top">${brand(words.t)}<b class="page-title">${words.r('title')}</b>
            <a class="button quiet small" href="/staff">${icon('clipboard-list')}<span>${words.r('staff.page')}</span></a>
            ${languageSwitch(words)}</header>
        ${searchColumn(state, words, actions)}
        <main class="visit">${problemNotice(state.problem, words.language)}${visitPanel(state, words, actions)}</main>
        ${dialogs(state, words, actions)}
    </div>`;
