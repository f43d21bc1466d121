/**
 * /help — the applicant's entry to assisted service: choose, wait, fill in together. `#TOKEN` is an invitation; `?station` is a tablet at a village
 * station, where the next person finds nothing of the one before.
 */

import { render } from '../base/html.js';
import { browserClock, browserStorage } from '../base/browser.js';
import { createStore } from '../base/store.js';
import { createApi } from '../api/client.js';
import { isSignature, pathOf } from '../base/strokes.js';
import { signaturePad } from '../components/signature-pad.js';
import { pageLanguage } from '../i18n/index.js';
import { helpTranslator, tooLongProblem } from '../i18n/help.js';
import { deviceProblem, openAudio, openVideo } from '../media/capture.js';
import { createMediaSession } from '../media/session.js';
import { createSpeech } from '../media/speech.js';
import { SUBPROTOCOL } from '../protocol/codec.js';
import { browserSocket, createLink } from '../protocol/link.js';
import { ProblemError, problemOf } from '../protocol/problem.js';
import { initialHelp, reduceHelp } from '../state/help.js';
import { mayOfferMedia } from '../state/visit.js';
import { helpView } from '../views/help/applicant.js';
import { createFormSession } from './form-session.js';
import { socketAddress } from './browser-ports.js';

/** @import { Link } from '../../types/protocol.js' */
/** @import { HelpActions } from '../views/help/applicant.js' */

const INVITATION = 'yuntakan.help.invitation';
const RESUME = 'yuntakan.help.resume';
const SUBJECT = 'yuntakan.help.subject';
const NOTICE = 'help-2026-11';

const clock = browserClock();
const settings = browserStorage(() => window.localStorage);
const kept = browserStorage(() => window.sessionStorage);
const { language, t, change } = pageLanguage(settings);
const h = helpTranslator(language);
const station = new URLSearchParams(location.search).has('station');
const api = createApi((address, init) => fetch(address, init));
const store = createStore(reduceHelp, initialHelp(clock.now()));
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const speech = createSpeech(language, (speaking) => store.dispatch({ type: 'speaking', speaking }));
/** @type {import('../base/strokes.js').Strokes} */
let strokes = [];
/** @param {import('../base/strokes.js').Strokes} next */
const written = (next) => {
    strokes = next;
    draw();
};
/** What the applicant signs on. */
const pad = {
    view: (/** @type {string} */ label) => signaturePad({ strokes, label, hint: label, clear: h('form.sign.clear'), onChange: written }),
    path: () => (isSignature(strokes) ? strokes.map(pathOf).join('') : ''),
};
/** @type {Link | null} */
let link = null;
let saidState = '';
let spoken = '';

/** @param {import('../../types/protocol.js').ClientMessage} message */
const ask = (message) => (link ? link.request(message) : Promise.reject(new Error('no line')));
/** @param {unknown} error */
const failed = (error) => {
    const problem = problemOf(error);
    store.dispatch({ type: 'problem', problem });
    clock.after(10000, () => { if (store.state.problem === problem) store.dispatch({ type: 'problem', problem: null }); });
};

const form = createFormSession({
    clock, random: Math.random, newId: () => crypto.randomUUID(),
    form: () => store.state.form, dispatch: store.dispatch, ask,
    definition: (code, version) => api.call('GET', `/api/forms/${encodeURIComponent(code)}?version=${version}`),
    failed, source: () => 'typed', speak: (text) => speech.toggle(text),
    tooLong: (most) => failed(new ProblemError(tooLongProblem(most))),
});

const media = createMediaSession({
    clock, random: Math.random, create: (configuration) => new RTCPeerConnection(configuration),
    videoCodecs: () => RTCRtpSender.getCapabilities('video')?.codecs ?? [], receive: { audio: 3, video: 2 },
    exchange: async (sdp) => /** @type {any} */ (await ask({ type: 'media-offer', sdp })),
    restart: async (connection, fragment) => /** @type {any} */ (await ask({ type: 'media-restart', connection, fragment })),
    onLineSilent: () => link?.reopen(),
    onConnection: (connection) => link?.setConnection(connection),
    onEvent: store.dispatch,
});

/** Tells the room whether we can be seen and heard; only when it changed. */
function sayMediaState() {
    const { own, visit } = store.state;
    if (visit.link.state !== 'open' || !mayOfferMedia(visit))
        return;
    const message = { type: /** @type {const} */ ('media-state'), audio: Boolean(own.audio) && !own.muted, video: Boolean(own.video), paused: false };
    const text = JSON.stringify(message);
    if (text === saidState)
        return;
    saidState = text;
    ask(message).catch(() => { saidState = ''; });
}

/** Came in: agree, get in line, and put the chosen form on the table. @param {import('../../types/protocol.js').Welcome} welcome */
async function cameIn(welcome) {
    try {
        if (welcome.consent === null && welcome.state !== 'admitted')
            await ask({ type: 'consent', notice: NOTICE });
        if (welcome.state === 'invited')
            await ask({ type: 'wait' });
        await ask({ type: 'form-sync' });
        const subject = kept.get(SUBJECT);
        if (subject && !store.state.form.coform && welcome.role === 'applicant')
            await ask({ type: 'form-open', form: subject });
    } catch (error) {
        if (!problemOf(error).code.startsWith('link/'))
            failed(error);
    }
}

