/** Cases: the list, and one case with its visits, the evidence of each check point, corrections, attachments, evaluation. */

import { html, nothing, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { duration, hourMinute, longDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { qr } from '../../components/qr.js';
import { evidenceMap } from '../../state/evidence-map.js';
import { newId } from '../../base/uuid.js';
import { textField, textsOf, timeText } from './fields.js';

/** @import { CaseRecord, CaseVisit, CasesContext } from '../../office/cases.js' */
/** @import { EvidenceRow } from '../../state/evidence-map.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

const MAY_CHANGE = ['inspector', 'helper', 'admin'];

/** @param {CasesContext} context */
export function casesView({ own, patch, go, words: { o } }) {
    return html`<div class="office-head"><h1>${o('case.title')}</h1></div>
        <form class="card panel inline-form" @submit=${(/** @type {SubmitEvent} */ event) => { patch({ query: textsOf(event).query ?? '', found: null }); go('cases'); }}>
            ${textField({ id: 'query', label: o('case.find'), value: own.query, max: 100 })}<button class="button main" type="submit">${icon('search')}<span>${o('case.find.go')}</span></button></form>
        ${!own.found ? html`<p class="empty" role="status">${o('office.loading')}</p>` : own.found.length === 0 ? html`<p class="empty">${o('case.none')}</p>` : html`<div class="card table"><table><tbody>
            ${repeat(own.found, (one) => one.id, (one) => html`<tr><td><b lang="zh-CN">${one.applicant}</b><span class="soft" lang="zh-CN">${one.premises}</span></td><td>${one.case_number}<span class="soft">${one.item_code}</span></td>
                <td><div class="row-actions"><a class="button small" href="#cases/${one.id}">${icon('file-text')}<span>${o('case.open')}</span></a></div></td></tr>`)}</tbody></table></div>`}`;
}

/** @param {CasesContext} context @param {CaseVisit} visit @param {EvidenceRow} row */
const evidenceRow = ({ words: { o, language } }, visit, row) => html`<tr class=${row.missing ? 'missing' : ''}><td><b>${inLanguage(row.checkpoint, 'title', language)}</b><span class="soft">${row.code}</span></td>
    <td>${row.spans.length ? row.spans.map((span) => html`<a class="button small quiet" href="/review?visit=${visit.id}#t=${Math.max(0, Math.floor((span.fromUs - (visit.started_at ?? span.fromUs)) / 1e6))}">${icon('play')}
        <span>${o('case.map.seconds', { from: duration((span.fromUs - (visit.started_at ?? span.fromUs)) / 1000), seconds: Math.round((span.toUs - span.fromUs) / 1e6) })}</span></a>`) : html`<span class="soft">${o('case.map.missing')}</span>`}</td>
    <td><div class="mini-stills">${row.stills.map((still) => html`<a href="/api/visits/${visit.id}/stills/${still}" target="_blank" rel="noopener"><img src="/api/visits/${visit.id}/stills/${still}" alt=${o('case.map.stills')} loading="lazy"></a>`)}</div></td>
    <td><b>${o(/** @type {OfficeKey} */ (`result.${row.result ?? 'none'}`))}</b> ${row.measurements.map((one) => html`<span class="soft">${o('case.map.measured', { value: one.value, unit: one.unit })}</span>`)}
        ${row.note ? html`<span class="soft" lang="zh-CN">${row.note}</span>` : nothing}${row.missing ? html`<span class="tag danger">${icon('triangle-alert')}<span>${o('case.map.required-missing')}</span></span>` : nothing}</td></tr>`;

/** @param {CasesContext} context @param {CaseVisit} visit */
function visitActions({ user, call, attempt, go, busy, words: { o }, own }, visit) {
    const signed = visit.records.find((record) => record.pdf_sha256);
    const off = (/** @type {'cancel' | 'no-show'} */ what) => attempt(async () => { await call('POST', `/api/visits/${visit.id}/${what}`, {}); go(`cases/${own.one?.id}`); return o('case.off'); });
    return html`<div class="row-actions">${signed ? html`<a class="button small" href="/api/visits/${visit.id}/records/${signed.version}/pdf" target="_blank" rel="noopener">${icon('file-text')}<span>${o('case.record')}</span></a>` : nothing}
        ${visit.started_at ? html`<a class="button small" href="/review?visit=${visit.id}">${icon('play')}<span>${o('case.replay')}</span></a>` : nothing}
        ${visit.state !== 'ended' && MAY_CHANGE.includes(user.role) ? html`<button class="button small" type="button" ?disabled=${busy} @click=${() => attempt(async () => {
            await call('POST', `/api/visits/${visit.id}/invitations`, { send: true });
            return o('case.invited');
        })}>${icon('link')}<span>${o('case.invite')}</span></button>` : nothing}
        ${['scheduled', 'waiting'].includes(visit.state) && ['inspector', 'admin'].includes(user.role) ? html`<button class="button small quiet" type="button" ?disabled=${busy} @click=${() => off('cancel')}>${icon('x')}<span>${o('case.cancel')}</span></button>
            ${visit.scheduled_at / 1000 < Date.now() ? html`<button class="button small quiet" type="button" ?disabled=${busy} @click=${() => off('no-show')}>${icon('user')}<span>${o('case.no-show')}</span></button>` : nothing}` : nothing}</div>`;
}

/** @param {CaseVisit} visit */
const stateOf = (visit) => (visit.cancelled_at ? 'cancelled' : visit.no_show_at ? 'missed' : visit.state);

/** @param {CasesContext} context @param {CaseVisit} visit */
function visitPanel(context, visit) {
    const { own, words: { o, language } } = context;
    const item = own.items[visit.item_version];
    const evaluation = own.after.evaluations.find((one) => one.visit === visit.id);
    const audit = own.after.audits.find((one) => one.visit === visit.id);
    return html`<section class="card panel"><div class="office-head"><h2>${longDay(visit.scheduled_at / 1000, language)} ${hourMinute(visit.scheduled_at / 1000)}</h2>
            <span class="tag ${visit.decision === 'passed' ? 'good' : ''}">${visit.decision ? o(/** @type {OfficeKey} */ (`decided.${visit.decision}`)) : o(/** @type {OfficeKey} */ (`my.visit.${stateOf(visit)}`))}</span>
            <span class="soft" lang="zh-CN">${visit.staff.map((one) => one.name).join('、')}</span></div>
        ${visit.conclusion ? html`<p lang="zh-CN">${visit.conclusion}</p>` : nothing}${visitActions(context, visit)}
        ${visit.started_at && item ? html`<details open><summary>${o('case.map')}</summary><div class="table"><table><thead><tr>${['point', 'seen', 'stills', 'result'].map((head) => html`<th scope="col">${o(/** @type {OfficeKey} */ (`case.map.${head}`))}</th>`)}</tr></thead>
            <tbody>${repeat(evidenceMap(item, visit), (row) => row.code, (row) => evidenceRow(context, visit, row))}</tbody></table></div></details>` : nothing}
        ${evaluation ? html`<p><b>${o('case.evaluation')}</b> ${o(/** @type {OfficeKey} */ (`score.${evaluation.score}`))} <span lang="zh-CN">${evaluation.words}</span></p>` : nothing}
        ${audit ? html`<p><b>${o('case.audit')}</b> ${o(audit.drawn ? 'case.audit.drawn' : 'case.audit.not-drawn', { percent: audit.percent, number: audit.number })}
            ${audit.result ? html`${o(/** @type {OfficeKey} */ (`audits.${audit.result}`))} <span lang="zh-CN">${o('audits.by', { name: audit.done_by ?? '', words: audit.words ?? '' })}</span>` : nothing}</p>` : nothing}</section>`;
}

/** @param {CasesContext} context @param {CaseRecord} one */
function attachments({ own, user, call, attempt, go, words: { o, language } }, one) {
    return html`<section class="card panel"><h2>${o('case.attachments')}</h2>${own.after.attachments.length === 0 ? html`<p class="soft">${o('case.attachments.none')}</p>` : nothing}
        <ul class="plain-list">${own.after.attachments.map((file) => html`<li><a href="/api/attachments/${file.id}" target="_blank" rel="noopener" lang="zh-CN">${file.name}</a>
            <span class="soft">${o('case.attached.by', { name: file.by_staff ?? o('case.attached.applicant'), time: timeText(file.at, language) })}</span></li>`)}</ul>
        ${MAY_CHANGE.includes(user.role) ? html`<label class="button file">${icon('plus')}<span>${o('case.attach')}</span><input type="file" accept="application/pdf,image/jpeg,image/png" @change=${(/** @type {Event} */ event) => {
            const input = /** @type {HTMLInputElement} */ (event.target);
            const file = input.files?.[0];
            input.value = '';
            if (file)
                attempt(async () => {
                    await call('PUT', `/api/cases/${one.id}/attachments/${newId()}?name=${encodeURIComponent(file.name)}`, undefined, { body: file, headers: { 'content-type': file.type, accept: 'application/json' } });
                    go(`cases/${one.id}`);
                    return o('case.attached');
                });
        }}></label>` : nothing}</section>`;
}

/** @param {CasesContext} context @param {CaseRecord} one */
function contact({ own, user, call, attempt, patch, go, busy, words: { o } }, one) {
    if (!MAY_CHANGE.includes(user.role))
        return nothing;
    return html`<section class="card panel"><h2>${o('case.contact')}</h2><form class="inline-form" @submit=${(/** @type {SubmitEvent} */ event) => {
            const { phone, email } = textsOf(event);
            attempt(async () => { await call('PUT', `/api/cases/${one.id}/contact`, { phone: phone || null, email: email || null }); go(`cases/${one.id}`); });
        }}>${textField({ id: 'phone', label: o('case.phone'), value: one.phone ?? '', max: 40 })}${textField({ id: 'email', label: o('case.email'), value: one.email ?? '', type: 'email', max: 254 })}
            <button class="button" type="submit" ?disabled=${busy}>${icon('check')}<span>${o('office.save')}</span></button></form>
        <h2>${o('case.link')}</h2><p class="soft">${o('case.link.text')}</p>
        ${own.link ? html`${qr(own.link, o('case.link.qr'))}<div class="field"><input readonly aria-label=${o('case.link')} .value=${own.link}></div>` : nothing}
        <button class="button" type="button" ?disabled=${busy} @click=${() => attempt(async () => patch({ link: new URL((await call('POST', `/api/cases/${one.id}/links`, {})).path, location.origin).href }))}>${icon('qr-code')}<span>${o('case.link.go')}</span></button></section>`;
}

/** @param {CasesContext} context */
export function caseView(context) {
    const { own, words: { o, language } } = context;
    const { one } = own;
    if (!one)
        return html`<p class="empty" role="status">${o('office.loading')}</p>`;
    const item = Object.values(own.items)[0];
    return html`<div class="office-head"><h1 lang="zh-CN">${one.applicant}</h1><a class="button small quiet" href="#cases">${icon('arrow-left')}<span>${o('case.all')}</span></a></div>
        <p><span lang="zh-CN">${one.case_number} · ${one.premises}</span> · ${inLanguage(item, 'name', language) || one.item_code}</p>
        ${own.visits.length === 0 ? html`<p class="empty">${o('case.visits.none')}</p>` : repeat([...own.visits].reverse(), (visit) => visit.id, (visit) => visitPanel(context, visit))}
        ${own.rectifications.length ? html`<section class="card panel"><h2>${o('case.rectification')}</h2><ul class="plain-list">${own.rectifications.map((row) => html`<li><a href="#rectifications/${row.id}">${o(/** @type {OfficeKey} */ (`rects.sum.${row.state}`))}</a>
            <span class="soft">${o('rects.deadline', { day: longDay(row.deadline_at / 1000, language) })}</span></li>`)}</ul></section>` : nothing}
        ${attachments(context, one)}${contact(context, one)}`;
}
