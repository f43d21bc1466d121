/**
 * The room's controller: the line into one visit, own camera and microphone, check points, findings, stills, rewinding.
 */

import { FACE, openCapture } from '../media/capture.js';
import { createMediaSession } from '../media/session.js';
import { createLink } from '../protocol/link.js';
import { problemOf } from '../protocol/problem.js';
import { checkpointsOf } from '../base/item.js';
import { applicantOf, shownFinding } from '../state/room.js';
import { mayOfferMedia, serverNowMs } from '../state/visit.js';
import { createConclusionActions } from './conclusion-controller.js';
import { createStepsActions } from './steps-controller.js';

/** @import { Clock, Storage, Store } from '../../types/base.js' */
/** @import { Devices, PeerOptions } from '../../types/media.js' */
/** @import { RoomEvent, RoomState } from '../../types/staff.js' */
/** @import { RoomActions } from '../../types/actions.js' */
/** @import { ClientMessage, Finding, Socket } from '../../types/protocol.js' */
/** @import { Command } from '../state/keys.js' */

/* The applicant, a colleague or two, a fixed camera. */
const RECEIVE = { audio: 4, video: 4 };
/* One press of an arrow; what television taught. */
const STEP_MS = 5000;
/* The playlist ends some seconds before now: the fragment being written and the segment around it. */
const LIVE_EDGE_MS = 6000;
/* A pause in typing after which the note is saved. */
const NOTE_MS = 1200;
const NOTICE_MS = 4000;

/**
 * @param {{
 *   store: Store<RoomState, RoomEvent>, clock: Clock, random: () => number, storage: Storage, connect: () => Socket,
 *   devices: Devices | undefined, createConnection: PeerOptions['create'], videoCodecs: () => RTCRtpCodec[],
 *   newStream: (tracks: MediaStreamTrack[]) => MediaStream,
 *   onNetwork: (action: () => void) => () => void,
 *   replay: { play(playlist: string, atMs: number): void, stop(): void },
 *   focusNote: () => void, unblockSound: () => void,
 *   language: import('../../types/base.js').Language,
 *   close: () => void,
 *   call: (method: string, address: string, body?: unknown) => Promise<any>,
 * }} ports
 * @param {string} visit
 * @param {string | null} admit participant to let in as soon as we are in
 * @returns {{ actions: RoomActions, start(): void, stop(): void, press(command: Command): void }}
 */
