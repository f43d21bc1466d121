/** Fixed cameras of a visit, put together from what the room says of them, of their participants and of the slots. */

import { others } from './visit.js';

/** @import { VisitState } from '../../types/visit.js' */
/** @typedef {{ id: string, name: string, address: string, state: 'connecting' | 'live' | 'lost', reason: string | null, video: MediaStream | null }} CameraShown */

/** @param {VisitState} visit @returns {CameraShown[]} */
export function camerasOf(visit) {
    const present = others(visit);
    return (visit.room?.cameras ?? []).map((camera) => {
        const presence = present.find(({ participant }) => participant.id === camera.participant);
        return { id: camera.participant, name: presence?.participant.name ?? '', address: camera.address, state: camera.state, reason: camera.reason, video: presence?.video ?? null };
    });
}
