/** The first thing that an applicant of assisted service sees: what is it about, and who is asking. Small, because it comes over the slowest networks. */

import { html, nothing } from '../../base/template.js';
import { inLanguage } from '../../base/item.js';
import { icon } from '../../components/icon.js';
import { brand, languageSwitch, problemNotice } from '../../components/marks.js';

/** @import { HelpEntry } from '../../../types/help.js' */
/** @import { HelpKey, HelpTranslate } from '../../i18n/help.js' */
/** @import { Language } from '../../../types/base.js' */

export const LANGUAGES = /** @type {const} */ (['mandarin', 'hakka', 'gan', 'sign', 'en']);

/**
 * @typedef {{ h: HelpTranslate, language: Language, change: (next: Language) => void, station: boolean,
 *   look: { large: boolean, contrast: boolean }, setLook: (name: 'large' | 'contrast') => void }} HelpWords
 * @typedef {{ subject(code: string | null): void, start(name: string, phone: string, language: string): void, goOn(): void }} EntryActions
 */

/** @param {HelpWords} words */
export const top = (words) => html`<header class="top">${brand(words.h)}<div class="top-actions">
    <button class="button quiet" type="button" aria-pressed=${words.look.large} @click=${() => words.setLook('large')}><span class="letter" aria-hidden="true">${words.language === 'zh' ? '大' : 'A'}</span><span>${words.h('size')}</span></button>
    <button class="button quiet" type="button" aria-pressed=${words.look.contrast} @click=${() => words.setLook('contrast')}>${icon('circle')}<span>${words.h('contrast')}</span></button>
    ${languageSwitch({ ...words, t: words.h })}</div></header>`;

/** @param {HelpEntry} state @param {import('../../../types/base.js').Language} language */
const draftName = ({ forms, draft }, language) => inLanguage(forms.find((form) => form.code === draft?.subject), 'title', language);

/** @param {HelpEntry} state @param {HelpWords} words @param {EntryActions} actions */
function chooseView(state, words, actions) {
    const { h, language } = words;
    return html`<main><h1 tabindex="-1">${h('choose.title')}</h1><p class="lead">${h('choose.text')}</p>${problemNotice(state.problem, language)}
        <ul class="subjects">${state.draft ? html`<li><button type="button" class="continue" @click=${actions.goOn}>${icon('history')}<span><b>${h('choose.continue')}</b><small>${draftName(state, language)} ${h('choose.continue.text')}</small></span>${icon('chevron-right')}</button></li>` : nothing}${state.forms.map((form) => html`<li><button type="button" @click=${() => actions.subject(form.code)}>${icon('file-text')}<span><b>${inLanguage(form, 'title', language)}</b><small>${inLanguage(form, 'lead', language)}</small></span>${icon('chevron-right')}</button></li>`)}
        <li><button type="button" @click=${() => actions.subject('other')}>${icon('circle-help')}<span><b>${h('choose.other')}</b><small>${h('choose.other.text')}</small></span>${icon('chevron-right')}</button></li></ul></main>`;
}

/** @param {HelpEntry} state @param {HelpWords} words @param {EntryActions} actions */
function tellView(state, words, actions) {
    const { h, language } = words;
    const chosen = state.forms.find((form) => form.code === state.subject);
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
        actions.start(String(data.get('name')).trim(), String(data.get('phone')).trim(), String(data.get('language')));
    };
    return html`<main><h1 tabindex="-1">${h('tell.title')}</h1><p class="lead">${chosen ? inLanguage(chosen, 'title', language) : h('choose.other')}</p>
        ${problemNotice(state.problem, language)}
        <form class="tell" @submit=${submit}>
            <div class="field"><label for="name">${h('tell.name')}</label><input id="name" name="name" required maxlength="60" autocomplete="name"></div>
            <div class="field"><label for="phone">${h('tell.phone')}</label><input id="phone" name="phone" type="tel" maxlength="20" autocomplete="tel"></div>
            <div class="field"><label for="language">${h('tell.language')}</label><select id="language" name="language">${LANGUAGES.map((name) => html`<option value=${name} ?selected=${name === (language === 'en' ? 'en' : 'mandarin')}>${h(/** @type {HelpKey} */ (`tell.language.${name}`))}</option>`)}</select></div>
            <p class="soft">${h('tell.notice')}</p>
            <button class="button main" type="submit" ?disabled=${state.busy}>${icon('video')}<span>${h('tell.go')}</span></button>
            <button class="button quiet" type="button" @click=${() => actions.subject(null)}>${icon('arrow-left')}<span>${h('tell.back')}</span></button>
        </form></main>`;
}

/** @param {HelpEntry} state @param {HelpWords} words @param {EntryActions} actions */
export const entryView = (state, words, actions) => html`<div class="screen">${top(words)}${state.opening ? html`<main><h1 tabindex="-1">${words.h('opening')}</h1></main>`
    : state.subject === null ? chooseView(state, words, actions) : tellView(state, words, actions)}</div>`;
