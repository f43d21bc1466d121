/** The end of an inspection: the record as both sides see it (docs/http-api.yaml, tag `records`). */
import type { Problem } from './base.js';
import type { FindingResult } from './protocol.js';

export type Decision = 'passed' | 'rectify' | 'failed' | 'on-site';

export interface Signature {
    participant: string;
    name: string;
    role: string;
    act: 'signed' | 'refused';
    words: string;
    noted_by: string | null;
    at: number;
}

/** What `room` tells of the newest record. */
export interface RecordSummary {
    version: number;
    state: 'open' | 'signed';
    decision: Decision;
    remark: string;
    deadline_at: number | null;
    inspectors_min: number;
    digest: string;
    by: string;
    created_at: number;
    signed_at: number | null;
    /** A finding was changed after it. */
    stale: boolean;
    /** Its PDF is there. */
    made: boolean;
    signatures: Signature[];
}

export interface RecordFinding {
    code: string;
    title_zh: string;
    title_en: string;
    required: boolean;
    result: FindingResult | null;
    note: string | null;
    stills: number[];
    measurements: { value: string; unit: string; verdict: string | null }[];
}

/** The part of the content that the applicant is shown. */
export interface RecordContent {
    number: string;
    visit: { case_number: string; applicant: string; premises: string; started_at: number };
    item: { name_zh: string; name_en: string };
    people: { id: string; name: string; role: string; credential?: string | null; present: boolean }[];
    findings: RecordFinding[];
    gaps: { from: number; to: number; reason: string }[];
    decision: Decision;
    remark: string;
    deadline_at: number | null;
}

/** The applicant's sheet. */
export interface RecordSheet {
    /** The version whose content is here. */
    version: number;
    digest: string;
    content: RecordContent | null;
    loading: boolean;
    mode: 'read' | 'sign' | 'refuse';
    strokes: number[][];
    comment: string;
    reason: string;
    busy: boolean;
    problem: Problem | null;
    /** Pressed "sign" without one, "refuse" without a reason. */
    missed: boolean;
}

export type RecordEvent =
    | { type: 'record-loading'; version: number }
    | { type: 'record-loaded'; version: number; digest: string; content: RecordContent }
    | { type: 'record-mode'; mode: RecordSheet['mode'] }
    | { type: 'record-strokes'; strokes: number[][] }
    | { type: 'record-words'; comment?: string; reason?: string }
    | { type: 'record-missed' }
    | { type: 'record-busy'; busy: boolean }
    | { type: 'record-problem'; problem: Problem | null };

export interface RecordActions {
    mode(mode: RecordSheet['mode']): void;
    write(strokes: number[][]): void;
    comment(text: string): void;
    reason(text: string): void;
    sign(): void;
    refuse(): void;
    reload(): void;
}

/** The inspectors' sheet. */
export interface ConclusionSheet {
    open: boolean;
    /** Decide anew although there is a record. */
    anew: boolean;
    decision: Decision | null;
    remark: string;
    days: string;
    busy: boolean;
    problem: Problem | null;
    refusing: boolean;
}

export type ConclusionEvent =
    | { type: 'conclusion-open'; open: boolean }
    | { type: 'conclusion-anew'; anew: boolean }
    | { type: 'conclusion-draft'; decision?: Decision; remark?: string; days?: string }
    | { type: 'conclusion-busy'; busy: boolean }
    | { type: 'conclusion-problem'; problem: Problem | null }
    | { type: 'conclusion-refusing'; refusing: boolean }
    | { type: 'conclusion-done' };

export interface ConclusionActions {
    show(open: boolean): void;
    anew(anew: boolean): void;
    draft(change: { decision?: Decision; remark?: string; days?: string }): void;
    conclude(): void;
    countersign(password: string): void;
    noteRefusal(reason: string): void;
    refusing(refusing: boolean): void;
}
