/** Screen 1: what this is, what to have ready, and the consent. */

import { html, nothing, live } from '../../base/html.js';
import { inLanguage, preparations } from '../../base/item.js';
import { hourMinute, longDay } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { problemNotice } from '../../components/marks.js';
import { frame } from './frame.js';

/** @import { ApplicantState } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */

const NOTICE_PARTS = /** @type {const} */ ([1, 2, 3, 4, 5]);

/** @type {Record<ReturnType<typeof preparations>[number], import('../../components/icon.js').IconName>} */
const prepareIcon = { outside: 'store', phone: 'smartphone', tape: 'ruler', papers: 'file-text' };

/** @param {ApplicantState} state @param {ApplicantWords} words */
export const prepareList = (state, { t }) => html`
    <section class="prepare" aria-labelledby="prepare">
        <h2 id="prepare">${t('prepare.title')}</h2>
        <ul>${preparations(state.visit.item).map((what) => html`<li>${icon(prepareIcon[what])}<span>${t(`prepare.${what}`)}</span></li>`)}</ul>
    </section>`;

/** @param {ApplicantWords} words */
export const noticeText = ({ t }) => [t('notice.title'), ...NOTICE_PARTS.flatMap((part) => [t(`notice.${part}.title`), t(`notice.${part}`)])].join('\n');

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export const readAloudButton = (state, words, actions, /** @type {string} */ text) => (words.canSpeak ? html`
    <button class="button quiet read" type="button" @click=${() => actions.readAloud(text)}>
        ${icon(state.speaking ? 'volume-x' : 'volume-2')}<span>${words.t(state.speaking ? 'read-stop' : 'read-aloud')}</span></button>` : nothing);

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
const noticeDialog = (state, words, actions) => {
    const { t } = words;
    return dialog({ label: t('notice.title'), onClose: () => actions.showNotice(false), className: 'sheet' }, html`
        <h2>${t('notice.title')}</h2>
        ${readAloudButton(state, words, actions, noticeText(words))}
        <div class="notice-text" tabindex="0">${NOTICE_PARTS.map((part) => html`<h3>${t(`notice.${part}.title`)}</h3><p>${t(`notice.${part}`)}</p>`)}</div>
        <div class="dialog-actions"><button class="button main" type="button" @click=${() => actions.showNotice(false)}>${t('close')}</button></div>`);
};

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export function welcomeView(state, words, actions) {
    const { t, language } = words;
    const visit = state.visit.visit;
    const at = visit ? visit.scheduled_at / 1000 : 0;
    const body = html`
        <section class="card appointment">
            <h2>${inLanguage(state.visit.item, 'name', language)}</h2>
            <p lang="zh-CN">${visit?.applicant}${visit?.premises ? ` · ${visit.premises}` : ''}</p>
            <p class="meta">${icon('calendar')}<span>${at ? `${longDay(at, language)} ${hourMinute(at)}` : ''}</span></p>
            <p class="meta">${icon('clock')}<span>${t('welcome.minutes')}</span></p>
        </section>
        ${prepareList(state, words)}
        ${state.visit.item?.version ? html`<p><a class="button quiet read" href="/guide?item=${state.visit.item.code}&version=${state.visit.item.version}" target="_blank" rel="noopener">${t('prepare.guide')}</a></p>` : nothing}
        ${state.noticeOpen ? noticeDialog(state, words, actions) : nothing}`;
    const footer = html`
        ${problemNotice(state.problem, language)}
        <div class="consent ${state.consentMissed ? 'missed' : ''}">
            <label><input id="consent" type="checkbox" .checked=${live(state.consentTicked)} aria-describedby="consent-missed"
                @change=${(/** @type {Event} */ event) => actions.tickConsent(/** @type {HTMLInputElement} */ (event.target).checked)}>
                <span>${t('consent.label')}</span></label>
            <button class="link" type="button" @click=${() => actions.showNotice(true)}>${t('consent.notice')}</button>
        </div>
        <p id="consent-missed" class="missed-text" role="alert">${state.consentMissed ? t('consent.missed') : ''}</p>
        <button class="button main" type="button" ?disabled=${state.busy} @click=${actions.start}>${t('consent.start')}</button>`;
    return frame(words, { step: 1, title: t('welcome.title'), body, footer, className: 'welcome' });
}
