/** Accounts, one's own second factor, keys of other systems, the trail. */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { qr } from '../../components/qr.js';
import { trailQuery } from '../../office/staff.js';
import { selectField, textField, textsOf, timeText } from './fields.js';

/** @import { Account, ApiKey, KeysContext, MineContext, TrailContext, UsersContext } from '../../office/staff.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

const ROLES = ['inspector', 'helper', 'observer', 'admin'];
const SCOPES = ['cases', 'catalogue', 'visits', 'recordings', 'deliveries', 'statistics', 'trail'].flatMap((scope) => [`${scope}:read`, `${scope}:write`]);

/** @param {UsersContext} context @param {Account} one */
function accountForm({ user, call, attempt, go, busy, words: { o } }, one) {
    const own = one.id === user.id;
    const save = (/** @type {Record<string, unknown>} */ change) => attempt(async () => { await call('PATCH', `/api/users/${one.id}`, { revision: one.revision, ...change }); go('users'); return o('users.changed'); });
    const options = (/** @type {string} */ field) => ({ id: `${one.id}-${field}`, label: o(/** @type {OfficeKey} */ (`users.${field}`)) });
    return html`<details><summary><span lang="zh-CN">${one.name}</span><span class="soft">${one.account} · ${o(/** @type {OfficeKey} */ (`role.${one.role}`))} <span lang="zh-CN">${one.division ?? ''}</span></span>
            ${one.disabled ? html`<span class="tag danger">${o('users.disabled')}</span>` : nothing}${one.second_factor ? html`<span class="tag good">${icon('shield-check')}<span>${o('users.factor')}</span></span>` : nothing}</summary>
        <form class="panel" @submit=${(/** @type {SubmitEvent} */ event) => {
            const texts = textsOf(event);
            save({ name: texts[`${one.id}-name`], division: texts[`${one.id}-division`] || null, ...(own ? {} : { role: texts[`${one.id}-role`] }), ...(texts[`${one.id}-password`] ? { password: texts[`${one.id}-password`] } : {}) });
        }}><div class="fields">${textField({ ...options('name'), value: one.name, max: 200, required: true })}${textField({ ...options('division'), value: one.division ?? '', max: 100 })}
            ${selectField({ ...options('role'), value: one.role, disabled: own, choices: ROLES.map((role) => [role, o(/** @type {OfficeKey} */ (`role.${role}`))]) })}
            ${textField({ id: `${one.id}-password`, label: o('users.set-password'), value: '', type: 'password', max: 256 })}</div>
            <div class="row-actions"><button class="button main" type="submit" ?disabled=${busy}>${icon('check')}<span>${o('office.save')}</span></button>
                ${own ? nothing : html`<button class="button" type="button" ?disabled=${busy} @click=${() => save({ disabled: !one.disabled })}>${icon(one.disabled ? 'user-check' : 'x')}<span>${o(one.disabled ? 'users.enable' : 'users.disable')}</span></button>`}
                ${one.second_factor ? html`<button class="button quiet" type="button" ?disabled=${busy} @click=${() => attempt(async () => { await call('DELETE', `/api/users/${one.id}/second-factor`); go('users'); })}>${icon('x')}
                    <span>${o('users.factor.drop')}</span></button>` : nothing}</div></form></details>`;
}

/** @param {UsersContext} context */
export function usersView(context) {
    const { own, call, attempt, go, busy, words: { o } } = context;
    return html`<div class="office-head"><h1>${o('users.title')}</h1></div>
        <section class="plain-list">${repeat(own.users ?? [], (one) => one.id, (one) => accountForm(context, one))}</section>
        <form class="card panel" @submit=${(/** @type {SubmitEvent} */ event) => {
            const form = /** @type {HTMLFormElement} */ (event.currentTarget);
            const { account, name, role, password } = textsOf(event);
            attempt(async () => { await call('POST', '/api/users', { account, name, role, password }); form.reset(); go('users'); return o('users.added'); });
        }}><h2>${o('users.new')}</h2><div class="fields">${textField({ id: 'account', label: o('users.account'), value: '', max: 64, required: true })}${textField({ id: 'name', label: o('users.name'), value: '', max: 200, required: true })}
            ${selectField({ id: 'role', label: o('users.role'), value: 'inspector', choices: ROLES.map((role) => [role, o(/** @type {OfficeKey} */ (`role.${role}`))]) })}
            ${textField({ id: 'password', label: o('users.password'), value: '', type: 'password', max: 256, required: true })}</div>
            <button class="button main" type="submit" ?disabled=${busy}>${icon('user-plus')}<span>${o('users.add')}</span></button></form>`;
}

