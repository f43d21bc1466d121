/** How it went, and documents of the case. */

import { html, nothing } from '../../base/html.js';
import { icon } from '../../components/icon.js';

/** @import { MyActions, MyState, MyWords } from '../../../types/my.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

const SCORES = [5, 4, 3, 2, 1];

/** The last inspection that was held and not evaluated. @param {MyState} state @param {MyWords} words @param {MyActions} actions */
export function evaluationView(state, { o }, actions) {
    const visit = state.mine?.visits.findLast((one) => one.started_at && one.state === 'ended');
    if (!visit || visit.evaluation)
        return nothing;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        actions.evaluate(visit.id, String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get('words') ?? '').trim());
    };
    return html`<section class="card next"><h2>${o('eval.title')}</h2><form @submit=${submit}>
        <fieldset><legend>${o('eval.score')}</legend><div class="choices">${SCORES.map((score) => html`<button class="button" type="button" aria-pressed=${score === state.score} @click=${() => actions.score(score)}>
            <span>${o(/** @type {OfficeKey} */ (`score.${score}`))}</span></button>`)}</div></fieldset>
        ${state.score ? html`<div class="field"><label for="eval-words">${o('eval.words')}</label><textarea id="eval-words" name="words" rows="2" maxlength="1000"></textarea></div>
            <button class="button main" type="submit" ?disabled=${state.busy}>${icon('check')}<span>${o('eval.go')}</span></button>` : nothing}</form></section>`;
}

/** @param {MyState} state @param {MyWords} words @param {MyActions} actions */
export function attachView(state, { o }, actions) {
    if (!state.mine)
        return nothing;
    return html`<section><h2>${o('attach.title')}</h2><p>${o('attach.text')}</p><label class="button file-button">${icon('file-text')}<span>${o('attach.go')}</span>
        <input type="file" accept="application/pdf,image/jpeg,image/png" @change=${(/** @type {Event} */ event) => {
            const input = /** @type {HTMLInputElement} */ (event.target);
            const file = input.files?.[0];
            input.value = '';
            if (file)
                actions.attach(file);
        }}></label></section>`;
}
