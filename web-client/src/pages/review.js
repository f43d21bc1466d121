/**
 * /review — the page where a recording is found again by its check point: joins the browser, the controller and the views.
 */

import { createApi } from '../api/client.js';
import { browserClock, browserStorage } from '../base/browser.js';
import { render } from '../base/html.js';
import { createStore } from '../base/store.js';
import { pageLanguage } from '../i18n/index.js';
import { reviewTranslator } from '../i18n/review.js';
import { createReviewController } from '../review/controller.js';
import { createPlayer } from '../review/player.js';
import { initialReview, reduceReview } from '../review/state.js';
import { reviewView } from '../views/review/index.js';

const { language, t, change } = pageLanguage(browserStorage(() => window.localStorage));
const r = reviewTranslator(language);
const clock = browserClock();
const store = createStore(reduceReview, initialReview());
const root = /** @type {HTMLElement} */ (document.getElementById('app'));

const player = createPlayer(
    (state) => store.dispatch({ type: 'player', ...state }),
    () => store.dispatch({ type: 'problem', problem: { code: 'client/playback',
        message: { zh: reviewTranslator('zh')('player.failed'), en: reviewTranslator('en')('player.failed') } } }));

const controller = createReviewController({
    store, clock, player,
    call: createApi((address, init) => fetch(address, init)).call,
    location: () => location.search + location.hash,
    replaceLocation: (search) => history.replaceState(null, '', location.pathname + search),
    signIn: () => location.assign(`/staff?next=${encodeURIComponent(location.pathname + location.search)}`),
});

const words = { language, t, r, change, now: () => clock.now() };
const draw = () => render(reviewView(store.state, words, controller.actions), root);

/* Keys belong to the player unless the reader is typing or on a control which has its own use for them. */
document.addEventListener('keydown', (event) => {
    const target = /** @type {Element | null} */ (event.target instanceof Element ? event.target : null);
    if (!store.state.visit?.recording || event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, select, textarea, button, a, dialog, summary'))
        return;
    if (event.key === ' ')
        controller.actions.toggle();
    else if (event.key === 'ArrowLeft')
        controller.actions.step(-5000);
    else if (event.key === 'ArrowRight')
        controller.actions.step(5000);
    else
        return;
    event.preventDefault();
});

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = r('title');
let visit = store.state.visit?.id;
store.subscribe((state) => {
    draw();
    if (state.visit?.id !== visit) {
        visit = state.visit?.id;
        root.querySelector('h1')?.focus({ preventScroll: true });
    }
});
draw();
void controller.start();
