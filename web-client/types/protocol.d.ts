/** Messages of docs/signaling-protocol.md, version 1. Times are microseconds since 1970. */
import type { Problem, Sentence } from './base.js';
import type { RecordSummary } from './inspection.js';
import type { Act, Inspection } from './steps.js';
import type { FormChange, FormPatch, FormView } from './coform.js';
import type { DeskQueue, TicketState } from './help.js';

export type Role = 'applicant' | 'inspector' | 'helper' | 'observer' | 'admin' | 'camera';
export type VisitState = 'scheduled' | 'waiting' | 'live' | 'ended';
export type FindingResult = 'conform' | 'mostly' | 'nonconform' | 'not-applicable';
export type Kind = 'audio' | 'video';

export interface Visit {
    id: string;
    kind: 'inspection' | 'assistance';
    state: VisitState;
    case_number: string;
    applicant: string;
    premises: string;
    scheduled_at: number;
    item_code: string;
}

export interface Checkpoint {
    code: string;
    title_zh: string;
    title_en: string;
    guide_zh: string;
    guide_en: string;
    evidence: 'video' | 'photo' | 'document' | 'measure' | 'ledger' | string;
    required: boolean;
    measure?: { unit: string; min?: number; max?: number };
}

export interface Item {
    code: string;
    name_zh: string;
    name_en: string;
    division_zh?: string;
    division_en?: string;
    version?: number;
    inspectors_min?: number;
    tools_zh?: string[];
    tools_en?: string[];
    checkpoints: Checkpoint[];
}

export interface Participant {
    id: string;
    role: Role;
    name: string;
    credential?: string | null;
    title?: string | null;
    state: 'invited' | 'waiting' | 'admitted' | 'connected' | 'away' | 'left';
    audio: boolean;
    video: boolean;
    /** By its own phone. */
    paused: boolean;
    /** Its network does not carry the site's picture at present. */
    site_paused?: boolean;
}

export interface Finding {
    checkpoint: string;
    result: FindingResult | null;
    note: string;
    by: string;
    revision: number;
}

export interface Still {
    id: string;
    checkpoint: string | null;
    at: number;
    state: 'requested' | 'stored';
    sha256?: string | null;
    /** As announced by the phone when it took the picture; null before. */
    bytes?: number | null;
    /** What has come of them. */
    received?: number;
}

export interface Mark {
    id: string;
    kind: string;
    checkpoint?: string | null;
    at: number;
    participant?: string | null;
}

export interface RecordingState {
    recording: string;
    state: 'waiting' | 'recording' | 'alarm' | 'away' | 'ended';
    since: number;
    sealed_at: number | null;
    alarm: string | null;
    bytes: number;
}

export interface Welcome {
    type: 'welcome';
    re: string;
    version: number;
    /** null in the lobby, as are resume, visit and item. */
    participant: string | null;
    role: Role;
    name: string;
    resume: string | null;
    media: 'alive' | 'none';
    /** The participant's own state. */
    state: Participant['state'] | null;
    /** Version of the notice that was agreed to. */
    consent: string | null;
    visit: Visit | null;
    item: Item | null;
    /** TURN servers with credentials that expire; a later `welcome` brings new ones. */
    ice_servers: RTCIceServer[];
    /** In how many qualities the site's camera is to be sent, where the operator has set it. */
    site_layers?: number | null;
}

export interface Room {
    type: 'room';
    revision: number;
    visit: Visit;
    participants: Participant[];
    checkpoint: { code: string; since: number } | null;
    findings: Finding[];
    stills: Still[];
    marks: Mark[];
    recording: RecordingState | null;
    record?: RecordSummary | null;
    inspection?: Inspection | null;
    /** Fixed cameras; absent where they are not enabled or not for this reader. */
    cameras?: Camera[];
    /** Names of those who look at the visit without being in it. */
    watchers?: string[];
}

export interface Camera {
    participant: string;
    /** Without what may be secret. */
    address: string;
    state: 'connecting' | 'live' | 'lost';
    reason: string | null;
}

export interface Slot {
    mid: string;
    kind: Kind;
    participant: string | null;
    /** The line does not carry this video at present, because our network is short; sound goes on. */
    paused?: boolean;
}

export interface WaitingApplicant {
    participant: string;
    name: string;
    since: number;
}

export interface LobbyVisit {
    visit: Visit;
    waiting: WaitingApplicant[];
}

