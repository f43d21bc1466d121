/**
 * Left column: what to look for and what was found: visits, each with the check points that match and their pictures.
 */

import { html, nothing, repeat } from '../../base/html.js';
import { hourMinute, isoDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { inLanguage } from '../../base/item.js';
import { filterCount } from '../../review/model.js';

/** @import { FoundCheckpoint, FoundVisit, ReviewState, SearchQuery } from '../../../types/review.js' */
/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

const RESULTS = /** @type {const} */ (['conform', 'mostly', 'nonconform', 'not-applicable']);
/* A visit that is found by its applicant shows these of its check points; all are behind the visit. */
const POINTS_SHOWN = 6;

/** @param {FoundVisit} visit @param {FoundCheckpoint} point @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const pointCard = (visit, point, state, { r, language }, actions) => {
    const checkpoint = state.details[visit.item_code]?.checkpoints.find((candidate) => candidate.code === point.checkpoint);
    const title = checkpoint ? inLanguage(checkpoint, 'title', language) : point.checkpoint;
    const result = point.result ?? 'none';
    /* Its still, or what the camera showed when it began; while that is not made there is none. */
    const picture = point.still ? `/api/visits/${visit.id}/stills/${point.still}`
        : visit.recording && point.at !== null ? `/api/recordings/${visit.recording}/derived/at-${point.at}.jpg` : null;
    return html`
        <li class="point ${result}">
            <button type="button" data-test="found-point" data-code=${point.checkpoint} ?disabled=${!visit.recording || point.at === null}
                aria-label=${r('found.open', { title, result: r(`result.${result}`) })} title=${point.note || title}
                @click=${() => actions.openAt(visit.id, point.at ?? 0)}>
                <span class="no-picture">${icon('play')}${picture === null ? nothing : html`<img src=${picture} alt="" loading="lazy" width="96" height="64"
                    @error=${(/** @type {Event} */ event) => { /** @type {HTMLElement} */ (event.target).style.visibility = 'hidden'; }}>`}</span>
                <span class="point-title">${title}</span>
            </button>
        </li>`;
};

