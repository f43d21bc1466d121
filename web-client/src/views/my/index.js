/** The applicant's page of a case: what to do now comes first. */

import { html, nothing } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { hourMinute, longDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { brand, languageSwitch, notice, problemNotice } from '../../components/marks.js';
import { mayEnter, slotDays } from '../../state/my.js';
import { rectificationView } from './rectification.js';

/** @import { MyActions, MyCase, MyState, MyVisit, MyWords } from '../../../types/my.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

/** @param {number} us @param {MyWords} words */
export const dayAndTime = (us, { language, o }) => o('my.day-and-time', { day: longDay(us / 1000, language), time: hourMinute(us / 1000) });

/** @param {MyVisit} visit */
const stateOf = (visit) => (visit.cancelled_at ? 'cancelled' : visit.no_show_at ? 'missed' : visit.state);

/** @param {MyState} state @param {MyWords} words @param {MyActions} actions */
function slotChoice(state, words, actions) {
    const { o, language } = words;
    const days = slotDays(state.slots ?? []);
    if (days.length === 0)
        return html`<p>${o('book.none')}</p>`;
    const open = days.find((day) => day.day === state.day) ?? days[0];
    return html`<fieldset><legend>${o('book.day')}</legend><div class="choices days">${days.map(({ day, slots }) => html`<button class="button" type="button" aria-pressed=${day === open?.day}
            @click=${() => actions.day(day)}>${longDay(Number(slots[0]?.at) / 1000, language)}</button>`)}</div></fieldset>
        <fieldset><legend>${o('book.time')}</legend><div class="choices">${open?.slots.map((slot) => html`<button class="button" type="button" aria-pressed=${slot === state.chosen}
            @click=${() => actions.choose(slot)}>${hourMinute(slot.at / 1000)}</button>`)}</div></fieldset>
        <button class="button main" type="button" ?disabled=${state.busy || !state.chosen} @click=${actions.book}>${icon('check')}<span>${o('book.go')}</span></button>`;
}

/** @param {MyState} state @param {MyCase} mine @param {MyWords} words @param {MyActions} actions */
function appointment(state, mine, words, actions) {
    const { o } = words;
    const booked = mine.appointment;
    if (!booked && !mine.may_book)
        return nothing;
    const guide = mine.item ? html`<p><a class="link" href="/guide?item=${mine.item.code}&version=${mine.item.version}">${o('book.guide')}</a></p>` : nothing;
    return html`<section class="card next" aria-labelledby="book"><h2 id="book">${booked ? o('book.yours') : o('book.title')}</h2>
        ${booked ? html`<p class="big">${icon('calendar')}<span>${dayAndTime(booked.at, words)}</span></p>` : html`<p>${o('book.text')}</p>`}${guide}
        ${state.slots ? slotChoice(state, words, actions) : mine.may_book ? html`<button class="button ${booked ? '' : 'main'}" type="button" ?disabled=${state.busy} @click=${actions.showSlots}>
            ${icon('clock')}<span>${booked ? o('book.move') : o('book.choose')}</span></button>` : nothing}
        ${booked ? booked.may_change ? html`<button class="button quiet" type="button" ?disabled=${state.busy} @click=${actions.cancel}>${icon('x')}<span>${o('book.cancel')}</span></button>`
            : html`<p class="soft">${o('book.late')}</p>` : nothing}</section>`;
}

/** A visit that is about to begin, or runs. @param {MyState} state @param {MyCase} mine @param {MyWords} words @param {MyActions} actions */
function entrance(state, mine, { o }, actions) {
    const visit = mine.visits.find((one) => mayEnter(one, Date.now()));
    return visit ? html`<section class="card next"><h2>${o('enter.title')}</h2><p>${o('enter.text')}</p>
        <button class="button main" type="button" ?disabled=${state.busy} @click=${() => actions.enter(visit.id)}>${icon('video')}<span>${o('enter.go')}</span></button></section>` : nothing;
}

/** @param {MyCase} mine @param {MyWords} words */
const history = (mine, words) => (mine.visits.length === 0 ? nothing : html`<section><h2>${words.o('my.history')}</h2><ul class="plain">${mine.visits.map((visit) => html`<li class="card">
    <span>${dayAndTime(visit.scheduled_at, words)}</span><b>${words.o(/** @type {OfficeKey} */ (`my.visit.${stateOf(visit)}`))}</b>
    ${visit.decision ? html`<span>${words.o(/** @type {OfficeKey} */ (`decided.${visit.decision}`))}</span>` : nothing}</li>`)}</ul></section>`);

/** @param {MyState} state @param {MyWords} words @param {MyActions} actions @param {unknown} more  what else is to do */
export function myView(state, words, actions, more) {
    const { t, o, language } = words;
    const { mine } = state;
    const idle = mine && !mine.may_book && !mine.appointment && (!mine.rectification || ['accepted', 'revisit'].includes(mine.rectification.state));
    return html`<div class="screen my"><header class="top">${brand(t)}<div class="top-actions">${languageSwitch(words)}</div></header><main>
        <h1>${o('my.title')}</h1>${problemNotice(state.problem, language)}
        <div role="status">${state.good ? notice('good', state.good) : nothing}</div>
        ${mine ? html`<section class="card appointment"><h2>${inLanguage(mine.item, 'name', language) || mine.case.item_code}</h2>
                <p lang="zh-CN">${mine.case.applicant}${mine.case.premises ? ` · ${mine.case.premises}` : ''}</p><p class="meta">${o('my.number', { n: mine.case.case_number })}</p></section>
            ${entrance(state, mine, words, actions)}
            ${mine.rectification ? rectificationView(state, mine.rectification, words, actions) : nothing}
            ${state.answering ? nothing : html`${appointment(state, mine, words, actions)}${more}${idle ? html`<p>${o('my.nothing')} <span class="soft">${o('my.contact')}</span></p>` : nothing}${history(mine, words)}`}`
            : state.problem ? nothing : html`<p role="status">${o('my.opening')}</p>`}</main></div>`;
}
