/** Rectifications for inspectors: the list by deadline; one with before and after beside each other, and what to decide. */

import { html, nothing, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { longDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { selectField } from './fields.js';

/** @import { RectificationPoint, Rectification } from '../../../types/my.js' */
/** @import { RectificationRow, RectificationsContext } from '../../office/rectifications.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

const STATES = ['open', 'answered', 'accepted', 'revisit'];
/** @type {Record<string, string>} */
const tone = { open: '', answered: 'attention', again: '', accepted: 'good', revisit: 'danger' };

/** @param {{ state: string, deadline_at: number }} one */
const isLate = (one) => one.state === 'open' && one.deadline_at / 1000 < Date.now();

/** @param {RectificationsContext} context @param {RectificationRow} row */
const rowOf = ({ words: { o, language } }, row) => html`<tr><td><b lang="zh-CN">${row.applicant}</b><span class="soft" lang="zh-CN">${row.case_number} · ${row.premises}</span></td>
    <td><span class="tag ${tone[row.state] ?? ''}">${o(/** @type {OfficeKey} */ (`rects.sum.${row.state}`))}</span> ${isLate(row) ? html`<span class="tag danger">${icon('triangle-alert')}<span>${o('rects.late')}</span></span>` : nothing}
        <span class="soft">${o('rects.points', { n: row.points, m: row.answered })}</span></td>
    <td>${o('rects.deadline', { day: longDay(row.deadline_at / 1000, language) })}</td>
    <td><div class="row-actions"><a class="button small ${row.state === 'answered' ? 'main' : ''}" href="#rectifications/${row.id}">${icon('image')}<span>${o('rects.open')}</span></a></div></td></tr>`;

/** @param {RectificationsContext} context */
export function rectificationListView(context) {
    const { own, patch, go, words: { o } } = context;
    return html`<div class="office-head"><h1>${o('rects.title')}</h1>
            ${selectField({ id: 'filter', label: o('rects.filter'), value: own.filter, choices: [['', o('rects.filter.all')], ...STATES.map((state) => /** @type {[string, string]} */ ([state, o(/** @type {OfficeKey} */ (`rects.sum.${state}`))]))] },
                (filter) => { patch({ filter, rows: null }); go('rectifications'); })}</div>
        ${!own.rows ? html`<p class="empty" role="status">${o('office.loading')}</p>` : own.rows.length === 0 ? html`<p class="empty">${icon('check')}<span>${o('rects.none')}</span></p>`
            : html`<div class="card table"><table><tbody>${repeat(own.rows, (row) => row.id, (row) => rowOf(context, row))}</tbody></table></div>`}`;
}

/** @param {RectificationsContext} context @param {Rectification} one @param {RectificationPoint} point */
function decideForm(context, one, point) {
    const { call, attempt, patch, user, busy, words: { o } } = context;
    if (user.role !== 'inspector' || !['open', 'again', 'answered'].includes(point.state))
        return nothing;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        const decision = /** @type {HTMLButtonElement} */ (event.submitter).value;
        attempt(async () => {
            patch({ one: await call('POST', `/api/rectifications/${one.id}/points/${point.checkpoint}`, { revision: one.revision, decision, words: String(new FormData(form).get('words')).trim() }) });
            return o('rects.decided');
        });
    };
    return html`<form class="inline-form" @submit=${submit}><div class="field"><label for="words-${point.checkpoint}">${o('rects.words')}</label><input id="words-${point.checkpoint}" name="words" maxlength="1000"></div>
        ${point.state === 'answered' ? html`<button class="button main" type="submit" value="accept" ?disabled=${busy}>${icon('check')}<span>${o('rects.accept')}</span></button>
        <button class="button" type="submit" value="again" ?disabled=${busy}>${icon('rotate-ccw')}<span>${o('rects.again')}</span></button>` : nothing}
        <button class="button" type="submit" value="revisit" ?disabled=${busy}>${icon('video')}<span>${o('rects.revisit')}</span></button></form>`;
}

/** @param {RectificationsContext} context @param {Rectification} one @param {RectificationPoint} point */
function pointView(context, one, point) {
    const { own, words: { o, language } } = context;
    const checkpoint = own.item?.checkpoints.find((candidate) => candidate.code === point.checkpoint);
    const answers = one.answers.filter((answer) => answer.checkpoint === point.checkpoint);
    return html`<section class="card panel"><div class="office-head"><h2>${inLanguage(checkpoint, 'title', language) || point.checkpoint}</h2>
            <span class="tag ${tone[point.state] ?? ''}">${o(/** @type {OfficeKey} */ (`rect.state.${point.state}`))}</span></div>
        <p lang="zh-CN">${point.note}</p>${point.words ? html`<p class="soft" lang="zh-CN">${o('rects.by', { name: point.decided_by ?? '', words: point.words })}</p>` : nothing}
        <div class="pairs">${point.before_still ? html`<figure><img src="/api/visits/${one.visit}/stills/${point.before_still}" alt=${o('rects.before')} loading="lazy"><figcaption>${o('rects.before')}</figcaption></figure>` : nothing}
            ${one.pictures.filter((picture) => picture.checkpoint === point.checkpoint && picture.answer).map((picture) => html`<figure><a href="/api/rectification-pictures/${picture.id}" target="_blank" rel="noopener"><img
                src="/api/rectification-pictures/${picture.id}" alt=${o('rects.after')} loading="lazy"></a><figcaption>${o('rects.after')}</figcaption></figure>`)}</div>
        ${answers.length ? answers.map((answer) => (answer.words ? html`<p lang="zh-CN">${answer.words}</p>` : nothing)) : html`<p class="soft">${o('rects.no-answer')}</p>`}
        ${decideForm(context, one, point)}</section>`;
}

/** @param {RectificationsContext} context */
export function rectificationView(context) {
    const { own: { one }, words: { o, language } } = context;
    if (!one)
        return html`<p class="empty" role="status">${o('office.loading')}</p>`;
    return html`<div class="office-head"><h1 lang="zh-CN">${one.applicant}</h1><a class="button small quiet" href="#rectifications">${icon('arrow-left')}<span>${o('rects.all')}</span></a>
            <a class="button small" href="/review?visit=${one.visit}">${icon('play')}<span>${o('rects.replay')}</span></a></div>
        <p><span class="soft" lang="zh-CN">${one.case_number} · ${one.premises}</span> · ${o('rects.deadline', { day: longDay(one.deadline_at / 1000, language) })} ${isLate(one) ? html`<span class="tag danger">${o('rects.late')}</span>` : nothing}</p>
        ${one.remark ? html`<p><b>${o('rects.remark')}</b> <span lang="zh-CN">${one.remark}</span></p>` : nothing}
        ${repeat(one.points, (point) => point.checkpoint, (point) => pointView(context, one, point))}`;
}
