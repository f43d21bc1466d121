/**
 * The same check point in an earlier visit, beside the one that is open.
 */

import { html, nothing, ref } from '../../base/html.js';
import { clockTime, hourMinute, isoDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';

/** @import { CheckpointRow, FoundVisit, ReviewState } from '../../../types/review.js' */
/** @import { ReviewActions } from '../../review/controller.js' */
/** @import { ReviewWords } from './words.js' */

/** @param {FoundVisit} visit */
const when = (visit) => {
    const at = (visit.started_at ?? visit.scheduled_at) / 1000;
    return `${isoDay(at)} ${hourMinute(at)}`;
};

/** @param {ReviewState} state @param {CheckpointRow[]} rows @param {ReviewWords} words @param {ReviewActions} actions */
export const comparisonPanel = (state, rows, words, actions) => {
    const { comparison } = state;
    const { r } = words;
    if (!comparison)
        return nothing;
    const row = rows.find((candidate) => candidate.code === comparison.checkpoint);
    const finding = comparison.visit?.checkpoints.find((point) => point.checkpoint === comparison.checkpoint);
    return html`
        <section class="comparison card" data-test="comparison" aria-label=${r('compare.title')}>
            <header><h3>${r('compare.title')} · ${row?.title ?? comparison.checkpoint}</h3>
                <button type="button" class="button small quiet" data-test="compare-close" aria-label=${words.t('close')} @click=${actions.compareClose}>${icon('x')}</button></header>
            ${comparison.loading ? html`<p class="soft" role="status">${icon('loader-circle', 'spin')}<span>${r('compare.looking')}</span></p>` : nothing}
            ${!comparison.loading && comparison.visits.length === 0 ? html`<p class="soft" data-test="compare-none">${r('compare.none')}</p>` : nothing}
            ${comparison.visit ? html`
                <div class="earlier">
                    <div class="picture">
                        <video data-test="compare-player" playsinline tabindex="-1" aria-label=${r('compare.player')} ${ref(actions.attachOther)} @click=${actions.compareToggle}></video>
                        ${state.user ? html`<span class="watermark" aria-hidden="true">${r('watermark', { name: state.user.name, time: clockTime(words.now()) })}</span>` : nothing}
                    </div>
                    <div class="facts-earlier">
                        <label>${r('compare.visit')}
                            <select data-test="compare-visit" @change=${(/** @type {Event} */ event) => actions.compareWith(/** @type {HTMLSelectElement} */ (event.target).value)}>
                                ${comparison.visits.map((visit) => html`<option value=${visit.id} ?selected=${visit.id === comparison.visit?.id}>${when(visit)} · ${visit.case_number}</option>`)}
                            </select></label>
                        <p>${r('compare.then')}<b class="result ${finding?.result ?? 'none'}">${r(`result.${finding?.result ?? 'none'}`)}</b></p>
                        ${finding?.note ? html`<p class="note">${finding.note}</p>` : nothing}
                        <p>${r('compare.now')}<b class="result ${row?.result ?? 'none'}">${r(`result.${row?.result ?? 'none'}`)}</b></p>
                        <button type="button" class="button small main" data-test="compare-both" @click=${actions.compareBoth}>${icon('play')}<span>${r('compare.both')}</span></button>
                    </div>
                </div>` : nothing}
        </section>`;
};
