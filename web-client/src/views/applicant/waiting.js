/** Screen 3: the inspectors know; what to have ready; nothing to do but wait. */

import { html, nothing } from '../../base/html.js';
import { checkpointsOf, inLanguage } from '../../base/item.js';
import { duration, hourMinute } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { stream } from '../../components/stream.js';
import { frame } from './frame.js';
import { prepareList, readAloudButton } from './welcome.js';

/** @import { ApplicantState } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export function waitingView(state, words, actions) {
    const { t, language } = words;
    const { link, visit, item, nowMs } = state.visit;
    const first = checkpointsOf(item)[0];
    const body = html`
        <p class="lead">${t('waiting.text')}</p>
        <div role="status">${link.state === 'lost' ? notice('attention', t('waiting.reconnecting', { n: link.attempt })) : nothing}</div>
        <div class="wait-row">
            <p class="meta">${icon('clock')}<span class="tabular">${t('waiting.elapsed', { time: duration(nowMs - (state.waitingSinceMs ?? nowMs)) })}</span></p>
            ${visit ? html`<p class="meta">${icon('calendar')}<span class="tabular">${t('waiting.appointment', { time: hourMinute(visit.scheduled_at / 1000) })}</span></p>` : nothing}
        </div>
        ${state.own.video ? html`<div class="preview ${state.own.facing}"><video muted playsinline autoplay aria-label=${t('check.preview')} ${stream(state.own.stream)}></video></div>` : nothing}
        ${first ? html`<section class="card first">
            <h2><small>${t('waiting.first')}</small>${inLanguage(first, 'title', language)}</h2>
            <p>${inLanguage(first, 'guide', language)}</p>
            ${readAloudButton(state, words, actions, inLanguage(first, 'guide', language))}
        </section>` : nothing}
        ${prepareList(state, words)}`;
    const footer = html`<button class="button" type="button" @click=${actions.leave}>${t('waiting.later')}</button>`;
    return frame(words, { step: 3, title: t('waiting.title'), body, footer, className: 'waiting' });
}
