/** Audits on site that were drawn, and what was found. */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { timeText } from './fields.js';

/** @import { AuditRow, AuditsContext } from '../../office/staff.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

/** @param {AuditsContext} context @param {AuditRow} row */
function auditCard({ call, attempt, go, busy, words: { o, language } }, row) {
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const words = String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get('words')).trim();
        const result = /** @type {HTMLButtonElement} */ (event.submitter).value;
        attempt(async () => { await call('POST', `/api/audits/${row.id}`, { result, words }); go('audits'); return o('audits.done'); });
    };
    return html`<section class="card panel"><div class="office-head"><h2 lang="zh-CN">${row.applicant}</h2><span class="tag ${row.result === 'agrees' ? 'good' : row.result ? 'danger' : ''}">${o(/** @type {OfficeKey} */ (`audits.${row.result ?? 'open'}`))}</span>
            <a class="button small" href="#cases/${row.case}">${icon('file-text')}<span>${o('case.open')}</span></a></div>
        <p class="soft" lang="zh-CN">${row.case_number} · ${row.premises} · ${timeText(row.drawn_at, language)}</p>
        ${row.result ? html`<p lang="zh-CN">${o('audits.by', { name: row.done_by ?? '', words: row.words ?? '' })}</p>` : html`<form class="inline-form" @submit=${submit}>
            <div class="field"><label for="words-${row.id}">${o('audits.words')}</label><input id="words-${row.id}" name="words" maxlength="2000" required></div>
            <button class="button main" type="submit" value="agrees" ?disabled=${busy}>${icon('check')}<span>${o('audits.agrees')}</span></button>
            <button class="button" type="submit" value="differs" ?disabled=${busy}>${icon('x')}<span>${o('audits.differs')}</span></button></form>`}</section>`;
}

/** @param {AuditsContext} context */
export const auditsView = (context) => html`<div class="office-head"><h1>${context.words.o('audits.title')}</h1></div><p class="soft">${context.words.o('audits.text')}</p>
    ${context.own.audits?.length === 0 ? html`<p class="empty">${icon('check')}<span>${context.words.o('audits.none')}</span></p>` : nothing}
    ${repeat(context.own.audits ?? [], (row) => row.id, (row) => auditCard(context, row))}`;