/** @param {MineContext} context */
export function mineView({ own, call, attempt, patch, busy, words: { o } }) {
    const begin = (/** @type {SubmitEvent} */ event) => {
        const { password } = textsOf(event);
        attempt(async () => { patch(await call('POST', '/api/me/second-factor', { password })); return ''; });
    };
    const confirm = (/** @type {SubmitEvent} */ event) => {
        const { code } = textsOf(event);
        attempt(async () => { await call('PUT', '/api/me/second-factor', { code }); patch({ secret: '', uri: '' }); return o('mine.done'); });
    };
    return html`<div class="office-head"><h1>${o('mine.title')}</h1></div><section class="card panel"><h2>${o('mine.factor')}</h2><p>${o('mine.factor.text')}</p>
        ${own.uri ? html`${qr(own.uri, o('mine.qr'))}<p class="secret">${o('mine.scan', { secret: own.secret })}</p><form class="inline-form" @submit=${confirm}>${textField({ id: 'code', label: o('mine.code'), value: '', max: 6, required: true })}
            <button class="button main" type="submit" ?disabled=${busy}>${icon('shield-check')}<span>${o('mine.confirm')}</span></button></form>`
            : html`<form class="inline-form" @submit=${begin}>${textField({ id: 'password', label: o('mine.password'), value: '', type: 'password', max: 256, required: true })}
            <button class="button main" type="submit" ?disabled=${busy}>${icon('shield-check')}<span>${o('mine.begin')}</span></button></form>`}</section>`;
}

/** @param {KeysContext} context @param {ApiKey} key */
const keyRow = ({ call, attempt, go, words: { o, language } }, key) => html`<li><span><b lang="zh-CN">${key.name}</b> <span class="soft">${timeText(key.created_at, language)} <span lang="zh-CN">${key.created_by ?? ''}</span></span><br><span lang="en">${key.scopes.replaceAll(',', ' ')}</span></span>
    ${key.revoked_at ? html`<span class="tag danger">${o('keys.revoked')}</span>` : html`<button class="button small quiet" type="button" @click=${() => attempt(async () => { await call('DELETE', `/api/keys/${key.id}`); go('keys'); })}>${icon('x')}<span>${o('keys.revoke')}</span></button>`}</li>`;

/** @param {KeysContext} context */
export function keysView(context) {
    const { own, call, attempt, patch, go, busy, words: { o } } = context;
    return html`<div class="office-head"><h1>${o('keys.title')}</h1></div><section class="card panel"><p>${o('keys.text')}</p>${own.secret ? notice('attention', html`<span class="secret">${o('keys.secret', { secret: own.secret })}</span>`) : nothing}
        <ul class="plain-list">${repeat(own.keys ?? [], (key) => key.id, (key) => keyRow(context, key))}</ul></section>
        <form class="card panel" @submit=${(/** @type {SubmitEvent} */ event) => {
            const form = /** @type {HTMLFormElement} */ (event.currentTarget);
            const { name } = textsOf(event);
            const scopes = new FormData(form).getAll('scope').map(String);
            attempt(async () => { patch({ secret: (await call('POST', '/api/keys', { name, scopes })).secret }); form.reset(); go('keys'); });
        }}>${textField({ id: 'name', label: o('keys.name'), value: '', max: 100, required: true })}
            <fieldset><legend>${o('keys.scopes')}</legend><div class="choices">${SCOPES.map((scope) => html`<label><input type="checkbox" name="scope" value=${scope}><span lang="en">${scope}</span></label>`)}</div></fieldset>
            <button class="button main" type="submit" ?disabled=${busy}>${icon('plus')}<span>${o('keys.add')}</span></button></form>`;
}

/** @param {TrailContext} context */
export function trailView({ own, call, attempt, now, patch, go, busy, words: { o, language } }) {
    return html`<div class="office-head"><h1>${o('trail.title')}</h1><button class="button small" type="button" ?disabled=${busy} @click=${() => attempt(async () => {
            const verdict = await call('GET', '/api/trail/verdict');
            return verdict.intact ? o('trail.intact', { n: verdict.entries }) : o('trail.broken', { n: verdict.broken_at });
        })}>${icon('shield-check')}<span>${o('trail.verify')}</span></button></div><p class="soft">${o('trail.text')}</p>
        <form class="card panel inline-form" @submit=${(/** @type {SubmitEvent} */ event) => { const { who = '', what = '' } = textsOf(event); patch({ account: who, words: what, entries: null }); go('trail'); }}>
            ${textField({ id: 'who', label: o('trail.find'), value: own.account, max: 64 })}${textField({ id: 'what', label: o('trail.words'), value: own.words, max: 100 })}<button class="button main" type="submit">${icon('search')}<span>${o('trail.go')}</span></button></form>
        <div class="card table"><table><thead><tr><th scope="col">${o('trail.time')}</th><th scope="col">${o('users.account')}</th><th scope="col">${o('trail.act')}</th></tr></thead><tbody>${repeat(own.entries ?? [], (entry) => entry.seq, (entry) => html`<tr>
            <td class="tabular">${entry.seq}<span class="soft">${timeText(entry.at, language)}</span></td><td>${entry.account}</td><td lang="en"><b>${entry.act}</b> ${entry.object}<span class="soft digest">${entry.digest}</span></td></tr>`)}</tbody></table></div>
        ${own.next ? html`<button class="button" type="button" @click=${() => attempt(async () => { const more = await call('GET', `${trailQuery(own)}&before=${own.next}`); patch({ entries: [...now().entries ?? [], ...more.entries], next: more.next }); return ''; })}>
            ${icon('chevron-down')}<span>${o('trail.more')}</span></button>` : nothing}`;
}