/** @param {FoundVisit} visit @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const visitCard = (visit, state, words, actions) => {
    const { r } = words;
    const item = state.items.find((candidate) => candidate.code === visit.item_code);
    const at = (visit.started_at ?? visit.scheduled_at) / 1000;
    const points = visit.checkpoints.slice(0, POINTS_SHOWN);
    return html`
        <li class="case card" data-test="result-row" data-case=${visit.case_number}>
            <h3>${visit.applicant}</h3>
            <p class="soft">${visit.premises}</p>
            <p><span class="tabular">${visit.case_number}</span> · ${item ? inLanguage(item, 'name', words.language) : visit.item_code}</p>
            <button type="button" class="visit-row ${visit.state}" data-test="review-visit" data-visit=${visit.id}
                aria-current=${state.visit?.id === visit.id ? 'true' : 'false'} @click=${() => actions.open(visit.id)}>
                ${icon(visit.recording ? 'play' : 'calendar')}
                <span class="tabular">${isoDay(at)} ${hourMinute(at)}</span>
                <span class="soft">${visit.state === 'ended' && !visit.recording ? r('visit.no-recording') : r(`visit.${visit.state}`)}</span>
            </button>
            ${points.length ? html`<ul class="points">${repeat(points, (point) => point.checkpoint, (point) => pointCard(visit, point, state, words, actions))}</ul>` : nothing}
            ${visit.checkpoints.length > points.length ? html`<p class="soft">${r('found.more', { n: visit.checkpoints.length - points.length })}</p>` : nothing}
        </li>`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const results = (state, words, actions) => {
    const { r } = words;
    if (state.found === null)
        return state.searching ? html`<p class="soft status">${r('search.searching')}</p>` : nothing;
    if (state.found.length === 0 && !state.next)
        return html`<p class="soft status" data-test="no-results">${r('search.none')}</p>`;
    return html`
        <ul class="cases">${repeat(state.found, (visit) => visit.id, (visit) => visitCard(visit, state, words, actions))}</ul>
        ${state.next ? html`<button type="button" class="button" ?disabled=${state.searching} @click=${actions.more}>${r('search.more')}</button>` : nothing}`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const filters = (state, words, actions) => {
    const { r, language } = words;
    const { query } = state;
    /** @param {keyof SearchQuery} name */
    const change = (name) => (/** @type {Event} */ event) => {
        actions.query({ [name]: /** @type {HTMLInputElement} */ (event.target).value });
        actions.search();
    };
    const checkpoints = state.details[query.item]?.checkpoints ?? [];
    /** @param {keyof SearchQuery} name @param {string} label @param {{ value: string, text: string }[]} options @param {string} any */
    const choice = (name, label, options, any) => html`
        <div class="field"><label for=${name}>${label}</label>
            <select id=${name} data-test="filter-${name}" .value=${query[name]} @change=${change(name)}>
                <option value="">${any}</option>
                ${options.map((option) => html`<option value=${option.value} ?selected=${option.value === query[name]}>${option.text}</option>`)}
            </select></div>`;
    /** @param {keyof SearchQuery} name @param {string} label @param {string} type */
    const input = (name, label, type) => html`
        <div class="field"><label for=${name}>${label}</label>
            <input id=${name} type=${type} maxlength="100" data-test="filter-${name}" .value=${query[name]} @change=${change(name)}></div>`;
    return html`
        <details class="more-filters" ?open=${state.filtersOpen} @toggle=${(/** @type {Event} */ event) => actions.filters(/** @type {HTMLDetailsElement} */ (event.target).open)}>
            <summary>${filterCount(query) ? r('search.filters.set', { n: filterCount(query) }) : r('search.filters')}</summary>
            <div class="filters">
                ${choice('item', r('search.item'), state.items.map((item) => ({ value: item.code, text: inLanguage(item, 'name', language) })), r('search.item.all'))}
                ${choice('checkpoint', r('search.checkpoint'), checkpoints.map((point) => ({ value: point.code, text: inLanguage(point, 'title', language) })), r('search.any'))}
                ${choice('result', r('search.result'), RESULTS.map((value) => ({ value, text: r(`result.${value}`) })), r('search.any'))}
                ${choice('inspector', r('search.inspector'), state.inspectors.map((user) => ({ value: user.id, text: user.name })), r('search.any'))}
                ${input('from', r('search.from'), 'date')}
                ${input('to', r('search.to'), 'date')}
                ${input('place', r('search.place'), 'text')}
                ${filterCount(query) ? html`<div class="field clear"><button type="button" class="button quiet" data-test="filters-clear" @click=${() => {
                    actions.query({ item: '', checkpoint: '', result: '', inspector: '', place: '', from: '', to: '' });
                    actions.search();
                }}>${r('search.clear')}</button></div>` : nothing}
            </div>
        </details>`;
};

/** @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
export const searchColumn = (state, words, actions) => {
    const { r } = words;
    return html`
        <section class="search" aria-label=${r('search.label')}>
            <form role="search" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); actions.search(); }}>
                <div class="field">
                    <label for="words">${r('search.label')}</label>
                    <div class="search-line">
                        <input id="words" type="search" data-test="search" maxlength="100" autocomplete="off" placeholder=${r('search.placeholder')}
                            .value=${state.query.words} @input=${(/** @type {Event} */ event) => actions.query({ words: /** @type {HTMLInputElement} */ (event.target).value })}>
                        <button class="button main" data-test="search-go" type="submit">${icon('search')}<span>${r('search.go')}</span></button>
                    </div>
                </div>
                ${filters(state, words, actions)}
            </form>
            <div aria-live="polite" class="visually-hidden">${state.found && !state.searching ? r('search.count', { n: state.found.length }) : nothing}</div>
            ${results(state, words, actions)}
        </section>`;
};
