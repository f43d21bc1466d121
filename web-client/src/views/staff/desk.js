/** The desk: who waits now, the day's visits, and the way to a new one. */

import { html, nothing, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { dayBounds, duration, hourMinute, isoDay, longDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { brand, languageSwitch, notice, problemNotice } from '../../components/marks.js';
import { visitsShown, waitingNow } from '../../state/desk.js';
import { invitationDialog } from './invitation.js';
import { newVisitDialog } from './new-visit.js';

/** @import { DeskState, VisitRecord } from '../../../types/staff.js' */
/** @import { StaffActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */
/** @import { IconName } from '../../components/icon.js' */

const DAY_MS = 86_400_000;

/** @param {DeskState} state @param {string} code @param {StaffWords} words */
const itemName = (state, code, { language }) => inLanguage(state.items.find((item) => item.code === code), 'name', language) || code;

/** @type {Record<VisitRecord['state'], IconName>} */
const stateIcon = { scheduled: 'calendar', waiting: 'clock', live: 'radio', ended: 'check' };

/** @param {VisitRecord['state']} state @param {StaffWords} words */
const stateSign = (state, { t }) => html`<span class="state ${state}">${icon(stateIcon[state])}<span>${t(`visit-state.${state}`)}</span></span>`;

/** @param {DeskState} state @param {StaffWords} words @param {StaffActions} actions */
function waitingCards(state, words, actions) {
    const { t } = words;
    const waiting = waitingNow(state);
    return html`<section class="waiting-now" aria-labelledby="waiting-now" aria-live="polite">
        <h2 id="waiting-now">${t('desk.waiting')}${waiting.length ? html`<span class="count">${waiting.length}</span>` : nothing}</h2>
        ${waiting.length === 0 ? html`<p class="empty">${icon('clock')}<span>${t('desk.waiting.none')}</span></p>` : html`
        <ul>${repeat(waiting, ({ applicant }) => applicant.participant, ({ visit, applicant }) => html`
            <li class="card waiting-card">
                <div>
                    <h3 lang="zh-CN">${applicant.name}</h3>
                    <p>${itemName(state, visit.item_code, words)}</p>
                    <p class="soft" lang="zh-CN">${visit.case_number} · ${visit.premises}</p>
                </div>
                <p class="waited">${icon('clock')}<span class="tabular" aria-live="off">${t('desk.waited', { time: duration(state.nowMs - applicant.since / 1000) })}</span></p>
                <button class="button main" type="button" @click=${() => actions.openRoom(visit.id, applicant.participant)}>${icon('video')}<span>${t('desk.admit')}</span></button>
            </li>`)}</ul>`}
    </section>`;
}

/** @param {DeskState} state @param {VisitRecord} visit @param {StaffWords} words @param {StaffActions} actions */
const row = (state, visit, words, actions) => html`<tr class=${visit.state}>
    <td class="time tabular">${hourMinute(visit.scheduled_at / 1000)}</td>
    <td class="who"><b lang="zh-CN">${visit.applicant}</b><span class="soft" lang="zh-CN">${visit.premises}</span></td>
    <td class="what"><span>${itemName(state, visit.item_code, words)}</span><span class="soft">${visit.case_number}</span></td>
    <td class="staff" lang="zh-CN">${visit.staff.map((user) => user.name).join('、')}</td>
    <td class="where">${stateSign(visit.state, words)}</td>
    <td class="actions"><div>${visit.state === 'ended'
        ? html`<a class="button small" href="/review?visit=${encodeURIComponent(visit.id)}">${icon('history')}<span>${words.t('desk.review')}</span></a>`
        : html`<button class="button small" type="button" @click=${() => actions.invite(visit.id)}>${icon('qr-code')}<span>${words.t('desk.invite')}</span></button>
            <button class="button small ${visit.state === 'live' ? 'main' : ''}" type="button" @click=${() => actions.openRoom(visit.id, null)}>${icon('video')}<span>${words.t('desk.enter')}</span></button>`}</div></td>
</tr>`;

/** @param {DeskState} state @param {StaffWords} words @param {StaffActions} actions */
function dayTable(state, words, actions) {
    const { t } = words;
    const visits = visitsShown(state);
    if (!visits)
        return html`<p class="empty" role="status">${icon('loader-circle', 'spin')}<span>${t('desk.loading')}</span></p>`;
    if (visits.length === 0)
        return html`<p class="empty">${icon('calendar')}<span>${t('desk.none')}</span></p>`;
    return html`<div class="card table"><table>
        <thead><tr><th scope="col">${t('desk.time')}</th><th scope="col">${t('desk.applicant')}</th><th scope="col">${t('desk.item')}</th>
            <th scope="col">${t('desk.staff')}</th><th scope="col">${t('desk.state')}</th><th scope="col"><span class="visually-hidden">${t('desk.actions')}</span></th></tr></thead>
        <tbody>${repeat(visits, (visit) => visit.id, (visit) => row(state, visit, words, actions))}</tbody>
    </table></div>`;
}

/** @param {DeskState} state @param {StaffWords} words @param {StaffActions} actions */
function dayNavigation(state, words, actions) {
    const { t } = words;
    const today = dayBounds(state.nowMs)[0] === dayBounds(state.dayMs)[0];
    /** @param {Event} event */
    const choose = (event) => {
        const at = new Date(`${/** @type {HTMLInputElement} */ (event.target).value}T12:00`).getTime();
        if (Number.isFinite(at))
            actions.chooseDay(at);
    };
    return html`<div class="day-nav">
        <button class="button small" type="button" @click=${() => actions.chooseDay(state.dayMs - DAY_MS)}>${icon('arrow-left')}<span>${t('desk.day-before')}</span></button>
        <input type="date" aria-label=${t('desk.date')} .value=${isoDay(state.dayMs)} @change=${choose}>
        <button class="button small" type="button" @click=${() => actions.chooseDay(state.dayMs + DAY_MS)}><span>${t('desk.day-after')}</span>${icon('chevron-right')}</button>
        ${today ? nothing : html`<button class="button small quiet" type="button" @click=${() => actions.chooseDay(state.nowMs)}>${t('desk.today')}</button>`}
    </div>`;
}

/** @param {DeskState} state @param {StaffWords} words @param {StaffActions} actions */
export function deskView(state, words, actions) {
    const { t, language } = words;
    const today = dayBounds(state.nowMs)[0] === dayBounds(state.dayMs)[0];
    const mayPlan = state.user && ['inspector', 'helper', 'admin'].includes(state.user.role);
    return html`<div class="desk">
        <header class="bar">
            ${brand(t)}
            <nav>
                <a class="button quiet" href="/office">${icon('clipboard-list')}<span>${t('desk.office')}</span></a>
                <a class="button quiet" href="/review">${icon('history')}<span>${t('desk.records')}</span></a>
                ${state.user?.role === 'admin' ? html`<a class="button quiet" href="/archive">${icon('hard-drive')}<span>${t('desk.archive')}</span></a>` : nothing}
                ${languageSwitch(words)}
                <span class="me">${icon('user')}<span><b lang="zh-CN">${state.user?.name}</b> <span class="soft">${state.user ? t(`role.${state.user.role}`) : ''}</span></span></span>
                <button class="button quiet" type="button" @click=${actions.signOut}>${icon('log-out')}<span>${t('desk.sign-out')}</span></button>
            </nav>
        </header>
        <main>
            <div role="status">${state.link.state === 'lost' ? notice('attention', t('desk.line-lost', { n: state.link.attempt })) : nothing}</div>
            ${problemNotice(state.problem, language)}
            ${waitingCards(state, words, actions)}
            <section class="day" aria-labelledby="day">
                <div class="day-head">
                    <h1 id="day">${today ? html`<span class="is-today">${t('desk.today')}</span> ` : nothing}${longDay(state.dayMs, language)}</h1>
                    ${dayNavigation(state, words, actions)}
                    ${mayPlan ? html`<button class="button main" type="button" @click=${() => actions.showNewVisit(true)}>${icon('plus')}<span>${t('desk.new')}</span></button>` : nothing}
                </div>
                ${dayTable(state, words, actions)}
            </section>
        </main>
        ${state.dialog?.kind === 'new' ? newVisitDialog(state, words, actions) : nothing}
        ${state.dialog?.kind === 'invitation' ? invitationDialog(state.dialog.invitation, words, actions) : nothing}
    </div>`;
}
