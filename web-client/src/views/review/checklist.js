/**
 * Right column: the check list with what was found, where it is in the recording, and its stills.
 */

import { html, nothing } from '../../base/html.js';
import { clockTime } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { looseStills } from '../../review/model.js';
import { place } from './words.js';

/** @import { CheckpointRow, RecordingIndex, ReviewState } from '../../../types/review.js' */
/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

/** @type {Record<string, import('../../components/icon.js').IconName>} */
const resultIcon = { conform: 'circle-check', mostly: 'circle-alert', nonconform: 'circle-x', 'not-applicable': 'minus', none: 'circle' };

/** @param {ReviewState} state @param {string} file */
export const fileAddress = (state, file) => `/api/recordings/${state.visit?.recording}/files/${file}`;

/** @param {RecordingIndex['stills']} stills @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const pictures = (stills, state, { r }, actions) => (stills.length === 0 ? nothing : html`
    <ul class="stills">${stills.map((still) => html`
        <li><button type="button" data-test="still-picture" aria-label=${r('still.open', { time: clockTime(still.at / 1000) })} @click=${() => actions.still(still.id)}>
            <img src=${fileAddress(state, still.file)} alt="" loading="lazy" width="96" height="72"></button></li>`)}</ul>`);

/** @param {CheckpointRow} row @param {ReviewState} state @param {ReviewWords} words @param {ReviewActions} actions */
const checkpoint = (row, state, words, actions) => {
    const { r } = words;
    const result = row.result ?? 'none';
    return html`
        <li class="row ${result} ${row.current ? 'current' : ''}">
            <button type="button" class="row-main" data-test="checkpoint" data-code=${row.code} ?disabled=${row.spans.length === 0}
                @click=${() => actions.playCheckpoint(row.code)}>
                <span class="number tabular">${row.number}</span>
                <span class="row-title">${row.title}</span>
                <span class="result">${icon(resultIcon[result])}<span>${r(`result.${result}`)}</span></span>
                <span class="when soft">${row.spans.length ? html`${icon('play')}<span>${r('checkpoint.play', { time: place(row.spans[0].fromMs) })}</span>` : r('checkpoint.not-shown')}</span>
            </button>
            ${row.spans.length > 1 ? html`<p class="again">${row.spans.slice(1).map((span) => html`
                <button type="button" class="button small quiet" @click=${() => actions.playFrom(span.fromMs)}>${icon('play')}<span class="tabular">${place(span.fromMs)}</span></button>`)}</p>` : nothing}
            ${row.spans.length ? html`<p class="again"><button type="button" class="button small quiet" data-test="compare" data-code=${row.code}
                @click=${() => actions.compare(row.code)}>${icon('history')}<span>${r('compare.open')}</span></button></p>` : nothing}
            ${row.note ? html`<p class="note">${row.note}</p>` : nothing}
            ${pictures(row.stills, state, words, actions)}
        </li>`;
};

/** @param {ReviewState} state @param {CheckpointRow[]} rows @param {ReviewWords} words @param {ReviewActions} actions */
export const checklistPanel = (state, rows, words, actions) => {
    const { r } = words;
    const loose = looseStills(state);
    return html`
        <section class="checklist" aria-labelledby="checklist-title">
            <div class="checklist-head"><h2 id="checklist-title">${r('checklist')}</h2>
                <span class="soft">${r('checklist.dealt', { n: rows.filter((row) => row.result).length, total: rows.length })}</span></div>
            <ol class="rows">${rows.map((row) => checkpoint(row, state, words, actions))}</ol>
            ${loose.length ? html`<h3>${r('stills.loose')}</h3>${pictures(loose, state, words, actions)}` : nothing}
            ${state.visit?.conclusion ? html`<h3>${r('conclusion')}</h3><p class="note">${state.visit.conclusion}</p>` : nothing}
        </section>`;
};
