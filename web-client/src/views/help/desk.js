/** The helper's page: the queue and who is on duty; in a visit the talk, the form as the applicant sees it, and what else is needed. */

import { html, nothing, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { brand, languageSwitch, notice, problemNotice } from '../../components/marks.js';
import { qr } from '../../components/qr.js';
import { stream } from '../../components/stream.js';
import { audioLines, others } from '../../state/visit.js';
import { formView } from '../form/form.js';
import { LANGUAGES } from './entry.js';

/** @import { DeskTicket, FormActions, HelpState } from '../../../types/help.js' */
/** @import { HelpKey, HelpTranslate } from '../../i18n/help.js' */
/** @import { HelpdeskState } from '../../state/helpdesk.js' */

/**
 * @typedef {{ signIn(account: string, password: string): void, signOut(): void, duty(on: boolean): void, subject(code: string, on: boolean): void, language(name: string, on: boolean): void,
 *   take(ticket: DeskTicket): void, back(): void, openForm(code: string): void, dialog(name: HelpdeskState['dialog']): void, end(note: string): void, giveBack(note: string, user: string | null): void,
 *   admit(participant: string): void, invite(): void, source(name: string): void, mute(): void, soundBlocked(): void, allowSound(): void, form: FormActions }} DeskActions
 * @typedef {{ h: HelpTranslate, t: import('../../i18n/index.js').Translate, language: import('../../../types/base.js').Language, change: (next: import('../../../types/base.js').Language) => void }} DeskWords
 */

/** @param {HelpdeskState} state @param {DeskWords} words @param {DeskActions} actions */
function signIn({ desk }, words, actions) {
    const { t, language } = words;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
        actions.signIn(String(data.get('account')).trim(), String(data.get('password')));
    };
    return html`<div class="sign-in"><header>${brand(t)}${languageSwitch(words)}</header><main><form class="card" @submit=${submit}>
        <h1>${words.h('title.desk')}</h1>${problemNotice(desk.problem, language)}
        <div class="field"><label for="account">${t('sign-in.account')}</label><input id="account" name="account" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false"></div>
        <div class="field"><label for="password">${t('sign-in.password')}</label><input id="password" name="password" type="password" required maxlength="256" autocomplete="current-password"></div>
        <button class="button main" type="submit" ?disabled=${desk.busy}>${t('sign-in.enter')}</button></form></main></div>`;
}

/** @param {HelpdeskState} state @param {DeskWords} words @param {DeskActions} actions */
const bar = ({ desk, room }, words, actions) => html`<header class="hd-bar">${brand(words.t)}<nav>
    ${room ? html`<button class="button quiet" type="button" @click=${actions.back}>${icon('arrow-left')}<span>${words.h('desk.back')}</span></button>` : html`<a class="button quiet" href="/staff">${icon('clipboard-list')}<span>${words.h('desk.staff')}</span></a>`}
    ${languageSwitch(words)}<span class="me">${icon('user')}<b lang="zh-CN">${desk.user?.name}</b></span>
    ${room ? nothing : html`<button class="button quiet" type="button" @click=${actions.signOut}>${icon('log-out')}<span>${words.t('desk.sign-out')}</span></button>`}</nav></header>`;

/** @param {string} subject @param {HelpdeskState} state @param {DeskWords} words */
const subjectName = (subject, { desk }, { h, language }) => {
    const form = desk.forms.find((candidate) => candidate.code === subject);
    return form ? inLanguage(form, 'title', language) : h('choose.other');
};

/** @param {DeskTicket} ticket @param {HelpdeskState} state @param {DeskWords} words @param {DeskActions} actions */
function ticketRow(ticket, state, words, actions) {
    const { h } = words;
    const minutes = Math.max(0, Math.round((state.desk.nowMs - ticket.since / 1000) / 60000));
    return html`<li><span><b class="tabular">${ticket.number}</b> <b lang="zh-CN">${ticket.name}</b> · ${subjectName(ticket.subject, state, words)}<br>
        <small class="soft">${h('desk.since', { n: minutes })} · ${h(/** @type {HelpKey} */ (`tell.language.${ticket.language}`))}${ticket.present ? nothing : html` · ${h('desk.away')}`}${ticket.phone ? html` · ${ticket.phone}` : nothing}${ticket.notes ? html`<br>${ticket.notes}` : nothing}</small></span>
        <button class="button small" type="button" aria-label="${h('desk.take')}: ${ticket.name}" @click=${() => actions.take(ticket)}>${h('desk.take')}</button></li>`;
}

