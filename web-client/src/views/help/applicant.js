/** The applicant's page once help was asked for: wait, fill in together, the end; one thing to do on each. */

import { html, nothing, repeat } from '../../base/html.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { notice, problemNotice } from '../../components/marks.js';
import { stream } from '../../components/stream.js';
import { audioLines, others } from '../../state/visit.js';
import { formView, isReady, signingDialog } from '../form/form.js';
import { captureDialog } from './capture.js';
import { top } from './entry.js';

/** @import { HelpState } from '../../../types/help.js' */
/** @import { FormActions } from '../../../types/help.js' */
/** @import { HelpWords } from './entry.js' */

/**
 * @typedef {{
 *   again(): void, nextPerson(): void,
 *   audio(): void, camera(): void, mute(): void, allowSound(): void, soundBlocked(): void, askLeave(open: boolean): void, leave(): void,
 *   form: FormActions, capturing: import('../../../types/help.js').CaptureActions, pictureOf(page: string): string | null,
 * }} HelpActions
 */

/** @param {HelpState} state @param {HelpWords} words */
function ticketView({ ticket, visit, form }, { h }) {
    const helped = others(visit).some((presence) => presence.participant.role === 'helper');
    if (helped || !ticket || ticket.state === 'done')
        return nothing;
    return html`<div class="ticket card" role="status"><h2>${h('wait.title')}</h2><p><b class="tabular">${h('wait.number', { n: ticket.number })}</b></p>
        <p>${ticket.state === 'missed' ? h('wait.missed') : ticket.ahead > 0 ? h('wait.ahead', { n: ticket.ahead, m: Math.max(1, Math.round(ticket.estimate_s / 60)) }) : h('wait.next')}</p>
        ${form.coform ? html`<p class="soft">${h('wait.meanwhile')}</p>` : nothing}</div>`;
}

/** @param {HelpState} state @param {HelpWords} words @param {HelpActions} actions */
function callBar(state, { h }, actions) {
    const people = others(state.visit).filter((presence) => presence.participant.role !== 'applicant');
    const seen = people.find((presence) => presence.participant.role === 'helper' && presence.video) ?? people[0];
    const { own } = state;
    if (!seen)
        return nothing;
    return html`<div class="call" role="region" aria-label=${h('with.helper')}>
        ${seen.video && !seen.paused ? html`<video autoplay playsinline muted aria-label=${seen.participant.name} ${stream(seen.video)}></video>` : nothing}
        <span class="who">${h('with', { name: seen.participant.name })}</span>
        ${seen.paused || seen.participant.site_paused && own.video ? html`<span class="slow" role="status">${icon('wifi')}<span>${seen.paused ? h('slow.mine') : h('slow.theirs', { name: seen.participant.name })}</span></span>` : nothing}
        ${own.audio ? html`<button class="button" type="button" aria-pressed=${own.muted} @click=${actions.mute}>${icon(own.muted ? 'mic-off' : 'mic')}<span>${h(own.muted ? 'media.unmute' : 'media.mute')}</span></button>`
            : html`<button class="button" type="button" @click=${actions.audio}>${icon('mic')}<span>${h('media.on')}</span></button>`}
        <button class="button" type="button" aria-pressed=${Boolean(own.video)} @click=${actions.camera}>${icon(own.video ? 'video-off' : 'video')}<span>${h(own.video ? 'media.camera.off' : 'media.camera')}</span></button>
        ${state.soundBlocked ? html`<button class="button main" type="button" @click=${actions.allowSound}>${icon('volume-2')}<span>${h('media.sound')}</span></button>` : nothing}
        ${repeat(audioLines(state.visit), (line) => line.mid, (line) => html`<audio autoplay ${stream(line.stream, actions.soundBlocked)}></audio>`)}
    </div>`;
}

/** @param {HelpState} state @param {HelpWords} words @param {HelpActions} actions @param {{ view: (label: string) => unknown, path(): string }} pad */
function inView(state, words, actions, pad) {
    const { h, language } = words;
    const { coform, definition } = state.form;
    const lineOpen = state.visit.link.state === 'open';
    const form = coform && definition ? { h, language, self: state.visit.participant, applicant: state.visit.role === 'applicant', speaking: state.speaking, actions: actions.form, form: state.form, coform,
        readOnly: coform.view.state !== 'draft', canCapture: true, pictureOf: actions.pictureOf } : null;
    return html`${callBar(state, words, actions)}<main><h1 class="visually-hidden" tabindex="-1">${h('title')}</h1>
        ${lineOpen ? nothing : notice('attention', h('line.lost', { n: Math.max(1, state.visit.link.attempt) }))}
        ${problemNotice(state.problem, language)}
        ${ticketView(state, words)}
        ${form ? formView(form, lineOpen) : coform ? html`<p>${h('opening')}</p>` : html`<p class="lead">${h('form.none')}</p>`}
        <button class="button quiet" type="button" @click=${() => actions.askLeave(true)}>${icon('phone-off')}<span>${h('leave')}</span></button></main>
        ${form ? signingDialog(form, pad, isReady(form)) : nothing}
        ${captureDialog(state.capture, words, actions.capturing)}
        ${state.confirmLeave ? dialog({ label: h('leave.title'), onClose: () => actions.askLeave(false) }, html`<h2>${h('leave.title')}</h2><p>${h('leave.text')}</p>
            <div class="dialog-actions"><button class="button main" type="button" autofocus @click=${() => actions.askLeave(false)}>${h('leave.no')}</button>
            <button class="button" type="button" @click=${actions.leave}>${h('leave.yes')}</button></div>`) : nothing}`;
}

/** @param {HelpState} state @param {HelpWords} words @param {HelpActions} actions */
function endView(state, { h, language, station }, actions) {
    const name = state.phase === 'replaced' ? 'replaced' : state.phase === 'refused' ? 'refused' : 'ended';
    return html`<main><h1 tabindex="-1">${h(`${name}.title`)}</h1><p class="lead">${h(`${name}.text`)}</p>${problemNotice(state.problem, language)}
        ${station ? html`<button class="button main" type="button" @click=${actions.nextPerson}>${icon('user-plus')}<span>${h('next-person')}</span></button>`
            : html`<button class="button main" type="button" @click=${actions.again}>${icon('rotate-ccw')}<span>${h('again')}</span></button>`}</main>`;
}

/** @param {HelpState} state @param {HelpWords} words @param {HelpActions} actions @param {{ view: (label: string) => unknown, path(): string }} pad */
export function helpView(state, words, actions, pad) {
    const body = state.phase === 'in' ? inView(state, words, actions, pad) : state.phase === 'opening' ? html`<main><h1 tabindex="-1">${words.h('opening')}</h1></main>` : endView(state, words, actions);
    return html`<div class="screen">${top(words)}${body}</div>`;
}
