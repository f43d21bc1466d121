/**
 * /help once help was asked for: wait, fill in together, sign. The entry (help.js) loads this behind the first view.
 */

import { render } from '../base/html.js';
import { createStore } from '../base/store.js';
import { uuid7 } from '../base/uuid7.js';
import { isSignature, pathOf } from '../base/strokes.js';
import { signaturePad } from '../components/signature-pad.js';
import { tooLongProblem } from '../i18n/help.js';
import { deviceProblem, openAudio, openVideo } from '../media/capture.js';
import { createMediaSession } from '../media/session.js';
import { createSpeech } from '../media/speech.js';
import { createLink } from '../protocol/link.js';
import { ProblemError, problemOf } from '../protocol/problem.js';
import { initialHelp, reduceHelp } from '../state/help.js';
import { mayOfferMedia } from '../state/visit.js';
import { helpView } from '../views/help/applicant.js';
import { createFormSession } from './form-session.js';
import { lineToServer } from './browser-ports.js';


/** @import { Link } from '../../types/protocol.js' */
/** @import { HelpActions } from '../views/help/applicant.js' */
/** @import { HelpWords } from '../views/help/entry.js' */

const NOTICE = 'help-2026-11';

/**
 * @param {{
 *   root: HTMLElement, clock: import('../../types/base.js').Clock, kept: import('../../types/base.js').Storage, words: HelpWords,
 *   api: import('../api/client.js').Api, invitation: string, resumeKey: string, subject: string | null, again: () => void, nextPerson: () => void,
 * }} page
 */
export function startVisit(page) {
    const { root, clock, kept, words, api } = page;
    const { language, h } = words;
    const toServer = lineToServer(clock);
    const store = createStore(reduceHelp, initialHelp(clock.now()));
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
        view: (/** @type {string} */ label) => signaturePad({ strokes, label, hint: label, keys: h('form.sign.keys'), clear: h('form.sign.clear'), onChange: written }),
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

    /* Pictures of pages, as this page may show them. @type {Map<string, string>} */
    const pictures = new Map();
    /** @param {string} id */
    function pictureOf(id) {
        const known = pictures.get(id);
        const visit = store.state.visit.visit?.id;
        if (known !== undefined || !visit)
            return known || null;
        pictures.set(id, '');
        fetch(`/api/visits/${visit}/pages/${id}`, { headers: { authorization: `Bearer ${link?.resume ?? ''}` } })
            .then((response) => (response.ok ? response.blob() : null))
            .then((blob) => {
                if (!blob)
                    return;
                pictures.set(id, URL.createObjectURL(blob));
                draw();
            }, () => pictures.delete(id));
        return null;
    }

    /** @type {import('../../types/help.js').CaptureActions | null} */
    let capturing = null;
    /** @param {string} path @param {string} label */
    async function capture(path, label) {
        const visit = store.state.visit.visit?.id;
        if (!visit)
            return;
        try {
            const { startCapture } = await import('./capture-session.js');
            capturing = startCapture({
                clock, devices: navigator.mediaDevices, root, path, label, newId: () => uuid7(clock.now(), crypto.getRandomValues(new Uint8Array(10))),
                dispatch: (event) => store.dispatch({ type: 'capture', capture: event }),
                upload: (page, picture) => api.putPage(visit, page, picture, link?.resume ?? ''),
                attach(page, url) {
                    pictures.set(page, url);
                    form.attach(path, page);
                },
                detach: (page) => form.actions.dropPage(path, page),
            });
        } catch (error) {
            failed(error);
        }
    }

    const form = createFormSession({
        clock, random: Math.random, newId: () => crypto.randomUUID(),
        form: () => store.state.form, dispatch: store.dispatch, ask,
        definition: (code, version) => api.call('GET', `/api/forms/${encodeURIComponent(code)}?version=${version}`),
        failed, source: () => 'typed', speak: (text) => speech.toggle(text),
        tooLong: (most) => failed(new ProblemError(tooLongProblem(most))), storage: kept, capture,
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
            if (page.subject && !store.state.form.coform && welcome.role === 'applicant')
                await ask({ type: 'form-open', form: page.subject });
        } catch (error) {
            if (!problemOf(error).code.startsWith('link/'))
                failed(error);
        }
    }

    function connect() {
        link = createLink({
            connect: toServer, clock, random: Math.random,
            hello: { invitation: page.invitation, lang: language }, resume: kept.get(page.resumeKey), connection: null,
            onResume: (token) => (token === null ? kept.remove(page.resumeKey) : kept.set(page.resumeKey, token)),
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
    }

    const stopMedia = () => {
        media.stop();
        store.state.own.audio?.stop();
        store.state.own.video?.stop();
        store.dispatch({ type: 'own', own: { audio: null, video: null, stream: null } });
    };

    /** @type {HelpActions} */
    const actions = {
        again: page.again,
        nextPerson: page.nextPerson,
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
        form: form.actions,
        pictureOf,
        capturing: new Proxy(/** @type {any} */ ({}), { get: (_, name) => capturing?.[/** @type {keyof import('../../types/help.js').CaptureActions} */ (name)] ?? (() => {}) }),
    };

    const draw = () => render(helpView(store.state, words, actions, pad), root);

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
    draw();
    connect();
    return { draw };
}
