/**
 * The applicant's controller: turns what the reader does and what the phone and the server say into events of the state,
 * and the state into the few effects it demands. Every browser API comes in from outside.
 */

import { createMediaSession } from '../media/session.js';
import { cameraCount, hasTorch, openCapture, openVideo, setTorch, setZoom, switchCamera } from '../media/capture.js';
import { wantsRestart } from '../media/interruption.js';
import { createUploads } from '../media/uploads.js';
import { ownProblem, problemOf } from '../protocol/problem.js';
import { createLink } from '../protocol/link.js';
import { NOTICE_VERSION } from '../state/applicant.js';
import { mayOfferMedia } from '../state/visit.js';
import { createRecordController } from './record-controller.js';

/** @import { ApplicantEvent, ApplicantState } from '../../types/applicant.js' */
/** @import { ApplicantActions } from '../../types/actions.js' */
/** @import { Clock, Storage, Store } from '../../types/base.js' */
/** @import { Devices, Facing, PeerOptions } from '../../types/media.js' */
/** @import { ClientMessage, Link, Socket } from '../../types/protocol.js' */

const INVITATION = 'yuntakan.invitation';
const RESUME = 'yuntakan.resume';
/* What an applicant can see and hear at once: docs/signaling-protocol.md counts two inspectors and one more. */
const RECEIVE = { audio: 3, video: 2 };
/* Long enough to be read twice. */
const PROBLEM_MS = 10000;

/** @param {import('../../types/applicant.js').CheckState} state @returns {import('../../types/protocol.js').Condition} */
const conditionOf = (state) => (state === 'good' || state === 'fair' || state === 'poor' ? state : 'none');

/**
 * @typedef {{
 *   store: Store<ApplicantState, ApplicantEvent>,
 *   clock: Clock,
 *   random: () => number,
 *   storage: Storage,
 *   connect: () => Socket,
 *   devices: Devices | undefined,
 *   createConnection: PeerOptions['create'],
 *   videoCodecs: () => RTCRtpCodec[], layers?: (asked: number | null) => RTCRtpEncodingParameters[] | null,
 *   newStream: (tracks: MediaStreamTrack[]) => MediaStream,
 *   watch: { track(track: MediaStreamTrack | null): void, network(action: () => void): void },
 *   measureNetwork: () => Promise<import('../../types/applicant.js').CheckState>,
 *   locate: () => Promise<{ state: import('../../types/applicant.js').CheckState, fix: import('../../types/protocol.js').Location | null }>,
 *   levelMeter: (track: MediaStreamTrack) => { read(): number, close(): void },
 *   takeStill: (track: MediaStreamTrack) => Promise<Blob>,
 *   uploadStore: import('../../types/uploads.js').UploadStore, digest: (picture: Blob) => Promise<string>,
 *   speech: { toggle(text: string): void, stop(): void },
 *   stayAwake: (awake: boolean) => void,
 *   unblockSound: () => void,
 *   language: import('../../types/base.js').Language,
 *   call: (method: string, address: string, body: unknown, more: RequestInit) => Promise<any>,
 * }} ApplicantPorts
 */

/**
 * @param {ApplicantPorts} ports
 * @param {string | null} invitation from the address; null on a reload
 * @returns {{ actions: ApplicantActions, start(): void }}
 */
