/**
 * /staff — the inspectors' page: the desk, and over it at most one room. `#visit=ID` is the room, so that a reload returns to it.
 */

import { render } from '../base/html.js';
import { browserClock, browserStorage } from '../base/browser.js';
import { createStore } from '../base/store.js';
import { createApi } from '../api/client.js';
import { pageLanguage } from '../i18n/index.js';
import { createReplay } from '../media/replay.js';
import { watchNetwork } from '../media/watch.js';
import { initialDesk, reduceDesk, waitingNow } from '../state/desk.js';
import { commandOf } from '../state/keys.js';
import { initialRoom, reduceRoom } from '../state/room.js';
import { deskView } from '../views/staff/desk.js';
import { roomView } from '../views/staff/room.js';
import { signInView } from '../views/staff/sign-in.js';
import { createDeskController } from './desk-controller.js';
import { createRoomController } from './room-controller.js';
import { createWakeLock, focusOf, lineToServer } from './browser-ports.js';

/** @import { RoomEvent, RoomState } from '../../types/staff.js' */
/** @import { Store } from '../../types/base.js' */

const clock = browserClock();
const connect = lineToServer(clock);
const words = pageLanguage(browserStorage(() => window.localStorage));
const { language, t } = words;
const desk = createStore(reduceDesk, initialDesk(clock.now()));
const api = createApi((address, init) => fetch(address, init));
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
const stayAwake = createWakeLock();

/** @type {{ store: Store<RoomState, RoomEvent>, controller: ReturnType<typeof createRoomController>, replay: ReturnType<typeof createReplay>, replayElement: (element: Element | undefined) => void } | null} */
let room = null;
const addressed = () => new URLSearchParams(location.hash.slice(1)).get('visit');

/** @param {string} visit @param {string | null} admit */
function enterRoom(visit, admit) {
    leaveRoom();
    history.replaceState(null, '', `${location.pathname}${location.search}#visit=${encodeURIComponent(visit)}`);
    const store = createStore(reduceRoom, initialRoom(clock.now()));
    const replay = createReplay({
        clock,
        playable: async (playlist) => (await api.call('GET', playlist.replace(/\/hls\/.*$/, ''))).playable_ms > 0,
        onTime: (atMs) => store.dispatch({ type: 'playback', playback: { atMs } }),
        onState: (state) => store.dispatch({ type: 'playback', playback: { state } }),
    });
    const controller = createRoomController({
        store, clock, random: Math.random, storage: browserStorage(() => window.sessionStorage),
        connect,
        devices: navigator.mediaDevices,
        createConnection: (configuration) => new RTCPeerConnection(configuration),
        videoCodecs: () => RTCRtpSender.getCapabilities('video')?.codecs ?? [],
        newStream: (tracks) => new MediaStream(tracks),
        onNetwork: watchNetwork,
        replay,
        focusNote: () => /** @type {HTMLElement | null} */ (root.querySelector('#note'))?.focus(),
        unblockSound: () => document.querySelectorAll('audio').forEach((element) => void element.play()),
        language,
        call: (method, address, body) => api.call(method, address, body),
        close: () => controllerOfDesk.actions.closeRoom(),
    }, visit, admit);
    room = { store, controller, replay, replayElement: (element) => replay.attach(element instanceof HTMLVideoElement ? element : null) };
    store.subscribe(draw);
    stayAwake(true);
    controller.start();
}

function leaveRoom() {
    if (!room)
        return;
    const { controller } = room;
    room = null;
    controller.stop();
    stayAwake(false);
    history.replaceState(null, '', location.pathname + location.search);
}

const controllerOfDesk = createDeskController({
    store: desk, clock, random: Math.random, api, language, origin: location.origin,
    connect,
    copy: (text) => navigator.clipboard.writeText(text),
    enterRoom, leaveRoom,
});

function draw() {
    const { state } = desk;
    document.body.classList.toggle('in-room', room?.store.state.phase === 'in');
    const view = room ? roomView(room.store.state, state, words, room.controller.actions, controllerOfDesk.actions, room.replayElement)
        : state.phase === 'desk' ? deskView(state, words, controllerOfDesk.actions)
        : state.phase === 'sign-in' ? signInView(state, words, controllerOfDesk.actions) : null;
    render(view, root);
    const waiting = waitingNow(state).length;
    document.title = waiting > 0 && !room ? t('title.waiting', { n: waiting }) : t('title.staff');
}

window.addEventListener('keydown', (event) => {
    if (!room || document.querySelector('dialog[open]'))
        return;
    const command = commandOf(event, focusOf(event.target));
    if (!command)
        return;
    event.preventDefault();
    room.controller.press(command);
});

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
/* The room that the address names is entered once somebody is signed in. */
const wanted = addressed();
const returning = desk.subscribe((state) => {
    if (state.phase !== 'desk')
        return;
    returning();
    if (wanted)
        controllerOfDesk.actions.openRoom(wanted, null);
});
desk.subscribe(draw);
draw();
controllerOfDesk.start();
