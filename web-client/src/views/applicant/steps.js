/** On the phone: what the inspectors draw and point at, and the random challenge in large type. */

import { html, nothing } from '../../base/html.js';
import { drawLayer } from '../../components/draw-layer.js';
import { icon } from '../../components/icon.js';
import { stepsTranslator } from '../../i18n/steps.js';

/** @import { ApplicantState } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */

/** Fitted as the picture is: a wide one on an upright phone is shown whole. @param {ApplicantState} state */
export function phoneDrawing({ steps }) {
    const wide = steps.frame.width > steps.frame.height;
    const upright = typeof innerHeight === 'undefined' || innerHeight > innerWidth;
    return drawLayer(steps, wide && upright ? 'meet' : 'slice');
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export function challengeCard(state, words, actions) {
    const challenge = state.visit.room?.inspection?.challenges.at(-1);
    if (!challenge || challenge.result)
        return nothing;
    const task = words.language === 'zh' ? challenge.task_zh : challenge.task_en;
    return html`<section class="challenge-card" role="alert" data-test="challenge-card"><small>${stepsTranslator(words.language)('for-you')}</small><strong>${task}</strong>
        ${words.canSpeak ? html`<button type="button" class="chip" @click=${() => actions.readAloud(task)}>${icon('volume-2')}<span>${words.t('read-aloud')}</span></button>` : nothing}</section>`;
}
