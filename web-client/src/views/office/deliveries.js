/** What was sent, to whom and how often it was tried; and the addresses of other systems. */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { selectField, textField, textsOf, timeText } from './fields.js';

/** @import { DeliveriesContext, Delivery, Hook } from '../../office/deliveries.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

/** @type {Record<string, string>} */
const tone = { pending: '', sent: 'good', failed: 'danger' };

/** @param {DeliveriesContext} context @param {Delivery} row */
const deliveryRow = ({ user, call, attempt, go, words: { o, language } }, row) => html`<tr><td class="tabular">${row.seq}<span class="soft">${timeText(row.created_at, language)}</span></td>
    <td><b>${row.kind}</b><span class="soft">${o(/** @type {OfficeKey} */ (`sent.channel.${row.channel}`))} ${row.recipient ?? ''}</span></td><td lang="zh-CN"><a href="#cases/${row.case}">${row.case_number}</a></td>
    <td><span class="tag ${tone[row.state] ?? ''}">${o(/** @type {OfficeKey} */ (`sent.state.${row.state}`))}</span>${row.problem ? html`<span class="soft">${o('sent.attempts', { n: row.attempts, problem: row.problem })}</span>` : nothing}</td>
    <td><div class="row-actions">${user.role === 'admin' && row.state !== 'pending' ? html`<button class="button small quiet" type="button" @click=${() => attempt(async () => {
        await call('POST', `/api/deliveries/${row.id}/repeat`, {});
        go('deliveries');
        return o('sent.repeated');
    })}>${icon('refresh-cw')}<span>${o('sent.repeat')}</span></button>` : nothing}</div></td></tr>`;

/** @param {DeliveriesContext} context @param {Hook} hook */
const hookRow = ({ user, call, attempt, go, busy, words: { o } }, hook) => html`<li><span><b lang="zh-CN">${hook.name}</b> <span class="soft">${o(/** @type {OfficeKey} */ (`sent.hook.purpose.${hook.purpose}`))}</span><br>
        <span lang="en">${hook.url}</span> <span class="soft">${hook.kinds.replaceAll(',', ' ')} ${o('sent.hook.waiting', { n: hook.pending, m: hook.failed })}</span></span>
    ${user.role === 'admin' ? html`<form class="inline-form" @submit=${(/** @type {SubmitEvent} */ event) => {
        const from = Number(textsOf(event)[`from-${hook.id}`]);
        attempt(async () => { await call('POST', `/api/hooks/${hook.id}/repeat`, { from }); go('deliveries'); return o('sent.repeated'); });
    }}>${textField({ id: `from-${hook.id}`, label: o('sent.hook.from'), value: '', type: 'number' })}<button class="button small" type="submit" ?disabled=${busy}>${icon('refresh-cw')}<span>${o('sent.hook.from.go')}</span></button>
        <button class="button small quiet" type="button" @click=${() => attempt(async () => { await call('DELETE', `/api/hooks/${hook.id}`); go('deliveries'); })}>${icon('x')}<span>${o('sent.hook.remove')}</span></button></form>` : nothing}</li>`;

/** @param {DeliveriesContext} context */
function hookForm({ call, attempt, patch, go, busy, words: { o } }) {
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        const { name, url, purpose, kinds = '' } = textsOf(event);
        attempt(async () => {
            const hook = await call('POST', '/api/hooks', { name, url, purpose, kinds: kinds.split(/\s+/).filter(Boolean) });
            patch({ secret: hook.secret });
            go('deliveries');
        });
    };
    return html`<form class="plain-list" @submit=${submit}><div class="fields">${textField({ id: 'name', label: o('sent.hook.name'), value: '', max: 100, required: true })}
        ${textField({ id: 'url', label: o('sent.hook.url'), value: '', type: 'url', max: 500, required: true })}
        ${selectField({ id: 'purpose', label: o('sent.hook.purpose'), value: 'event', choices: [['event', o('sent.hook.purpose.event')], ['message', o('sent.hook.purpose.message')]] })}
        ${textField({ id: 'kinds', label: o('sent.hook.kinds'), value: '' })}</div><button class="button" type="submit" ?disabled=${busy}>${icon('plus')}<span>${o('sent.hook.add')}</span></button></form>`;
}

/** @param {DeliveriesContext} context */
export function deliveriesView(context) {
    const { own, user, call, attempt, now, patch, words: { o } } = context;
    return html`<div class="office-head"><h1>${o('sent.title')}</h1></div>
        <section class="card panel"><h2>${o('sent.hooks')}</h2><p class="soft">${o('sent.hooks.text')}</p>
            ${own.secret ? notice('attention', html`<span lang="en">${o('sent.hook.secret', { secret: own.secret })}</span>`) : nothing}
            <ul class="plain-list">${repeat(own.hooks, (hook) => hook.id, (hook) => hookRow(context, hook))}</ul>${user.role === 'admin' ? hookForm(context) : nothing}</section>
        <section class="plain-list"><h2>${o('sent.log')}</h2>${own.deliveries?.length === 0 ? html`<p class="empty">${o('sent.none')}</p>` : html`<div class="card table"><table><tbody>
            ${repeat(own.deliveries ?? [], (row) => row.id, (row) => deliveryRow(context, row))}</tbody></table></div>`}
            ${own.next ? html`<button class="button" type="button" @click=${() => attempt(async () => {
                const more = await call('GET', `/api/deliveries?before=${own.next}`);
                patch({ deliveries: [...now().deliveries ?? [], ...more.deliveries], next: more.next });
            })}>${icon('chevron-down')}<span>${o('sent.more')}</span></button>` : nothing}</section>`;
}
