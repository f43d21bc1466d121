/** The administrators' page of retention: what is kept and until when, what may not be touched, what was disposed of, who looked. */
import type { Problem } from './base.js';
import type { StaffUser } from './review.js';

export type Tab = 'terms' | 'disposals' | 'holds' | 'storage' | 'acts' | 'accesses';
export type TermState = 'due' | 'kept' | 'held' | 'disposed';
export type RetentionClass = 'permanent' | '30-years' | '10-years';

/** An entry of `GET /api/retention`; times in µs. */
export interface KeptRecording {
    recording: string;
    visit: string;
    case: string;
    case_number: string;
    applicant: string;
    item_code: string;
    ended_at: number;
    class: RetentionClass;
    /** null: never */
    due_at: number | null;
    held: boolean;
    disposed_at: number | null;
    disposal: string | null;
}

export interface Disposal {
    id: string;
    state: 'open' | 'approved' | 'done' | 'withdrawn';
    reason: string;
    created_by: string;
    created_at: number;
    closed_at: number | null;
    recordings_count: number;
    approvals_count: number;
}

export interface DisposalDetail extends Disposal {
    recordings: { recording: string; visit: string; case_number: string; applicant: string; item_code: string; ended_at: number; class: RetentionClass;
        due_at: number; state: 'listed' | 'going' | 'disposed' | 'kept'; problem: string | null; at: number | null }[];
    approvals: { user: string; account: string; name: string; at: number }[];
}

export interface Hold {
    id: string;
    case: string;
    case_number: string;
    applicant: string;
    reason: string;
    placed_by: string;
    placed_at: number;
    lift_reason: string | null;
    lifted_by: string | null;
    lifted_at: number | null;
}

export interface RetentionAct {
    id: string;
    act: string;
    account: string | null;
    name: string | null;
    case_number: string | null;
    disposal: string | null;
    recording: string | null;
    words: string;
    at: number;
}

export interface RecordingAccess {
    id: string;
    recording: string;
    visit: string;
    case_number: string;
    account: string;
    name: string;
    kind: 'review' | 'play' | 'export';
    reason: string | null;
    at: number;
}

/** `GET /api/storage`; sizes in bytes, times in µs. */
export interface StorageReport {
    storage: { state: 'ok' | 'warning' | 'full'; bytes: number; quota: number | null; free: number; size: number; warn_percent: number; measured_at: number };
    archive: { state: 'off' | 'idle' | 'busy' | 'unreachable'; archived: number; last_at: number | null; problem: string | null };
}

export type ArchiveDialog =
    | { kind: 'list' }
    | { kind: 'hold'; case: string; caseNumber: string }
    | { kind: 'lift'; hold: Hold }
    | { kind: 'approve'; disposal: DisposalDetail }
    | { kind: 'withdraw'; disposal: DisposalDetail };

export interface AccessQuery { account: string; from: string; to: string }

export interface ArchiveState {
    user: StaffUser | null;
    items: { code: string; name_zh: string; name_en: string }[];
    users: StaffUser[];
    tab: Tab;
    terms: TermState;
    counts: { due: number; held: number; disposed: number } | null;
    recordings: KeptRecording[] | null;
    chosen: string[];
    disposals: Disposal[] | null;
    disposal: DisposalDetail | null;
    holds: Hold[] | null;
    storage: StorageReport | null;
    acts: RetentionAct[] | null;
    accesses: RecordingAccess[] | null;
    query: AccessQuery;
    /** Of the list that is shown: what to ask for the next page by. */
    next: string | null;
    dialog: ArchiveDialog | null;
    busy: boolean;
    problem: Problem | null;
}

export type ArchiveEvent =
    | { type: 'user'; user: StaffUser }
    | { type: 'known'; items: ArchiveState['items']; users: StaffUser[] }
    | { type: 'tab'; tab: Tab }
    | { type: 'terms'; terms: TermState }
    | { type: 'recordings'; recordings: KeptRecording[]; next: string | null; counts: NonNullable<ArchiveState['counts']>; more: boolean }
    | { type: 'choose'; recording: string; chosen: boolean }
    | { type: 'choose-all'; chosen: boolean }
    | { type: 'disposals'; disposals: Disposal[] }
    | { type: 'disposal'; disposal: DisposalDetail | null }
    | { type: 'holds'; holds: Hold[] }
    | { type: 'storage'; storage: StorageReport }
    | { type: 'acts'; acts: RetentionAct[]; next: string | null; more: boolean }
    | { type: 'accesses'; accesses: RecordingAccess[]; next: string | null; more: boolean }
    | { type: 'query'; query: Partial<AccessQuery> }
    | { type: 'dialog'; dialog: ArchiveDialog | null }
    | { type: 'busy'; busy: boolean }
    | { type: 'problem'; problem: Problem | null };
