/**
 * /helpdesk — the helper's page: on duty with what one can do, in the visit that the queue gives, filling in with the applicant.
 * `#visit=ID` enters a visit that was planned from a case.
 */

import { render } from '../base/html.js';
import { browserClock, browserStorage } from '../base/browser.js';
import { createStore } from '../base/store.js';
import { createApi } from '../api/client.js';
import { pageLanguage } from '../i18n/index.js';
import { helpTranslator, tooLongProblem } from '../i18n/help.js';
import { FACE, openCapture } from '../media/capture.js';
import { createMediaSession } from '../media/session.js';
import { createLink } from '../protocol/link.js';
import { ProblemError, problemOf } from '../protocol/problem.js';
import { initialHelpdesk, reduceHelpdesk } from '../state/helpdesk.js';
import { noForm } from '../state/shared-form.js';
import { mayOfferMedia } from '../state/visit.js';
import { helpdeskView } from '../views/help/desk.js';
import { createFormSession } from './form-session.js';
import { lineToServer } from './browser-ports.js';

/** @import { Link } from '../../types/protocol.js' */
/** @import { HelpEvent } from '../../types/help.js' */
/** @import { DeskActions } from '../views/help/desk.js' */

const clock = browserClock();
const connect = lineToServer(clock);
const settings = browserStorage(() => window.localStorage);
const kept = browserStorage(() => window.sessionStorage);
const words = pageLanguage(settings);
const h = helpTranslator(words.language);
const api = createApi((address, init) => fetch(address, init));
const store = createStore(reduceHelpdesk, initialHelpdesk(clock.now()));
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
/** @type {Link | null} */
let lobby = null;
/** @type {{ visit: string, link: Link, media: ReturnType<typeof createMediaSession>, form: ReturnType<typeof createFormSession>, captured: boolean, saidState: string, ticket: string | null } | null} */
let here = null;

/** @param {HelpEvent} event */
const inRoom = (event) => store.dispatch({ type: 'room', event });
/** @param {unknown} error */
const failed = (error) => {
    const problem = problemOf(error);
    if (store.state.room)
        inRoom({ type: 'problem', problem });
    else
        store.dispatch({ type: 'desk', desk: { problem, busy: false } });
    clock.after(10000, () => {
        if (store.state.room?.problem === problem)
            inRoom({ type: 'problem', problem: null });
        if (store.state.desk.problem === problem)
            store.dispatch({ type: 'desk', desk: { problem: null } });
    });
};
/** @param {import('../../types/protocol.js').ClientMessage} message */
const ask = (message) => (here ? here.link.request(message) : Promise.reject(new Error('no visit')));

function joinLobby() {
    lobby = createLink({
        connect, clock, random: Math.random,
        hello: { lang: words.language }, resume: null, connection: null, onResume() {},
        onEvent(event) {
            if (event.type === 'link-open' || event.type === 'link-lost')
                store.dispatch({ type: 'desk', desk: { lineLost: event.type === 'link-lost' } });
            if (event.type !== 'message' || event.message.type !== 'queue' || !event.message.desk)
                return;
            const { desk } = event.message;
            store.dispatch({ type: 'desk', desk: { queue: desk } });
            if (desk.paired && !here)
                enter(desk.paired);
        },
    });
    lobby.start();
}

/** @param {string} visit */
function enter(visit) {
    const resumeKey = `yuntakan.helpdesk.${visit}`;
    store.dispatch({ type: 'enter' });
    history.replaceState(null, '', `${location.pathname}${location.search}#visit=${encodeURIComponent(visit)}`);
    const form = createFormSession({
        clock, random: Math.random, newId: () => crypto.randomUUID(),
        form: () => store.state.room?.form ?? noForm, dispatch: inRoom, ask,
        definition: (code, version) => api.call('GET', `/api/forms/${encodeURIComponent(code)}?version=${version}`),
        failed, source: () => store.state.source, speak() {}, tooLong: (most) => failed(new ProblemError(tooLongProblem(most))), storage: kept, capture() {},
    });
    const link = createLink({
        connect, clock, random: Math.random,
        hello: { visit, lang: words.language }, resume: kept.get(resumeKey), connection: null,
        onResume: (token) => (token === null ? kept.remove(resumeKey) : kept.set(resumeKey, token)),
        onEvent(event) {
            inRoom({ ...event, atMs: clock.now() });
            if (event.type === 'link-open') {
                if (here)
                    here.saidState = '';
                form.sync();
                if (event.welcome.media === 'none' && media.hasPeer)
                    media.renew();
            } else if (event.type === 'message' && event.message.type === 'media-lost') {
                media.renew();
            }
        },
    });
    const media = createMediaSession({
        clock, random: Math.random, create: (configuration) => new RTCPeerConnection(configuration),
        videoCodecs: () => RTCRtpSender.getCapabilities('video')?.codecs ?? [], receive: { audio: 3, video: 3 },
        exchange: async (sdp) => /** @type {any} */ (await link.request({ type: 'media-offer', sdp })),
        restart: async (connection, fragment) => /** @type {any} */ (await link.request({ type: 'media-restart', connection, fragment })),
        onLineSilent: () => link.reopen(),
        onConnection: (connection) => link.setConnection(connection), onEvent: inRoom,
    });
    const ticket = store.state.desk.queue?.waiting.concat(store.state.desk.queue.missed).find((one) => one.visit === visit)?.ticket ?? null;
    here = { visit, link, media, form, captured: false, saidState: '', ticket };
    link.start();
    void openCapture(navigator.mediaDevices, 'user', FACE).then(async ({ video, audio }) => {
        if (here?.link !== link)
            return [video, audio].forEach((track) => track?.stop());
        here.captured = true;
        await media.setTrack('audio', audio);
        await media.setTrack('video', video);
        inRoom({ type: 'own', own: { audio, video } });
        return undefined;
    });
}

