/** Screen 4: the site fills the screen; what is wanted now, who hears me and what is recorded float over it. */

import { html, nothing, repeat } from '../../base/html.js';
import { checkpointNumber, checkpointOf, checkpointsOf, inLanguage } from '../../base/item.js';
import { clockTime, duration } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { quality, visitWatched } from '../../components/marks.js';
import { stream } from '../../components/stream.js';
import { interruptionShown } from '../../state/applicant.js';
import { audioLines, others, recordingView } from '../../state/visit.js';
import { sentenceIn } from '../../i18n/language.js';
import { recordView } from './record.js';
import { challengeCard, phoneDrawing } from './steps.js';

/** @import { ApplicantState } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */

/** A picture that lies across the screen is shown whole: she must see what the inspectors see. @param {Event} event @param {ApplicantActions} actions */
const measure = (event, actions) => {
    const video = /** @type {HTMLVideoElement} */ (event.target);
    video.dataset.wide = String(video.videoWidth > video.videoHeight);
    actions.frame(video.videoWidth, video.videoHeight);
};

/* How long a word about a still stays. */
const STILL_WORD_MS = 4000;

/** @param {ApplicantState} state @param {ApplicantWords} words */
function recordingSign(state, { t }) {
    const recording = recordingView(state.visit);
    if (recording?.alarm)
        return html`<span class="rec alarm">${icon('triangle-alert')}<span>${t('visit.recording.alarm')}</span></span>`;
    if (!recording?.running)
        return html`<span class="rec idle">${icon('circle')}<span>${t('visit.recording.starting')}</span></span>`;
    return html`<span class="rec on"><i class="dot blink" aria-hidden="true"></i><span class="tabular">${t('visit.recording', { time: duration(recording.elapsedMs) })}</span></span>`;
}

