/** Who is in the room beside the applicant, and the inspector's own camera and microphone. */

import { html, nothing, repeat } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { stream } from '../../components/stream.js';
import { others } from '../../state/visit.js';

/** @import { RoomState } from '../../../types/staff.js' */
/** @import { RoomActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */

const face = html`<span class="face">${icon('user')}</span>`;

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function peopleView(state, words, actions) {
    const { t } = words;
    const colleagues = others(state.visit).filter((presence) => !['applicant', 'camera'].includes(presence.participant.role));
    const { own } = state;
    return html`<section class="people" aria-label=${t('room.people')}>
        <figure class="own">
            ${own.video && !own.cameraOff ? html`<video playsinline autoplay muted aria-label=${t('room.own')} ${stream(own.stream)}></video>` : face}
            <figcaption>${t('room.me')}${own.muted || !own.audio ? icon('mic-off') : nothing}</figcaption>
        </figure>
        ${repeat(colleagues, ({ participant }) => participant.id, ({ participant, video, paused }) => html`<figure class=${participant.state}>
            ${video && participant.video && !paused && participant.state === 'connected' ? html`<video playsinline autoplay muted aria-label=${participant.name} ${stream(video)}></video>` : face}
            ${participant.site_paused && participant.state === 'connected' ? html`<span class="word attention">${icon('wifi')}${t('people.site-paused')}</span>` : paused ? html`<span class="word">${t('network.paused.short')}</span>` : nothing}
            <figcaption lang="zh-CN">${participant.name}${participant.audio ? nothing : icon('mic-off')}</figcaption></figure>`)}
        <div class="own-controls">
            <button class="button small" type="button" aria-pressed=${own.muted} ?disabled=${!own.audio} aria-keyshortcuts="M" @click=${actions.toggleMute}>${icon(own.muted ? 'mic-off' : 'mic')}<span>${t(own.muted ? 'room.unmute' : 'room.mute')}</span><kbd>M</kbd></button>
            <button class="button small" type="button" aria-pressed=${own.cameraOff} ?disabled=${!own.video} @click=${actions.toggleCamera}>${icon(own.cameraOff ? 'video-off' : 'video')}<span>${t(own.cameraOff ? 'room.camera-on' : 'room.camera-off')}</span></button>
            ${own.audioProblem || own.videoProblem ? html`<button class="button small" type="button" @click=${actions.startMedia}>${icon('refresh-cw')}<span>${t('room.devices-again')}</span></button>` : nothing}
        </div>
    </section>`;
}
