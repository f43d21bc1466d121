/** What applicant and inspector share: the line, the room, the media of one visit. */
import type { Problem } from './base.js';
import type { Facing, MediaEvent, Peer, PeerState, Quality } from './media.js';
import type { Item, LinkEvent, Participant, Role, Room, Slot, Visit } from './protocol.js';

export interface LinkStatus {
    state: 'connecting' | 'open' | 'lost' | 'closed';
    attempt: number;
    retryAtMs: number;
}

export interface VisitState {
    link: LinkStatus;
    participant: string | null;
    name: string;
    role: Role | null;
    visit: Visit | null;
    item: Item | null;
    room: Room | null;
    iceServers: RTCIceServer[];
    /** What the operator wants of the site's camera; null = as the phone can. */
    siteLayers: number | null;
    slots: Slot[];
    media: { state: 'idle' | 'offering' | PeerState; attempt: number; streams: Peer['streams'] };
    quality: Quality;
    /** This machine's clock minus the server's, as well as messages tell; null until one did. */
    skewMs: number | null;
    nowMs: number;
}

export type VisitEvent =
    | (LinkEvent & { atMs: number })
    | MediaEvent
    | { type: 'tick'; nowMs: number };

/** What can be seen and heard of another member. */
export interface Presence {
    participant: Participant;
    video: MediaStream | null;
    audio: MediaStream | null;
    /** Our network does not carry its picture at present. */
    paused: boolean;
}

/** The device's own camera and microphone as the screen shows them. */
export interface OwnMedia {
    video: MediaStreamTrack | null;
    audio: MediaStreamTrack | null;
    stream: MediaStream | null;
    facing: Facing;
    cameras: number;
    torchAvailable: boolean;
    torch: boolean;
    muted: boolean;
    /** Switching, restarting: the button waits. */
    busy: boolean;
}

export type Notice = { kind: 'good' | 'attention' | 'danger'; key: string; params?: Record<string, string | number>; problem?: Problem };