/** @param {HelpdeskState} state @param {DeskWords} words @param {DeskActions} actions */
function deskView(state, words, actions) {
    const { h, language } = words;
    const { desk } = state;
    const on = desk.queue?.duty ?? false;
    const waiting = desk.queue?.waiting ?? [];
    const missed = desk.queue?.missed ?? [];
    return html`${bar(state, words, actions)}<main class="hd"><section aria-labelledby="duty"><div class="card">
            <h1 id="duty">${h(on ? 'desk.on' : 'desk.off')}</h1>
            ${problemNotice(desk.problem, language)}
            <button class="button ${on ? '' : 'main'}" type="button" @click=${() => actions.duty(!on)}>${icon(on ? 'pause' : 'play')}<span>${h(on ? 'desk.duty.off' : 'desk.duty.on')}</span></button>
            <fieldset class="hd-checks"><legend>${h('desk.subjects')}</legend>
                <label><input type="checkbox" .checked=${desk.duty.subjects.includes('*')} @change=${(/** @type {any} */ event) => actions.subject('*', event.target.checked)}>${h('desk.subjects.all')}</label>
                ${desk.forms.map((form) => html`<label><input type="checkbox" .checked=${desk.duty.subjects.includes(form.code)} @change=${(/** @type {any} */ event) => actions.subject(form.code, event.target.checked)}>${inLanguage(form, 'title', language)}</label>`)}</fieldset>
            <fieldset class="hd-checks"><legend>${h('desk.languages')}</legend>${LANGUAGES.map((name) => html`<label><input type="checkbox" .checked=${desk.duty.languages.includes(name)} @change=${(/** @type {any} */ event) => actions.language(name, event.target.checked)}>${h(/** @type {HelpKey} */ (`tell.language.${name}`))}</label>`)}</fieldset></div></section>
        <section aria-labelledby="waiting"><div class="card"><h2 id="waiting">${h('desk.waiting')} <span class="tabular">${waiting.length}</span></h2>
            ${desk.lineLost ? notice('attention', words.t('desk.line-lost', { n: 1 })) : nothing}
            ${waiting.length ? html`<ul class="hd-list">${repeat(waiting, (ticket) => ticket.ticket, (ticket) => ticketRow(ticket, state, words, actions))}</ul>` : html`<p class="soft">${h('desk.waiting.none')}</p>`}</div>
            ${missed.length ? html`<div class="card"><h2>${h('desk.missed')} <span class="tabular">${missed.length}</span></h2><ul class="hd-list">${repeat(missed, (ticket) => ticket.ticket, (ticket) => ticketRow(ticket, state, words, actions))}</ul></div>` : nothing}</section>
        <section aria-labelledby="helpers"><div class="card"><h2 id="helpers">${h('desk.helpers')}</h2><ul class="hd-list">${(desk.queue?.helpers ?? []).map((helper) => html`<li><span lang="zh-CN">${helper.name}</span><span class="soft">${h(/** @type {HelpKey} */ (`desk.helper.${helper.state}`))}</span></li>`)}</ul></div></section></main>`;
}

/** @param {HelpdeskState} state @param {HelpState} room @param {DeskWords} words @param {DeskActions} actions */
function talk(state, room, { h }, actions) {
    const here = others(room.visit);
    const applicant = here.find((presence) => presence.participant.role === 'applicant');
    const knocking = (room.visit.room?.participants ?? []).filter((participant) => participant.state === 'waiting');
    return html`<section class="hd-side" aria-label=${h('desk.people')}><div class="card">
        <div class="hd-site"><video autoplay playsinline muted aria-label=${h('desk.site')} ${stream(applicant?.video ?? null)}></video>
            ${applicant?.paused ? html`<p class="slow" role="status">${icon('wifi')}<span>${h('slow.mine')}</span></p>` : nothing}</div>
        <ul class="hd-list">${here.map(({ participant }) => html`<li><span lang="zh-CN">${participant.name}</span>${participant.audio ? icon('mic') : icon('mic-off')}</li>`)}
            ${knocking.map((participant) => html`<li><span lang="zh-CN">${participant.name}</span><button class="button small main" type="button" @click=${() => actions.admit(participant.id)}>${icon('user-check')}<span>${h('desk.admit', { name: participant.name })}</span></button></li>`)}
            ${here.length + knocking.length === 0 ? html`<li class="soft">${h('desk.nobody')}</li>` : nothing}</ul>
        <button class="button" type="button" aria-pressed=${room.own.muted} @click=${actions.mute}>${icon(room.own.muted ? 'mic-off' : 'mic')}<span>${h(room.own.muted ? 'media.unmute' : 'media.mute')}</span></button>
        ${room.soundBlocked ? html`<button class="button main" type="button" @click=${actions.allowSound}>${icon('volume-2')}<span>${h('media.sound')}</span></button>` : nothing}
        <button class="button" type="button" @click=${actions.invite}>${icon('user-plus')}<span>${h('desk.invite')}</span></button>
        ${state.invitation ? html`<p class="soft">${h('desk.invite.text')}</p>${qr(state.invitation, h('desk.invite'))}<input readonly aria-label=${h('desk.invite')} class="invite-link" .value=${state.invitation}>` : nothing}
        ${repeat(audioLines(room.visit), (line) => line.mid, (line) => html`<audio autoplay ${stream(line.stream, actions.soundBlocked)}></audio>`)}</div>
        <div class="card"><button class="button" type="button" @click=${() => actions.dialog('return')}>${icon('refresh-cw')}<span>${h('desk.return')}</span></button>
        <button class="button main" type="button" ?disabled=${room.visit.visit?.state !== 'live'} @click=${() => actions.dialog('end')}>${icon('flag')}<span>${h('desk.end')}</span></button></div></section>`;
}

