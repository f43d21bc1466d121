/**
 * /help — the applicant's entry to assisted service. `#TOKEN` is an invitation; `?station` is a tablet at a village station, where the next person finds
 * nothing of the one before. Only what the first view needs is loaded before it; the visit (help-visit.js) comes while the reader reads.
 */

import { render } from '../base/template.js';
import { browserClock, browserStorage } from '../base/browser.js';
import { createApi } from '../api/client.js';
import { languageOf } from '../i18n/language.js';
import { helpTranslator } from '../i18n/help.js';
import { problemOf } from '../protocol/problem.js';
import { entryView } from '../views/help/entry.js';

/** @import { HelpEntry } from '../../types/help.js' */
/** @import { HelpWords } from '../views/help/entry.js' */

const INVITATION = 'yuntakan.help.invitation';
const RESUME = 'yuntakan.help.resume';
const SUBJECT = 'yuntakan.help.subject';
/* On one's own phone: the last draft, so that it can be continued. Never at a station. */
const DRAFT = 'yuntakan.help.draft';

const clock = browserClock();
const settings = browserStorage(() => window.localStorage);
const kept = browserStorage(() => window.sessionStorage);
const { language, change } = languageOf(settings);
const h = helpTranslator(language);
const station = new URLSearchParams(location.search).has('station');
const api = createApi((address, init) => fetch(address, init));
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
/* Large by default: this page is for those who do not see well. */
const look = { large: settings.get('yuntakan.large') !== '0', contrast: settings.get('yuntakan.contrast') === '1' };

/** @returns {HelpEntry['draft']} */
function draftOf() {
    try {
        return station ? null : JSON.parse(settings.get(DRAFT) ?? 'null');
    } catch {
        return null;
    }
}

/** @type {HelpEntry} */
let entry = { opening: true, forms: [], subject: null, draft: draftOf(), problem: null, busy: false };
let draw = () => render(entryView(entry, words, actions), root);

/** @param {Partial<HelpEntry>} more */
function show(more) {
    const moved = more.subject !== undefined && more.subject !== entry.subject;
    entry = { ...entry, ...more };
    draw();
    if (moved) {
        root.querySelector('h1')?.focus({ preventScroll: true });
        window.scrollTo(0, 0);
    }
}

function paint() {
    document.documentElement.classList.toggle('large', look.large);
    document.documentElement.classList.toggle('contrast', look.contrast);
    draw();
}

/** @type {HelpWords} */
const words = {
    h, language, change, station, look,
    setLook(name) {
        look[name] = !look[name];
        settings.set(`yuntakan.${name}`, look[name] ? '1' : '0');
        paint();
    },
};

function forget() {
    for (const key of [INVITATION, RESUME, SUBJECT])
        kept.remove(key);
}

/** @param {string} invitation */
async function enter(invitation) {
    show({ opening: true, problem: null });
    try {
        const { startVisit } = await import('./help-visit.js');
        ({ draw } = startVisit({
            root, clock, kept, words, api, invitation, resumeKey: RESUME, subject: kept.get(SUBJECT),
            again() {
                forget();
                location.assign(location.pathname + location.search);
            },
            nextPerson() {
                forget();
                try {
                    window.sessionStorage.clear();
                } catch { /* nothing was kept then */ }
                location.replace(`${location.pathname}?station`);
            },
        }));
    } catch (error) {
        show({ opening: false, problem: problemOf(error) });
    }
}

/** @param {object} body */
async function ask(body) {
    show({ busy: true, problem: null });
    try {
        const made = await api.call('POST', '/api/help/tickets', body);
        const subject = made.subject === 'other' ? '' : made.subject;
        kept.set(INVITATION, made.token);
        kept.set(SUBJECT, subject);
        if (!station && subject)
            settings.set(DRAFT, JSON.stringify({ token: made.token, subject }));
        await enter(made.token);
    } catch (error) {
        show({ busy: false, problem: problemOf(error) });
    }
}

/** @type {import('../views/help/entry.js').EntryActions} */
const actions = {
    subject: (code) => show({ subject: code, problem: null }),
    start: (name, phone, spoken) => void ask({ subject: entry.subject ?? 'other', name, phone: phone || null, language: spoken }),
    goOn: () => void ask({ draft: entry.draft?.token }),
};

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = h('title');
window.addEventListener('hashchange', () => { if (location.hash.length > 1) location.reload(); });

const token = decodeURIComponent(location.hash.slice(1));
if (token) {
    history.replaceState(null, '', location.pathname + location.search);
    if (token !== kept.get(INVITATION))
        forget();
    kept.set(INVITATION, token);
}
paint();
const invitation = kept.get(INVITATION);
if (invitation) {
    void enter(invitation);
} else {
    api.call('GET', '/api/forms').then((answer) => show({ forms: answer.forms, opening: false }), (error) => show({ opening: false, problem: problemOf(error) }));
    /* While the reader reads. */
    clock.after(800, () => void import('./help-visit.js').catch(() => { /* asked for again when it is needed */ }));
}