export function createRoomController(ports, visit, admit) {
    const { store, clock, storage } = ports;
    const resumeKey = `yuntakan.room.${visit}`;
    /** @type {(() => void)[]} */
    const undo = [];
    /** @type {Map<string, number>} */
    const noteTimers = new Map();
    let toAdmit = admit;
    let saidState = '';
    let captured = false;

    /** @param {RoomEvent} event */
    const dispatch = (event) => store.dispatch(event);
    /** A word that goes by itself; a problem stays until it is read. @param {import('../../types/visit.js').Notice} notice */
    const note = (notice) => {
        dispatch({ type: 'notice', notice });
        clock.after(NOTICE_MS, () => {
            if (store.state.notice === notice)
                dispatch({ type: 'notice', notice: null });
        });
    };
    /** @param {unknown} error */
    const failed = (error) => dispatch({ type: 'problem', problem: problemOf(error) });

    const link = createLink({
        connect: ports.connect, clock, random: ports.random,
        hello: { visit, lang: ports.language }, resume: storage.get(resumeKey), connection: null,
        onResume: (token) => (token === null ? storage.remove(resumeKey) : storage.set(resumeKey, token)),
        onEvent(event) {
            if (event.type === 'link-open') {
                saidState = '';
                if (event.welcome.media === 'none' && media.hasPeer)
                    media.renew();
                else
                    media.lineOpen(event.welcome.ice_servers);
            }
            if (event.type === 'message' && event.message.type === 'media-lost')
                media.renew();
            if (event.type === 'message' && event.message.type === 'media-limit')
                void media.limitVideo(event.message.video);
            dispatch({ ...event, atMs: clock.now() });
        },
    });
    /** @param {ClientMessage} message */
    const ask = (message) => link.request(message);

    const media = createMediaSession({
        clock, random: ports.random, create: ports.createConnection, videoCodecs: ports.videoCodecs, receive: RECEIVE,
        exchange: async (sdp) => /** @type {any} */ (await ask({ type: 'media-offer', sdp })),
        restart: async (connection, fragment) => /** @type {any} */ (await ask({ type: 'media-restart', connection, fragment })),
        onLineSilent: () => link.reopen(),
        onConnection: (connection) => link.setConnection(connection),
        onEvent: dispatch,
    });

    const sayMediaState = () => {
        const { own, visit: common } = store.state;
        if (common.link.state !== 'open' || !mayOfferMedia(common))
            return;
        const message = { type: /** @type {const} */ ('media-state'), audio: Boolean(own.audio) && !own.muted, video: Boolean(own.video) && !own.cameraOff, paused: false };
        const text = JSON.stringify(message);
        if (text === saidState)
            return;
        saidState = text;
        ask(message).catch(() => { saidState = ''; });
    };

    const startMedia = async () => {
        const capture = await openCapture(ports.devices, 'user', FACE);
        const stream = capture.video ? ports.newStream([capture.video]) : null;
        captured = true;
        await media.setTrack('audio', capture.audio);
        await media.setTrack('video', capture.video);
        dispatch({ type: 'captured', capture, stream });
    };

    /** Sends the draft of a check point; a merge that the reducer made is sent again with the newer revision. @param {string} checkpoint */
    const save = async (checkpoint) => {
        const timer = noteTimers.get(checkpoint);
        if (timer !== undefined)
            clock.cancel(timer);
        noteTimers.delete(checkpoint);
        const draft = store.state.drafts[checkpoint];
        if (!draft || draft.state === 'sending' || store.state.conflicts[checkpoint])
            return;
        const revision = draft.base?.revision ?? 0;
        dispatch({ type: 'sending', checkpoint });
        try {
            const answer = await ask({ type: 'finding', checkpoint, result: draft.result, note: draft.note, revision });
            dispatch({ type: 'saved', checkpoint, revision: Number(answer.revision) });
            if (store.state.drafts[checkpoint]?.state === 'edited')
                await save(checkpoint);
        } catch (error) {
            const problem = problemOf(error);
            const current = /** @type {Finding | undefined} */ (problem.detail?.current);
            if (problem.code !== 'finding/revision-conflict' || !current) {
                dispatch({ type: 'not-saved', checkpoint });
                return dispatch({ type: 'problem', problem });
            }
            dispatch({ type: 'conflict', checkpoint, theirs: current });
            if (!store.state.conflicts[checkpoint]) {
                note({ kind: 'good', key: 'room.merged', params: { name: current.by } });
                await save(checkpoint);
            }
        }
        return undefined;
    };

    /** @param {number} atMs server's clock */
    const rewindTo = (atMs) => {
        const recording = store.state.visit.room?.recording;
        if (!recording?.since)
            return;
        const edge = serverNowMs(store.state.visit) - LIVE_EDGE_MS;
        if (atMs >= edge && store.state.playback.mode === 'rewind')
            return goLive();
        const at = Math.max(recording.since / 1000, Math.min(atMs, edge));
        dispatch({ type: 'playback', playback: { mode: 'rewind', atMs: at } });
        return ports.replay.play(`/api/recordings/${recording.recording}/hls/main.m3u8`, at);
    };

    const goLive = () => {
        ports.replay.stop();
        dispatch({ type: 'playback', playback: { mode: 'live', state: 'idle', sound: false } });
    };

    /** @param {number} direction */
    const step = (direction) => {
        const { playback, visit: common } = store.state;
        const from = playback.mode === 'rewind' ? playback.atMs : serverNowMs(common) - LIVE_EDGE_MS;
        if (playback.mode === 'rewind' || direction < 0)
            rewindTo(from + direction * STEP_MS);
    };

    /** @param {RoomState} state */
    const follow = (state) => {
        if (mayOfferMedia(state.visit) && captured && state.phase === 'in')
            media.want(state.visit.iceServers);
        const applicant = applicantOf(state);
        if (toAdmit && state.phase === 'in' && applicant?.id === toAdmit && applicant.state === 'waiting') {
            const participant = toAdmit;
            toAdmit = null;
            actions.admit(participant);
        }
        sayMediaState();
    };

    /** @type {RoomActions} */
    const actions = {
        admit(participant) {
            dispatch({ type: 'admitting', participant });
            ask({ type: 'admit', participant }).then(() => dispatch({ type: 'admitting', participant: null }), failed);
        },
        select: (checkpoint) => dispatch({ type: 'selected', checkpoint }),
        toggleCheckpoint(checkpoint) {
            const running = store.state.visit.room?.checkpoint?.code === checkpoint;
            ask({ type: running ? 'checkpoint-end' : 'checkpoint-start', checkpoint }).catch(failed);
        },
        setResult(checkpoint, result) {
            const same = shownFinding(store.state, checkpoint).result === result;
            dispatch({ type: 'draft', checkpoint, result: same ? null : result });
            void save(checkpoint);
        },
        draftNote(checkpoint, note) {
            dispatch({ type: 'draft', checkpoint, note });
            const timer = noteTimers.get(checkpoint);
            if (timer !== undefined)
                clock.cancel(timer);
            noteTimers.set(checkpoint, clock.after(NOTE_MS, () => void save(checkpoint)));
        },
        saveNote: (checkpoint) => void save(checkpoint),
        resolveConflict(checkpoint, keep) {
            dispatch({ type: 'conflict-resolved', checkpoint, keep });
            void save(checkpoint);
        },
        takeStill() {
            ask({ type: 'still-take' }).then(() => note({ kind: 'good', key: 'room.still.asked' }), failed);
        },
        openStill: (still) => dispatch({ type: 'still', still }),
        toggleMute() {
            const { audio, muted } = store.state.own;
            if (audio)
                audio.enabled = muted;
            dispatch({ type: 'muted', muted: !muted });
        },
        toggleCamera() {
            const { video, cameraOff } = store.state.own;
            if (video)
                video.enabled = cameraOff;
            dispatch({ type: 'camera-off', off: !cameraOff });
        },
        startMedia: () => void startMedia(),
        showCameras(open) {
            dispatch({ type: 'problem', problem: null });
            dispatch({ type: 'dialog', dialog: open ? 'cameras' : null });
        },
        addCamera(name, url) {
            dispatch({ type: 'adding-camera', adding: true });
            ask({ type: 'camera-add', name, url }).then(() => {
                dispatch({ type: 'adding-camera', adding: false });
                dispatch({ type: 'dialog', dialog: null });
            }, failed);
        },
        removeCamera: (camera) => void ask({ type: 'camera-remove', camera }).catch(failed),
        choosePicture: (camera) => dispatch({ type: 'picture', picture: camera }),
        showSideBySide: (on) => dispatch({ type: 'side-by-side', on }),
        askEnd: (open) => dispatch({ type: 'dialog', dialog: open ? 'end' : null }),
        endVisit(conclusion) {
            dispatch({ type: 'ending', ending: true });
            ask({ type: 'visit-end', conclusion: conclusion.trim() || null }).catch(failed);
        },
        rewindTo,
        goLive,
        replaySound: (on) => dispatch({ type: 'playback', playback: { sound: on } }),
        showKeys: (open) => dispatch({ type: 'dialog', dialog: open ? 'keys' : null }),
        soundBlocked: () => dispatch({ type: 'sound-blocked', blocked: true }),
        allowSound() {
            ports.unblockSound();
            dispatch({ type: 'sound-blocked', blocked: false });
        },
        dismissNotice() {
            dispatch({ type: 'notice', notice: null });
            dispatch({ type: 'problem', problem: null });
        },
        conclusion: createConclusionActions({ store, call: ports.call }),
        steps: createStepsActions({ store, ask, failed }),
        leave: () => ports.close(),
    };

    return {
        actions,
        start() {
            undo.push(store.subscribe(follow));
            undo.push(ports.onNetwork(() => {
                link.reopen();
                media.networkChanged();
            }));
            const ticker = clock.every(500, () => dispatch({ type: 'tick', nowMs: clock.now() }));
            undo.push(() => clock.cancel(ticker));
            link.start();
            void startMedia();
        },
        stop() {
            undo.forEach((action) => action());
            noteTimers.forEach((timer) => clock.cancel(timer));
            ports.replay.stop();
            media.stop();
            link.close();
            store.state.own.video?.stop();
            store.state.own.audio?.stop();
        },
        press(command) {
            const { selected, visit: common, phase } = store.state;
            if (phase !== 'in')
                return;
            const codes = checkpointsOf(common.item).map(({ code }) => code);
            const at = codes.indexOf(selected ?? '');
            switch (command.command) {
            case 'toggle':
                if (selected)
                    actions.toggleCheckpoint(selected);
                break;
            case 'result':
                if (selected)
                    actions.setResult(selected, command.result);
                break;
            case 'still':
                actions.takeStill();
                break;
            case 'note':
                ports.focusNote();
                break;
            case 'next':
            case 'previous': {
                const code = codes[at + (command.command === 'next' ? 1 : -1)];
                if (code)
                    actions.select(code);
                break;
            }
            case 'back':
                step(-1);
                break;
            case 'forward':
                step(1);
                break;
            case 'live':
                goLive();
                break;
            case 'mute':
                actions.toggleMute();
                break;
            case 'keys':
                actions.showKeys(store.state.dialog !== 'keys');
                break;
            }
        },
    };
}

