/**
 * The frame of the applicant's quiet screens: who we are above, one thing in the middle, one main button under the thumb.
 */

import { html, nothing } from '../../base/html.js';
import { brand, languageSwitch } from '../../components/marks.js';

/** @import { ApplicantWords } from './words.js' */

/**
 * @param {ApplicantWords} words
 * @param {{ step?: number, title: string, body: unknown, footer?: unknown, className?: string }} screen
 */
export const frame = (words, { step, title, body, footer, className = '' }) => html`
    <div class="screen ${className}">
        <header class="top">
            ${brand(words.t)}
            <div class="top-actions">
                <button class="button quiet" type="button" aria-pressed=${words.large} @click=${words.toggleLarge}>
                    <span class="letter" aria-hidden="true">${words.language === 'zh' ? '大' : 'A'}</span><span>${words.t('large')}</span></button>
                ${languageSwitch(words)}
            </div>
        </header>
        <main>
            ${step ? html`<div class="steps"><span class="step-bars" aria-hidden="true">${[1, 2, 3].map((n) =>
                html`<i class=${n <= step ? 'on' : ''}></i>`)}</span><span>${words.t('step', { n: step })}</span></div>` : nothing}
            <h1 tabindex="-1">${title}</h1>
            ${body}
        </main>
        ${footer ? html`<footer>${footer}</footer>` : nothing}
    </div>`;