function connect() {
    const invitation = kept.get(INVITATION);
    if (!invitation)
        return store.dispatch({ type: 'phase', phase: 'choose' });
    link = createLink({
        connect: () => browserSocket(socketAddress(), SUBPROTOCOL), clock, random: Math.random,
        hello: { invitation, lang: language }, resume: kept.get(RESUME), connection: null,
        onResume: (token) => (token === null ? kept.remove(RESUME) : kept.set(RESUME, token)),
        onEvent(event) {
            if (event.type === 'link-open')
                saidState = '';
            store.dispatch({ ...event, atMs: clock.now() });
            if (event.type === 'link-open') {
                void cameIn(event.welcome);
                if (event.welcome.media === 'none' && media.hasPeer)
                    media.renew();
            } else if (event.type === 'message' && event.message.type === 'media-lost') {
                media.renew();
            } else if (event.type === 'message' && event.message.type === 'form-point' && event.message.kind === 'press' && event.message.path) {
                const field = root.querySelector(`[data-path="${CSS.escape(event.message.path)}"]`);
                field?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
                const label = field?.querySelector('.field-head label, .field-head .label, .choice.flag span')?.textContent ?? '';
                if (speech.supported && label && spoken !== event.message.path)
                    speech.toggle(label);
                spoken = event.message.path;
            }
        },
    });
    link.start();
    return undefined;
}

function forget() {
    for (const key of [INVITATION, RESUME, SUBJECT])
        kept.remove(key);
}

const stopMedia = () => {
    media.stop();
    store.state.own.audio?.stop();
    store.state.own.video?.stop();
    store.dispatch({ type: 'own', own: { audio: null, video: null, stream: null } });
};

/** @type {HelpActions} */
const actions = {
    subject: (code) => store.dispatch({ type: 'subject', subject: code }),
    async start(name, phone, spokenLanguage) {
        store.dispatch({ type: 'busy', busy: true });
        try {
            const made = await api.call('POST', '/api/help/tickets', { subject: store.state.subject ?? 'other', name, phone: phone || null, language: spokenLanguage });
            kept.set(INVITATION, made.token);
            if (store.state.subject !== 'other')
                kept.set(SUBJECT, store.state.subject ?? '');
            connect();
        } catch (error) {
            failed(error);
        }
    },
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
    async audio() {
        try {
            const track = await openAudio(navigator.mediaDevices);
            store.dispatch({ type: 'own', own: { audio: track, muted: false } });
            await media.setTrack('audio', track);
        } catch (error) {
            console.warn('no microphone', deviceProblem(error));
        }
    },
    async camera() {
        const { video } = store.state.own;
        if (video) {
            video.stop();
            store.dispatch({ type: 'own', own: { video: null } });
            return media.setTrack('video', null);
        }
        try {
            const track = await openVideo(navigator.mediaDevices, 'environment');
            store.dispatch({ type: 'own', own: { video: track } });
            await media.setTrack('video', track);
        } catch (error) {
            console.warn('no camera', deviceProblem(error));
        }
        return undefined;
    },
    mute() {
        const { audio, muted } = store.state.own;
        if (audio)
            audio.enabled = muted;
        store.dispatch({ type: 'own', own: { muted: !muted } });
    },
    allowSound() {
        document.querySelectorAll('audio').forEach((element) => void element.play());
        store.dispatch({ type: 'sound-blocked', blocked: false });
    },
    soundBlocked: () => store.dispatch({ type: 'sound-blocked', blocked: true }),
    askLeave: (open) => store.dispatch({ type: 'confirm-leave', open }),
    leave() {
        ask({ type: 'leave' }).catch(() => {});
        link?.close();
        stopMedia();
        speech.stop();
        store.dispatch({ type: 'phase', phase: 'left' });
    },
    toggleSize: () => setLook('large'),
    toggleContrast: () => setLook('contrast'),
    form: form.actions,
};

/* Large by default: this page is for those who do not see well. */
const look = { large: settings.get('yuntakan.large') !== '0', contrast: settings.get('yuntakan.contrast') === '1' };
/** @param {'large' | 'contrast'} name */
function setLook(name) {
    look[name] = !look[name];
    settings.set(`yuntakan.${name}`, look[name] ? '1' : '0');
    draw();
}

const draw = () => {
    document.documentElement.classList.toggle('large', look.large);
    document.documentElement.classList.toggle('contrast', look.contrast);
    render(helpView(store.state, { h, t, language, change, ...look, station }, actions, pad), root);
};

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
document.title = h('title');
let phase = store.state.phase;
let audioAsked = false;
store.subscribe((state) => {
    draw();
    if (state.phase !== phase) {
        phase = state.phase;
        root.querySelector('h1')?.focus({ preventScroll: true });
        window.scrollTo(0, 0);
        if (phase === 'ended' || phase === 'refused' || phase === 'replaced')
            stopMedia();
    }
    form.follow();
    if (mayOfferMedia(state.visit) && state.phase === 'in') {
        media.want(state.visit.iceServers);
        if (!audioAsked && navigator.mediaDevices) {
            audioAsked = true;
            void actions.audio();
        }
    }
    sayMediaState();
});
window.addEventListener('online', () => { link?.reopen(); media.networkChanged(); });
window.addEventListener('hashchange', () => { if (location.hash.length > 1) location.reload(); });

const token = decodeURIComponent(location.hash.slice(1));
if (token) {
    history.replaceState(null, '', location.pathname + location.search);
    if (token !== kept.get(INVITATION))
        forget();
    kept.set(INVITATION, token);
}
draw();
if (!kept.get(INVITATION))
    api.call('GET', '/api/forms').then((answer) => store.dispatch({ type: 'forms', forms: answer.forms }), failed);
connect();
