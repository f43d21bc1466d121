/**
 * The common part of a visit's state, from the messages of the line and of the peer connection.
 */

import { nextQuality, unknownQuality } from '../media/quality.js';

/** @import { Presence, VisitEvent, VisitState } from '../../types/visit.js' */
/** @import { Participant, Room, ServerMessage, Welcome } from '../../types/protocol.js' */

/** @param {number} nowMs @returns {VisitState} */
export function initialVisit(nowMs) {
    return {
        link: { state: 'connecting', attempt: 0, retryAtMs: 0 },
        participant: null, name: '', role: null, visit: null, item: null, room: null,
        iceServers: [], siteLayers: null, slots: [],
        media: { state: 'idle', attempt: 0, streams: {} },
        quality: unknownQuality,
        skewMs: null,
        nowMs,
    };
}

/** The latest instant that a room message speaks of, ms. @param {Room} room */
function latestInstantMs(room) {
    const instants = [room.recording?.sealed_at ?? 0, room.recording?.since ?? 0, room.checkpoint?.since ?? 0,
        ...room.marks.map((mark) => mark.at), ...room.stills.map((still) => still.at)];
    return Math.max(...instants) / 1000;
}

/**
 * A message leaves the server right after what it tells of, so the smallest distance ever seen is the clocks' difference.
 * @param {number | null} skewMs @param {Room} room @param {number} atMs
 */
function learnSkew(skewMs, room, atMs) {
    const latest = latestInstantMs(room);
    if (latest === 0)
        return skewMs;
    return skewMs === null ? atMs - latest : Math.min(skewMs, atMs - latest);
}

/** @param {VisitState} state @param {Welcome} welcome @returns {VisitState} */
function welcomed(state, welcome) {
    return { ...state, link: { state: 'open', attempt: 0, retryAtMs: 0 }, participant: welcome.participant, name: welcome.name,
        role: welcome.role, visit: welcome.visit ?? state.visit, item: welcome.item ?? state.item, iceServers: welcome.ice_servers ?? [], siteLayers: welcome.site_layers ?? null };
}

/** @param {VisitState} state @param {ServerMessage} message @param {number} atMs @returns {VisitState} */
function received(state, message, atMs) {
    switch (message.type) {
    case 'room':
        return { ...state, room: message, visit: message.visit, skewMs: learnSkew(state.skewMs, message, atMs) };
    case 'slots':
        return { ...state, slots: message.slots };
    default:
        return state;
    }
}

/**
 * @param {VisitState} state
 * @param {VisitEvent | { type: string }} event others pass
 * @returns {VisitState}
 */
export function reduceVisit(state, event) {
    const known = /** @type {VisitEvent} */ (event);
    switch (known.type) {
    case 'link-connecting':
        return state.link.state === 'lost' ? state : { ...state, link: { ...state.link, state: 'connecting' } };
    case 'link-open':
        return welcomed(state, known.welcome);
    case 'link-lost':
        return { ...state, link: { state: 'lost', attempt: known.attempt, retryAtMs: known.retryAtMs } };
    case 'link-closed':
        return { ...state, link: { ...state.link, state: 'closed' } };
    case 'message':
        return received(state, known.message, known.atMs);
    case 'media':
        return { ...state, media: { ...state.media, state: known.state, attempt: known.attempt },
            quality: known.state === 'connected' ? state.quality : unknownQuality };
    case 'media-streams':
        return { ...state, media: { ...state.media, streams: known.streams } };
    case 'media-sample':
        return { ...state, quality: nextQuality(state.quality, known.sample) };
    case 'tick':
        return { ...state, nowMs: known.nowMs };
    default:
        return state;
    }
}

/** The server's clock now, ms. @param {VisitState} state */
export const serverNowMs = (state) => state.nowMs - (state.skewMs ?? 0);

/** @param {VisitState} state @returns {Participant | null} */
export function self(state) {
    return state.room?.participants.find((participant) => participant.id === state.participant) ?? null;
}

/** Whether media may be offered: in the room, and the room is open. @param {VisitState} state */
export function mayOfferMedia(state) {
    const own = self(state)?.state;
    return state.visit?.state === 'live' && (own === 'admitted' || own === 'connected' || own === 'away');
}

/** @param {VisitState} state @param {string} participant @param {'audio' | 'video'} kind */
function streamOf(state, participant, kind) {
    const slot = state.slots.find((candidate) => candidate.participant === participant && candidate.kind === kind);
    return (slot && state.media.streams[slot.mid]?.stream) ?? null;
}

/** @param {VisitState} state @param {string} participant */
function isPaused(state, participant) {
    return state.slots.some((slot) => slot.participant === participant && slot.kind === 'video' && slot.paused === true);
}

/** Everybody else who is or was admitted. @param {VisitState} state @returns {Presence[]} */
export function others(state) {
    return (state.room?.participants ?? [])
        .filter((participant) => participant.id !== state.participant && ['admitted', 'connected', 'away'].includes(participant.state))
        .map((participant) => ({ participant, video: streamOf(state, participant.id, 'video'), audio: streamOf(state, participant.id, 'audio'),
            paused: isPaused(state, participant.id) }));
}

/** Every audio line, played whoever is in it. @param {VisitState} state @returns {{ mid: string, stream: MediaStream }[]} */
export function audioLines(state) {
    return Object.entries(state.media.streams).filter(([, line]) => line.kind === 'audio').map(([mid, line]) => ({ mid, stream: line.stream }));
}

/**
 * The recording in the reader's terms.
 * @param {VisitState} state
 * @returns {{ running: boolean, elapsedMs: number, sealedAgoMs: number | null, sealedAtMs: number | null, alarm: string | null } | null}
 */
export function recordingView(state) {
    const recording = state.room?.recording;
    if (!recording)
        return null;
    const now = serverNowMs(state);
    return {
        running: recording.state === 'recording',
        elapsedMs: recording.since ? now - recording.since / 1000 : 0,
        sealedAgoMs: recording.sealed_at ? Math.max(0, now - recording.sealed_at / 1000) : null,
        sealedAtMs: recording.sealed_at ? recording.sealed_at / 1000 + (state.skewMs ?? 0) : null,
        alarm: recording.state === 'alarm' ? recording.alarm ?? 'unknown' : recording.state === 'away' ? 'away' : null,
    };
}
