/**
 * The page of retention: five lists behind tabs, one of them shown. Views are functions of the state.
 */

import { html, nothing } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { brand, languageSwitch, notice, problemNotice } from '../../components/marks.js';
import { TABS } from '../../archive/state.js';
import { archiveDialog } from './dialogs.js';
import { disposalsPanel } from './disposals.js';
import { accessesPanel, actsPanel } from './logs.js';
import { storagePanel, storageWarning } from './storage.js';
import { holdsPanel, termsPanel } from './terms.js';

/** @import { ArchiveState, Tab } from '../../../types/archive.js' */
/** @import { ArchiveActions } from '../../archive/controller.js' */
/** @import { ArchiveWords } from './words.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @type {Record<Tab, IconName>} */
const tabIcon = { terms: 'clock', disposals: 'clipboard-list', holds: 'flag', storage: 'hard-drive', acts: 'history', accesses: 'users' };
/** @type {Record<Tab, (state: ArchiveState, words: ArchiveWords, actions: ArchiveActions) => unknown>} */
const panels = { terms: termsPanel, disposals: disposalsPanel, holds: holdsPanel, storage: storagePanel, acts: actsPanel, accesses: accessesPanel };

/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export function archiveView(state, words, actions) {
    const { t, a, language } = words;
    const allowed = state.user?.role === 'admin';
    return html`<div class="page">
        <header class="top">
            ${brand(t)}
            <h1 class="page-title">${a('title')}</h1>
            <nav>
                <a class="button quiet" href="/review">${icon('search')}<span>${a('review.page')}</span></a>
                <a class="button quiet" href="/staff">${icon('calendar')}<span>${a('staff.page')}</span></a>
                ${languageSwitch(words)}
            </nav>
        </header>
        ${state.user && !allowed ? notice('attention', a('denied')) : nothing}
        ${allowed ? html`
            <nav class="tabs" aria-label=${a('title')}>${TABS.map((tab) => html`
                <button type="button" data-test="tab-${tab}" aria-current=${state.tab === tab ? 'page' : 'false'} @click=${() => actions.tab(tab)}>
                    ${icon(tabIcon[tab])}<span>${a(`tab.${tab}`)}</span></button>`)}</nav>
            <main aria-busy=${state.busy}>
                ${storageWarning(state, words)}
                ${state.dialog ? nothing : problemNotice(state.problem, language)}
                ${panels[state.tab](state, words, actions)}
            </main>` : nothing}
        ${state.user || state.problem ? nothing : html`<p class="empty" role="status">${icon('loader-circle', 'spin')}<span>${a('loading')}</span></p>`}
        ${!state.user ? problemNotice(state.problem, language) : nothing}
        ${state.dialog ? archiveDialog(state, words, actions) : nothing}
    </div>`;
}
