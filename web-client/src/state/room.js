/**
 * The inspector's room as a pure machine: the common visit, the check list with drafts and conflicts, live or rewound.
 */

import { checkpointsOf } from '../base/item.js';
import { noConclusion, reduceConclusion } from './conclusion.js';
import { noSteps, reduceSteps } from './steps.js';
import { contentOf, mergeFinding } from './finding.js';
import { initialVisit, reduceVisit } from './visit.js';

/** @import { Draft, RoomEvent, RoomState } from '../../types/staff.js' */
/** @import { Finding, Room } from '../../types/protocol.js' */

/** @param {number} nowMs @returns {RoomState} */
export function initialRoom(nowMs) {
    return {
        phase: 'opening', visit: initialVisit(nowMs),
        own: { video: null, audio: null, stream: null, muted: false, cameraOff: false, videoProblem: null, audioProblem: null },
        problem: null, notice: null, selected: null, drafts: {}, conflicts: {}, dialog: null, picture: null, sideBySide: false, addingCamera: false, ending: false, still: null,
        playback: { mode: 'live', atMs: 0, sound: false, state: 'idle' }, soundBlocked: false, admitting: null, conclusion: noConclusion, steps: noSteps,
    };
}

/** @param {RoomState} state @param {string} checkpoint @returns {Finding | null} */
export const findingOf = (state, checkpoint) =>
    state.visit.room?.findings.find((finding) => finding.checkpoint === checkpoint) ?? null;

/** What the screen shows for a check point: the draft if there is one. @param {RoomState} state @param {string} checkpoint */
export const shownFinding = (state, checkpoint) => state.drafts[checkpoint] ?? contentOf(findingOf(state, checkpoint));

/** @template V @param {Record<string, V>} record @param {string} key @returns {Record<string, V>} */
function without(record, key) {
    const { [key]: _, ...rest } = record;
    return rest;
}

/** @param {RoomState} state @param {Extract<RoomEvent, { type: 'draft' }>} event @returns {RoomState} */
function drafted(state, event) {
    const finding = findingOf(state, event.checkpoint);
    const before = state.drafts[event.checkpoint] ?? { ...contentOf(finding), base: finding, state: /** @type {const} */ ('edited') };
    /** @type {Draft} */
    const draft = { ...before, state: 'edited',
        ...(event.result === undefined ? {} : { result: event.result }), ...(event.note === undefined ? {} : { note: event.note }) };
    return { ...state, drafts: { ...state.drafts, [event.checkpoint]: draft } };
}

/** Somebody saved before us. Merge what can be merged, ask about the rest. @param {RoomState} state @param {string} checkpoint @param {Finding} theirs @returns {RoomState} */
function conflicted(state, checkpoint, theirs) {
    const draft = state.drafts[checkpoint];
    if (!draft)
        return state;
    const merged = mergeFinding(contentOf(draft.base), draft, theirs);
    if (merged)
        return { ...state, drafts: { ...state.drafts, [checkpoint]: { ...merged, base: theirs, state: 'edited' } } };
    return { ...state, drafts: { ...state.drafts, [checkpoint]: { ...draft, state: 'edited' } },
        conflicts: { ...state.conflicts, [checkpoint]: { mine: { result: draft.result, note: draft.note }, theirs } } };
}

/** @param {RoomState} state @param {string} checkpoint @param {'mine' | 'theirs'} keep @returns {RoomState} */
function resolved(state, checkpoint, keep) {
    const conflict = state.conflicts[checkpoint];
    if (!conflict)
        return state;
    const drafts = keep === 'theirs' ? without(state.drafts, checkpoint)
        : { ...state.drafts, [checkpoint]: { ...conflict.mine, base: conflict.theirs, state: /** @type {const} */ ('edited') } };
    return { ...state, drafts, conflicts: without(state.conflicts, checkpoint) };
}

/** A draft that the room has caught up with is no draft any more. @param {RoomState} state @param {Room} room @returns {RoomState} */
function settled(state, room) {
    const drafts = Object.fromEntries(Object.entries(state.drafts).filter(([checkpoint, draft]) => {
        const finding = room.findings.find((candidate) => candidate.checkpoint === checkpoint);
        return !(draft.state === 'sending' && finding && finding.result === draft.result && finding.note === draft.note);
    }));
    return Object.keys(drafts).length === Object.keys(state.drafts).length ? state : { ...state, drafts };
}

