/**
 * The applicant's page as a pure machine: which of its screens is shown, and what is on it.
 */

import { nextInterruption, uninterrupted } from '../media/interruption.js';
import { noSheet, reduceSheet } from './record-sheet.js';
import { noSteps, reduceSteps } from './steps.js';
import { initialVisit, reduceVisit, self } from './visit.js';

/** @import { ApplicantEvent, ApplicantState, CheckState, DeviceCheck, Phase } from '../../types/applicant.js' */
/** @import { Capture } from '../../types/media.js' */
/** @import { Welcome } from '../../types/protocol.js' */

/** Version of the notice whose text the catalogues of src/i18n carry. */
export const NOTICE_VERSION = '2026-11';

/** Above this the bar counts as a voice, not as the hum of a fridge. */
const HEARD_LEVEL = 0.3;

/** @type {DeviceCheck} */
const unchecked = { camera: 'idle', microphone: 'idle', network: 'idle', location: 'idle', fix: null, heard: false, level: 0 };

/** @param {number} nowMs @returns {ApplicantState} */
export function initialApplicant(nowMs) {
    return {
        phase: 'opening', visit: initialVisit(nowMs), problem: null,
        consentTicked: false, consentMissed: false, noticeOpen: false,
        check: unchecked,
        own: { video: null, audio: null, stream: null, facing: 'environment', cameras: 0, torchAvailable: false, torch: false, muted: false, busy: false },
        interruption: uninterrupted, dialog: null, busy: false,
        still: { state: 'idle', atMs: 0 }, uploads: { waiting: 0, sent: 0, total: 0, yielding: false }, speaking: false, guideFolded: false, soundBlocked: false, endReason: null, waitingSinceMs: null, hungUp: false, record: noSheet, steps: noSteps,
    };
}

/** @type {readonly Phase[]} */
const final = ['ended', 'left', 'replaced', 'refused'];

/** The screen that belongs to what the server says of us. @param {ApplicantState} state @returns {Phase} */
function phaseOf(state) {
    if (final.includes(state.phase))
        return state.phase;
    if (state.visit.visit?.state === 'ended')
        return 'ended';
    switch (self(state.visit)?.state) {
    case 'admitted':
    case 'connected':
    case 'away':
        return 'visit';
    case 'waiting':
        return 'waiting';
    case 'invited':
        /* The waiting room was left on the server's side: only the applicant's own steps come before it. */
        return state.phase === 'waiting' || state.phase === 'opening' ? 'welcome' : state.phase;
    default:
        return state.phase === 'opening' ? 'welcome' : state.phase;
    }
}

/** @param {ApplicantState} state @param {Welcome} welcome @returns {ApplicantState} */
function welcomed(state, welcome) {
    const next = { ...state, problem: null, consentTicked: state.consentTicked || welcome.consent !== null };
    if (final.includes(state.phase))
        return next;
    if (welcome.visit?.state === 'ended')
        return { ...next, phase: 'ended' };
    if (welcome.state === 'admitted' || welcome.state === 'connected' || (welcome.state === 'away' && welcome.visit?.state === 'live'))
        return { ...next, phase: 'visit' };
    if (welcome.state === 'waiting')
        return { ...next, phase: 'waiting' };
    return { ...next, phase: state.phase === 'opening' ? 'welcome' : state.phase };
}

/** @param {DeviceCheck} check @param {Capture} capture @returns {DeviceCheck} */
function captured(check, capture) {
    /** @param {MediaStreamTrack | null} track @param {CheckState | null} problem @returns {CheckState} */
    const state = (track, problem) => (track ? 'good' : problem ?? 'failed');
    return { ...check, camera: state(capture.video, capture.videoProblem), microphone: state(capture.audio, capture.audioProblem) };
}

