/** /guide?item=CODE&version=N — what to prepare for an inspection by video; public. */

import { html, render, nothing } from '../base/html.js';
import { browserStorage } from '../base/browser.js';
import { createApi } from '../api/client.js';
import { icon } from '../components/icon.js';
import { brand, languageSwitch, problemNotice } from '../components/marks.js';
import { pageLanguage } from '../i18n/index.js';
import { officeTranslator } from '../i18n/office.js';
import { createSpeech } from '../media/speech.js';
import { problemOf } from '../protocol/problem.js';
import { guideText, guideView } from '../views/guide.js';

/** @import { CatalogueItem } from '../../types/office.js' */

const words = pageLanguage(browserStorage(() => window.localStorage));
const { t, language } = words;
const o = officeTranslator(language);
const query = new URLSearchParams(location.search);
const address = `/api/guides/${encodeURIComponent(query.get('item') ?? '')}`;
const version = query.get('version');
/** @type {{ item: CatalogueItem | null, problem: import('../../types/base.js').Problem | null, speaking: boolean }} */
const state = { item: null, problem: null, speaking: false };
const speech = createSpeech(language, (speaking) => { state.speaking = speaking; draw(); });

function draw() {
    const { item } = state;
    const more = `${version ? `version=${encodeURIComponent(version)}&` : ''}lang=${language}`;
    render(html`<div class="screen"><header class="top">${brand(t)}<div class="top-actions">${languageSwitch(words)}</div></header>
        <main><h1>${o('guide.title')}</h1>${problemNotice(state.problem, language)}
            ${item ? html`${speech.supported ? html`<button class="button quiet read" type="button" @click=${() => speech.toggle(guideText(item, { language, o }))}>
                ${icon(state.speaking ? 'volume-x' : 'volume-2')}<span>${t(state.speaking ? 'read-stop' : 'read-aloud')}</span></button>` : nothing}
                ${guideView(item, { language, o })}` : state.problem ? nothing : html`<p class="lead" role="status">${o('guide.opening')}</p>`}</main>
        ${item ? html`<footer><a class="button main" href="${address}/pdf?${more}">${icon('download')}<span>${o('guide.print')}</span></a></footer>` : nothing}</div>`,
    /** @type {HTMLElement} */ (document.getElementById('app')));
}

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = o('guide.title');
draw();
createApi((target, init) => fetch(target, init)).call('GET', version ? `${address}?version=${encodeURIComponent(version)}` : address)
    .then((item) => { state.item = item; draw(); }, (error) => { state.problem = problemOf(error); draw(); });
