/**
 * The two logs: who looked at which recording and why, and what was done about retention.
 */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { isArchiveKey } from '../../i18n/archive.js';
import { loading, moreButton, none } from './terms.js';
import { moment } from './words.js';

/** @import { ArchiveState, RecordingAccess, RetentionAct } from '../../../types/archive.js' */
/** @import { ArchiveActions } from '../../archive/controller.js' */
/** @import { ArchiveWords } from './words.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @type {Record<RecordingAccess['kind'], IconName>} */
const kindIcon = { review: 'search', play: 'play', export: 'download' };

/** @param {RecordingAccess} access @param {ArchiveWords} words */
const accessRow = (access, { a }) => html`<li class="row">
    <div class="soft tabular">${moment(access.at)}</div>
    <div class="who"><b lang="zh-CN">${access.name}</b> <span class="soft">${access.account}</span></div>
    <div><span class="sign kind-${access.kind}">${icon(kindIcon[access.kind])}<span>${a(`kind.${access.kind}`)}</span></span>
        <a class="tabular" href="/review?visit=${access.visit}">${access.case_number}</a></div>
    <div class="reason" lang="zh-CN">${access.reason ?? nothing}</div></li>`;

/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export function accessesPanel(state, words, actions) {
    const { a } = words;
    /** @param {keyof ArchiveState['query']} name */
    const set = (name) => (/** @type {Event} */ event) => actions.query({ [name]: /** @type {HTMLInputElement} */ (event.target).value });
    return html`
        <p class="soft">${a('accesses.text')}</p>
        <div class="filters">
            <label>${a('accesses.account')} <select @change=${set('account')}><option value="" ?selected=${state.query.account === ''}>${a('accesses.everybody')}</option>
                ${state.users.map((user) => html`<option value=${user.account} ?selected=${state.query.account === user.account}>${user.name}（${user.account}）</option>`)}</select></label>
            <label>${a('accesses.from')} <input type="date" .value=${state.query.from} @change=${set('from')}></label>
            <label>${a('accesses.to')} <input type="date" .value=${state.query.to} @change=${set('to')}></label>
        </div>
        ${state.accesses === null ? loading(words) : state.accesses.length === 0 ? none(a('accesses.none'))
            : html`<ul class="list log">${repeat(state.accesses, (access) => access.id, (access) => accessRow(access, words))}</ul>${moreButton(state, words, actions)}`}`;
}

/** @param {RetentionAct} act @param {ArchiveWords} words */
const actRow = (act, { a }) => {
    const key = `act.${act.act}`;
    return html`<li class="row">
        <div class="soft tabular">${moment(act.at)}</div>
        <div class="who"><b lang="zh-CN">${act.name ?? a('act.system')}</b> <span class="soft">${act.account ?? nothing}</span></div>
        <div>${isArchiveKey(key) ? a(key) : act.act} <span class="soft tabular">${act.case_number ?? act.recording?.slice(0, 13) ?? nothing}</span></div>
        <div class="reason" lang="zh-CN">${act.words}</div></li>`;
};

/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export const actsPanel = (state, words, actions) => html`
    <p class="soft">${words.a('acts.text')}</p>
    ${state.acts === null ? loading(words) : state.acts.length === 0 ? none(words.a('acts.none'))
        : html`<ul class="list log">${repeat(state.acts, (act) => act.id, (act) => actRow(act, words))}</ul>${moreButton(state, words, actions)}`}`;
