/** /display — the screen of the hall: which number goes where. `?number=12` is one's own on a phone. No account; numbers and counters only. */

import { html, nothing, render } from '../base/html.js';
import { browserStorage } from '../base/browser.js';
import { createApi } from '../api/client.js';
import { brand, languageSwitch, notice } from '../components/marks.js';
import { pageLanguage } from '../i18n/index.js';
import { officeTranslator } from '../i18n/office.js';

/** @typedef {{ called: { number: number, counter: string, state: string, called_at: number }[], waiting: number, expected_s: number, mine: { number: number, state: string, counter: string | null, before: number, expected_s: number } | null }} Display */

const EVERY_MS = 3000;
const words = pageLanguage(browserStorage(() => window.localStorage));
const { t, language } = words;
const o = officeTranslator(language);
const number = new URLSearchParams(location.search).get('number');
const api = createApi((address, init) => fetch(address, init));
/** @type {{ shown: Display | null, lost: boolean }} */
const state = { shown: null, lost: false };

/** @param {number} seconds */
const minutes = (seconds) => Math.ceil(seconds / 60);

/** @param {NonNullable<Display['mine']>} mine */
const own = (mine) => html`<section class="own"><h1>${o('display.mine', { n: mine.number })}</h1><p role="status">${mine.state === 'waiting' ? o('display.before', { n: mine.before, minutes: minutes(mine.expected_s) })
    : mine.state === 'skipped' ? o('display.skipped') : mine.state === 'done' ? o('display.done') : o('display.now', { counter: mine.counter ?? '' })}</p></section>`;

function draw() {
    const { shown, lost } = state;
    render(html`<div class="hall"><header>${brand(t)}${languageSwitch(words)}</header><main>${lost ? notice('attention', o('display.lost')) : nothing}
        ${shown?.mine ? own(shown.mine) : html`<h1>${o('display.title')}</h1>`}
        ${!shown ? nothing : shown.called.length === 0 ? html`<p class="soft">${o('display.none')}</p>` : html`<ol>${shown.called.map((one) => html`<li class=${one.state}><b>${one.number}</b><span>${o('display.please')} ${one.counter}</span></li>`)}</ol>`}
        ${shown ? html`<footer><span>${o('display.waiting', { n: shown.waiting })}</span><span>${o('display.expected', { n: minutes(shown.expected_s) })}</span></footer>` : nothing}</main></div>`,
    /** @type {HTMLElement} */ (document.getElementById('app')));
}

async function look() {
    try {
        state.shown = await api.call('GET', `/api/display${number && /^\d{1,3}$/.test(number) ? `?number=${number}` : ''}`);
        state.lost = false;
    } catch {
        state.lost = true;
    }
    draw();
    window.setTimeout(() => void look(), EVERY_MS);
}

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = o('display.title');
draw();
void look();
