/** The office page: everything of the staff that is no visit, a section per subject. */
import type { Language, Problem } from './base.js';
import type { Checkpoint, Item } from './protocol.js';
import type { User } from './staff.js';
import type { IconName } from '../src/components/icon.js';
import type { OfficeTranslate } from '../src/i18n/office.js';
import type { Translate } from '../src/i18n/index.js';

export interface OfficeState {
    phase: 'opening' | 'sign-in' | 'in';
    user: User | null;
    /** Of the address: `#catalogue/MKT-01` is section "catalogue" with ["MKT-01"]. */
    section: string;
    rest: string[];
    problem: Problem | null;
    /** The field or limit that the server named beside the problem. */
    detail: string | null;
    good: string | null;
    busy: boolean;
    /** What each section keeps; its type is the section's. */
    own: Record<string, unknown>;
}

export interface OfficeWords {
    language: Language;
    t: Translate;
    o: OfficeTranslate;
    change: (next: Language) => void;
}

/** What a section gets. `T` is what it keeps. */
export interface OfficeContext<T> {
    call: (method: string, address: string, body?: unknown, more?: RequestInit) => Promise<any>;
    words: OfficeWords;
    user: User;
    rest: string[];
    busy: boolean;
    own: T;
    /** The newest, also after an await. */
    now(): T;
    patch(change: Partial<T>): void;
    go(hash: string): void;
    /** Runs it once at a time; what it throws is shown. A sentence that it returns is shown as done. */
    attempt(work: () => Promise<string | void>): void;
}

export interface OfficeSection<T> {
    name: string;
    icon: IconName;
    roles: readonly string[];
    initial: T;
    load(context: OfficeContext<T>): Promise<void>;
    view(context: OfficeContext<T>): unknown;
}

export interface CatalogueItem extends Item {
    version: number;
    division_zh: string;
    division_en: string;
    legal_basis_zh: string;
    inspectors_min?: number;
    modes?: string[];
    video_mandatory?: boolean;
    retention?: string;
    audit_percent?: number;
    exclusions_zh?: string;
    exclusions_en?: string;
    checkpoints: Checkpoint[];
}

export interface ItemVersion {
    version: number;
    effective_at: number;
    published_at: number;
    published_by: string | null;
}

export interface ItemDraft {
    code: string;
    revision: number;
    changed_at: number;
    changed_by: string;
}
