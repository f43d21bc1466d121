/** Signing in. */

import { html, nothing } from '../../base/html.js';
import { brand, languageSwitch, problemNotice } from '../../components/marks.js';
import { icon } from '../../components/icon.js';

/** @import { DeskState } from '../../../types/staff.js' */
/** @import { StaffActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */

/** @param {DeskState} state @param {StaffWords} words @param {StaffActions} actions */
export function signInView(state, words, actions) {
    const { t, language } = words;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
        actions.signIn(String(form.get('account')).trim(), String(form.get('password')), String(form.get('code') ?? '').trim());
    };
    return html`<div class="sign-in">
        <header>${brand(t)}${languageSwitch(words)}</header>
        <main>
            <form class="card" @submit=${submit}>
                <h1>${t('sign-in.title')}</h1>
                ${problemNotice(state.problem, language)}
                <div class="field"><label for="account">${t('sign-in.account')}</label>
                    <input id="account" name="account" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus></div>
                <div class="field"><label for="password">${t('sign-in.password')}</label>
                    <input id="password" name="password" type="password" required maxlength="256" autocomplete="current-password"></div>
                ${state.problem?.code.startsWith('access/second-factor') ? html`<div class="field"><label for="code">${t('sign-in.code')}</label>
                    <input id="code" name="code" required maxlength="6" pattern="[0-9]{6}" inputmode="numeric" autocomplete="one-time-code" autofocus></div>` : nothing}
                <button class="button main" type="submit" ?disabled=${state.busy}>${t('sign-in.enter')}</button>
            </form>
            <p class="soft">${icon('smartphone')}<span>${t('landing.applicant')}</span></p>
        </main>
    </div>`;
}
