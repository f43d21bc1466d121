/** Further pictures of the site: fixed cameras, put together from what the room says of them, of their participants and of the slots; and the
 * phones of others on site. */

import { others } from './visit.js';

/** @import { Presence, VisitState } from '../../types/visit.js' */
/** @typedef {{ id: string, name: string, address: string, phone: boolean, state: 'connecting' | 'live' | 'lost', reason: string | null, video: MediaStream | null }} CameraShown */

/** @param {VisitState} visit @returns {CameraShown[]} */
export function camerasOf(visit) {
    const present = others(visit);
    return (visit.room?.cameras ?? []).map((camera) => {
        const presence = present.find(({ participant }) => participant.id === camera.participant);
        return { id: camera.participant, name: presence?.participant.name ?? '', address: camera.address, phone: false, state: camera.state, reason: camera.reason,
            video: presence?.video ?? null };
    });
}

/** @param {Presence} presence @returns {Pick<CameraShown, 'state' | 'reason'>} */
function phoneState({ participant, video, paused }) {
    if (participant.state === 'away')
        return { state: 'lost', reason: 'phone-away' };
    if (participant.paused || paused || (participant.state === 'connected' && !participant.video))
        return { state: 'lost', reason: 'phone-paused' };
    return { state: participant.state === 'connected' && video ? 'live' : 'connecting', reason: null };
}

/** Phones on site beside the one that is the site. @param {VisitState} visit @returns {CameraShown[]} */
export const phonesOf = (visit) => others(visit).filter(({ participant }) => participant.role === 'applicant').slice(1)
    .map((presence) => ({ id: presence.participant.id, name: presence.participant.name, address: '', phone: true, video: presence.video, ...phoneState(presence) }));

/* What the room lays out; the recording has the site and three more. */
const PICTURES_MAX = 4;

/** @param {VisitState} visit */
export const sitePictures = (visit) => [...phonesOf(visit), ...camerasOf(visit)].slice(0, PICTURES_MAX);

/** Who waits while the site's own applicant is in already. @param {VisitState} visit */
export function phonesWaiting(visit) {
    const present = (visit.room?.participants ?? []).filter((participant) => participant.role === 'applicant');
    const inside = present.some((participant) => ['admitted', 'connected', 'away'].includes(participant.state));
    return inside ? present.filter((participant) => participant.state === 'waiting') : [];
}
