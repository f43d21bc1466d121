/** Which of the applicant's screens is shown. */

import { checkView } from './check.js';
import { endedView, leftView, openingView, refusedView, replacedView } from './ends.js';
import { visitView } from './visit.js';
import { waitingView } from './waiting.js';
import { welcomeView } from './welcome.js';

/** @import { ApplicantState, Phase } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */

/** @type {Record<Phase, (state: ApplicantState, words: ApplicantWords, actions: ApplicantActions) => unknown>} */
const views = {
    opening: openingView, refused: refusedView, welcome: welcomeView, check: checkView, waiting: waitingView,
    visit: visitView, ended: endedView, left: leftView, replaced: replacedView,
};

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export const applicantView = (state, words, actions) => views[state.phase](state, words, actions);
