/** What a view may ask for. The controllers implement these, tests record them. */
import type { ConclusionActions, RecordActions } from './inspection.js';
import type { FindingResult } from './protocol.js';
import type { StepsActions } from './steps.js';

export interface ApplicantActions {
    tickConsent(ticked: boolean): void;
    showNotice(open: boolean): void;
    readAloud(text: string): void;
    start(): void;
    retryDevices(): void;
    enterWaiting(): void;
    leave(): void;
    comeBack(): void;
    flipCamera(): void;
    toggleTorch(): void;
    toggleMute(): void;
    restartCamera(): void;
    askHangUp(ask: boolean): void;
    hangUp(): void;
    foldGuide(folded: boolean): void;
    soundBlocked(): void;
    allowSound(): void;
    record: RecordActions;
    frame(width: number, height: number): void;
}

export interface NewVisit {
    number: string;
    applicant: string;
    premises: string;
    item: string;
    scheduledAtMs: number;
    /** false: nobody may look at it while it runs */
    observation?: boolean;
    inspectors: string[];
}

export interface StaffActions {
    signIn(account: string, password: string, code?: string): void;
    signOut(): void;
    openRoom(visit: string, admit: string | null): void;
    closeRoom(): void;
    showNewVisit(open: boolean): void;
    createVisit(input: NewVisit): void;
    invite(visit: string): void;
    copyInvitation(): void;
    closeInvitation(): void;
    chooseDay(dayMs: number): void;
    dismissNotice(): void;
}

export interface RoomActions {
    admit(participant: string): void;
    select(checkpoint: string): void;
    toggleCheckpoint(checkpoint: string): void;
    setResult(checkpoint: string, result: FindingResult | null): void;
    draftNote(checkpoint: string, note: string): void;
    saveNote(checkpoint: string): void;
    resolveConflict(checkpoint: string, keep: 'mine' | 'theirs'): void;
    takeStill(): void;
    openStill(still: string | null): void;
    toggleMute(): void;
    toggleCamera(): void;
    startMedia(): void;
    showCameras(open: boolean): void;
    addCamera(name: string, url: string): void;
    removeCamera(camera: string): void;
    choosePicture(camera: string | null): void;
    showSideBySide(on: boolean): void;
    askEnd(ask: boolean): void;
    endVisit(conclusion: string): void;
    rewindTo(atMs: number): void;
    goLive(): void;
    replaySound(on: boolean): void;
    showKeys(open: boolean): void;
    allowSound(): void;
    soundBlocked(): void;
    dismissNotice(): void;
    leave(): void;
    conclusion: ConclusionActions;
    steps: StepsActions;
}