function leave() {
    if (!here)
        return;
    const { link, media } = here;
    const own = store.state.room?.own;
    here = null;
    media.stop();
    link.close();
    own?.audio?.stop();
    own?.video?.stop();
    history.replaceState(null, '', location.pathname + location.search);
    store.dispatch({ type: 'out' });
}

/* Whom the queue gave is let in at once; others knock. */
let admitting = '';
function follow() {
    const { room } = store.state;
    if (!here || !room)
        return;
    here.form.follow();
    const waiting = room.visit.room?.participants.find((participant) => participant.role === 'applicant' && participant.state === 'waiting');
    if (waiting && admitting !== waiting.id && room.visit.link.state === 'open') {
        admitting = waiting.id;
        ask({ type: 'admit', participant: waiting.id }).catch(failed).finally(() => { admitting = ''; });
    }
    if (mayOfferMedia(room.visit) && here.captured)
        here.media.want(room.visit.iceServers);
    if (room.visit.link.state !== 'open' || !mayOfferMedia(room.visit))
        return;
    const message = { type: /** @type {const} */ ('media-state'), audio: Boolean(room.own.audio) && !room.own.muted, video: Boolean(room.own.video), paused: false };
    const text = JSON.stringify(message);
    const mine = here;
    if (text === mine.saidState)
        return;
    mine.saidState = text;
    ask(message).catch(() => { mine.saidState = ''; });
}

/** @param {boolean} on */
const sayDuty = (on) => api.call('POST', '/api/queue/duty', { on, ...store.state.desk.duty }).catch(failed);
/** @param {string[]} list @param {string} name @param {boolean} on */
const toggled = (list, name, on) => (on ? [...new Set([...list, name])] : list.filter((other) => other !== name));

/** @type {DeskActions} */
const actions = {
    async signIn(account, password) {
        store.dispatch({ type: 'desk', desk: { busy: true, problem: null } });
        try {
            signedIn(await api.signIn(account, password));
        } catch (error) {
            failed(error);
        }
    },
    async signOut() {
        lobby?.close();
        await api.signOut().catch(() => {});
        store.dispatch({ type: 'signed-in', user: null });
    },
    duty: (on) => void sayDuty(on),
    subject(code, on) {
        store.dispatch({ type: 'desk', desk: { duty: { ...store.state.desk.duty, subjects: toggled(store.state.desk.duty.subjects, code, on) } } });
        if (store.state.desk.queue?.duty)
            void sayDuty(true);
    },
    language(name, on) {
        store.dispatch({ type: 'desk', desk: { duty: { ...store.state.desk.duty, languages: toggled(store.state.desk.duty.languages, name, on) } } });
        if (store.state.desk.queue?.duty)
            void sayDuty(true);
    },
    take(ticket) {
        api.call('POST', `/api/queue/tickets/${ticket.ticket}/take`, {}).then(() => { if (!here) enter(ticket.visit); }, failed);
    },
    back: leave,
    openForm(code) {
        ask({ type: 'form-open', form: code }).catch(failed);
    },
    dialog: (dialog) => store.dispatch({ type: 'dialog', dialog }),
    end(note) {
        ask({ type: 'visit-end', conclusion: note || null }).then(leave, failed);
    },
    giveBack(note, user) {
        const visit = here?.visit;
        if (visit)
            api.call('POST', `/api/queue/visits/${visit}/return`, { note, user }).then(leave, failed);
    },
    admit(participant) {
        ask({ type: 'admit', participant }).catch(failed);
    },
    invite() {
        const visit = here?.visit;
        if (visit)
            api.call('POST', `/api/visits/${visit}/invitations`, { role: 'helper', name: h('desk.invite') })
                .then((made) => store.dispatch({ type: 'invitation', path: new URL(made.path, location.origin).href }), failed);
    },
    source: (source) => store.dispatch({ type: 'source', source }),
    mute() {
        const own = store.state.room?.own;
        if (own?.audio)
            own.audio.enabled = own.muted;
        inRoom({ type: 'own', own: { muted: !own?.muted } });
    },
    soundBlocked: () => inRoom({ type: 'sound-blocked', blocked: true }),
    allowSound() {
        document.querySelectorAll('audio').forEach((element) => void element.play());
        inRoom({ type: 'sound-blocked', blocked: false });
    },
    form: new Proxy(/** @type {any} */ ({}), { get: (_, name) => (here?.form.actions)?.[/** @type {keyof import('../../types/help.js').FormActions} */ (name)] ?? (() => {}) }),
};

/** @param {import('../../types/staff.js').User} user */
function signedIn(user) {
    store.dispatch({ type: 'signed-in', user });
    api.call('GET', '/api/forms').then((answer) => store.dispatch({ type: 'desk', desk: { forms: answer.forms } }), failed);
    const wanted = new URLSearchParams(location.hash.slice(1)).get('visit');
    joinLobby();
    if (wanted)
        enter(wanted);
}

const draw = () => render(helpdeskView(store.state, { ...words, h }, actions), root);
document.documentElement.lang = words.language === 'zh' ? 'zh-CN' : 'en';
document.title = h('title.desk');
store.subscribe(() => { draw(); follow(); });
clock.every(10000, () => store.dispatch({ type: 'desk', desk: { nowMs: clock.now() } }));
window.addEventListener('online', () => { lobby?.reopen(); here?.link.reopen(); here?.media.networkChanged(); });
draw();
api.me().then(signedIn, () => store.dispatch({ type: 'signed-in', user: null }));
