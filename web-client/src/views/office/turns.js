/** The walk-in queue: who waits, who is called where, and the next. */

import { html, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { textField, textsOf } from './fields.js';

/** @import { Turn, TurnsContext } from '../../office/turns.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @type {Record<Turn['state'], [string, IconName][]>} */
const acts = { waiting: [], called: [['begin', 'play'], ['recall', 'volume-2'], ['skip', 'chevron-right']], serving: [['done', 'check']], skipped: [['recall', 'volume-2'], ['back', 'rotate-ccw']] };

/** @param {TurnsContext} context @param {Turn} turn */
const row = ({ own, call, attempt, go, busy, words: { o } }, turn) => html`<tr><td class="time tabular">${o('turns.number', { n: turn.number })}</td><td><b lang="zh-CN">${turn.name}</b><span class="soft">${turn.item_code ?? ''}</span></td>
    <td><span class="tag ${turn.state === 'serving' ? 'good' : ''}">${o(/** @type {OfficeKey} */ (`turns.state.${turn.state}`))}</span> <span class="soft">${turn.counter ? o('turns.at', { counter: turn.counter }) : ''}</span></td>
    <td><div class="row-actions">${acts[turn.state].map(([act, name], i) => html`<button class="button small ${i === 0 ? 'main' : 'quiet'}" type="button" ?disabled=${busy} @click=${() => attempt(async () => {
        await call('POST', `/api/turns/${turn.id}`, { act, counter: own.counter });
        go('turns');
        return '';
    })}>${icon(name)}<span>${o(/** @type {OfficeKey} */ (`turns.${act}`))}</span></button>`)}</div></td></tr>`;

/** @param {TurnsContext} context */
export function turnsView(context) {
    const { own, call, attempt, patch, go, busy, words: { o } } = context;
    return html`<div class="office-head"><h1>${o('turns.title')}</h1><a class="button small" href="/display" target="_blank" rel="noopener">${icon('columns-2')}<span>${o('turns.display')}</span></a></div>
        <form class="card panel inline-form" @submit=${(/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            attempt(async () => {
                const turn = await call('POST', '/api/turns/next', { counter: own.counter });
                go('turns');
                return o('turns.number', { n: turn.number });
            });
        }}>${textField({ id: 'counter', label: o('turns.counter'), value: own.counter, max: 20, required: true, hint: o('turns.counter.hint') }, (counter) => patch({ counter }))}
            <button class="button main" type="submit" ?disabled=${busy}>${icon('volume-2')}<span>${o('turns.next')}</span></button></form>
        ${own.turns?.length === 0 ? html`<p class="empty">${icon('clock')}<span>${o('turns.nobody')}</span></p>` : html`<div class="card table"><table><tbody>${repeat(own.turns ?? [], (turn) => turn.id, (turn) => row(context, turn))}</tbody></table></div>`}
        <form class="card panel inline-form" @submit=${(/** @type {SubmitEvent} */ event) => {
            const form = /** @type {HTMLFormElement} */ (event.currentTarget);
            const { name } = textsOf(event);
            attempt(async () => {
                const { number, before, expected_s: expected } = await call('POST', '/api/turns', { name });
                form.reset();
                go('turns');
                return o('turns.given', { n: number, before, minutes: Math.ceil(expected / 60) });
            });
        }}>${textField({ id: 'name', label: o('turns.name'), value: '', max: 100, required: true })}<button class="button" type="submit" ?disabled=${busy}>${icon('plus')}<span>${o('turns.add')}</span></button></form>`;
}