export type ServerMessage =
    | Welcome
    | Room
    | { type: 'slots'; slots: Slot[] }
    | { type: 'media-lost'; reason: string }
    | { type: 'media-limit'; video: number | null }
    | { type: 'still-request'; still: string; checkpoint: string | null }
    | { type: 'lobby'; visits: LobbyVisit[] }
    | { type: 'camera-request'; command: 'torch' | 'flip' | 'zoom'; value: number | null }
    | { type: 'drawn'; by: string; kind: 'line' | 'point' | 'clear'; points: number[]; still: string | null }
    | { type: 'visit-ended'; reason: string }
    | { type: 'form'; document: FormView | null }
    | { type: 'form-change'; form: string; change: FormChange }
    | FormPointed
    | { type: 'queue'; ticket: TicketState | null; desk: DeskQueue | null }
    | { type: 'ok'; re: string; [field: string]: unknown }
    | { type: 'error'; re?: string; code: string; message: Sentence; [field: string]: unknown };

/** Where somebody is, and where somebody should look. */
export interface FormPointed {
    type: 'form-point';
    participant: string;
    name: string;
    role: Role;
    path: string | null;
    kind: 'focus' | 'highlight' | 'press';
}

export type Hello =
    | { visit: string; lang: string }
    | { lang: string }
    | { invitation: string; lang?: string }
    | { resume: string; connection: string | null };

/** Without `id`: the connection adds it. */
export type ClientMessage =
    | ({ type: 'hello'; versions: number[] } & Hello)
    | { type: 'consent'; notice: string }
    | { type: 'device-check'; camera: Condition; microphone: Condition; network: Condition; location: Location | null }
    | { type: 'wait' }
    | { type: 'admit'; participant: string }
    | { type: 'media-offer'; sdp: string }
    | { type: 'media-restart'; connection: string; fragment: string }
    | { type: 'media-close' }
    | { type: 'media-state'; audio: boolean; video: boolean; paused: boolean }
    | { type: 'checkpoint-start'; checkpoint: string }
    | { type: 'checkpoint-end'; checkpoint: string }
    | { type: 'finding'; checkpoint: string; result: FindingResult | null; note: string; revision: number }
    | { type: 'camera-add'; name: string; url: string }
    | { type: 'camera-remove'; camera: string }
    | { type: 'still-take' }
    | { type: 'act'; act: Act }
    | { type: 'challenge'; kind: 'number' | 'object' }
    | { type: 'challenge-judge'; challenge: string; result: 'passed' | 'failed' }
    | { type: 'measure'; checkpoint: string; value: string; unit: string | null; still: string | null }
    | { type: 'correction'; checkpoint: string; before: string; after: string }
    | { type: 'direct'; director: string | null }
    | { type: 'private-note'; words: string }
    | { type: 'draw'; kind: 'line' | 'point' | 'clear'; points: number[]; still: string | null }
    | { type: 'camera'; command: 'torch' | 'flip' | 'zoom'; value: number | null }
    | { type: 'visit-end'; conclusion: string | null }
    | { type: 'leave' }
    | { type: 'form-sync' }
    | { type: 'form-open'; form: string }
    | { type: 'form-patch'; form: string; patch: FormPatch }
    | { type: 'form-confirm'; form: string; section: string; how: 'tap' | 'voice' }
    | { type: 'form-show'; form: string; path: string; shown: boolean }
    | { type: 'form-comment'; form: string; path?: string; text?: string; resolve?: string }
    | { type: 'form-point'; path: string | null; kind: 'focus' | 'highlight' | 'press' }
    | { type: 'form-sign'; form: string; signature: string }
    | { type: 'form-submit'; form: string };

/** Of a device: `none` is refused, missing, or not measured. */
export type Condition = 'good' | 'fair' | 'poor' | 'none';

export interface Location {
    lat: number;
    lon: number;
    accuracy_m: number;
}

export type Answer = Record<string, unknown>;

/** What the connection tells its owner. */
export type LinkEvent =
    | { type: 'link-connecting'; attempt: number }
    | { type: 'link-open'; welcome: Welcome }
    | { type: 'link-lost'; attempt: number; retryAtMs: number }
    | { type: 'link-closed'; reason: 'ended' | 'replaced' | 'refused' | 'version' | 'left'; problem: Problem | null }
    | { type: 'message'; message: ServerMessage };

/** The part of WebSocket that is used. */
export interface Socket {
    send(text: string): void;
    close(code?: number, reason?: string): void;
    onopen: (() => void) | null;
    onmessage: ((text: string) => void) | null;
    onclose: ((code: number, reason: string) => void) | null;
}

export interface Link {
    start(): void;
    /** Rejects with a Problem. A request that was not answered when the line broke rejects with `link/lost`. */
    request(message: ClientMessage): Promise<Answer>;
    /** The media connection that a resume names. */
    setConnection(connection: string | null): void;
    /** The network is back or another one, or the line is silent: a new socket at once, whatever the browser believes of the old one. */
    reopen(): void;
    close(): void;
    readonly resume: string | null;
}
