/** The room: the site as large as fits, who is there, the recording always in sight, the check list beside it. */

import { html, nothing, ref, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { clockTime, duration, hourMinute } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { brand, notice, problemNotice, quality, visitWatched } from '../../components/marks.js';
import { stream } from '../../components/stream.js';
import { visitsShown, waitingNow } from '../../state/desk.js';
import { applicantOf } from '../../state/room.js';
import { audioLines, others, recordingView } from '../../state/visit.js';
import { cameraPictures, pictureClass, waitingPhones } from './cameras.js';
import { checklistView } from './checklist.js';
import { conclusionButton, conclusionDialog } from './conclusion.js';
import { peopleView } from './people.js';
import { roomDialogs } from './room-dialogs.js';
import { siteDrawing, stepsBar, stepsDialog } from './steps.js';
import { timelineView } from './timeline.js';

/** @import { DeskState, RoomState } from '../../../types/staff.js' */
/** @import { Presence } from '../../../types/visit.js' */
/** @import { RoomActions, StaffActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */
/** @import { Key } from '../../i18n/index.js' */

/* Seals come at least every 10 s; three missed ones are worth a word. */
const SEAL_LATE_MS = 30000;
const ALARMS = ['disk-full', 'away'];

/** @param {RoomState} state @param {StaffWords} words */
function recordingSign(state, { t }) {
    const recording = recordingView(state.visit);
    if (!recording)
        return html`<span class="rec idle">${icon('circle')}<span>${t('room.not-recording')}</span></span>`;
    if (recording.alarm)
        return html`<span class="rec alarm" role="alert">${icon('triangle-alert')}<span>${t(/** @type {Key} */ (`room.alarm.${ALARMS.includes(recording.alarm) ? recording.alarm : 'other'}`))}</span></span>`;
    if (!recording.running)
        return html`<span class="rec idle">${icon('circle')}<span>${t('room.recording.waiting')}</span></span>`;
    const late = recording.sealedAgoMs !== null && recording.sealedAgoMs > SEAL_LATE_MS;
    return html`<span class="rec on"><i class="dot blink" aria-hidden="true"></i><span class="tabular">${t('room.recording', { time: duration(recording.elapsedMs) })}</span></span>
        ${recording.sealedAgoMs === null ? nothing : html`<span class="sealed ${late ? 'late' : ''}">${icon(late ? 'triangle-alert' : 'shield-check')}<span class="tabular">${t('room.sealed', { n: Math.round(recording.sealedAgoMs / 1000) })}</span></span>`}`;
}

/** @param {RoomState} state @param {Presence | undefined} site @param {StaffWords} words @param {RoomActions} actions */
function overSite(state, site, words, actions) {
    const { t } = words;
    const applicant = applicantOf(state);
    const gone = state.visit.room?.participants.find((participant) => participant.role === 'applicant' && participant.state === 'left');
    if (!applicant && gone)
        return html`<div class="over" role="status">${icon('phone-off')}<p>${t('room.left', { name: gone.name })}</p></div>`;
    if (!applicant)
        return html`<div class="over">${icon('user')}<p>${t('room.nobody')}</p></div>`;
    if (applicant.state === 'invited')
        return html`<div class="over">${icon('smartphone')}<p>${t('room.preparing', { name: applicant.name })}</p></div>`;
    if (applicant.state === 'waiting')
        return html`<div class="over">${icon('clock')}<p>${t('room.waits', { name: applicant.name })}</p>
            <button class="button main" type="button" ?disabled=${state.admitting === applicant.id} @click=${() => actions.admit(applicant.id)}>${icon('user-check')}<span>${t('room.admit')}</span></button></div>`;
    if (applicant.state === 'away')
        return html`<div class="over veil" role="status">${icon('wifi-off')}<p>${t('room.away', { name: applicant.name })}</p></div>`;
    if (applicant.paused)
        return html`<div class="over veil" role="status">${icon('pause')}<p>${t('room.phone-paused')}</p></div>`;
    if (!applicant.video && applicant.state === 'connected')
        return html`<div class="over">${icon('video-off')}<p>${t('room.no-camera')}</p></div>`;
    if (site?.paused)
        return html`<div class="over veil" role="status" data-hook="network-paused">${icon('wifi')}<p>${t('network.paused')}</p></div>`;
    return site?.video ? nothing : html`<div class="over" role="status">${icon('loader-circle', 'spin')}<p>${t('room.connecting')}</p></div>`;
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions @param {(element: Element | undefined) => void} replayElement */
function siteView(state, words, actions, replayElement) {
    const { t } = words;
    const site = others(state.visit).find((presence) => presence.participant.role === 'applicant');
    const { playback } = state;
    /** @param {Event} event */
    const sized = ({ target }) => { const video = /** @type {HTMLVideoElement} */ (target); actions.steps.frame(video.videoWidth, video.videoHeight); };
    return html`<div class="site ${playback.mode} ${pictureClass(state)}">
        <video class="live" playsinline autoplay muted aria-label=${t('room.site')} @resize=${sized} @loadedmetadata=${sized} ${stream(site?.video ?? null)}></video>
        ${siteDrawing(state, words, actions)}
        ${overSite(state, site, words, actions)}
        ${cameraPictures(state, words, actions)}
        ${playback.mode === 'live' ? nothing : html`
            <video class="replay" playsinline .muted=${!playback.sound} aria-label=${t('room.replay')} ${ref(replayElement)}></video>
            <button class="button small replay-sound" type="button" aria-pressed=${playback.sound} @click=${() => actions.replaySound(!playback.sound)}>${icon(playback.sound ? 'radio' : 'volume-2')}<span>${t(playback.sound ? 'room.replay.silent' : 'room.replay.sound')}</span></button>
            <p class="replay-sign" role="status">${icon(playback.state === 'loading' ? 'loader-circle' : 'history', playback.state === 'loading' ? 'spin' : '')}<span class="tabular">${playback.state === 'failed'
                ? t('room.replay.failed') : t('room.replay.at', { time: clockTime(playback.atMs + (state.visit.skewMs ?? 0)) })}</span></p>`}
    </div>`;
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
function standstill(state, words, actions) {
    const { t, language } = words;
    const phase = /** @type {'opening' | 'refused' | 'replaced' | 'ended'} */ (state.phase);
    const visit = state.visit.visit?.id;
    return html`<div class="standstill"><header>${brand(t)}</header><main>
        <h1>${t(`room.${phase}.title`)}</h1>
        ${problemNotice(state.problem, language)}
        ${phase === 'opening' ? icon('loader-circle', 'spin') : html`<p>${t(`room.${phase}.text`)}</p>`}
        <p class="choices">${phase === 'ended' && visit ? html`<a class="button main" href="/review?visit=${encodeURIComponent(visit)}">${icon('history')}<span>${t('desk.review')}</span></a>` : nothing}
        <button class="button" type="button" @click=${actions.leave}>${icon('arrow-left')}<span>${t('room.back')}</span></button></p></main></div>`;
}

/** @param {RoomState} state @param {StaffWords} words */
function lineSign(state, { t }) {
    const { link, media } = state.visit;
    if (link.state === 'lost')
        return notice('attention', t('room.line-lost', { n: link.attempt }));
    return media.state === 'unsteady' || media.state === 'failed' ? notice('attention', t('room.media-lost')) : nothing;
}

/** The day beside the room: who comes next, and who waits elsewhere. @param {RoomState} state @param {DeskState} desk @param {StaffWords} words @param {StaffActions} actions */
function todayView(state, desk, { t }, actions) {
    const waiting = waitingNow(desk);
    return html`<nav class="today" aria-label=${t('desk.today')}>
        <h2>${t('desk.today')}</h2>
        <ul>${repeat(visitsShown(desk) ?? [], (visit) => visit.id, (visit) => {
            const here = visit.id === state.visit.visit?.id;
            const applicant = waiting.find((entry) => entry.visit.id === visit.id)?.applicant;
            return html`<li><button type="button" class=${visit.state} aria-current=${here ? 'true' : 'false'} ?disabled=${here || visit.state === 'ended'} @click=${() => actions.openRoom(visit.id, null)}>
                <span class="tabular">${hourMinute(visit.scheduled_at / 1000)}</span><b lang="zh-CN">${visit.applicant}</b>
                <small>${applicant && !here ? html`<i class="dot" aria-hidden="true"></i>${t('desk.waited', { time: duration(desk.nowMs - applicant.since / 1000) })}` : t(`visit-state.${visit.state}`)}</small></button></li>`;
        })}</ul></nav>`;
}

/**
 * @param {RoomState} state @param {DeskState} desk @param {StaffWords} words @param {RoomActions} actions @param {StaffActions} deskActions
 * @param {(element: Element | undefined) => void} replayElement
 */
export function roomView(state, desk, words, actions, deskActions, replayElement) {
    if (state.phase !== 'in')
        return standstill(state, words, actions);
    const { t, language } = words;
    const { visit, item } = state.visit;
    const liveNow = visit?.state === 'live';
    return html`<div class="room dark">
        <header class="room-top">
            <button class="button quiet small" type="button" @click=${actions.leave}>${icon('arrow-left')}<span>${t('room.back')}</span></button>
            <div class="what"><h1 lang="zh-CN">${visit?.applicant}</h1><p class="soft">${inLanguage(item, 'name', language)} · ${visit?.case_number}</p></div>
            <div class="signs">${recordingSign(state, words)}${quality(state.visit.quality.level, t)}</div>
            <div class="top-buttons"><button class="button quiet small" type="button" aria-keyshortcuts="?" @click=${() => actions.showKeys(true)}>${icon('keyboard')}<span>${t('room.keys')}</span></button>
            ${conclusionButton(state, words, actions)}
            <button class="button small danger" type="button" ?disabled=${!liveNow} @click=${() => actions.askEnd(true)}>${icon('flag')}<span>${t('room.end')}</span></button></div>
        </header>
        ${todayView(state, desk, words, deskActions)}
        <div class="stage">
            ${siteView(state, words, actions, replayElement)}
            <div class="stage-bar">
                <button class="button main" type="button" ?disabled=${!liveNow} aria-keyshortcuts="S" @click=${actions.takeStill}>${icon('camera')}<span>${t('room.take-still')}</span><kbd>S</kbd></button>
                ${timelineView(state, words, actions)}
            </div>
            ${stepsBar(state, words, actions)}
            <div class="messages" role="status">
                ${lineSign(state, words)}
                ${waitingPhones(state, words, actions)}
                ${visitWatched(state.visit, t)}
                ${state.notice ? notice(state.notice.kind, t(/** @type {Key} */ (state.notice.key), state.notice.params)) : nothing}
                ${state.problem && state.dialog !== 'end' && state.dialog !== 'cameras' ? problemNotice(state.problem, language) : nothing}
                ${state.problem ? html`<button class="button quiet small" type="button" @click=${actions.dismissNotice}>${icon('x')}<span>${t('close')}</span></button>` : nothing}
                ${state.soundBlocked ? html`<button class="button main" type="button" @click=${actions.allowSound}>${icon('volume-2')}<span>${t('visit.sound')}</span></button>` : nothing}
            </div>
            ${peopleView(state, words, actions)}
        </div>
        <aside>${checklistView(state, words, actions)}</aside>
        ${repeat(audioLines(state.visit), (line) => line.mid, (line) => html`<audio autoplay .muted=${state.playback.mode === 'rewind' && state.playback.sound} ${stream(line.stream, actions.soundBlocked)}></audio>`)}
        ${roomDialogs(state, words, actions)}
        ${conclusionDialog(state, words, actions)}
        ${stepsDialog(state, words, actions)}
    </div>`;
}
