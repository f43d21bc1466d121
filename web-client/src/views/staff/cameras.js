/** Fixed cameras in the room: their pictures over or beside the site, and the dialog in which they are added and taken away. */

import { html, nothing, repeat } from '../../base/html.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { problemNotice } from '../../components/marks.js';
import { stream } from '../../components/stream.js';
import { cameraShortKey, cameraStateKey, cameraWords } from '../../i18n/cameras.js';
import { camerasOf, phonesWaiting, sitePictures } from '../../state/cameras.js';

/** @import { RoomState } from '../../../types/staff.js' */
/** @import { RoomActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */

/** What the site's element is called, so that the style sheet can lay the pictures out. @param {RoomState} state */
export function pictureClass(state) {
    const cameras = sitePictures(state.visit);
    if (cameras.length === 0 || state.playback.mode !== 'live')
        return '';
    return state.sideBySide ? `side of${cameras.length}` : cameras.some((camera) => camera.id === state.picture) ? 'camera-large' : '';
}

/** Only where cameras are enabled. @param {RoomState} state @param {import('../../../types/base.js').Language} language @param {RoomActions} actions */
function camerasButton(state, language, actions) {
    if (!state.visit.room?.cameras)
        return nothing;
    return html`<button class="button small" type="button" ?disabled=${state.visit.visit?.state !== 'live'} @click=${() => actions.showCameras(true)}>${icon('cctv')}<span>${cameraWords(language)('open')}</span></button>`;
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function cameraPictures(state, { language }, actions) {
    const t = cameraWords(language), cameras = sitePictures(state.visit);
    if (state.playback.mode !== 'live')
        return nothing;
    return html`${repeat(cameras, (camera) => camera.id, (camera, n) => {
        const large = !state.sideBySide && state.picture === camera.id;
        return html`<figure class="camera n${n} ${large ? 'large' : ''} ${camera.state}">
            ${camera.video && camera.state === 'live'
        ? html`<video class="camera-picture" playsinline autoplay muted aria-label=${camera.name} ${stream(camera.video)}></video>`
        : html`<p class="camera-sign" role="status">${icon(camera.state === 'lost' ? 'triangle-alert' : 'loader-circle', camera.state === 'lost' ? '' : 'spin')}<span>${t(large ? cameraStateKey(camera) : cameraShortKey(camera))}</span></p>`}
            ${state.sideBySide ? nothing : html`<button class="camera-swap" type="button" aria-pressed=${large} aria-label=${large ? t('shrink') : t('enlarge', { name: camera.name })}
                @click=${() => actions.choosePicture(large ? null : camera.id)}></button>`}
            <figcaption lang="zh-CN">${icon(camera.phone ? 'smartphone' : 'cctv')}<span>${camera.name}</span></figcaption></figure>`;
    })}
    <div class="picture-buttons">${camerasButton(state, language, actions)}
    ${cameras.length === 0 ? nothing : html`<button class="button small" type="button" aria-pressed=${state.sideBySide} @click=${() => actions.showSideBySide(!state.sideBySide)}>${icon('columns-2')}<span>${t(state.sideBySide ? 'stacked' : 'side')}</span></button>`}</div>`;
}

/** Another phone on site that waits to be let in. @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function waitingPhones(state, { t: common, language }, actions) {
    const t = cameraWords(language);
    return phonesWaiting(state.visit).map((phone) => html`<p class="notice attention" data-hook="phone-waits">${icon('smartphone')}<span>${t('phone.waits', { name: phone.name })}</span>
        <button class="button small main" type="button" ?disabled=${state.admitting === phone.id} @click=${() => actions.admit(phone.id)}>${icon('user-check')}<span>${common('room.admit')}</span></button></p>`);
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function camerasDialog(state, { t: common, language }, actions) {
    const t = cameraWords(language), cameras = camerasOf(state.visit);
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget), data = new FormData(form);
        actions.addCamera(String(data.get('name') ?? '').trim(), String(data.get('url') ?? '').trim());
    };
    return dialog({ label: t('title'), onClose: () => actions.showCameras(false), className: 'cameras' }, html`<form class="dialog-form" autocomplete="off" @submit=${submit}>
        <h2>${t('title')}</h2>
        ${cameras.length === 0 ? html`<p>${t('none')}</p>` : html`<ul class="camera-list">${repeat(cameras, (camera) => camera.id, (camera) => html`<li class=${camera.state}>
            <div><b lang="zh-CN">${camera.name}</b><small class="address">${camera.address}</small><small role="status">${t(cameraStateKey(camera))}</small></div>
            <button class="button small" type="button" aria-label=${t('remove.label', { name: camera.name })} @click=${() => actions.removeCamera(camera.id)}>${icon('x')}<span>${t('remove')}</span></button></li>`)}</ul>`}
        ${problemNotice(state.problem, language)}
        <div class="field"><label for="camera-name">${t('name')}</label><input id="camera-name" name="name" required maxlength="60" placeholder=${t('name.example')}></div>
        <div class="field"><label for="camera-url">${t('url')}</label><input id="camera-url" name="url" required maxlength="512" inputmode="url" spellcheck="false" autocapitalize="none" placeholder="rtsp://" aria-describedby="camera-url-hint"><small id="camera-url-hint">${t('url.hint')}</small></div>
        <div class="dialog-actions"><button class="button" type="button" @click=${() => actions.showCameras(false)}>${common('close')}</button>
            <button class="button main" type="submit" ?disabled=${state.addingCamera}>${icon('cctv')}<span>${t(state.addingCamera ? 'adding' : 'add')}</span></button></div></form>`);
}
