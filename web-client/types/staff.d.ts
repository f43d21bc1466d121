/** The inspectors' page: the desk with the day's visits, and the room. */
import type { Problem } from './base.js';
import type { Capture, DeviceProblem } from './media.js';
import type { Finding, FindingResult, LobbyVisit, Role, VisitState as State } from './protocol.js';
import type { LinkStatus, Notice, VisitEvent, VisitState } from './visit.js';
import type { LinkEvent } from './protocol.js';
import type { ConclusionEvent, ConclusionSheet } from './inspection.js';
import type { StepsEvent, StepsState } from './steps.js';

export interface User {
    id: string;
    account: string;
    name: string;
    role: Role;
}

export interface ItemSummary {
    code: string;
    version: number;
    name_zh: string;
    name_en: string;
    division_zh: string;
    division_en: string;
}

/** A visit as REST tells it (docs/http-api.yaml, Visit). */
export interface VisitRecord {
    id: string;
    case: string;
    kind: string;
    state: State;
    case_number: string;
    applicant: string;
    premises: string;
    item_code: string;
    scheduled_at: number;
    started_at: number | null;
    ended_at: number | null;
    conclusion: string | null;
    staff: User[];
    recording: string | null;
}

export interface InvitationShown {
    visit: string;
    applicant: string;
    url: string;
    expiresAtMs: number;
    copied: boolean;
}

export interface DeskState {
    phase: 'opening' | 'sign-in' | 'desk';
    user: User | null;
    busy: boolean;
    problem: Problem | null;
    dayMs: number;
    visits: VisitRecord[] | null;
    items: ItemSummary[];
    users: User[];
    lobby: LobbyVisit[];
    link: LinkStatus;
    dialog: { kind: 'new'; problem: Problem | null; busy: boolean } | { kind: 'invitation'; invitation: InvitationShown } | null;
    room: string | null;
    nowMs: number;
}

export type DeskEvent =
    | (LinkEvent & { atMs: number })
    | { type: 'tick'; nowMs: number }
    | { type: 'signed-out' }
    | { type: 'signed-in'; user: User }
    | { type: 'busy'; busy: boolean }
    | { type: 'problem'; problem: Problem | null }
    | { type: 'day'; dayMs: number }
    | { type: 'visits'; dayMs: number; visits: VisitRecord[] }
    | { type: 'catalogue'; items: ItemSummary[]; users: User[] }
    | { type: 'new-visit'; open: boolean }
    | { type: 'new-visit-busy' }
    | { type: 'new-visit-problem'; problem: Problem }
    | { type: 'invitation'; invitation: InvitationShown | null }
    | { type: 'copied' }
    | { type: 'room'; visit: string | null };

/** What an inspector has typed or chosen and the server has not confirmed. */
export interface Draft {
    result: FindingResult | null;
    note: string;
    /** The finding on which it was based; null if there was none. */
    base: Finding | null;
    /** edited: only here; sending: under way. */
    state: 'edited' | 'sending';
}

export interface Conflict {
    mine: { result: FindingResult | null; note: string };
    theirs: Finding;
}

export interface Playback {
    mode: 'live' | 'rewind';
    /** Where rewinding stands, server's clock, ms. */
    atMs: number;
    /** Its sound instead of the site's. */
    sound: boolean;
    state: 'idle' | 'loading' | 'playing' | 'failed';
}

export interface RoomState {
    phase: 'opening' | 'in' | 'refused' | 'replaced' | 'ended';
    visit: VisitState;
    own: {
        video: MediaStreamTrack | null;
        audio: MediaStreamTrack | null;
        stream: MediaStream | null;
        muted: boolean;
        cameraOff: boolean;
        videoProblem: DeviceProblem | null;
        audioProblem: DeviceProblem | null;
    };
    problem: Problem | null;
    notice: Notice | null;
    selected: string | null;
    drafts: Record<string, Draft>;
    conflicts: Record<string, Conflict>;
    dialog: 'end' | 'keys' | 'cameras' | null;
    /** The camera whose picture is the large one; null: the applicant's. */
    picture: string | null;
    sideBySide: boolean;
    addingCamera: boolean;
    ending: boolean;
    still: string | null;
    playback: Playback;
    soundBlocked: boolean;
    admitting: string | null;
    conclusion: ConclusionSheet;
    steps: StepsState;
}

export type RoomEvent =
    | VisitEvent
    | ConclusionEvent
    | StepsEvent
    | { type: 'captured'; capture: Capture; stream: MediaStream | null }
    | { type: 'muted'; muted: boolean }
    | { type: 'camera-off'; off: boolean }
    | { type: 'problem'; problem: Problem | null }
    | { type: 'notice'; notice: Notice | null }
    | { type: 'selected'; checkpoint: string }
    | { type: 'draft'; checkpoint: string; result?: FindingResult | null; note?: string }
    | { type: 'sending'; checkpoint: string }
    | { type: 'saved'; checkpoint: string; revision: number }
    | { type: 'not-saved'; checkpoint: string }
    | { type: 'conflict'; checkpoint: string; theirs: Finding }
    | { type: 'conflict-resolved'; checkpoint: string; keep: 'mine' | 'theirs' }
    | { type: 'dialog'; dialog: 'end' | 'keys' | 'cameras' | null }
    | { type: 'picture'; picture: string | null }
    | { type: 'side-by-side'; on: boolean }
    | { type: 'adding-camera'; adding: boolean }
    | { type: 'ending'; ending: boolean }
    | { type: 'still'; still: string | null }
    | { type: 'playback'; playback: Partial<Playback> }
    | { type: 'sound-blocked'; blocked: boolean }
    | { type: 'admitting'; participant: string | null };
