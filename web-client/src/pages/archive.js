/**
 * /archive — the administrators' page: terms of retention, disposal lists, legal holds, and who looked at recordings.
 */

import { createApi } from '../api/client.js';
import { createArchiveController } from '../archive/controller.js';
import { initialArchive, reduceArchive } from '../archive/state.js';
import { browserClock, browserStorage } from '../base/browser.js';
import { render } from '../base/html.js';
import { createStore } from '../base/store.js';
import { archiveTranslator } from '../i18n/archive.js';
import { pageLanguage } from '../i18n/index.js';
import { archiveView } from '../views/archive/index.js';

const { language, t, change } = pageLanguage(browserStorage(() => window.localStorage));
const a = archiveTranslator(language);
const store = createStore(reduceArchive, initialArchive());
const root = /** @type {HTMLElement} */ (document.getElementById('app'));

const controller = createArchiveController({
    store, clock: browserClock(),
    call: createApi((address, init) => fetch(address, init)).call,
    hash: () => location.hash.slice(1),
    replaceHash: (hash) => history.replaceState(null, '', `${location.pathname}${location.search}#${hash}`),
    signIn: () => location.assign(`/staff?next=${encodeURIComponent(location.pathname + location.hash)}`),
});

const draw = () => render(archiveView(store.state, { language, t, a, change }, controller.actions), root);

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = a('title');
store.subscribe(draw);
draw();
void controller.start();
