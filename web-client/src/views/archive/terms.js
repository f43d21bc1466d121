/**
 * Terms: what is due, kept, held or gone; and the legal holds.
 */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { mayBeListed, TERMS } from '../../archive/state.js';
import { day, itemName } from './words.js';

/** @import { ArchiveState, Hold, KeptRecording } from '../../../types/archive.js' */
/** @import { ArchiveActions } from '../../archive/controller.js' */
/** @import { ArchiveWords } from './words.js' */

/** @param {ArchiveWords} words */
export const loading = ({ a }) => html`<p class="empty" role="status">${icon('loader-circle', 'spin')}<span>${a('loading')}</span></p>`;
/** @param {unknown} text */
export const none = (text) => html`<p class="empty">${icon('circle-check')}<span>${text}</span></p>`;
/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export const moreButton = (state, { a }, actions) => (state.next
    ? html`<button type="button" class="button more" ?disabled=${state.busy} @click=${actions.more}>${icon('chevron-down')}<span>${a('more')}</span></button>` : nothing);

/** @param {KeptRecording} row @param {ArchiveWords} words */
const termOf = (row, { a }) => {
    if (row.disposed_at !== null)
        return html`<span class="sign gone">${icon('circle-x')}<span>${a('term.disposed', { day: day(row.disposed_at) })}</span></span>`;
    if (row.held)
        return html`<span class="sign held">${icon('flag')}<span>${a('term.held')}</span></span>`;
    return html`<span class="sign">${icon('clock')}<span>${row.due_at === null ? a('term.never') : a('term.until', { day: day(row.due_at) })}</span></span>`;
};

/** @param {ArchiveState} state @param {KeptRecording} row @param {ArchiveWords} words @param {ArchiveActions} actions */
const recordingRow = (state, row, words, actions) => html`<li class="row" data-recording=${row.recording}>
    ${state.terms === 'due' ? html`<label class="choose"><input type="checkbox" .checked=${state.chosen.includes(row.recording)} ?disabled=${!mayBeListed(row)}
        @change=${(/** @type {Event} */ event) => actions.choose(row.recording, /** @type {HTMLInputElement} */ (event.target).checked)}>
        <span class="visually-hidden">${words.a('choose', { number: row.case_number })}</span></label>` : nothing}
    <div class="who"><a href="/review?visit=${row.visit}"><b class="tabular">${row.case_number}</b> <span lang="zh-CN">${row.applicant}</span></a>
        <span class="soft">${itemName(state, row.item_code, words)}</span></div>
    <div class="soft">${words.a('recorded', { day: day(row.ended_at) })} · ${words.a(`class.${row.class}`)}</div>
    <div>${termOf(row, words)}</div>
    <div class="row-actions">
        ${row.disposal ? html`<button type="button" class="button small" @click=${() => { actions.tab('disposals'); actions.openDisposal(/** @type {string} */ (row.disposal)); }}>${icon('clipboard-list')}<span>${words.a('to-list')}</span></button>` : nothing}
        ${row.held || row.disposed_at !== null ? nothing : html`<button type="button" class="button small" data-test="hold" @click=${() => actions.askHold(row)}>${icon('flag')}<span>${words.a('hold')}</span></button>`}
    </div></li>`;

/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export function termsPanel(state, words, actions) {
    const { a } = words;
    const rows = state.recordings;
    const free = (rows ?? []).filter(mayBeListed).length;
    return html`
        <div class="filters" role="group" aria-label=${a('tab.terms')}>${TERMS.map((terms) => html`
            <button type="button" class="button small" aria-pressed=${state.terms === terms} @click=${() => actions.terms(terms)}>
                <span>${a(`terms.${terms}`)}</span>${terms !== 'kept' && state.counts ? html`<span class="count">${state.counts[terms]}</span>` : nothing}</button>`)}</div>
        <p class="soft">${a(`terms.${state.terms}.text`)}</p>
        ${rows === null ? loading(words) : rows.length === 0 ? none(a('terms.none')) : html`
            ${state.terms === 'due' && free > 0 ? html`<div class="choice-bar">
                <label class="choose"><input type="checkbox" .checked=${state.chosen.length === free}
                    @change=${(/** @type {Event} */ event) => actions.chooseAll(/** @type {HTMLInputElement} */ (event.target).checked)}><span>${a('choose.all', { n: free })}</span></label>
                <button type="button" class="button main" data-test="make-list" ?disabled=${state.chosen.length === 0} @click=${actions.askList}>
                    ${icon('clipboard-list')}<span>${a('make-list', { n: state.chosen.length })}</span></button></div>` : nothing}
            <ul class="list">${repeat(rows, (row) => row.recording, (row) => recordingRow(state, row, words, actions))}</ul>
            ${moreButton(state, words, actions)}`}`;
}

/** @param {Hold} hold @param {ArchiveWords} words @param {ArchiveActions} actions */
const holdRow = (hold, { a }, actions) => html`<li class="row ${hold.lifted_at === null ? 'in-force' : ''}">
    <div class="who"><b class="tabular">${hold.case_number}</b> <span lang="zh-CN">${hold.applicant}</span>
        <span class="soft">${a('hold.placed', { name: hold.placed_by, day: day(hold.placed_at) })}</span></div>
    <div class="reason" lang="zh-CN">${hold.reason}</div>
    <div>${hold.lifted_at === null ? html`<span class="sign held">${icon('flag')}<span>${a('hold.in-force')}</span></span>`
        : html`<span class="sign">${icon('check')}<span>${a('hold.lifted', { name: hold.lifted_by ?? '', day: day(hold.lifted_at) })}</span></span>
            <span class="soft" lang="zh-CN">${hold.lift_reason}</span>`}</div>
    <div class="row-actions">${hold.lifted_at === null ? html`<button type="button" class="button small" data-test="lift" @click=${() => actions.askLift(hold)}>
        ${icon('x')}<span>${a('hold.lift')}</span></button>` : nothing}</div></li>`;

/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export const holdsPanel = (state, words, actions) => html`
    <p class="soft">${words.a('holds.text')}</p>
    ${state.holds === null ? loading(words) : state.holds.length === 0 ? none(words.a('holds.none'))
        : html`<ul class="list">${repeat(state.holds, (hold) => hold.id, (hold) => holdRow(hold, words, actions))}</ul>`}`;