/** @param {RoomState} state @param {RoomEvent} event @returns {RoomState} */
function step(state, event) {
    switch (event.type) {
    case 'link-open':
        return { ...state, phase: 'in', problem: null, selected: state.selected ?? checkpointsOf(event.welcome.item)[0]?.code ?? null };
    case 'link-closed':
        if (event.reason === 'left' || state.phase === 'ended')
            return state;
        return { ...state, phase: event.reason === 'replaced' ? 'replaced' : event.reason === 'ended' ? 'ended' : 'refused', problem: event.problem };
    case 'message':
        if (event.message.type === 'visit-ended')
            return { ...state, phase: 'ended', dialog: null, ending: false };
        if (event.message.type === 'room') {
            const before = state.visit.room?.checkpoint?.code;
            const next = settled(state, event.message);
            /* Follow the room when a colleague starts a check point. */
            const code = event.message.checkpoint?.code;
            return code && code !== before ? { ...next, selected: code } : next;
        }
        return state;
    case 'captured':
        return { ...state, own: { ...state.own, video: event.capture.video, audio: event.capture.audio, stream: event.stream,
            videoProblem: event.capture.videoProblem, audioProblem: event.capture.audioProblem } };
    case 'muted':
        return { ...state, own: { ...state.own, muted: event.muted } };
    case 'camera-off':
        return { ...state, own: { ...state.own, cameraOff: event.off } };
    case 'problem':
        return { ...state, problem: event.problem, ending: false, admitting: null, addingCamera: false };
    case 'notice':
        return { ...state, notice: event.notice };
    case 'selected':
        return { ...state, selected: event.checkpoint };
    case 'draft':
        return drafted(state, event);
    case 'sending': {
        const draft = state.drafts[event.checkpoint];
        return draft ? { ...state, drafts: { ...state.drafts, [event.checkpoint]: { ...draft, state: 'sending' } } } : state;
    }
    case 'saved': {
        /* The room's message with it may already have come; typing on meanwhile keeps a draft, based on what was saved. */
        const draft = state.drafts[event.checkpoint];
        if (!draft)
            return state;
        if (draft.state === 'sending')
            return (findingOf(state, event.checkpoint)?.revision ?? 0) >= event.revision ? { ...state, drafts: without(state.drafts, event.checkpoint) } : state;
        const base = { checkpoint: event.checkpoint, result: draft.result, note: draft.note, by: '', revision: event.revision };
        return { ...state, drafts: { ...state.drafts, [event.checkpoint]: { ...draft, base } } };
    }
    case 'not-saved': {
        const draft = state.drafts[event.checkpoint];
        return draft ? { ...state, drafts: { ...state.drafts, [event.checkpoint]: { ...draft, state: 'edited' } } } : state;
    }
    case 'conflict':
        return conflicted(state, event.checkpoint, event.theirs);
    case 'conflict-resolved':
        return resolved(state, event.checkpoint, event.keep);
    case 'picture':
        return { ...state, picture: event.picture };
    case 'side-by-side':
        return { ...state, sideBySide: event.on };
    case 'adding-camera':
        return { ...state, addingCamera: event.adding, problem: event.adding ? null : state.problem };
    case 'dialog':
        return { ...state, dialog: event.dialog };
    case 'ending':
        return { ...state, ending: event.ending };
    case 'still':
        return { ...state, still: event.still };
    case 'playback':
        return { ...state, playback: { ...state.playback, ...event.playback } };
    case 'sound-blocked':
        return { ...state, soundBlocked: event.blocked };
    case 'admitting':
        return { ...state, admitting: event.participant };
    default:
        return state;
    }
}

/**
 * @param {RoomState} state
 * @param {RoomEvent} event
 * @returns {RoomState}
 */
export function reduceRoom(state, event) {
    const stepped = step(state, event);
    const conclusion = reduceConclusion(stepped.conclusion, event);
    const steps = reduceSteps(stepped.steps, event);
    const after = conclusion === stepped.conclusion && steps === stepped.steps ? stepped : { ...stepped, conclusion, steps };
    const visit = reduceVisit(after.visit, event);
    return visit === after.visit ? after : { ...after, visit };
}

/** How far the check list is. @param {RoomState} state */
export function progress(state) {
    const checkpoints = checkpointsOf(state.visit.item);
    return { done: checkpoints.filter(({ code }) => shownFinding(state, code).result !== null).length, total: checkpoints.length };
}

/** The applicant whose camera is the site. @param {RoomState} state */
export const applicantOf = (state) => state.visit.room?.participants.find((participant) => participant.role === 'applicant' && participant.state !== 'left') ?? null;
