/** What is to be corrected, point by point; and answering one with pictures taken over a ghost of the earlier one. */

import { html, nothing, ref } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { longDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { mayAnswer } from '../../state/my.js';

/** @import { MyActions, MyState, MyWords, Rectification, RectificationPoint } from '../../../types/my.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

/** @type {Record<RectificationPoint['state'], import('../../components/icon.js').IconName>} */
const stateIcon = { open: 'circle-alert', answered: 'clock', again: 'rotate-ccw', accepted: 'circle-check', revisit: 'video' };

/** @param {MediaStream} stream */
const playing = (stream) => ref((element) => {
    if (element instanceof HTMLVideoElement && element.srcObject !== stream) {
        element.srcObject = stream;
        void element.play();
    }
});

/** @param {MyState} state @param {RectificationPoint} point @param {MyWords} words @param {MyActions} actions */
function camera(state, point, words, actions) {
    const { o } = words;
    const ghost = point.before_still ? state.pictures[point.before_still] : undefined;
    if (!state.camera)
        return html`<button class="button main" type="button" @click=${actions.openCamera}>${icon('camera')}<span>${o('rect.camera')}</span></button>`;
    return html`<div class="ghost-camera"><video muted playsinline ${playing(state.camera)}></video>${ghost ? html`<img src=${ghost} alt=${o('rect.camera.ghost')}>` : nothing}</div>
        ${ghost ? html`<p class="soft">${o('rect.camera.hint')}</p>` : nothing}
        <button class="button main" type="button" ?disabled=${state.busy} @click=${(/** @type {Event} */ event) => {
            const video = /** @type {HTMLElement} */ (event.currentTarget).parentElement?.querySelector('video');
            if (video)
                actions.shoot(video);
        }}>${icon('camera')}<span>${o('rect.shoot')}</span></button>`;
}

/** @param {MyState} state @param {RectificationPoint} point @param {MyWords} words @param {MyActions} actions */
function answerForm(state, point, words, actions) {
    const { o, language } = words;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        actions.send(String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get('words') ?? '').trim());
    };
    return html`<section class="card next"><h2>${inLanguage(point, 'title', language)}</h2><p>${inLanguage(point, 'guide', language)}</p>
        <div class="answer-camera">${camera(state, point, words, actions)}</div>
        <label class="button file-button">${icon('image')}<span>${o('rect.pick')}</span><input type="file" accept="image/jpeg" multiple @change=${(/** @type {Event} */ event) => {
            const input = /** @type {HTMLInputElement} */ (event.target);
            actions.pick(input.files);
            input.value = '';
        }}></label>
        ${state.sent.length ? html`<p>${o('rect.sent', { n: state.sent.length })}</p><div class="thumbs">${state.sent.map((picture) => html`<img src=${picture.url} alt="">`)}</div>` : nothing}
        <form @submit=${submit}><div class="field"><label for="words">${o('rect.words')}</label><textarea id="words" name="words" rows="2" maxlength="1000"></textarea></div>
            <button class="button main" type="submit" ?disabled=${state.busy || state.sent.length === 0}>${icon('check')}<span>${o('rect.send')}</span></button></form>
        <button class="button quiet" type="button" @click=${() => actions.answer(null)}>${icon('arrow-left')}<span>${o('rect.close')}</span></button></section>`;
}

/** @param {MyState} state @param {RectificationPoint} point @param {MyWords} words @param {MyActions} actions */
const pointCard = (state, point, words, actions) => html`<li class="card point-card ${point.state}">
    <h3>${inLanguage(point, 'title', words.language) || point.checkpoint}</h3>
    <p class="state-line">${icon(stateIcon[point.state])}<span>${words.o(/** @type {OfficeKey} */ (`rect.state.${point.state}`))}</span></p>
    ${point.note ? html`<p><b>${words.o('rect.found')}</b> <span lang="zh-CN">${point.note}</span></p>` : nothing}
    ${point.words && point.state !== 'accepted' ? notice('attention', html`<span lang="zh-CN">${point.words}</span>`) : nothing}
    ${point.before_still && state.pictures[point.before_still] ? html`<img src=${state.pictures[point.before_still]} alt=${words.o('rect.before')}>` : nothing}
    ${mayAnswer(point) ? html`<button class="button ${point.state === 'answered' ? '' : 'main'}" type="button" @click=${() => actions.answer(point.checkpoint)}>${icon('camera')}
        <span>${point.state === 'answered' ? words.o('rect.answer.more') : words.o('rect.answer')}</span></button>` : nothing}</li>`;

/** @param {MyState} state @param {Rectification} rectification @param {MyWords} words @param {MyActions} actions */
export function rectificationView(state, rectification, words, actions) {
    const { o, language } = words;
    const answered = rectification.points.find((point) => point.checkpoint === state.answering);
    if (answered)
        return answerForm(state, answered, words, actions);
    const day = longDay(rectification.deadline_at / 1000, language);
    const late = rectification.state === 'open' && rectification.deadline_at / 1000 < Date.now();
    return html`<section aria-labelledby="rect"><h2 id="rect">${o('rect.title')}</h2>
        ${rectification.state === 'open' ? late ? notice('danger', o('rect.overdue', { day })) : html`<p>${o('rect.text', { day })}</p>` : nothing}
        ${rectification.remark ? html`<p lang="zh-CN">${rectification.remark}</p>` : nothing}
        <ul class="plain">${rectification.points.map((point) => pointCard(state, point, words, actions))}</ul></section>`;
}
