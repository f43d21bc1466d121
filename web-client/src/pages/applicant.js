/**
 * /v — the applicant's page: joins the browser, the controller and the views.
 */

import { render } from '../base/html.js';
import { browserClock, browserStorage } from '../base/browser.js';
import { createStore } from '../base/store.js';
import { createApi } from '../api/client.js';
import { pageLanguage } from '../i18n/index.js';
import { createLevelMeter } from '../media/level.js';
import { measureNetwork } from '../media/network.js';
import { locate } from '../media/place.js';
import { createSpeech } from '../media/speech.js';
import { takeStill } from '../media/still.js';
import { browserUploadStore } from '../media/upload-store.js';
import { digestOf } from '../media/uploads.js';
import { createWatch } from '../media/watch.js';
import { initialApplicant, reduceApplicant } from '../state/applicant.js';
import { applicantView } from '../views/applicant/index.js';
import { layersFor } from '../media/layers.js';
import { createApplicantController } from './applicant-controller.js';
import { createWakeLock, platform, lineToServer } from './browser-ports.js';

const LARGE = 'yuntakan.large';

/** The invitation is taken out of the address bar at once: addresses are shared, photographed and kept in histories. */
function takeInvitation() {
    const token = decodeURIComponent(location.hash.slice(1));
    if (token)
        history.replaceState(null, '', location.pathname + location.search);
    return token || null;
}

const clock = browserClock();
const connect = lineToServer(clock);
const settings = browserStorage(() => window.localStorage);
const { language, t, change } = pageLanguage(settings);
const store = createStore(reduceApplicant, initialApplicant(clock.now()));
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const speech = createSpeech(language, (speaking) => store.dispatch({ type: 'speaking', speaking }));

const api = createApi((address, init) => fetch(address, init));
const controller = createApplicantController({
    store, clock, random: Math.random,
    storage: browserStorage(() => window.sessionStorage),
    connect,
    devices: navigator.mediaDevices,
    createConnection: (configuration) => new RTCPeerConnection(configuration),
    layers: (installation) => layersFor({ site: true, cores: navigator.hardwareConcurrency ?? 2, installation, asked: new URLSearchParams(location.search).get('layers') }),
    videoCodecs: () => RTCRtpSender.getCapabilities('video')?.codecs ?? [],
    newStream: (tracks) => new MediaStream(tracks),
    watch: createWatch(clock, (event) => store.dispatch({ type: 'interruption', event })),
    measureNetwork: () => measureNetwork((address, init) => fetch(address, init), () => performance.now()),
    locate: () => locate(navigator.geolocation),
    levelMeter: createLevelMeter,
    takeStill,
    uploadStore: browserUploadStore(globalThis.indexedDB), digest: digestOf,
    call: api.call,
    speech,
    stayAwake: createWakeLock(),
    unblockSound: () => document.querySelectorAll('audio').forEach((element) => void element.play()),
    language,
}, takeInvitation());

let large = settings.get(LARGE) === '1';
const draw = () => {
    document.documentElement.classList.toggle('large', large);
    document.body.classList.toggle('in-visit', store.state.phase === 'visit');
    const words = { language, t, change, large, toggleLarge, canSpeak: speech.supported, platform: platform(navigator.userAgent) };
    render(applicantView(store.state, words, controller.actions), root);
};

function toggleLarge() {
    large = !large;
    settings.set(LARGE, large ? '1' : '0');
    draw();
}

/* Another link opened in this tab changes nothing but the fragment. */
window.addEventListener('hashchange', () => { if (location.hash.length > 1) location.reload(); });

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = t('title.applicant');
let phase = store.state.phase;
store.subscribe((state) => {
    draw();
    /* A new screen is announced by moving the focus to its title. */
    if (state.phase !== phase) {
        phase = state.phase;
        root.querySelector('h1')?.focus({ preventScroll: true });
        window.scrollTo(0, 0);
    }
});
draw();
controller.start();
