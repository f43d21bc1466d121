/** Forms that are filled in together: docs/co-form.md. */
import type { TextOp } from '../src/coform/text-op.js';

export type FormValue = string | boolean | null | string[];

export interface JsonSchema {
    type?: string;
    properties?: Record<string, JsonSchema>;
    required?: string[];
    allOf?: { if?: JsonSchema; then?: JsonSchema }[];
    items?: JsonSchema;
    enum?: FormValue[];
    format?: string;
    pattern?: string;
    minLength?: number;
    maxLength?: number;
    minItems?: number;
    maxItems?: number;
    minimum?: number;
    maximum?: number;
    [keyword: string]: unknown;
}

export interface LayoutField {
    field: string;
    widget: string;
    label_zh: string;
    label_en: string;
    hint_zh?: string;
    hint_en?: string;
    sensitive?: boolean;
    prefill?: string;
    when?: { field: string; is: FormValue[] };
    options?: { value: string; label_zh: string; label_en: string }[];
    fields?: LayoutField[];
    row_zh?: string;
    row_en?: string;
}

export interface LayoutSection {
    section: string;
    title_zh: string;
    title_en: string;
    text_zh?: string;
    text_en?: string;
    fields: LayoutField[];
}

export interface FormDefinition {
    code: string;
    version: number;
    title_zh: string;
    title_en: string;
    lead_zh?: string;
    lead_en?: string;
    withdrawn?: boolean;
    items: string[];
    schema: JsonSchema;
    layout: LayoutSection[];
}

export interface FormField {
    name: string;
    group: FormField | null;
    section: string;
    kind: 'text' | 'choice' | 'flag' | 'date' | 'files' | 'group';
    layout: LayoutField;
    numeric: boolean;
    needed: boolean;
    sensitive: boolean;
    minimum: number;
    maximum: number;
    minCount: number;
    maxCount: number;
    format: string | null;
    pattern: RegExp | null;
    options: string[];
    fields: FormField[];
}

/** A value with where it came from. */
export interface FormEntry {
    value?: FormValue;
    /** Instead of the value: so many characters that are not for us. */
    masked?: number;
    revision: number;
    by?: string | null;
    name?: string;
    role?: 'applicant' | 'helper' | 'system';
    source?: string;
    at?: number;
}

export interface FormComment {
    id: string;
    path: string;
    text: string;
    by: string;
    name: string;
    role: string;
    at: number;
    resolved: boolean;
}

export interface Confirmation {
    by: string;
    name: string;
    how: 'tap' | 'voice';
    at: number;
    revision: number;
}

export interface FormView {
    id: string;
    form: string;
    version: number;
    revision: number;
    state: string;
    fields: Record<string, FormEntry>;
    rows: Record<string, string[]>;
    sections: Record<string, Confirmation>;
    shown: string[];
    comments: FormComment[];
    signature: { id: string; by: string; name: string; at: number; revision: number } | null;
    patches: Record<string, string[]>;
}

export interface FormPatch {
    patch: string;
    path: string;
    base: number;
    source: string;
    text?: TextOp;
    value?: FormValue;
    add?: string;
    remove?: string;
    at?: number;
}

export interface FormChange {
    kind: string;
    revision: number;
    path?: string;
    patch?: string;
    field?: FormEntry;
    entry?: FormEntry;
    text?: TextOp;
    value?: FormValue;
    rows?: string[];
    section?: string;
    confirmed?: Confirmation;
    unconfirmed?: string;
    unsigned?: boolean;
    shown?: boolean;
    comment?: FormComment;
    signature?: FormView['signature'];
    state?: string;
}

export interface Pending {
    flight?: FormPatch;
    waiting?: { source: string; text?: TextOp; value?: FormValue };
    /** Of rows, in order. */
    queue?: FormPatch[];
    /** Does not leave before the document has come anew. */
    held?: boolean;
}

export interface UndoStep {
    path: string;
    atMs: number;
    text?: TextOp;
    before?: FormValue;
    set?: FormValue;
    rows?: Pick<FormPatch, 'add' | 'remove' | 'at'>;
}

export interface CoformState {
    view: FormView;
    pending: Record<string, Pending>;
    undo: UndoStep[];
    /** What the server did not take, kept for its author. */
    lost: Record<string, { mine: FormValue; code: string }>;
    /** The line broke and the document has not come anew yet. */
    broken: boolean;
}

/** What a page keeps beside itself while it is not with the server: of one form, the fields that are under way. */
export interface FormSnapshot {
    form: string;
    fields: Record<string, FormEntry>;
    pending: Record<string, Pending>;
}
