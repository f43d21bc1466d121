/** Small types which everything shares. Times named …Ms are milliseconds, fields of messages are microseconds. */

export type Language = 'zh' | 'en';

export interface Store<S, E> {
    readonly state: S;
    dispatch(event: E): void;
    /** Returns the function which ends the subscription. */
    subscribe(listener: (state: S) => void): () => void;
}

/** Time and timers, so that tests can turn the clock. */
export interface Clock {
    now(): number;
    after(ms: number, action: () => void): number;
    every(ms: number, action: () => void): number;
    cancel(timer: number): void;
}

/** What of sessionStorage and localStorage is used; a private window may refuse both. */
export interface Storage {
    get(key: string): string | null;
    set(key: string, value: string): void;
    remove(key: string): void;
}

/** A sentence in both languages, as the server sends them. */
export interface Sentence {
    zh: string;
    en: string;
}

/** What went wrong: a stable code and what to tell the reader. */
export interface Problem {
    code: string;
    message: Sentence;
    status?: number;
    /** Whatever else the server said, for example the current finding of a conflict. */
    detail?: Record<string, unknown>;
}
