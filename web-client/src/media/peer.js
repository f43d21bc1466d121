/**
 * Peer — one RTCPeerConnection in the shape that the relay expects (docs/architecture.md, "Slots"): one offer with one own
 * audio and one own video line, send only, and a fixed number of receive-only lines that the relay fills.
 */

import { preferredVideoCodecs } from './codecs.js';
import { fragmentOf, withFragment } from './restart.js';
import { readStats } from './stats.js';

/** @import { Peer, PeerOptions, PeerState } from '../../types/media.js' */
/** @import { Kind } from '../../types/protocol.js' */

/* Enough for legible labels at 720p; the relay's feedback takes it lower where the uplink does not carry it. */
const VIDEO_MAX_BPS = 2_500_000;
const AUDIO_MAX_BPS = 40_000;

/** @param {RTCPeerConnectionState} state @returns {PeerState} */
function stateOf(state) {
    switch (state) {
    case 'connected':
        return 'connected';
    case 'disconnected':
        return 'unsteady';
    case 'failed':
        return 'failed';
    case 'closed':
        return 'closed';
    default:
        return 'connecting';
    }
}

/**
 * @param {RTCRtpTransceiver} line
 * @param {RTCRtpCodec[]} codecs
 */
function prefer(line, codecs) {
    if (codecs.length === 0)
        return;
    try {
        line.setCodecPreferences(codecs);
    } catch {
        /* Some browsers accept only codecs they can also receive; the answer chooses ours anyway. */
    }
}

/** @param {RTCRtpSender} sender @param {number} maxBitrate */
async function limit(sender, maxBitrate) {
    const parameters = sender.getParameters();
    if (!parameters.encodings?.length)
        return;
    for (const encoding of parameters.encodings) {
        if (!encoding.rid) /* layers have limits of their own */
            encoding.maxBitrate = maxBitrate;
    }
    try {
        await sender.setParameters(parameters);
    } catch {
        /* A limit is a courtesy to the uplink; without it the relay's feedback still governs. */
    }
}

/**
 * A browser that cannot send layers sends one stream.
 * @param {RTCPeerConnection} connection @param {PeerOptions} options
 */
function addCamera(connection, options) {
    if (options.layers) {
        try {
            return connection.addTransceiver(options.video ?? 'video', { direction: 'sendonly', sendEncodings: options.layers.map((layer) => ({ ...layer })) });
        } catch {
            /* Old ones refuse a RID. */
        }
    }
    return connection.addTransceiver(options.video ?? 'video', { direction: 'sendonly' });
}

/** @param {PeerOptions} options @returns {Peer} */
export function createPeer(options) {
    const connection = options.create({ iceServers: options.iceServers, bundlePolicy: 'max-bundle' });
    const codecs = preferredVideoCodecs(options.videoCodecs);
    const lines = {
        audio: connection.addTransceiver(options.audio ?? 'audio', { direction: 'sendonly' }),
        video: addCamera(connection, options),
    };
    prefer(lines.video, codecs);

    /** @type {{ kind: Kind, line: RTCRtpTransceiver }[]} */
    const receiving = [];
    for (const kind of /** @type {Kind[]} */ (['audio', 'video'])) {
        for (let i = 0; i < options.receive[kind]; i++) {
            const line = connection.addTransceiver(kind, { direction: 'recvonly' });
            if (kind === 'video')
                prefer(line, codecs);
            receiving.push({ kind, line });
        }
    }

    /** @type {Peer['streams']} */
    const streams = {};
    /** @type {Parameters<typeof readStats>[1]} */
    let totals = null;
    let closed = false;
    let answer = '';
    connection.addEventListener('connectionstatechange', () => {
        if (!closed)
            options.onState(stateOf(connection.connectionState));
    });

    return {
        streams,
        async offer() {
            await connection.setLocalDescription(await connection.createOffer());
            for (const { kind, line } of receiving) {
                if (line.mid !== null)
                    streams[line.mid] = { kind, stream: new MediaStream([line.receiver.track]) };
            }
            return connection.localDescription?.sdp ?? '';
        },
        async accept(sdp) {
            answer = sdp;
            await connection.setRemoteDescription({ type: 'answer', sdp });
            await limit(lines.video.sender, VIDEO_MAX_BPS);
            await limit(lines.audio.sender, AUDIO_MAX_BPS);
        },
        async restart(iceServers, exchange) {
            connection.setConfiguration({ iceServers, bundlePolicy: 'max-bundle' });
            await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
            try {
                const fragment = await exchange(fragmentOf(connection.localDescription?.sdp ?? ''));
                await connection.setRemoteDescription({ type: 'answer', sdp: withFragment(answer, fragment) });
            } catch (error) {
                if (!closed && connection.signalingState === 'have-local-offer')
                    await connection.setLocalDescription({ type: 'rollback' }); /* the old path is still ours */
                throw error;
            }
        },
        async limitVideo(bps) {
            await limit(lines.video.sender, Math.min(bps ?? VIDEO_MAX_BPS, VIDEO_MAX_BPS));
        },
        async replace(kind, track) {
            await lines[kind].sender.replaceTrack(track);
        },
        async sample() {
            const reading = readStats((await connection.getStats()).values(), totals);
            totals = reading.totals;
            return reading.sample;
        },
        close() {
            closed = true;
            connection.close();
        },
    };
}
