/**
 * Left column: what to look for and what was found.
 */

import { html, nothing, repeat } from '../../base/html.js';
import { hourMinute, isoDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { inLanguage } from '../../base/item.js';

/** @import { CaseSummary, ReviewState, VisitSummary } from '../../../types/review.js' */
/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

/** @param {VisitSummary} visit @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const visitRow = (visit, state, { r }, actions) => {
    const at = (visit.started_at ?? visit.scheduled_at) / 1000;
    return html`
        <li>
            <button type="button" class="visit-row ${visit.state}" data-test="review-visit" data-visit=${visit.id}
                aria-current=${state.visit?.id === visit.id ? 'true' : 'false'} @click=${() => actions.open(visit.id)}>
                ${icon(visit.recording ? 'play' : 'calendar')}
                <span class="tabular">${isoDay(at)} ${hourMinute(at)}</span>
                <span class="soft">${visit.state === 'ended' && !visit.recording ? r('visit.no-recording') : r(`visit.${visit.state}`)}</span>
            </button>
        </li>`;
};

/** @param {CaseSummary} entry @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const caseCard = (entry, state, words, actions) => {
    const item = state.items.find((candidate) => candidate.code === entry.item_code);
    const visits = entry.visits ?? [];
    return html`
        <li class="case card" data-test="result-row" data-case=${entry.case_number}>
            <h3>${entry.applicant}</h3>
            <p class="soft">${entry.premises}</p>
            <p><span class="tabular">${entry.case_number}</span> · ${item ? inLanguage(item, 'name', words.language) : entry.item_code}</p>
            ${visits.length === 0 ? html`<p class="soft">${words.r('visit.none')}</p>`
                : html`<ul class="visits">${repeat(visits, (visit) => visit.id, (visit) => visitRow(visit, state, words, actions))}</ul>`}
        </li>`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const results = (state, words, actions) => {
    const { r } = words;
    if (state.cases === null)
        return state.searching ? html`<p class="soft status">${r('search.searching')}</p>` : nothing;
    if (state.cases.length === 0)
        return html`<p class="soft status" data-test="no-results">${r('search.none')}</p>`;
    return html`
        <ul class="cases">${repeat(state.cases, (entry) => entry.id, (entry) => caseCard(entry, state, words, actions))}</ul>
        ${state.next ? html`<button type="button" class="button" ?disabled=${state.searching} @click=${actions.more}>${r('search.more')}</button>` : nothing}`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
export const searchColumn = (state, words, actions) => {
    const { r, language } = words;
    /** @param {'words' | 'item' | 'day'} name */
    const field = (name) => (/** @type {Event} */ event) => {
        actions.query({ [name]: /** @type {HTMLInputElement} */ (event.target).value });
        if (event.type === 'change' && name !== 'words')
            actions.search();
    };
    return html`
        <section class="search" aria-label=${r('search.label')}>
            <form role="search" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); actions.search(); }}>
                <div class="field">
                    <label for="words">${r('search.label')}</label>
                    <div class="search-line">
                        <input id="words" type="search" data-test="search" maxlength="200" autocomplete="off" placeholder=${r('search.placeholder')}
                            .value=${state.query.words} @input=${field('words')}>
                        <button class="button main" data-test="search-go" type="submit">${icon('search')}<span>${r('search.go')}</span></button>
                    </div>
                </div>
                <div class="filters">
                    <div class="field"><label for="item">${r('search.item')}</label>
                        <select id="item" .value=${state.query.item} @change=${field('item')}>
                            <option value="">${r('search.item.all')}</option>
                            ${state.items.map((item) => html`<option value=${item.code}>${inLanguage(item, 'name', language)}</option>`)}
                        </select></div>
                    <div class="field"><label for="day">${r('search.day')}</label>
                        <input id="day" type="date" .value=${state.query.day} @change=${field('day')}></div>
                </div>
            </form>
            <div aria-live="polite" class="visually-hidden">${state.cases && !state.searching ? r('search.count', { n: state.cases.length }) : nothing}</div>
            ${results(state, words, actions)}
        </section>`;
};
