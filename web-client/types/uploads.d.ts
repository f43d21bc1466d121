/** Pictures on their way from the phone: kept on it until the server has every byte. */
import type { QualityLevel } from './media.js';

export interface Upload {
    /** Id of the still. */
    id: string;
    visit: string;
    picture: Blob;
    sha256: string;
    /** The resume token in force when it was taken, or a later one: it must go on after a reload and after the end. */
    token: string;
    takenAtMs: number;
}

/** A private window may refuse to keep anything: then it is kept until the page is gone. */
export interface UploadStore {
    all(): Promise<Upload[]>;
    put(upload: Upload): Promise<void>;
    remove(id: string): Promise<void>;
}

/** What the reader is told: how many wait, and how far the first of them is. */
export interface UploadsShown {
    waiting: number;
    sent: number;
    total: number;
    /** Held back, so that the talk is not disturbed. */
    yielding: boolean;
}

export interface Pace {
    /** 0: nothing now. */
    bytes: number;
    waitMs: number;
}

export interface PaceInput {
    level: QualityLevel;
    availableKbps: number | null;
    /** How long the uplink has been poor without a break; 0 when it is not. */
    poorMs: number;
    /** Whether anybody is being talked to; without a call the whole uplink is free. */
    inCall: boolean;
}
