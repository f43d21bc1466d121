/**
 * MediaSession — keeps one Peer alive for as long as it is wanted: offers, hands the answer in, mends the path when it is
 * silent or the address changed, and measures it.
 *
 * To mend is an ICE restart on the same connection: the relay and the recording do not notice more than a short silence. Only when the relay
 * no longer knows the connection, or the browser gives it up, a new one is offered, by which the relay replaces the old one.
 */

import { backoffMs } from '../protocol/backoff.js';
import { ProblemError } from '../protocol/problem.js';
import { createPeer } from './peer.js';

/** @import { Clock } from '../../types/base.js' */
/** @import { MediaEvent, Peer, PeerOptions } from '../../types/media.js' */
/** @import { Kind } from '../../types/protocol.js' */

/* While a path is silent it is mended again and again: the first attempts may fall into the hole. */
const MEND_MS = 3000;
/* A line that swallows the question is as dead as the path; a good one answers in one round trip. */
const MEND_ANSWER_MS = 2000;
/* The relay keeps a silent connection for 30 s (RFC 7675); until shortly before, mending is better than replacing. */
const SILENT_MS = 27000;
const CONNECT_MS = 12000;
const SAMPLE_MS = 2000;

/**
 * @param {{
 *   clock: Clock,
 *   random: () => number,
 *   create: PeerOptions['create'],
 *   videoCodecs: () => RTCRtpCodec[],
 *   receive: PeerOptions['receive'],
 *   layers?: () => PeerOptions['layers'],
 *   exchange: (sdp: string) => Promise<{ sdp: string, connection: string }>,
 *   restart: (connection: string, fragment: string) => Promise<{ fragment: string }>,
 *   onLineSilent: () => void,
 *   onConnection: (connection: string | null) => void,
 *   onEvent: (event: MediaEvent) => void,
 * }} options
 */
export function createMediaSession(options) {
    const { clock } = options;
    /** @type {Peer | null} */
    let peer = null;
    /** The relay's name of it. @type {string | null} */
    let named = null;
    /** The path has to be mended as soon as the line to the server allows. */
    let broken = false;
    let mending = false;
    /** @type {number | null} */
    let silentSince = null;
    /** @type {RTCIceServer[]} */
    let iceServers = [];
    let wanted = false;
    let attempt = 0;
    /** Counts connections, so that what an old one still says is ignored. */
    let generation = 0;
    /** @type {number | null} */
    let timer = null;
    /** @type {number | null} */
    let sampler = null;
    /** @type {Record<Kind, MediaStreamTrack | null>} */
    const tracks = { audio: null, video: null };

    const cancelTimer = () => {
        if (timer !== null)
            clock.cancel(timer);
        timer = null;
    };

    const drop = () => {
        generation += 1;
        cancelTimer();
        if (sampler !== null)
            clock.cancel(sampler);
        sampler = null;
        peer?.close();
        peer = null;
        named = null;
        broken = mending = false;
        silentSince = null;
        options.onConnection(null);
    };

    const again = () => {
        drop();
        if (!wanted)
            return;
        attempt += 1;
        options.onEvent({ type: 'media', state: 'failed', attempt });
        timer = clock.after(backoffMs(attempt, options.random()), () => void begin());
    };

    /** The relay's own word, not a line that broke. @param {unknown} error */
    const isRefusal = (error) => error instanceof ProblemError && error.problem.code === 'media/refused';

    const mend = async () => {
        if (!peer || named === null || !broken || mending)
            return;
        const mine = generation;
        const connection = named;
        const impatient = clock.after(MEND_ANSWER_MS, options.onLineSilent);
        mending = true;
        try {
            await peer.restart(iceServers, async (fragment) => {
                const answer = await options.restart(connection, fragment);
                clock.cancel(impatient);
                return answer.fragment;
            });
            if (mine === generation)
                broken = false;
        } catch (error) {
            if (mine === generation && isRefusal(error))
                again();
        } finally {
            clock.cancel(impatient);
            if (mine === generation)
                mending = false;
        }
    };

    /** Of a path that has fallen silent, until it speaks again. */
    const silent = () => {
        silentSince ??= clock.now();
        if (clock.now() - silentSince >= SILENT_MS)
            return again();
        broken = true;
        timer = clock.after(MEND_MS, silent);
        return void mend();
    };

    /** @param {number} mine @param {import('../../types/media.js').PeerState} state */
    const stateChanged = (mine, state) => {
        if (mine !== generation)
            return;
        if (state === 'failed' || state === 'closed')
            return again();
        if (state !== 'connecting')
            cancelTimer();
        if (state === 'connected') {
            attempt = 0;
            silentSince = null;
        }
        options.onEvent({ type: 'media', state, attempt });
        if (state === 'unsteady')
            silent();
    };

    /** @param {number} mine */
    const measure = async (mine) => {
        try {
            const sample = await peer?.sample();
            if (sample && mine === generation)
                options.onEvent({ type: 'media-sample', sample });
        } catch {
            /* Statistics of a connection that was just closed. */
        }
    };

    const begin = async () => {
        drop();
        const mine = generation;
        options.onEvent({ type: 'media', state: 'offering', attempt });
        const fresh = createPeer({ create: options.create, iceServers, audio: tracks.audio, video: tracks.video,
            receive: options.receive, layers: options.layers?.() ?? null, videoCodecs: options.videoCodecs(), onState: (state) => stateChanged(mine, state) });
        peer = fresh;
        timer = clock.after(CONNECT_MS, () => stateChanged(mine, 'failed'));
        try {
            const { sdp, connection } = await options.exchange(await fresh.offer());
            if (mine !== generation)
                return;
            await fresh.accept(sdp);
            if (mine !== generation)
                return;
            named = connection;
            options.onConnection(connection);
            options.onEvent({ type: 'media-streams', streams: fresh.streams });
            sampler = clock.every(SAMPLE_MS, () => void measure(mine));
        } catch (error) {
            if (mine === generation) {
                console.warn('media offer failed', error);
                again();
            }
        }
    };

    return {
        /** Opens a connection unless one is there. @param {RTCIceServer[]} servers */
        want(servers) {
            iceServers = servers;
            if (wanted)
                return;
            wanted = true;
            attempt = 0;
            void begin();
        },
        /** The network is another one: our address has changed. */
        networkChanged() {
            broken = peer !== null;
            void mend();
        },
        /** The line to the server is open (again), and the relay still has our connection. @param {RTCIceServer[]} servers */
        lineOpen(servers) {
            iceServers = servers;
            void mend();
        },
        /** The relay no longer has our connection. */
        renew() {
            if (wanted)
                void begin();
        },
        stop() {
            wanted = false;
            drop();
            options.onEvent({ type: 'media', state: 'idle', attempt: 0 });
        },
        /** @param {Kind} kind @param {MediaStreamTrack | null} track */
        async setTrack(kind, track) {
            tracks[kind] = track;
            await peer?.replace(kind, track);
        },
        /** The relay's word on what anybody can take of our picture; holds for this connection. @param {number | null} bps */
        async limitVideo(bps) {
            await peer?.limitVideo(bps);
        },
        get hasPeer() {
            return peer !== null;
        },
    };
}
