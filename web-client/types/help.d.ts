/** Assisted service: the applicant's page /help and the helper's page /helpdesk. */
import type { Problem } from './base.js';
import type { CoformState, FormDefinition } from './coform.js';
import type { FormPointed } from './protocol.js';
import type { OwnMedia, VisitEvent, VisitState } from './visit.js';

export interface TicketState {
    ticket: string;
    number: number;
    state: 'waiting' | 'paired' | 'missed' | 'done';
    ahead: number;
    estimate_s: number;
    helper: string | null;
}

export interface DeskTicket {
    ticket: string;
    number: number;
    visit: string;
    subject: string;
    name: string;
    phone: string | null;
    language: string;
    since: number;
    state: string;
    present: boolean;
    head: boolean;
    notes: string;
    helper: string | null;
}

export interface DeskHelper {
    user: string;
    name: string;
    state: 'free' | 'offered' | 'serving' | 'break';
    subjects: string[];
    languages: string[];
    ticket: string | null;
}

export interface DeskQueue {
    duty: boolean;
    /** The visit that was given to us. */
    paired: string | null;
    waiting: DeskTicket[];
    missed: DeskTicket[];
    helpers: DeskHelper[];
}

export interface FormSummary {
    code: string;
    version: number;
    title_zh: string;
    title_en: string;
    lead_zh: string;
    lead_en: string;
    items: string[];
}

/** What both pages hold of the form that is filled in together. */
export interface SharedForm {
    coform: CoformState | null;
    definition: FormDefinition | null;
    /** Where the others are: participant → the last word. */
    points: Record<string, FormPointed>;
    /** The field that somebody points at for us. */
    pressed: { path: string; name: string; atMs: number } | null;
    /** Faults are shown of fields that were left, and of all once submitting was tried. */
    touched: Record<string, true>;
    checked: boolean;
    /** The field whose remarks are open. */
    remarks: string | null;
    signing: boolean;
}

export type SharedFormEvent =
    | { type: 'definition'; definition: FormDefinition }
    | { type: 'coform'; coform: CoformState }
    | { type: 'touched'; path: string }
    | { type: 'checked' }
    | { type: 'remarks'; path: string | null }
    | { type: 'signing'; open: boolean }
    | { type: 'pressed-seen' };

/** The first view: what is it about, who is asking. */
export interface HelpEntry {
    opening: boolean;
    forms: FormSummary[];
    subject: string | null;
    /** What was begun on this device and can be continued. */
    draft: { token: string; subject: string } | null;
    problem: Problem | null;
    busy: boolean;
}

export type HelpPhase = 'opening' | 'in' | 'ended' | 'left' | 'replaced' | 'refused';

export interface HelpState {
    phase: HelpPhase;
    visit: VisitState;
    form: SharedForm;
    ticket: TicketState | null;
    own: OwnMedia;
    problem: Problem | null;
    busy: boolean;
    speaking: boolean;
    soundBlocked: boolean;
    endReason: string | null;
    /** The applicant's part: filling in, or looking at everything before signing. */
    confirmLeave: boolean;
    capture: Capturing | null;
}

export type HelpEvent =
    | VisitEvent
    | SharedFormEvent
    | { type: 'phase'; phase: HelpPhase }
    | { type: 'own'; own: Partial<OwnMedia> }
    | { type: 'problem'; problem: Problem | null }
    | { type: 'busy'; busy: boolean }
    | { type: 'speaking'; speaking: boolean }
    | { type: 'sound-blocked'; blocked: boolean }
    | { type: 'confirm-leave'; open: boolean }
    | { type: 'capture'; capture: Partial<Capturing> | null };

export interface DeskState {
    phase: 'opening' | 'sign-in' | 'desk';
    user: { id: string; account: string; name: string; role: string } | null;
    queue: DeskQueue | null;
    duty: { subjects: string[]; languages: string[] };
    forms: FormSummary[];
    problem: Problem | null;
    busy: boolean;
    lineLost: boolean;
    nowMs: number;
}

/** Filling in, whoever does it. */
export interface FormActions {
    edit(path: string, text: string): void;
    choose(path: string, value: import('./coform.js').FormValue): void;
    addRow(group: string): void;
    removeRow(group: string, row: string): void;
    enter(path: string): void;
    leave(path: string): void;
    show(path: string, shown: boolean): void;
    remark(path: string, text: string): void;
    resolve(comment: string): void;
    openRemarks(path: string | null): void;
    point(path: string, kind: 'highlight' | 'press'): void;
    confirm(section: string, how: 'tap' | 'voice'): void;
    undo(): void;
    useMine(path: string): void;
    dismiss(path: string): void;
    startSigning(): void;
    cancelSigning(): void;
    sign(path: string): void;
    submit(): void;
    read(text: string): void;
    capture(path: string, label: string): void;
    dropPage(path: string, page: string): void;
}

/** Photographing a document, page by page. */
export interface Capturing {
    path: string;
    label: string;
    stage: 'opening' | 'aim' | 'no-camera' | 'sending' | 'judged';
    stream: MediaStream | null;
    edges: 'none' | 'some' | 'all';
    pages: number;
    verdict: string | null;
    picture: string | null;
    problem: Problem | null;
}

export interface CaptureActions {
    shoot(): void;
    chosen(files: File[]): void;
    again(): void;
    more(): void;
    done(): void;
}
