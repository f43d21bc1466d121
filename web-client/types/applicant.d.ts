/** The applicant's page. */
import type { UploadsShown } from './uploads.js';
import type { Problem } from './base.js';
import type { Capture, DeviceProblem, Facing } from './media.js';
import type { Location } from './protocol.js';
import type { RecordEvent, RecordSheet } from './inspection.js';
import type { StepsEvent, StepsState } from './steps.js';
import type { OwnMedia, VisitEvent, VisitState } from './visit.js';
import type { Interruption, InterruptionEvent } from '../src/media/interruption.js';

export type Phase = 'opening' | 'refused' | 'welcome' | 'check' | 'waiting' | 'visit' | 'ended' | 'left' | 'replaced';

export type CheckState = 'idle' | 'asking' | 'good' | 'fair' | 'poor' | DeviceProblem;

export interface DeviceCheck {
    camera: CheckState;
    microphone: CheckState;
    network: CheckState;
    location: CheckState;
    fix: Location | null;
    /** The microphone was heard at least once. */
    heard: boolean;
    level: number;
}

export interface ApplicantState {
    phase: Phase;
    visit: VisitState;
    problem: Problem | null;
    consentTicked: boolean;
    /** The reader pressed the button without agreeing. */
    consentMissed: boolean;
    noticeOpen: boolean;
    check: DeviceCheck;
    own: OwnMedia;
    interruption: Interruption;
    dialog: 'hang-up' | null;
    /** Waiting for the server's answer to the main button. */
    busy: boolean;
    /** `kept`: on the phone, on its way to the server. */
    still: { state: 'idle' | 'taking' | 'kept' | 'sent' | 'failed'; atMs: number };
    uploads: UploadsShown;
    speaking: boolean;
    guideFolded: boolean;
    /** Sound needs a tap on this browser. */
    soundBlocked: boolean;
    endReason: string | null;
    waitingSinceMs: number | null;
    record: RecordSheet;
    steps: StepsState;
    /** Left out of the visit itself, not out of the waiting room. */
    hungUp: boolean;
}

export type ApplicantEvent =
    | VisitEvent
    | RecordEvent
    | StepsEvent
    | { type: 'consent-ticked'; ticked: boolean }
    | { type: 'consent-missed' }
    | { type: 'notice'; open: boolean }
    | { type: 'busy'; busy: boolean }
    | { type: 'problem'; problem: Problem | null }
    | { type: 'consented' }
    | { type: 'check-started' }
    | { type: 'captured'; capture: Capture; stream: MediaStream | null; cameras: number; torchAvailable: boolean; facing: Facing }
    | { type: 'video-changed'; track: MediaStreamTrack; stream: MediaStream; facing: Facing; torchAvailable: boolean }
    | { type: 'level'; level: number }
    | { type: 'network'; state: CheckState }
    | { type: 'location'; state: CheckState; fix: Location | null }
    | { type: 'waiting' }
    | { type: 'camera-busy'; busy: boolean }
    | { type: 'torch'; on: boolean }
    | { type: 'muted'; muted: boolean }
    | { type: 'interruption'; event: InterruptionEvent }
    | { type: 'dialog'; dialog: 'hang-up' | null }
    | { type: 'uploads'; shown: UploadsShown }
    | { type: 'still'; state: ApplicantState['still']['state']; atMs: number }
    | { type: 'speaking'; speaking: boolean }
    | { type: 'guide-folded'; folded: boolean }
    | { type: 'sound-blocked'; blocked: boolean }
    | { type: 'left' }
    | { type: 'no-invitation' };
