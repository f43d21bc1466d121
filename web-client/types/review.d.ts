/** The review page: find a case, see its recording, jump to a check point, hear what the verifier says. */
import type { Problem, Sentence } from './base.js';
import type { Finding, FindingResult, Item, Mark, Still, VisitState } from './protocol.js';

export interface StaffUser {
    id: string;
    account: string;
    name: string;
    role: string;
}

export interface VisitSummary {
    id: string;
    case: string;
    kind: 'inspection' | 'assistance';
    state: VisitState;
    case_number: string;
    applicant: string;
    premises: string;
    item_code: string;
    scheduled_at: number;
    started_at: number | null;
    ended_at: number | null;
    conclusion: string | null;
    staff: StaffUser[];
    recording: string | null;
}

/** A check point that a search found: with its picture, and when (wall clock, µs) it was first shown. */
export interface FoundCheckpoint {
    checkpoint: string;
    result: FindingResult | null;
    note: string | null;
    at: number | null;
    still: string | null;
}

/** An entry of `GET /api/search`. */
export interface FoundVisit extends VisitSummary {
    checkpoints: FoundCheckpoint[];
}

export interface VisitDetail extends VisitSummary {
    participants: { id: string; role: string; name: string }[];
    findings: (Finding & { at: number })[];
    stills: Still[];
    marks: Mark[];
}

/** `GET /api/recordings/{recording}/index`. Positions (…_ms) are places in the site playlist, times (at, from, to) wall clock µs. */
export interface RecordingIndex {
    recording: string;
    started_at: number;
    duration_ms: number;
    parts: { track: string; part: number; width: number; height: number; codecs?: string }[];
    /** runs of the site's track in which position and wall clock go alike */
    clock: { t_ms: number; duration_ms: number; at: number }[];
    gaps: { track: string; from_ms: number; to_ms: number | null; from: number; to: number | null; reason: string }[];
    /** absent in the index of an older recorder */
    damages?: { track: string; media: 'video' | 'audio'; from_ms: number; to_ms: number | null; from: number; to: number | null; packets: number }[];
    /** the site's own first, without a participant; absent in the index of an older recorder */
    cameras?: { track: string; participant?: string }[];
    checkpoints: { checkpoint: string; from: number; to: number | null; from_ms: number; to_ms: number }[];
    entries: { id: string; type: string; at: number; t_ms: number; data?: Record<string, unknown> }[];
    stills: { id: string; file: string; bytes: number; sha256?: string; sm3?: string; checkpoint?: string | null; at: number; t_ms: number }[];
}

export interface RecordingStatus {
    recording: string;
    state: 'recording' | 'waiting' | 'ended' | 'alarm';
    duration_ms: number;
    playable_ms: number;
    bytes: number;
    fragments: number;
    /** µs: the media were disposed of; absent in the status of an older recorder */
    disposed_at?: number | null;
}

export type VerdictName = 'intact' | 'unsealed' | 'altered' | 'unreadable' | 'disposed';

/** The verifier's report, docs/evidence-format.md section 7; only what the page shows of it. */
export interface Verdict {
    verdict: VerdictName;
    message: Sentence;
    limits: Sentence;
    counts: Record<'stands' | 'altered' | 'missing' | 'reordered' | 'unsealed' | 'torn' | 'disposed', number>;
    faults: { code: string; message: Sentence; seq?: number; file?: string }[];
    faults_dropped: number;
    key: { algorithm: string | null; sha256: string | null; authority: string } | null;
    lines: number;
    bytes: number;
    gaps: number;
    sealed_at: number | null;
    /** absent in the report of an older verifier */
    disposal?: { at: number; reason: string | null } | null;
}

export interface SearchQuery {
    words: string;
    item: string;
    checkpoint: string;
    result: string;
    inspector: string;
    place: string;
    from: string;
    to: string;
}

/** The same check point in an earlier visit, beside the one that is open. */
export interface Comparison {
    checkpoint: string;
    visits: FoundVisit[];
    visit: FoundVisit | null;
    positionMs: number;
    playing: boolean;
    loading: boolean;
}

export interface Derived {
    state: 'none' | 'making' | 'ready' | 'failed';
    percent: number;
    thumbnails: { n: number; t_ms: number }[];
    voices: { participant: string; spans: [number, number][] }[];
}

export interface ReviewState {
    user: StaffUser | null;
    query: SearchQuery;
    items: { code: string; name_zh: string; name_en: string }[];
    /** Items with their check points, as far as they have been asked for. */
    details: Record<string, Item>;
    inspectors: StaffUser[];
    found: FoundVisit[] | null;
    next: string | null;
    searching: boolean;
    filtersOpen: boolean;
    visit: VisitDetail | null;
    opening: boolean;
    item: Item | null;
    index: RecordingIndex | null;
    status: RecordingStatus | null;
    verdict: Verdict | 'checking' | null;
    verdictOpen: boolean;
    still: string | null;
    /** Why the recording is looked at: asked for before it plays, once per recording. */
    reason: 'asking' | 'given' | null;
    helpOpen: boolean;
    comparison: Comparison | null;
    /** What is made of an ended recording: pictures for the timeline, and who spoke when. */
    derived: Derived | null;
    /** Further cameras are beside the site's picture. */
    sideBySide: boolean;
    /** Tracks of cameras that were not recorded at the instant that is shown. */
    absent: string[];
    positionMs: number;
    playing: boolean;
    rate: number;
    /** The player stays with what is happening now. */
    live: boolean;
    problem: Problem | null;
}

export type ReviewEvent =
    | { type: 'user'; user: StaffUser }
    | { type: 'items'; items: ReviewState['items'] }
    | { type: 'query'; query: Partial<SearchQuery> }
    | { type: 'searching'; }
    | { type: 'detail'; item: Item }
    | { type: 'inspectors'; users: StaffUser[] }
    | { type: 'filters'; open: boolean }
    | { type: 'found'; visits: FoundVisit[]; next: string | null; more: boolean }
    | { type: 'opening' }
    | { type: 'opened'; visit: VisitDetail; item: Item | null }
    | { type: 'closed' }
    | { type: 'index'; index: RecordingIndex; status: RecordingStatus }
    | { type: 'verdict'; verdict: ReviewState['verdict'] }
    | { type: 'verdict-open'; open: boolean }
    | { type: 'still'; still: string | null }
    | { type: 'reason'; reason: ReviewState['reason'] }
    | { type: 'help'; open: boolean }
    | { type: 'comparing'; checkpoint: string }
    | { type: 'compared'; visits: FoundVisit[]; visit: FoundVisit | null }
    | { type: 'compare-player'; positionMs: number; playing: boolean }
    | { type: 'compare-closed' }
    | { type: 'derived'; derived: Derived }
    | { type: 'side-by-side'; on: boolean }
    | { type: 'camera-shown'; track: string; present: boolean }
    | { type: 'player'; positionMs: number; playing: boolean; rate: number; live: boolean }
    | { type: 'problem'; problem: Problem | null };

/** A further camera of the visit, with the name that the room knew it by. */
export interface SideCamera {
    track: string;
    name: string;
    fixed: boolean;
    absent: boolean;
}

export interface CheckpointRow {
    code: string;
    number: number;
    title: string;
    result: FindingResult | null;
    note: string;
    spans: { fromMs: number; toMs: number; at: number }[];
    stills: RecordingIndex['stills'];
    current: boolean;
}
