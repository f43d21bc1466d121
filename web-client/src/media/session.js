/**
 * MediaSession — keeps one Peer alive for as long as it is wanted: offers, hands the answer in, replaces the connection when
 * it fails or when the address changed, and measures it. The relay replaces the old connection of a participant by the new
 * one, so a fresh offer is our restart (docs/architecture.md).
 */

import { backoffMs } from '../protocol/backoff.js';
import { createPeer } from './peer.js';

/** @import { Clock } from '../../types/base.js' */
/** @import { MediaEvent, Peer, PeerOptions } from '../../types/media.js' */
/** @import { Kind } from '../../types/protocol.js' */

/* ICE calls a path disconnected after about 5 s of silence; giving it longer than this keeps a walker in the dark. */
const UNSTEADY_MS = 3000;
const CONNECT_MS = 12000;
const SAMPLE_MS = 2000;

/**
 * @param {{
 *   clock: Clock,
 *   random: () => number,
 *   create: PeerOptions['create'],
 *   videoCodecs: () => RTCRtpCodec[],
 *   receive: PeerOptions['receive'],
 *   exchange: (sdp: string) => Promise<{ sdp: string, connection: string }>,
 *   onConnection: (connection: string | null) => void,
 *   onEvent: (event: MediaEvent) => void,
 * }} options
 */
export function createMediaSession(options) {
    const { clock } = options;
    /** @type {Peer | null} */
    let peer = null;
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

    /** @param {number} mine @param {import('../../types/media.js').PeerState} state */
    const stateChanged = (mine, state) => {
        if (mine !== generation)
            return;
        if (state === 'failed' || state === 'closed')
            return again();
        if (state !== 'connecting')
            cancelTimer();
        if (state === 'unsteady')
            timer = clock.after(UNSTEADY_MS, again);
        if (state === 'connected')
            attempt = 0;
        return options.onEvent({ type: 'media', state, attempt });
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
            receive: options.receive, videoCodecs: options.videoCodecs(), onState: (state) => stateChanged(mine, state) });
        peer = fresh;
        timer = clock.after(CONNECT_MS, () => stateChanged(mine, 'failed'));
        try {
            const { sdp, connection } = await options.exchange(await fresh.offer());
            if (mine !== generation)
                return;
            await fresh.accept(sdp);
            if (mine !== generation)
                return;
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
        /** The relay no longer has our connection, or the network changed under it. */
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
        get hasPeer() {
            return peer !== null;
        },
    };
}