export function createApplicantController(ports, invitation) {
    const { store, clock, storage } = ports;
    /** @type {Link | null} */
    let link = null;
    /** @type {number | null} */
    let levelTimer = null;
    let capturing = false;
    let restarting = false;
    let saidState = '';

    /** @param {ApplicantEvent} event */
    const dispatch = (event) => store.dispatch(event);
    /** @param {ClientMessage} message */
    const ask = (message) => /** @type {Link} */ (link).request(message);
    /** @param {unknown} error */
    const failed = (error) => {
        const problem = problemOf(error);
        dispatch({ type: 'problem', problem });
        clock.after(PROBLEM_MS, () => {
            /* Elsewhere it stands beside the button until that is pressed again. */
            if (store.state.problem === problem && store.state.phase === 'visit')
                dispatch({ type: 'problem', problem: null });
        });
    };

    const media = createMediaSession({
        clock, random: ports.random, create: ports.createConnection, videoCodecs: ports.videoCodecs, receive: RECEIVE,
        layers: () => ports.layers?.(store.state.visit.siteLayers) ?? null,
        exchange: async (sdp) => /** @type {any} */ (await ask({ type: 'media-offer', sdp })),
        restart: async (connection, fragment) => /** @type {any} */ (await ask({ type: 'media-restart', connection, fragment })),
        onLineSilent: () => link?.reopen(),
        onConnection: (connection) => link?.setConnection(connection),
        onEvent: dispatch,
    });

    const uploads = createUploads({
        clock, random: ports.random, store: ports.uploadStore, digest: ports.digest, call: ports.call,
        network: () => ({ level: store.state.visit.quality.level, availableKbps: store.state.visit.quality.sample?.availableOutKbps ?? null, inCall: store.state.phase === 'visit' }),
        onChange: (shown) => dispatch({ type: 'uploads', shown }),
        onEnd: (_id, sent) => dispatch({ type: 'still', state: sent ? 'sent' : 'failed', atMs: clock.now() }),
    });

    /** @param {string} still */
    const sendStill = async (still) => {
        const track = store.state.own.video;
        const visit = store.state.visit.visit;
        if (!track || !visit)
            return dispatch({ type: 'still', state: 'failed', atMs: clock.now() });
        dispatch({ type: 'still', state: 'taking', atMs: clock.now() });
        try {
            await uploads.add(visit.id, still, await ports.takeStill(track), link?.resume ?? '');
            return dispatch({ type: 'still', state: 'kept', atMs: clock.now() });
        } catch (error) {
            console.warn('still was not taken', error);
            return dispatch({ type: 'still', state: 'failed', atMs: clock.now() });
        }
    };

    /** Tells the room whether we can be seen and heard; only when it changed. */
    const sayMediaState = () => {
        const { own, interruption, visit } = store.state;
        if (visit.link.state !== 'open' || !mayOfferMedia(visit))
            return;
        const message = { type: /** @type {const} */ ('media-state'), audio: Boolean(own.audio) && !own.muted,
            video: Boolean(own.video), paused: interruption.sinceMs !== null };
        const text = JSON.stringify(message);
        if (text === saidState)
            return;
        saidState = text;
        ask(message).catch(() => { saidState = ''; });
    };

    /** @param {MediaStreamTrack | null} video @param {MediaStreamTrack | null} audio */
    const use = async (video, audio) => {
        ports.watch.track(video);
        await media.setTrack('video', video);
        await media.setTrack('audio', audio);
    };

    const startLevel = () => {
        const track = store.state.own.audio;
        if (levelTimer !== null || !track)
            return;
        const meter = ports.levelMeter(track);
        levelTimer = clock.every(100, () => {
            if (store.state.phase === 'check')
                return dispatch({ type: 'level', level: meter.read() });
            clock.cancel(/** @type {number} */ (levelTimer));
            levelTimer = null;
            return meter.close();
        });
    };

    /** @param {Facing} facing */
    const capture = async (facing) => {
        if (capturing)
            return;
        capturing = true;
        try {
            const opened = await openCapture(ports.devices, facing);
            const tracks = [opened.video, opened.audio].filter((track) => track !== null);
            const stream = opened.video ? ports.newStream([opened.video]) : null;
            dispatch({ type: 'captured', capture: opened, stream, facing, cameras: 0, torchAvailable: hasTorch(opened.video) });
            await use(opened.video, opened.audio);
            if (tracks.length > 0 && ports.devices)
                dispatch({ type: 'captured', capture: opened, stream, facing, cameras: await cameraCount(ports.devices), torchAvailable: hasTorch(opened.video) });
            startLevel();
        } finally {
            capturing = false;
        }
    };

    /** @param {MediaStreamTrack} track @param {Facing} facing */
    const useVideo = async (track, facing) => {
        dispatch({ type: 'video-changed', track, stream: ports.newStream([track]), facing, torchAvailable: hasTorch(track) });
        ports.watch.track(track);
        await media.setTrack('video', track);
    };

    /** The camera came back from a phone call dead, or never came: open it anew. */
    const restart = async () => {
        if (restarting || !ports.devices)
            return;
        restarting = true;
        dispatch({ type: 'camera-busy', busy: true });
        try {
            store.state.own.video?.stop();
            await useVideo(await openVideo(ports.devices, store.state.own.facing), store.state.own.facing);
        } catch (error) {
            console.warn('camera did not restart', error);
            dispatch({ type: 'camera-busy', busy: false });
        } finally {
            restarting = false;
        }
    };

    const release = () => {
        media.stop();
        ports.watch.track(null);
        ports.speech.stop();
        store.state.own.video?.stop();
        store.state.own.audio?.stop();
    };

    const check = () => {
        dispatch({ type: 'check-started' });
        void capture(store.state.own.facing);
        void ports.measureNetwork().then((state) => dispatch({ type: 'network', state }));
        void ports.locate().then(({ state, fix }) => dispatch({ type: 'location', state, fix }));
    };

    /** What an inspector asks of the camera; a phone that cannot do it goes on as it is. @param {{ command: string, value: number | null }} request */
    const obey = ({ command, value }) => {
        const { video } = store.state.own;
        if (command === 'flip')
            return actions.flipCamera();
        if (!video)
            return undefined;
        if (command === 'zoom')
            return void setZoom(video, value ?? 1).catch(() => failed(ownProblem('client/torch')));
        return void setTorch(video, value === 1).then(() => dispatch({ type: 'torch', on: value === 1 }), () => failed(ownProblem('client/torch')));
    };

    const record = createRecordController({ store, call: ports.call, token: () => link?.resume ?? '' });

    const open = () => {
        const kept = storage.get(INVITATION);
        if (!kept)
            return dispatch({ type: 'no-invitation' });
        link = createLink({
            connect: ports.connect, clock, random: ports.random,
            hello: { invitation: kept, lang: ports.language }, resume: storage.get(RESUME), connection: null,
            onResume: (token) => (token === null ? storage.remove(RESUME) : storage.set(RESUME, token)),
            onEvent(event) {
                if (event.type === 'link-open') {
                    saidState = '';
                    if (event.welcome.visit && event.welcome.resume)
                        uploads.renew(event.welcome.visit.id, event.welcome.resume);
                    uploads.hurry();
                    if (event.welcome.media === 'none' && media.hasPeer)
                        media.renew();
                    else
                        media.lineOpen(event.welcome.ice_servers);
                }
                if (event.type === 'message' && event.message.type === 'media-lost')
                    media.renew();
                if (event.type === 'message' && event.message.type === 'camera-request')
                    obey(event.message);
                if (event.type === 'message' && event.message.type === 'media-limit')
                    void media.limitVideo(event.message.video);
                if (event.type === 'message' && event.message.type === 'still-request')
                    void sendStill(event.message.still);
                dispatch({ ...event, atMs: clock.now() });
            },
        });
        return link.start();
    };

    /** What the state demands, whichever event brought it there. @param {ApplicantState} state */
    const follow = (state) => {
        if (mayOfferMedia(state.visit) && state.phase === 'visit' && (state.own.video || state.own.audio || state.check.camera !== 'idle'))
            media.want(state.visit.iceServers);
        ports.stayAwake(state.phase === 'waiting' || state.phase === 'visit');
        record.follow(state);
        sayMediaState();
    };

    let phase = store.state.phase;
    store.subscribe((state) => {
        const before = phase;
        phase = state.phase;
        if (before !== phase && ['ended', 'left', 'replaced', 'refused'].includes(phase))
            release();
        /* After a reload the room is still ours, the camera is not. */
        if (before !== phase && (phase === 'waiting' || phase === 'visit') && state.check.camera === 'idle')
            check();
        follow(state);
    });

    /** @type {ApplicantActions} */
    const actions = {
        tickConsent: (ticked) => dispatch({ type: 'consent-ticked', ticked }),
        showNotice: (shown) => dispatch({ type: 'notice', open: shown }),
        readAloud: (text) => ports.speech.toggle(text),
        start() {
            if (!store.state.consentTicked)
                return dispatch({ type: 'consent-missed' });
            dispatch({ type: 'busy', busy: true });
            ask({ type: 'consent', notice: NOTICE_VERSION }).then(() => {
                dispatch({ type: 'consented' });
                check();
            }, failed);
        },
        retryDevices: check,
        enterWaiting() {
            const { camera, microphone, network, fix } = store.state.check;
            dispatch({ type: 'busy', busy: true });
            ask({ type: 'device-check', camera: conditionOf(camera), microphone: conditionOf(microphone), network: conditionOf(network), location: fix })
                .then(() => ask({ type: 'wait' }))
                .then(() => dispatch({ type: 'waiting' }), failed);
        },
        leave() {
            ask({ type: 'leave' }).catch(() => {}).finally(() => {
                dispatch({ type: 'left' });
                link?.close();
            });
        },
        comeBack: () => location.reload(),
        flipCamera() {
            const { own } = store.state;
            if (!own.video || own.busy || !ports.devices)
                return;
            const facing = own.facing === 'environment' ? 'user' : 'environment';
            const device = own.video.getSettings().deviceId;
            const { devices } = ports;
            dispatch({ type: 'camera-busy', busy: true });
            ports.watch.track(null);
            own.video.stop();
            switchCamera(devices, facing, device).then((track) => useVideo(track, facing), () => {
                failed(ownProblem('client/flip'));
                return restart();
            });
        },
        toggleTorch() {
            const { video, torch } = store.state.own;
            if (video)
                setTorch(video, !torch).then(() => dispatch({ type: 'torch', on: !torch }), () => failed(ownProblem('client/torch')));
        },
        toggleMute() {
            const { audio, muted } = store.state.own;
            if (audio)
                audio.enabled = muted;
            dispatch({ type: 'muted', muted: !muted });
        },
        record: record.actions,
        frame: (width, height) => dispatch({ type: 'steps-frame', width, height }),
        restartCamera: () => void restart(),
        askHangUp: (shown) => dispatch({ type: 'dialog', dialog: shown ? 'hang-up' : null }),
        hangUp() {
            ask({ type: 'leave' }).catch(() => {}).finally(() => {
                dispatch({ type: 'left' });
                link?.close();
            });
        },
        foldGuide: (folded) => dispatch({ type: 'guide-folded', folded }),
        soundBlocked: () => dispatch({ type: 'sound-blocked', blocked: true }),
        allowSound() {
            ports.unblockSound();
            dispatch({ type: 'sound-blocked', blocked: false });
        },
    };

    return {
        start() {
            if (invitation && invitation !== storage.get(INVITATION)) {
                storage.set(INVITATION, invitation);
                storage.remove(RESUME);
            }
            void uploads.start();
            ports.watch.network(() => {
                uploads.hurry();
                link?.reopen();
                media.networkChanged();
            });
            clock.every(500, () => {
                dispatch({ type: 'tick', nowMs: clock.now() });
                if (['check', 'waiting', 'visit'].includes(store.state.phase) && wantsRestart(store.state.interruption, clock.now()))
                    void restart();
            });
            open();
        },
        actions,
    };
}