/** @param {ApplicantState} state @param {ApplicantEvent} event @returns {ApplicantState} */
function step(state, event) {
    switch (event.type) {
    case 'link-open':
        return welcomed(state, event.welcome);
    case 'link-closed':
        if (event.reason === 'replaced')
            return { ...state, phase: 'replaced' };
        if (event.reason === 'ended')
            return { ...state, phase: 'ended' };
        if (event.reason === 'left')
            return state;
        return { ...state, phase: state.phase === 'left' ? 'left' : 'refused', problem: event.problem };
    case 'message':
        if (event.message.type === 'visit-ended')
            return { ...state, phase: 'ended', endReason: event.message.reason, dialog: null };
        return event.message.type === 'room' ? { ...state, phase: phaseOf(state) } : state;
    case 'no-invitation':
        return { ...state, phase: 'refused', problem: null };
    case 'consent-ticked':
        return { ...state, consentTicked: event.ticked, consentMissed: false };
    case 'consent-missed':
        return { ...state, consentMissed: true };
    case 'notice':
        return { ...state, noticeOpen: event.open };
    case 'busy':
        return { ...state, busy: event.busy };
    case 'problem':
        return { ...state, problem: event.problem, busy: false };
    case 'consented':
        return { ...state, phase: 'check', busy: false, problem: null };
    case 'check-started':
        return { ...state, check: { ...unchecked, camera: 'asking', microphone: 'asking', network: 'asking', location: 'asking' } };
    case 'captured':
        return { ...state, check: captured(state.check, event.capture), own: { ...state.own, video: event.capture.video, audio: event.capture.audio,
            stream: event.stream, cameras: event.cameras, torchAvailable: event.torchAvailable, torch: false, facing: event.facing, busy: false } };
    case 'video-changed':
        return { ...state, own: { ...state.own, video: event.track, stream: event.stream, facing: event.facing,
            torchAvailable: event.torchAvailable, torch: false, busy: false } };
    case 'level':
        return { ...state, check: { ...state.check, level: event.level, heard: state.check.heard || event.level > HEARD_LEVEL } };
    case 'network':
        return { ...state, check: { ...state.check, network: event.state } };
    case 'location':
        return { ...state, check: { ...state.check, location: event.state, fix: event.fix } };
    case 'waiting':
        return { ...state, phase: state.phase === 'visit' ? 'visit' : 'waiting', busy: false, problem: null };
    case 'camera-busy':
        return { ...state, own: { ...state.own, busy: event.busy } };
    case 'torch':
        return { ...state, own: { ...state.own, torch: event.on } };
    case 'muted':
        return { ...state, own: { ...state.own, muted: event.muted } };
    case 'interruption':
        return { ...state, interruption: nextInterruption(state.interruption, event.event) };
    case 'dialog':
        return { ...state, dialog: event.dialog };
    case 'still':
        return { ...state, still: { state: event.state, atMs: event.atMs } };
    case 'uploads':
        return { ...state, uploads: event.shown };
    case 'speaking':
        return { ...state, speaking: event.speaking };
    case 'guide-folded':
        return { ...state, guideFolded: event.folded };
    case 'sound-blocked':
        return { ...state, soundBlocked: event.blocked };
    case 'left':
        return { ...state, phase: 'left', hungUp: state.phase === 'visit', dialog: null, busy: false, waitingSinceMs: null };
    default:
        return state;
    }
}

/**
 * @param {ApplicantState} state
 * @param {ApplicantEvent} event
 * @returns {ApplicantState}
 */
export function reduceApplicant(state, event) {
    const visit = reduceVisit(state.visit, event);
    const before = visit === state.visit ? state : { ...state, visit };
    const stepped = step(before, event);
    const sheet = reduceSheet(stepped.record, event);
    const steps = reduceSteps(stepped.steps, event);
    const after = sheet === stepped.record && steps === stepped.steps ? stepped : { ...stepped, record: sheet, steps };
    /* A new check point unfolds its guide again: what is wanted now must be read. */
    const code = after.visit.room?.checkpoint?.code;
    if (after.phase === 'waiting' && after.waitingSinceMs === null)
        return { ...after, waitingSinceMs: after.visit.nowMs };
    return code !== state.visit.room?.checkpoint?.code ? { ...after, guideFolded: false } : after;
}

/**
 * What lies over the picture, most urgent first; null when all is well.
 * @param {ApplicantState} state
 * @returns {'paused' | 'link' | 'media' | 'camera' | null}
 */
export function interruptionShown(state) {
    if (state.phase !== 'visit')
        return null;
    if (state.interruption.sinceMs !== null)
        return 'paused';
    if (!state.own.video && !state.own.busy)
        return 'camera';
    if (state.visit.link.state === 'lost' && state.visit.media.state !== 'connected')
        return 'link';
    if (['unsteady', 'failed'].includes(state.visit.media.state) || (state.visit.media.state !== 'connected' && state.visit.media.attempt > 0))
        return 'media';
    return null;
}
