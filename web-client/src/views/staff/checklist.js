/** The check list: every point with its result; the selected one open with guide, buttons, note and stills. */

import { html, live, nothing, repeat } from '../../base/html.js';
import { checkpointsOf, inLanguage } from '../../base/item.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { RESULTS } from '../../state/finding.js';
import { serverNowMs } from '../../state/visit.js';
import { findingOf, progress, shownFinding } from '../../state/room.js';
import { measureView } from './steps.js';

/** @import { RoomState, Conflict } from '../../../types/staff.js' */
/** @import { RoomActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */
/** @import { Checkpoint, FindingResult } from '../../../types/protocol.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @type {Record<FindingResult, IconName>} */
export const resultIcon = { 'conform': 'check', 'mostly': 'circle-alert', 'nonconform': 'x', 'not-applicable': 'minus' };

/** @param {FindingResult | null} result @param {StaffWords} words */
export const resultSign = (result, { t }) => (result
    ? html`<span class="result ${result}">${icon(resultIcon[result])}<span>${t(`result.${result}`)}</span></span>` : nothing);

/* An upload is tried for about a minute; then the phone has given up. */
const STILL_MISSING_MS = 90000;

/** @param {import('../../../types/protocol.js').Still} still */
const comeOf = ({ received = 0, bytes }) => (bytes ? Math.min(99, Math.floor(received / bytes * 100)) : 0);

/** @param {RoomState} state @param {string | null} code null: taken while no check point was running @param {StaffWords} words @param {RoomActions} actions */
function stillsOf(state, code, { t }, actions) {
    const stills = (state.visit.room?.stills ?? []).filter((still) => still.checkpoint === code);
    const visit = state.visit.visit?.id ?? '';
    return stills.length === 0 ? nothing : html`<ul class="stills">${repeat(stills, (still) => still.id, (still, index) => html`<li>
        ${still.state === 'stored'
            ? html`<button type="button" aria-label=${t('room.still.open', { n: index + 1 })} @click=${() => actions.openStill(still.id)}><img src="/api/visits/${visit}/stills/${still.id}" alt="" loading="lazy"></button>`
            : still.bytes ? html`<span class="pending coming" role="img" aria-label=${t('room.still.coming', { percent: comeOf(still) })} title=${t('room.still.coming', { percent: comeOf(still) })}><span class="tabular" aria-hidden="true">${comeOf(still)}%</span></span>`
            : serverNowMs(state.visit) - still.at / 1000 > STILL_MISSING_MS
                ? html`<span class="pending missing" title=${t('room.still.missing')}>${icon('triangle-alert')}<span class="visually-hidden">${t('room.still.missing')}</span></span>`
            : html`<span class="pending" role="status">${icon('loader-circle', 'spin')}<span class="visually-hidden">${t('room.still.pending')}</span></span>`}</li>`)}</ul>`;
}

/** @param {Conflict} conflict @param {string} code @param {StaffWords} words @param {RoomActions} actions */
const conflictBox = (conflict, code, words, actions) => html`<div role="alert">${notice('attention', html`
    <p>${words.t('room.conflict', { name: conflict.theirs.by })}</p>
    <p class="versions">${resultSign(conflict.theirs.result, words)}<span>${conflict.theirs.note}</span></p>
    <p>${words.t('room.conflict.mine')}</p>
    <p class="versions">${resultSign(conflict.mine.result, words)}<span>${conflict.mine.note}</span></p>
    <p class="choices"><button class="button small" type="button" @click=${() => actions.resolveConflict(code, 'theirs')}>${words.t('room.conflict.keep-theirs')}</button>
    <button class="button small" type="button" @click=${() => actions.resolveConflict(code, 'mine')}>${words.t('room.conflict.keep-mine')}</button></p>`)}</div>`;

/** @param {RoomState} state @param {Checkpoint} checkpoint @param {StaffWords} words @param {RoomActions} actions */
function openPoint(state, checkpoint, words, actions) {
    const { t, language } = words;
    const { code } = checkpoint;
    const liveNow = state.visit.visit?.state === 'live';
    const running = state.visit.room?.checkpoint?.code === code;
    const shown = shownFinding(state, code);
    const finding = findingOf(state, code);
    const conflict = state.conflicts[code];
    const draft = state.drafts[code];
    return html`<div class="point-body" id="point-${code}">
        <p class="guide">${inLanguage(checkpoint, 'guide', language)}</p>
        <button class="button ${running ? '' : 'main'} toggle" type="button" ?disabled=${!liveNow} aria-keyshortcuts="Space" @click=${() => actions.toggleCheckpoint(code)}>
            ${icon(running ? 'square' : 'play')}<span>${t(running ? 'room.point.end' : 'room.point.start')}</span><kbd>${t('key.space')}</kbd></button>
        <div class="results" role="group" aria-label=${t('room.result')}>${RESULTS.map((result, index) => html`
            <button type="button" class="result-button ${result}" aria-pressed=${shown.result === result} ?disabled=${!liveNow || Boolean(conflict)} @click=${() => actions.setResult(code, result)}>
                ${icon(resultIcon[result])}<span>${t(`result.${result}`)}</span><kbd>${index + 1}</kbd></button>`)}</div>
        ${conflict ? conflictBox(conflict, code, words, actions) : nothing}
        <div class="field"><label for="note"><span>${t('room.note')}</span><kbd>N</kbd></label>
            <textarea id="note" rows="2" maxlength="2000" ?disabled=${!liveNow || Boolean(conflict)} .value=${live(shown.note)}
                @input=${(/** @type {Event} */ event) => actions.draftNote(code, /** @type {HTMLTextAreaElement} */ (event.target).value)}
                @blur=${() => actions.saveNote(code)}></textarea></div>
        <p class="saved soft" role="status">${draft ? (draft.state === 'sending' ? t('room.saving') : t('room.edited')) : finding ? t('room.saved-by', { name: finding.by }) : ''}</p>
        ${stillsOf(state, code, words, actions)}
        ${liveNow ? measureView(state, checkpoint, words, actions) : nothing}
    </div>`;
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function checklistView(state, words, actions) {
    const { t, language } = words;
    const { done, total } = progress(state);
    const running = state.visit.room?.checkpoint?.code;
    return html`<section class="checklist" aria-labelledby="checklist">
        <header><h2 id="checklist">${t('room.checklist')}</h2><span class="tabular soft">${t('room.progress', { done, total })}</span></header>
        <ol>${repeat(checkpointsOf(state.visit.item), (checkpoint) => checkpoint.code, (checkpoint, index) => {
            const { code } = checkpoint;
            const selected = state.selected === code;
            return html`<li class="point ${selected ? 'selected' : ''} ${running === code ? 'running' : ''}">
                <button class="point-head" type="button" aria-expanded=${selected} @click=${() => actions.select(code)}>
                    <span class="number tabular">${index + 1}</span><span class="name">${inLanguage(checkpoint, 'title', language)}${checkpoint.required ? nothing : html` <small>${t('room.optional')}</small>`}</span>
                    ${running === code ? html`<span class="now">${icon('play')}<span>${t('room.now')}</span></span>` : nothing}
                    ${resultSign(shownFinding(state, code).result, words)}</button>
                ${selected ? openPoint(state, checkpoint, words, actions) : nothing}</li>`;
        })}</ol>
        ${(state.visit.room?.stills ?? []).some((still) => still.checkpoint === null)
            ? html`<section class="other-stills"><h3>${t('room.stills.other')}</h3>${stillsOf(state, null, words, actions)}</section>` : nothing}
    </section>`;
}