/** @param {ApplicantState} state @param {ApplicantWords} words */
function inspectors(state, { t }) {
    const present = others(state.visit);
    return html`<div class="inspectors" aria-label=${t('visit.inspectors')}>${repeat(present, (presence) => presence.participant.id, ({ participant, video, paused }) => html`
        <figure class=${participant.state === 'away' ? 'away' : ''}>
            ${video && participant.video && !paused && participant.state === 'connected'
                ? html`<video playsinline autoplay muted aria-hidden="true" ${stream(video)}></video>`
                : html`<span class="face">${icon('user')}</span>`}
            ${paused ? html`<span class="word">${t('network.paused.short')}</span>` : nothing}
            <figcaption lang="zh-CN" title=${participant.credential ?? ''}>${participant.name}${participant.credential ? html`<small>${participant.credential}</small>` : nothing}${participant.audio ? nothing : icon('mic-off')}</figcaption>
        </figure>`)}</div>`;
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
function guide(state, words, actions) {
    const { t, language } = words;
    const { item, room } = state.visit;
    const checkpoint = checkpointOf(item, room?.checkpoint?.code);
    const title = checkpoint ? inLanguage(checkpoint, 'title', language) : t('visit.idle-title');
    const text = checkpoint ? inLanguage(checkpoint, 'guide', language) : t('visit.idle-guide');
    const number = checkpoint ? t('visit.checkpoint', { n: checkpointNumber(item, checkpoint.code), total: checkpointsOf(item).length }) : '';
    return html`<section class="guide ${state.guideFolded ? 'folded' : ''}">
        <div role="status" class="guide-text">
            ${number ? html`<p class="number">${number}</p>` : nothing}
            <h1 lang=${language === 'zh' ? 'zh-CN' : 'en'}>${title}</h1>
            ${state.guideFolded ? nothing : html`<p>${text}</p>`}
        </div>
        <div class="guide-actions">
            ${words.canSpeak ? html`<button type="button" class="chip" @click=${() => actions.readAloud(`${title}。${text}`)}>
                ${icon(state.speaking ? 'volume-x' : 'volume-2')}<span>${t(state.speaking ? 'read-stop' : 'read-aloud')}</span></button>` : nothing}
            <button type="button" class="chip" aria-expanded=${!state.guideFolded} @click=${() => actions.foldGuide(!state.guideFolded)}>
                ${icon(state.guideFolded ? 'chevron-up' : 'chevron-down')}<span>${t(state.guideFolded ? 'visit.unfold' : 'visit.fold')}</span></button>
        </div>
    </section>`;
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
function controls(state, { t }, actions) {
    const { own } = state;
    return html`<nav class="controls">
        ${own.cameras > 1 ? html`<button type="button" ?disabled=${own.busy} @click=${actions.flipCamera}>${icon('switch-camera')}<span>${t('visit.flip')}</span></button>` : nothing}
        ${own.torchAvailable ? html`<button type="button" aria-pressed=${own.torch} @click=${actions.toggleTorch}>
            ${icon(own.torch ? 'flashlight-off' : 'flashlight')}<span>${t(own.torch ? 'visit.torch-off' : 'visit.torch')}</span></button>` : nothing}
        <button type="button" aria-pressed=${own.muted} class=${own.muted ? 'warn' : ''} @click=${actions.toggleMute}>
            ${icon(own.muted ? 'mic-off' : 'mic')}<span>${t(own.muted ? 'visit.unmute' : 'visit.mute')}</span></button>
        <button type="button" class="hang-up" @click=${() => actions.askHangUp(true)}>${icon('phone-off')}<span>${t('visit.hang-up')}</span></button>
    </nav>`;
}

/** @param {import('../../../types/uploads.js').UploadsShown} uploads */
export const percentOf = ({ sent, total }) => (total > 0 ? Math.min(99, Math.floor(sent / total * 100)) : 0);

/** @param {ApplicantState} state @param {ApplicantWords} words */
function passing(state, { t, language }) {
    const { level } = state.visit.quality;
    const fresh = state.visit.nowMs - state.still.atMs < STILL_WORD_MS;
    const blind = others(state.visit).find(({ participant }) => participant.site_paused && participant.state === 'connected');
    /** @type {{ kind: string, icon: import('../../components/icon.js').IconName, text: string } | null} */
    const word = state.problem ? { kind: 'attention', icon: 'triangle-alert', text: sentenceIn(state.problem.message, language) }
        : state.still.state === 'taking' ? { kind: '', icon: 'camera', text: t('visit.still.taking') }
        : state.still.state === 'kept' && state.uploads.waiting > 0 ? { kind: '', icon: 'upload', text: state.uploads.yielding ? t('visit.still.yielding', { n: state.uploads.waiting }) : t('visit.still.sending', { n: state.uploads.waiting, percent: percentOf(state.uploads) }) }
        : state.still.state === 'failed' && fresh ? { kind: 'attention', icon: 'triangle-alert', text: t('visit.still.failed') }
        : state.still.state === 'sent' && fresh ? { kind: 'good', icon: 'check', text: t('visit.still.sent') }
        : state.visit.link.state === 'lost' && !interruptionShown(state) ? { kind: '', icon: 'refresh-cw', text: t('visit.link-lost', { n: state.visit.link.attempt }) }
        : state.own.muted ? { kind: 'attention', icon: 'mic-off', text: t('visit.muted') }
        : blind ? { kind: 'attention', icon: 'wifi', text: t('visit.site-paused', { name: blind.participant.name }) }
        : level === 'poor' || level === 'fair' ? { kind: level === 'poor' ? 'attention' : '', icon: 'wifi', text: t(`quality.${level}.do`) }
        : null;
    return html`<div class="passing" role="status">${word ? html`<p class=${word.kind}>${icon(word.icon)}<span>${word.text}</span></p>` : nothing}</div>`;
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
function broken(state, { t }, actions) {
    const shown = interruptionShown(state);
    if (!shown)
        return nothing;
    const { link, media, nowMs } = state.visit;
    const sealed = recordingView(state.visit)?.sealedAtMs;
    const seconds = Math.ceil((link.retryAtMs - nowMs) / 1000);
    return html`<section class="break" role="alert">
        ${icon(shown === 'paused' ? 'pause' : shown === 'camera' ? 'video-off' : 'wifi-off')}
        <h2>${t(`break.${shown}.title`)}</h2>
        <p>${t(`break.${shown}.text`, { n: Math.max(1, shown === 'media' ? media.attempt : link.attempt) })}</p>
        ${shown === 'link' ? html`<p class="tabular soft">${seconds > 0 ? t('break.seconds', { n: seconds }) : t('break.link.now')}</p>` : nothing}
        ${shown === 'camera' ? html`<button class="button main" type="button" @click=${actions.restartCamera}>${icon('video')}<span>${t('break.camera.restart')}</span></button>` : nothing}
        ${sealed ? html`<p class="safe">${icon('shield-check')}<span class="tabular">${t('break.safe', { time: clockTime(sealed) })}</span></p>` : nothing}
    </section>`;
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export function visitView(state, words, actions) {
    const { t } = words;
    const shown = interruptionShown(state);
    const sized = (/** @type {Event} */ event) => measure(event, actions);
    return html`<div class="visit ${shown ? 'interrupted' : ''}">
        <video class="site ${state.own.facing}" muted playsinline autoplay aria-label=${t('visit.site')} @resize=${sized} @loadedmetadata=${sized} ${stream(state.own.stream)}></video>
        ${phoneDrawing(state)}
        ${repeat(audioLines(state.visit), (line) => line.mid, (line) => html`<audio autoplay ${stream(line.stream, actions.soundBlocked)}></audio>`)}
        <header class="visit-top">
            <div class="bar">${recordingSign(state, words)}${shown ? nothing : quality(state.visit.quality.level, t)}</div>
            ${passing(state, words)}
            ${visitWatched(state.visit, t)}
            ${inspectors(state, words)}
            ${state.soundBlocked ? html`<button class="button main" type="button" @click=${actions.allowSound}>${icon('volume-2')}<span>${t('visit.sound')}</span></button>` : nothing}
        </header>
        ${broken(state, words, actions)}
        <div class="visit-bottom">${challengeCard(state, words, actions)}${shown ? nothing : recordView(state, words, actions)}${guide(state, words, actions)}${controls(state, words, actions)}</div>
        ${state.dialog === 'hang-up' ? dialog({ label: t('visit.hang-up.title'), onClose: () => actions.askHangUp(false) }, html`
            <h2>${t('visit.hang-up.title')}</h2><p>${t('visit.hang-up.text')}</p>
            <div class="dialog-actions">
                <button class="button main" type="button" autofocus @click=${() => actions.askHangUp(false)}>${t('visit.hang-up.no')}</button>
                <button class="button danger" type="button" @click=${actions.hangUp}>${icon('phone-off')}<span>${t('visit.hang-up.yes')}</span></button>
            </div>`) : nothing}
    </div>`;
}
