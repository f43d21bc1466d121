/** Screens on which nothing goes on: opening, refused, left, replaced, ended. */

import { html, nothing } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { sentenceIn } from '../../i18n/language.js';
import { frame } from './frame.js';

/** @import { ApplicantState } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @param {IconName} name @param {string} look */
const emblem = (name, look) => html`<div class="emblem ${look}">${icon(name)}</div>`;

/** @param {ApplicantState} state @param {ApplicantWords} words */
export function openingView(state, words) {
    const { t } = words;
    const { link } = state.visit;
    return frame(words, { title: t('opening'), className: 'single', body: html`
        <p class="lead" role="status">${icon('loader-circle', 'spin')}<span>${link.attempt > 0 ? t('opening.slow', { n: link.attempt }) : ''}</span></p>` });
}

/** @param {ApplicantState} state @param {ApplicantWords} words */
export function refusedView(state, words) {
    const { t, language } = words;
    return frame(words, { title: t('refused.title'), className: 'single', body: html`
        ${emblem('link', 'attention')}
        <p class="lead" role="alert">${state.problem ? sentenceIn(state.problem.message, language) : t('refused.missing')}</p>
        ${state.problem?.code.startsWith('invitation/') ? nothing : html`<p>${t('refused.do')}</p>`}`,
        footer: html`<button class="button" type="button" @click=${() => location.reload()}>${icon('refresh-cw')}<span>${t('retry')}</span></button>` });
}

/** @param {ApplicantState} _state @param {ApplicantWords} words @param {ApplicantActions} actions */
export const replacedView = (_state, words, actions) => frame(words, { title: words.t('replaced.title'), className: 'single',
    body: html`${emblem('smartphone', '')}<p class="lead">${words.t('replaced.text')}</p>`,
    footer: html`<button class="button main" type="button" @click=${actions.comeBack}>${words.t('replaced.here')}</button>` });

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export function leftView({ hungUp }, words, actions) {
    const from = hungUp ? 'hung-up' : 'left';
    return frame(words, { title: words.t(`${from}.title`), className: 'single',
        body: html`${emblem(hungUp ? 'phone-off' : 'clock', '')}<p class="lead">${words.t(`${from}.text`)}</p>`,
        footer: html`<button class="button main" type="button" @click=${actions.comeBack}>${words.t(`${from}.again`)}</button>` });
}

/** Pictures that are not with the office yet. @param {ApplicantState} state @param {ApplicantWords['t']} t */
const uploading = ({ uploads }, t) => (uploads.waiting > 0 ? html`<div role="status">${notice('attention', t('ended.uploads', { n: uploads.waiting }))}</div>` : nothing);

/** @param {ApplicantState} state @param {ApplicantWords} words */
export function endedView(state, words) {
    const { t } = words;
    const number = state.visit.visit?.case_number;
    return frame(words, { title: t('ended.title'), className: 'single', body: html`
        ${emblem('check', 'good')}
        <p class="lead">${t('ended.text')}</p>
        ${uploading(state, t)}
        <section class="card next"><h2>${t('ended.next.title')}</h2><p>${t('ended.next')}</p>
            ${number ? html`<p class="meta">${icon('file-text')}<span>${t('ended.case', { case: number })}</span></p>` : nothing}</section>
        <p class="soft">${t('ended.close')}</p>` });
}
