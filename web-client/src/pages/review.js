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
import { createFollowers } from '../review/followers.js';
import { checkpointRows, wallClockAt } from '../review/model.js';
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

/* The earlier visit's, beside it. */
const other = createPlayer(
    (state) => store.dispatch({ type: 'compare-player', positionMs: state.positionMs, playing: state.playing }),
    () => store.dispatch({ type: 'compare-closed' }));

/* Further cameras of this visit. */
const followers = createFollowers({
    clock,
    main: () => {
        const now = player.shows();
        return { wallMs: now && wallClockAt(store.state.index, now.positionMs, store.state.status?.state !== 'ended'), playing: now?.playing ?? false, rate: now?.rate ?? 1 };
    },
    shown: (track, present) => store.dispatch({ type: 'camera-shown', track, present }),
});

const controller = createReviewController({
    store, clock, player, other, followers,
    call: createApi((address, init) => fetch(address, init)).call,
    location: () => location.search + location.hash,
    replaceLocation: (search) => history.replaceState(null, '', location.pathname + search),
    signIn: () => location.assign(`/staff?next=${encodeURIComponent(location.pathname + location.search)}`),
});

const words = { language, t, r, change, now: () => clock.now() };
const draw = () => render(reviewView(store.state, words, controller.actions), root);

const { actions } = controller;
/** Documented in the page by "?": views/review/questions.js. @type {Record<string, () => void>} */
const keyActions = {
    ' ': actions.toggle, k: actions.toggle,
    ArrowLeft: () => actions.step(-5000), ArrowRight: () => actions.step(5000),
    ShiftArrowLeft: () => actions.step(-30_000), ShiftArrowRight: () => actions.step(30_000),
    ',': () => actions.frame(-1), '.': () => actions.frame(1),
    '[': () => actions.speed(-1), ']': () => actions.speed(1),
    p: () => actions.jump(-1), n: () => actions.jump(1),
    c: () => { const row = checkpointRows(store.state, language).find((candidate) => candidate.current); if (row) actions.compare(row.code); },
    Home: () => actions.step(-store.state.positionMs), End: () => actions.step((store.state.index?.duration_ms ?? 0) - store.state.positionMs - 500),
    '?': () => actions.help(true),
};

/* Keys belong to the player unless the reader is typing or on a control which has its own use for them. */
document.addEventListener('keydown', (event) => {
    const target = /** @type {Element | null} */ (event.target instanceof Element ? event.target : null);
    if (!store.state.visit?.recording || event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, select, textarea, button, a, dialog, summary'))
        return;
    const action = keyActions[event.shiftKey && event.key.startsWith('Arrow') ? `Shift${event.key}` : event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || store.state.reason === 'asking')
        return;
    action();
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
