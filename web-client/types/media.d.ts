/** Camera, microphone, peer connection: values and the interfaces behind which the browser stands. */
import type { Kind } from './protocol.js';

export type DeviceProblem = 'refused' | 'missing' | 'busy' | 'unsupported' | 'failed';
export type Facing = 'environment' | 'user';

export interface Capture {
    video: MediaStreamTrack | null;
    audio: MediaStreamTrack | null;
    videoProblem: DeviceProblem | null;
    audioProblem: DeviceProblem | null;
}

/** The part of navigator.mediaDevices that is used. */
export interface Devices {
    getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
    enumerateDevices(): Promise<MediaDeviceInfo[]>;
}

export type QualityLevel = 'good' | 'fair' | 'poor' | 'unknown';

/** One reading of the connection; null where the browser does not say. */
export interface Sample {
    rttMs: number | null;
    /** Of what we send, as the relay reports it, 0 to 1. */
    lossOut: number | null;
    /** Of what we receive, 0 to 1. */
    lossIn: number | null;
    availableOutKbps: number | null;
    outKbps: number | null;
    inKbps: number | null;
    frameWidth: number | null;
    frameHeight: number | null;
    framesPerSecond: number | null;
}

export interface Quality {
    level: QualityLevel;
    /** How often in a row the readings have argued for `candidate`. */
    candidate: QualityLevel;
    run: number;
    sample: Sample | null;
}

export type PeerState = 'connecting' | 'connected' | 'unsteady' | 'failed' | 'closed';

export interface PeerOptions {
    create: (configuration: RTCConfiguration) => RTCPeerConnection;
    iceServers: RTCIceServer[];
    audio: MediaStreamTrack | null;
    video: MediaStreamTrack | null;
    receive: { audio: number; video: number };
    /** Qualities to send at once, the lowest first; null: one. */
    layers: RTCRtpEncodingParameters[] | null;
    /** Codecs the browser can send, in its own order. */
    videoCodecs: RTCRtpCodec[];
    onState: (state: PeerState) => void;
}

export interface Peer {
    /** Makes the offer; the answer goes to accept(). */
    offer(): Promise<string>;
    accept(sdp: string): Promise<void>;
    /** Restarts ICE on the same connection: DTLS, SSRCs and the recording's part stay. `exchange` gets our fragment and gives the relay's. */
    restart(iceServers: RTCIceServer[], exchange: (fragment: string) => Promise<string>): Promise<void>;
    /** null: no limit but our own. */
    limitVideo(bps: number | null): Promise<void>;
    /** Streams of the receive lines by mid; stable for the life of the peer. */
    readonly streams: Record<string, { kind: Kind; stream: MediaStream }>;
    replace(kind: Kind, track: MediaStreamTrack | null): Promise<void>;
    sample(): Promise<Sample>;
    close(): void;
}

/** Reported by MediaSession to its owner. */
export type MediaEvent =
    | { type: 'media'; state: 'idle' | 'offering' | PeerState; attempt: number }
    | { type: 'media-streams'; streams: Peer['streams'] }
    | { type: 'media-sample'; sample: Sample };
