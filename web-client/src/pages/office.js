/**
 * /office — what the staff does beside visits, a section per subject. `#SECTION/…` is the place, so that a reload and the back button return to it.
 */

import { html, nothing, render } from '../base/html.js';
import { browserStorage } from '../base/browser.js';
import { createStore } from '../base/store.js';
import { createApi } from '../api/client.js';
import { icon } from '../components/icon.js';
import { brand, languageSwitch, notice } from '../components/marks.js';
import { pageLanguage, sentenceIn } from '../i18n/index.js';
import { officeTranslator } from '../i18n/office.js';
import { sections } from '../office/sections.js';
import { problemOf } from '../protocol/problem.js';
import { signInView } from '../views/staff/sign-in.js';

/** @import { OfficeContext, OfficeSection, OfficeState } from '../../types/office.js' */
/** @import { OfficeKey } from '../i18n/office.js' */
/** @import { User } from '../../types/staff.js' */

const words = { ...pageLanguage(browserStorage(() => window.localStorage)), o: officeTranslator('zh') };
words.o = officeTranslator(words.language);
const { t, o, language } = words;
const api = createApi((address, init) => fetch(address, init));
const store = createStore((/** @type {OfficeState} */ state, /** @type {Partial<OfficeState>} */ change) => ({ ...state, ...change }), /** @type {OfficeState} */ ({
    phase: 'opening', user: null, section: '', rest: [], problem: null, detail: null, good: null, busy: false, own: Object.fromEntries(sections.map((section) => [section.name, section.initial])),
}));
const root = /** @type {HTMLElement} */ (document.getElementById('app'));

/* A section leads elsewhere: what it has said stays on the screen. */
let arriving = false;

/** @param {User} user */
const allowed = (user) => sections.filter((section) => section.roles.includes(user.role));

/** @param {unknown} error */
function failed(error) {
    const problem = problemOf(error);
    const detail = /** @type {{ detail?: unknown }} */ (problem.detail ?? {}).detail;
    if (problem.code === 'access/required')
        store.dispatch({ phase: 'sign-in', user: null });
    store.dispatch({ problem, detail: typeof detail === 'string' ? detail : null, good: null, busy: false });
}

/** @param {() => Promise<string | void>} work */
async function attempt(work) {
    if (store.state.busy)
        return;
    store.dispatch({ busy: true, problem: null, detail: null, good: null });
    try {
        const said = await work();
        /* An empty word: what is seen says it. */
        store.dispatch({ busy: false, good: said === '' ? null : said ?? o('office.done') });
    } catch (error) {
        failed(error);
    }
}

/** @param {OfficeSection<any>} section @param {User} user @returns {OfficeContext<any>} */
const contextOf = (section, user) => ({
    call: (method, address, body, more) => api.call(method, address, body, more),
    words, user, rest: store.state.rest, busy: store.state.busy, own: store.state.own[section.name],
    now: () => store.state.own[section.name],
    patch: (change) => store.dispatch({ own: { ...store.state.own, [section.name]: { .../** @type {object} */ (store.state.own[section.name]), ...change } } }),
    go(hash) {
        if (location.hash === `#${hash}`) {
            place(true);
        } else {
            arriving = true;
            location.hash = hash;
        }
    },
    attempt: (work) => void attempt(work),
});

/** What the address says; what was said before stays on the screen when a work led here. @param {boolean} [keep] */
function place(keep = false) {
    const { user } = store.state;
    if (!user)
        return;
    const [name = '', ...rest] = decodeURIComponent(location.hash.slice(1)).split('/');
    const section = allowed(user).find((one) => one.name === name) ?? allowed(user)[0];
    store.dispatch({ section: section?.name ?? '', rest: section?.name === name ? rest : [], ...(keep ? {} : { problem: null, detail: null, good: null }) });
    /* On a phone the sections are a line that scrolls. */
    root.querySelector('.sections [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
    if (section)
        section.load(contextOf(section, user)).catch(failed);
}

/** @param {User} user */
function signedIn(user) {
    store.dispatch({ phase: 'in', user, busy: false, problem: null });
    place();
}

/** @type {any} */
const signInActions = {
    signIn(/** @type {string} */ account, /** @type {string} */ password, /** @type {string | undefined} */ code) {
        store.dispatch({ busy: true, problem: store.state.problem });
        api.signIn(account, password, code).then(signedIn, failed);
    },
};

/** @param {User} user */
function page(user) {
    const { state } = store;
    const section = allowed(user).find((one) => one.name === state.section);
    return html`<div class="desk office"><header class="bar">${brand(t)}<nav>
            <a class="button quiet" href="/staff">${icon('calendar')}<span>${o('office.back')}</span></a>${languageSwitch(words)}
            <span class="me">${icon('user')}<span><b lang="zh-CN">${user.name}</b> <span class="soft">${t(/** @type {any} */ (`role.${user.role}`))}</span></span></span>
            <button class="button quiet" type="button" @click=${() => api.signOut().finally(() => store.dispatch({ phase: 'sign-in', user: null }))}>${icon('log-out')}<span>${t('desk.sign-out')}</span></button></nav></header>
        <nav class="sections" aria-label=${o('office.sections')}>${allowed(user).map((one) => html`<a class="button" href="#${one.name}" aria-current=${one === section ? 'page' : nothing}>${icon(one.icon)}
            <span>${o(/** @type {OfficeKey} */ (`section.${one.name}`))}</span></a>`)}</nav>
        <main><div role="alert">${state.problem ? notice('danger', html`${sentenceIn(state.problem.message, language)}${state.detail ? html` <span class="soft" lang="en">${state.detail}</span>` : nothing}`) : nothing}</div>
            <div role="status">${state.good ? notice('good', state.good) : nothing}</div>
            ${section ? section.view(contextOf(section, user)) : html`<p class="empty">${o('office.not-yours')}</p>`}</main></div>`;
}

function draw() {
    const { state } = store;
    render(state.phase === 'in' && state.user ? page(state.user)
        : state.phase === 'sign-in' ? signInView(/** @type {any} */ ({ problem: state.problem, busy: state.busy }), words, signInActions) : nothing, root);
}

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = o('office');
store.subscribe(draw);
window.addEventListener('hashchange', () => { place(arriving); arriving = false; });
draw();
api.me().then(signedIn, () => store.dispatch({ phase: 'sign-in' }));
