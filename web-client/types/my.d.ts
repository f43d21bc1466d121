/** The applicant's page of a case, by its link. */
import type { Language, Problem } from './base.js';
import type { OfficeTranslate } from '../src/i18n/office.js';
import type { Translate } from '../src/i18n/index.js';

export interface MyVisit {
    id: string;
    state: 'scheduled' | 'waiting' | 'live' | 'ended';
    scheduled_at: number;
    started_at: number | null;
    ended_at: number | null;
    decision: string | null;
    deadline_at: number | null;
    conclusion: string | null;
    cancelled_at: number | null;
    no_show_at: number | null;
    evaluation?: number | null;
}

export interface RectificationPoint {
    checkpoint: string;
    result: string;
    note: string;
    before_still: string | null;
    state: 'open' | 'answered' | 'again' | 'accepted' | 'revisit';
    words: string | null;
    decided_by?: string | null;
    title_zh?: string;
    title_en?: string;
    guide_zh?: string;
    guide_en?: string;
}

export interface Rectification {
    id: string;
    case: string;
    visit: string;
    state: 'open' | 'answered' | 'accepted' | 'revisit';
    remark: string;
    deadline_at: number;
    revision: number;
    case_number: string;
    applicant: string;
    premises: string;
    item_code: string;
    item_version: number;
    points: RectificationPoint[];
    answers: { id: string; checkpoint: string; words: string; at: number }[];
    pictures: { id: string; checkpoint: string; answer: string | null; sha256: string; bytes: number; at: number }[];
}

export interface MyCase {
    case: { id: string; case_number: string; item_code: string; applicant: string; premises: string };
    item: { code: string; version: number; name_zh: string; name_en: string } | null;
    visits: MyVisit[];
    rectification: Rectification | null;
    may_book: boolean;
    appointment: { visit: string; at: number; may_change: number } | null;
}

export interface MySlot {
    rule: string;
    at: number;
    minutes: number;
    free: number;
}

export interface MyState {
    mine: MyCase | null;
    slots: MySlot[] | null;
    /** The day that is open, and the time that was chosen. */
    day: string;
    chosen: MySlot | null;
    /** The point that is answered: its code, pictures that are sent, words. */
    answering: string | null;
    sent: { id: string; url: string }[];
    camera: MediaStream | null;
    score: number;
    problem: Problem | null;
    good: string | null;
    busy: boolean;
    /** Addresses (blob:) of pictures that have come. */
    pictures: Record<string, string>;
}

export interface MyActions {
    enter(visit: string): void;
    showSlots(): void;
    day(day: string): void;
    choose(slot: MySlot): void;
    book(): void;
    cancel(): void;
    answer(checkpoint: string | null): void;
    openCamera(): void;
    shoot(video: HTMLVideoElement): void;
    pick(files: FileList | null): void;
    send(words: string): void;
    score(score: number): void;
    evaluate(visit: string, words: string): void;
    attach(file: File): void;
}

export interface MyWords {
    language: Language;
    t: Translate;
    o: OfficeTranslate;
    change: (next: Language) => void;
}
