/**
 * / — says what this is and sends staff on; applicants come by their link and never need this page.
 */

import { html, render } from '../base/html.js';
import { browserStorage } from '../base/browser.js';
import { icon } from '../components/icon.js';
import { brand, languageSwitch } from '../components/marks.js';
import { pageLanguage } from '../i18n/index.js';

const words = pageLanguage(browserStorage(() => window.localStorage));
const { t, language } = words;

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = t('title.landing');
render(html`
    <header>${brand(t)}${languageSwitch(words)}</header>
    <main>
        <h1>${t('landing.title')}</h1>
        <p class="lead">${t('landing.text')}</p>
        <p><a class="button main" href="/staff">${icon('user-check')}<span>${t('landing.staff')}</span></a></p>
        <p class="soft">${icon('smartphone')}<span>${t('landing.applicant')}</span></p>
    </main>`, /** @type {HTMLElement} */ (document.getElementById('app')));
