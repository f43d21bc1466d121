/** The figures of a period: sums, a chart of the days, tables by item and inspector. */

import { html, nothing, svg } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { icon } from '../../components/icon.js';
import { periodQuery } from '../../office/staff.js';
import { textField, textsOf } from './fields.js';

/** @import { Figures, FiguresContext, Statistics } from '../../office/staff.js' */
/** @import { OfficeTranslate } from '../../i18n/office.js' */

/** @param {number} part @param {number} whole */
const percent = (part, whole) => (whole > 0 ? `${Math.round((100 * part) / whole)}%` : '–');
/** @param {Figures} row @param {OfficeTranslate} o */
const minutes = (row, o) => (row.held > 0 ? o('figures.minutes.value', { n: Math.round(row.seconds / row.held / 60) }) : '–');
/** @param {Figures} row */
const score = (row) => (row.evaluations > 0 ? (row.score / row.evaluations).toFixed(1) : '–');
/** @param {Figures} row */
const decided = (row) => row.passed + row.rectify + row.failed + row.on_site;

/** @param {Statistics['days']} days @param {OfficeTranslate} o */
function chart(days, o) {
    const most = Math.max(1, ...days.map((day) => day.held));
    /* A single day is no wall. */
    const width = Math.max(14, days.length) * 20;
    return html`<svg class="chart" role="img" viewBox="0 0 ${width} 100" preserveAspectRatio="none" aria-label=${o('figures.chart', { list: days.map((day) => `${day.day} ${day.held}`).join(', ') })}>
        ${days.map((day, i) => svg`<rect x=${i * 20 + 3} y=${100 - (92 * day.held) / most} width="14" height=${(92 * day.held) / most}><title>${day.day} ${day.held}</title></rect>`)}</svg>`;
}

/** @param {string} title @param {{ name: string, more: string, row: Figures }[]} rows @param {OfficeTranslate} o */
const table = (title, rows, o) => html`<section class="plain-list"><h2>${title}</h2><div class="card table figures"><table><thead><tr><th></th>${[o('figures.planned'), o('figures.held'), o('figures.rate'), o('figures.minutes'), o('figures.missed'), o('figures.score')]
    .map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows.map(({ name, more, row }) => html`<tr><td><b>${name}</b><span class="soft">${more}</span></td>
        <td data-label=${o('figures.planned')}>${row.planned}</td><td data-label=${o('figures.held')}>${row.held}</td><td data-label=${o('figures.rate')}>${percent(row.passed, decided(row))}</td>
        <td data-label=${o('figures.minutes')}>${minutes(row, o)}</td><td data-label=${o('figures.missed')}>${row.missed}</td><td data-label=${o('figures.score')}>${score(row)}</td></tr>`)}</tbody></table></div></section>`;

/** @param {FiguresContext} context */
export function figuresView({ own, patch, go, words: { o, language } }) {
    const { figures } = own;
    const total = figures?.total;
    /** @type {[string, string | number][]} */
    const tiles = total ? [[o('figures.planned'), total.planned], [o('figures.held'), total.held], [o('figures.passed'), total.passed], [o('figures.rectify'), total.rectify], [o('figures.failed'), total.failed],
        [o('figures.on-site'), total.on_site], [o('figures.missed'), total.missed], [o('figures.cancelled'), total.cancelled], [o('figures.rate'), percent(total.passed, decided(total))], [o('figures.minutes'), minutes(total, o)],
        [o('figures.late'), total.held > 0 ? o('figures.minutes.value', { n: Math.round(total.late_seconds / total.held / 60) }) : '–'], [o('figures.score'), score(total)],
        [o('figures.rectified'), o('figures.of', { n: total.rectified, m: total.rectifications })], [o('figures.audits'), o('figures.of', { n: total.audits_agree, m: total.audits_drawn })]] : [];
    return html`<div class="office-head"><h1>${o('figures.title')}</h1><a class="button small" href="/api/statistics?format=csv&${periodQuery(own)}" download>${icon('download')}<span>${o('figures.csv')}</span></a></div>
        <form class="card panel inline-form" @submit=${(/** @type {SubmitEvent} */ event) => { const { from = '', to = '' } = textsOf(event); patch({ from, to }); go('figures'); }}>
            ${textField({ id: 'from', label: o('figures.from'), value: own.from, type: 'date', required: true })}${textField({ id: 'to', label: o('figures.to'), value: own.to, type: 'date', required: true })}
            <button class="button main" type="submit">${icon('activity')}<span>${o('figures.show')}</span></button></form>
        <dl class="tiles">${tiles.map(([name, value]) => html`<div class="card"><dt>${name}</dt><dd class="tabular">${value}</dd></div>`)}</dl>
        ${figures ? html`<section class="card panel"><h2>${o('figures.days')}</h2>${chart(figures.days, o)}</section>
            ${table(o('figures.items'), figures.items.map((row) => ({ name: inLanguage(row, 'name', language) || row.item, more: row.item, row })), o)}
            ${table(o('figures.inspectors'), figures.inspectors.map((row) => ({ name: row.name, more: row.division ?? '', row })), o)}` : nothing}`;
}
