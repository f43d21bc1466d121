/** Appointments: the rules of free times, special days, the calendar feed. */

import { html, nothing, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { icon } from '../../components/icon.js';
import { minuteOf, minuteText } from '../../state/my.js';
import { selectField, textField, textsOf } from './fields.js';

/** @import { AppointmentsContext, SlotRule } from '../../office/appointments.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** @param {AppointmentsContext} context @param {SlotRule} rule */
function ruleRow({ own, user, call, attempt, go, words: { o, language } }, rule) {
    const item = own.items.find((one) => one.code === rule.item_code);
    return html`<li><span><b>${rule.item_code ? inLanguage(item, 'name', language) || rule.item_code : o('slots.item.all')}</b><br>
        ${o('slots.line', { weekday: o(/** @type {OfficeKey} */ (`weekday.${rule.weekday}`)), from: minuteText(rule.from_minute), to: minuteText(rule.to_minute), minutes: rule.minutes, capacity: rule.capacity,
            lead: rule.lead_hours, horizon: rule.horizon_days })} <span class="soft" lang="zh-CN">${rule.staff.map((one) => one.name).join('、')}</span></span>
        ${user.role === 'admin' ? html`<button class="button small quiet" type="button" @click=${() => attempt(async () => { await call('DELETE', `/api/slot-rules/${rule.id}`); go('appointments'); })}>
            ${icon('x')}<span>${o('slots.remove')}</span></button>` : nothing}</li>`;
}

/** @param {AppointmentsContext} context */
function ruleForm({ own, call, attempt, go, busy, words: { o, language } }) {
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        const texts = textsOf(event);
        const staff = new FormData(form).getAll('staff').map(String);
        const number = (/** @type {string} */ name) => Number(texts[name]);
        attempt(async () => {
            await call('POST', '/api/slot-rules', { item_code: texts.item || null, weekday: number('weekday'), from_minute: minuteOf(texts.from ?? ''), to_minute: minuteOf(texts.to ?? ''), minutes: number('minutes'),
                capacity: number('capacity'), lead_hours: number('lead'), horizon_days: number('horizon'), staff });
            go('appointments');
            return o('slots.added');
        });
    };
    return html`<form class="plain-list" @submit=${submit}><div class="fields">
        ${selectField({ id: 'item', label: o('slots.item'), value: '', choices: [['', o('slots.item.all')], ...own.items.map((item) => /** @type {[string, string]} */ ([item.code, inLanguage(item, 'name', language)]))] })}
        ${selectField({ id: 'weekday', label: o('slots.weekday'), value: '1', choices: WEEKDAYS.map((day) => [String(day), o(/** @type {OfficeKey} */ (`weekday.${day}`))]) })}
        ${textField({ id: 'from', label: o('slots.from'), value: '09:00', type: 'time', required: true })}${textField({ id: 'to', label: o('slots.to'), value: '11:30', type: 'time', required: true })}
        ${textField({ id: 'minutes', label: o('slots.minutes'), value: 30, type: 'number', required: true })}${textField({ id: 'capacity', label: o('slots.capacity'), value: 1, type: 'number', required: true })}
        ${textField({ id: 'lead', label: o('slots.lead'), value: 24, type: 'number', required: true })}${textField({ id: 'horizon', label: o('slots.horizon'), value: 14, type: 'number', required: true })}
        <fieldset class="full"><legend>${o('slots.staff')}</legend><div class="choices">${own.users.map((user) => html`<label><input type="checkbox" name="staff" value=${user.account}><span lang="zh-CN">${user.name}</span></label>`)}</div></fieldset></div>
        <button class="button main" type="submit" ?disabled=${busy}>${icon('plus')}<span>${o('slots.add')}</span></button></form>`;
}

/** @param {AppointmentsContext} context */
function holidays({ own, user, call, attempt, go, busy, words: { o } }) {
    const admin = user.role === 'admin';
    const as = (/** @type {number} */ weekday) => (weekday ? o('slots.day.like', { weekday: o(/** @type {OfficeKey} */ (`weekday.${weekday}`)) }) : o('slots.day.closed'));
    const put = (/** @type {string} */ day, /** @type {string} */ name, /** @type {number | null} */ weekday) => attempt(async () => {
        await call('PUT', `/api/holidays/${day}`, { name, weekday });
        go('appointments');
    });
    return html`<section class="card panel"><h2>${o('slots.holidays')}</h2><ul class="plain-list">${own.holidays.map((one) => html`<li><span class="tabular">${one.day}</span><span lang="zh-CN">${one.name}</span><span>${as(one.weekday)}</span>
            ${admin ? html`<button class="button small quiet" type="button" @click=${() => put(one.day, '', null)}>${icon('x')}<span>${o('slots.remove')}</span></button>` : nothing}</li>`)}</ul>
        ${admin ? html`<form class="inline-form" @submit=${(/** @type {SubmitEvent} */ event) => { const { day = '', name = '', as: weekday } = textsOf(event); put(day, name, Number(weekday)); }}>
            ${textField({ id: 'day', label: o('slots.day'), value: '', type: 'date', required: true })}${textField({ id: 'name', label: o('slots.day.name'), value: '', max: 40 })}
            ${selectField({ id: 'as', label: o('slots.day.as'), value: '0', choices: [0, ...WEEKDAYS].map((day) => [String(day), as(day)]) })}
            <button class="button" type="submit" ?disabled=${busy}>${icon('plus')}<span>${o('slots.add')}</span></button></form>` : nothing}</section>`;
}

/** @param {AppointmentsContext} context */
const calendar = ({ own, call, attempt, patch, busy, words: { o } }) => html`<section class="card panel"><h2>${o('slots.calendar')}</h2><p>${o('slots.calendar.text')}</p>
    ${own.feed ? html`<div class="field"><input readonly aria-label=${o('slots.calendar')} .value=${own.feed}></div>` : nothing}
    <button class="button" type="button" ?disabled=${busy} @click=${() => attempt(async () => patch({ feed: new URL((await call('POST', '/api/calendar', {})).path, location.origin).href }))}>
        ${icon('calendar')}<span>${o('slots.calendar.go')}</span></button></section>`;

/** @param {AppointmentsContext} context */
export function appointmentsView(context) {
    const { own, user, words: { o } } = context;
    return html`<div class="office-head"><h1>${o('slots.title')}</h1></div>
        <section class="card panel"><h2>${o('slots.rules')}</h2>${own.rules?.length === 0 ? html`<p class="soft">${o('slots.rules.none')}</p>` : nothing}
            <ul class="plain-list">${repeat(own.rules ?? [], (rule) => rule.id, (rule) => ruleRow(context, rule))}</ul>${user.role === 'admin' ? ruleForm(context) : nothing}</section>
        ${holidays(context)}${calendar(context)}`;
}
