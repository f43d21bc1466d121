/** Screen 2: camera, microphone, network, place — each with icon, name and word, and what to do when one is refused. */

import { html, nothing, svg } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { problemNotice } from '../../components/marks.js';
import { stream } from '../../components/stream.js';
import { frame } from './frame.js';

/** @import { ApplicantState, CheckState } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */
/** @import { IconName } from '../../components/icon.js' */
/** @import { Key } from '../../i18n/index.js' */

/** @param {CheckState} state @returns {{ className: string, icon: IconName }} */
function sign(state) {
    switch (state) {
    case 'idle':
        return { className: '', icon: 'circle' };
    case 'asking':
        return { className: 'asking', icon: 'loader-circle' };
    case 'good':
        return { className: 'good', icon: 'circle-check' };
    case 'fair':
    case 'poor':
        return { className: 'attention', icon: 'triangle-alert' };
    default:
        return { className: 'danger', icon: 'circle-x' };
    }
}

/** @param {IconName} picture @param {string} name @param {CheckState} state @param {string} word @param {unknown} [extra] */
const row = (picture, name, state, word, extra = nothing) => {
    const look = sign(state);
    return html`<li class="check-row ${look.className}">${icon(picture)}<b>${name}</b>${extra}
        <span class="word">${icon(look.icon, state === 'asking' ? 'spin' : '')}<span>${word}</span></span></li>`;
};

const problems = ['refused', 'missing', 'busy', 'unsupported', 'failed'];

/** @param {ApplicantState} state @param {ApplicantWords} words */
function rowWords(state, { t }) {
    const { camera, microphone, network, location, fix, heard } = state.check;
    /** @param {CheckState} value @param {string} name */
    const word = (value, name) => t(/** @type {Key} */ (value === 'idle' || problems.includes(value) ? `check.${value}` : `check.${name}.${value}`));
    return {
        camera: word(camera, 'camera'),
        microphone: microphone === 'good' && !heard ? t('check.microphone.silent') : word(microphone, 'microphone'),
        network: network === 'failed' ? t('check.network.failed') : word(network, 'network'),
        location: (location === 'good' || location === 'fair') && fix ? t(`check.location.${location}`, { m: Math.round(fix.accuracy_m) }) : word(location, 'location'),
    };
}

/** @param {ApplicantState} state @param {ApplicantWords} words */
function help(state, { t, platform }) {
    const { camera, microphone, location } = state.check;
    const worst = problems.includes(camera) ? camera : problems.includes(microphone) ? microphone : null;
    if (worst)
        return html`<section class="notice attention help" role="alert">${icon('circle-help')}<div><b>${t('check.help.title')}</b>
            <p>${t(/** @type {Key} */ (worst === 'refused' ? `check.help.refused.${platform}` : `check.help.${worst}`))}</p></div></section>`;
    return problems.includes(location) ? html`<p class="soft help">${t('check.help.location')}</p>` : nothing;
}

/** @param {number} level */
const levelBar = (level) => html`<svg class="level" viewBox="0 0 60 8" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect class="rail" width="60" height="8" rx="4"></rect><rect class="value" width=${Math.max(4, Math.round(level * 60))} height="8" rx="4"></rect>`}</svg>`;

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export function checkView(state, words, actions) {
    const { t, language } = words;
    const { camera, microphone, network, location, level } = state.check;
    const word = rowWords(state, words);
    const asking = camera === 'asking' || microphone === 'asking';
    const blocked = problems.includes(camera) || problems.includes(microphone);
    const body = html`
        ${asking ? html`<p class="lead">${t('check.ask')}</p>` : nothing}
        ${blocked ? help(state, words) : nothing}
        <div class="preview ${state.own.video ? '' : 'empty'} ${state.own.facing}" ?hidden=${blocked && !state.own.video}>
            <video muted playsinline autoplay aria-label=${t('check.preview')} ${stream(state.own.stream)}></video>
            ${state.own.video ? nothing : html`<span class="placeholder">${icon('video')}</span>`}
        </div>
        <ul class="card checks" aria-live="polite">
            ${row('camera', t('check.camera'), camera, word.camera)}
            ${row('mic', t('check.microphone'), microphone === 'good' && !state.check.heard ? 'asking' : microphone, word.microphone,
                microphone === 'good' ? levelBar(level) : nothing)}
            ${row('wifi', t('check.network'), network === 'failed' ? 'fair' : network, word.network)}
            ${row('map-pin', t('check.location'), problems.includes(location) ? 'fair' : location, word.location)}
        </ul>
        ${blocked ? nothing : help(state, words)}`;
    const enter = (/** @type {Key} */ key, /** @type {string} */ look) => html`<button class="button ${look}" type="button" ?disabled=${state.busy || asking}
        @click=${actions.enterWaiting}>${t(key)}</button>`;
    const footer = html`
        ${problemNotice(state.problem, language)}
        ${blocked && !state.own.video
            ? html`<button class="button main" type="button" @click=${actions.retryDevices}>${icon('refresh-cw')}<span>${t('retry')}</span></button>${enter('check.enter-anyway', 'quiet')}`
            : html`${enter('check.enter', 'main')}${blocked ? html`<button class="button quiet" type="button" @click=${actions.retryDevices}>${icon('refresh-cw')}<span>${t('retry')}</span></button>` : nothing}`}`;
    return frame(words, { step: 2, title: t('check.title'), body, footer, className: 'check' });
}