/** @param {HelpdeskState} state @param {DeskWords} words @param {DeskActions} actions */
function dialogs(state, { h }, actions) {
    /** @param {(text: string, user: string | null) => void} act */
    const submit = (act) => (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
        act(String(data.get('note')).trim(), String(data.get('user') ?? '') || null);
    };
    const close = () => actions.dialog(null);
    if (state.dialog === 'end')
        return dialog({ label: h('desk.end.title'), onClose: close }, html`<form @submit=${submit((note) => actions.end(note))}><h2>${h('desk.end.title')}</h2><p>${h('desk.end.text')}</p>
            <div class="field"><label for="note">${h('desk.end.note')}</label><textarea id="note" name="note" rows="3" maxlength="1000"></textarea></div>
            <div class="dialog-actions"><button class="button" type="button" @click=${close}>${h('leave.no')}</button><button class="button main" type="submit">${h('desk.end')}</button></div></form>`);
    if (state.dialog === 'return')
        return dialog({ label: h('desk.return'), onClose: close }, html`<form @submit=${submit(actions.giveBack)}><h2>${h('desk.return')}</h2>
            <div class="field"><label for="note">${h('desk.return.note')}</label><textarea id="note" name="note" rows="3" maxlength="500"></textarea></div>
            <div class="field"><label for="user">${h('desk.next')}</label><select id="user" name="user"><option value="">${h('desk.subjects.all')}</option>
                ${(state.desk.queue?.helpers ?? []).filter((helper) => helper.user !== state.desk.user?.id).map((helper) => html`<option value=${helper.user}>${helper.name}</option>`)}</select></div>
            <div class="dialog-actions"><button class="button" type="button" @click=${close}>${h('leave.no')}</button><button class="button main" type="submit">${h('desk.return')}</button></div></form>`);
    return nothing;
}

/** @param {HelpdeskState} state @param {HelpState} room @param {DeskWords} words @param {DeskActions} actions */
function roomView(state, room, words, actions) {
    const { h, language } = words;
    const { coform, definition } = room.form;
    const lineOpen = room.visit.link.state === 'open';
    const ended = ['ended', 'refused', 'replaced', 'left'].includes(room.phase);
    const form = coform && definition ? { h, language, self: room.visit.participant, applicant: false, speaking: false, actions: actions.form, form: room.form, coform, readOnly: coform.view.state !== 'draft',
        canCapture: false, pictureOf: (/** @type {string} */ page) => (room.visit.visit ? `/api/visits/${room.visit.visit.id}/pages/${page}` : null) } : null;
    return html`${bar(state, words, actions)}<main class="hd">
        ${talk(state, room, words, actions)}
        <section aria-labelledby="visit"><h1 id="visit"><span lang="zh-CN">${room.visit.visit?.applicant ?? h('opening')}</span> <small class="soft">${room.visit.visit?.case_number ?? ''}</small></h1>
            ${ended ? notice('attention', h(room.phase === 'replaced' ? 'replaced.text' : room.phase === 'refused' ? 'refused.text' : 'ended.title')) : nothing}
            ${lineOpen || ended ? nothing : notice('attention', h('line.lost', { n: Math.max(1, room.visit.link.attempt) }))}
            ${problemNotice(room.problem, language)}
            ${form ? html`<div class="field source"><label for="source">${h('form.source')}</label><select id="source" @change=${(/** @type {any} */ event) => actions.source(event.target.value)}>${['speech', 'document', 'typed'].map((name) => html`<option value=${name} ?selected=${state.source === name}>${h(/** @type {HelpKey} */ (`form.source.${name}`))}</option>`)}</select></div>
                ${formView(form, lineOpen)}` : html`<p class="soft">${h('form.open.choose')}</p>`}</section>
        <section class="hd-side" aria-labelledby="open"><div class="card"><h2 id="open">${h('form.open')}</h2><ul class="hd-list">${state.desk.forms.map((one) => html`<li><button class="button quiet" type="button" aria-current=${coform?.view.form === one.code} @click=${() => actions.openForm(one.code)}>${icon('file-text')}<span>${inLanguage(one, 'title', language)}</span></button></li>`)}</ul></div></section>
        ${dialogs(state, words, actions)}</main>`;
}

/** @param {HelpdeskState} state @param {DeskWords} words @param {DeskActions} actions */
export function helpdeskView(state, words, actions) {
    if (state.desk.phase === 'sign-in')
        return signIn(state, words, actions);
    if (state.desk.phase === 'opening')
        return html`<main><h1>${words.h('opening')}</h1></main>`;
    return state.room ? roomView(state, state.room, words, actions) : deskView(state, words, actions);
}
