/**
 * Disposal lists: all of them, or one with its recordings and who approved it.
 */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { loading, none } from './terms.js';
import { day, itemName, moment } from './words.js';

/** @import { ArchiveState, Disposal, DisposalDetail } from '../../../types/archive.js' */
/** @import { ArchiveActions } from '../../archive/controller.js' */
/** @import { ArchiveWords } from './words.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @type {Record<Disposal['state'], IconName>} */
const stateIcon = { open: 'clock', approved: 'loader-circle', done: 'circle-check', withdrawn: 'circle-x' };
/** @type {Record<DisposalDetail['recordings'][number]['state'], IconName>} */
const itemIcon = { listed: 'clock', going: 'loader-circle', disposed: 'circle-x', kept: 'shield-check' };

/** @param {Disposal} disposal @param {ArchiveWords} words */
const stateSign = (disposal, { a }) => html`<span class="sign list-${disposal.state}">${icon(stateIcon[disposal.state], disposal.state === 'approved' ? 'spin' : '')}
    <span>${disposal.state === 'open' ? a(disposal.approvals_count > 0 ? 'list.open.1' : 'list.open.0') : a(`list.${disposal.state}`)}</span></span>`;

/** @param {Disposal} disposal @param {ArchiveWords} words @param {ArchiveActions} actions */
const listRow = (disposal, words, actions) => html`<li class="row">
    <div class="who"><b>${words.a('list.name', { day: day(disposal.created_at) })}</b><span class="soft" lang="zh-CN">${disposal.created_by}</span></div>
    <div class="reason" lang="zh-CN">${disposal.reason}<span class="soft">${words.a('list.recordings', { n: disposal.recordings_count })}</span></div>
    <div>${stateSign(disposal, words)}</div>
    <div class="row-actions"><button type="button" class="button small" data-test="open-list" @click=${() => actions.openDisposal(disposal.id)}>
        ${icon('chevron-right')}<span>${words.a('list.open')}</span></button></div></li>`;

/** @param {ArchiveState} state @param {DisposalDetail} disposal @param {ArchiveWords} words @param {ArchiveActions} actions */
const detail = (state, disposal, words, actions) => {
    const { a } = words;
    const approved = disposal.approvals.some((approval) => approval.user === state.user?.id);
    return html`<section class="detail">
        <button type="button" class="button small quiet" @click=${actions.closeDisposal}>${icon('arrow-left')}<span>${a('list.back')}</span></button>
        <h2>${a('list.name', { day: day(disposal.created_at) })} ${stateSign(disposal, words)}</h2>
        <p lang="zh-CN">${disposal.reason}</p>
        <p class="soft">${a('list.made', { name: disposal.created_by, time: moment(disposal.created_at) })}</p>
        <ol class="approvals">${[0, 1].map((n) => html`<li>${disposal.approvals[n]
            ? html`${icon('user-check')}<span><b lang="zh-CN">${disposal.approvals[n].name}</b> <span class="soft tabular">${moment(disposal.approvals[n].at)}</span></span>`
            : html`${icon('user')}<span class="soft">${a(disposal.state === 'open' ? 'approval.missing' : 'approval.none')}</span>`}</li>`)}</ol>
        ${disposal.state === 'open' ? html`
            ${approved ? notice('attention', a('approval.other')) : notice('danger', a('approval.warning', { n: disposal.recordings_count }))}
            <div class="detail-actions">
                <button type="button" class="button" data-test="withdraw" @click=${actions.askWithdraw}>${icon('x')}<span>${a('list.withdraw')}</span></button>
                <button type="button" class="button main" data-test="approve" ?disabled=${approved} @click=${actions.askApprove}>${icon('check')}<span>${a('approve')}</span></button>
            </div>` : nothing}
        <ul class="list">${repeat(disposal.recordings, (row) => row.recording, (row) => html`<li class="row">
            <div class="who"><a href="/review?visit=${row.visit}"><b class="tabular">${row.case_number}</b> <span lang="zh-CN">${row.applicant}</span></a>
                <span class="soft">${itemName(state, row.item_code, words)}</span></div>
            <div class="soft">${a('recorded', { day: day(row.ended_at) })} · ${a(`class.${row.class}`)} · ${a('term.until', { day: day(row.due_at) })}</div>
            <div><span class="sign item-${row.state}">${icon(itemIcon[row.state], row.state === 'going' ? 'spin' : '')}<span>${a(`item.${row.state}`)}</span></span>
                ${row.problem ? html`<span class="soft">${row.problem === 'disposal/held' ? a('item.held') : a('item.problem', { code: row.problem })}</span>` : nothing}</div>
        </li>`)}</ul>
    </section>`;
};

/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export const disposalsPanel = (state, words, actions) => (state.disposal ? detail(state, state.disposal, words, actions) : html`
    <p class="soft">${words.a('lists.text')}</p>
    ${state.disposals === null ? loading(words) : state.disposals.length === 0 ? none(words.a('lists.none'))
        : html`<ul class="list">${repeat(state.disposals, (disposal) => disposal.id, (disposal) => listRow(disposal, words, actions))}</ul>`}`);
