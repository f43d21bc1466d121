/**
 * Icons from the sprite that build.mjs writes into every page: they must be there when the network is not.
 * Always beside a word, so they are hidden from assistive technology.
 */

import { html } from '../base/template.js';

/** Every icon in use; build.mjs puts these and no others into the sprite. */
export const ICONS = /** @type {const} */ ([
    'activity', 'arrow-left', 'calendar', 'camera', 'check', 'check-circle', 'chevron-down', 'chevron-right', 'chevron-up', 'circle',
    'circle-alert', 'circle-check', 'circle-help', 'circle-x', 'clipboard-list', 'clock', 'copy', 'file-text', 'flag', 'flashlight', 'flashlight-off',
    'hard-drive', 'history', 'image', 'keyboard', 'languages', 'link', 'loader-circle', 'log-out', 'map-pin', 'mic', 'mic-off', 'minus', 'pause',
    'pencil', 'phone-off', 'play', 'plus', 'qr-code', 'radio', 'refresh-cw', 'rotate-ccw', 'ruler', 'shield-check', 'signal', 'smartphone', 'square',
    'store', 'switch-camera', 'triangle-alert', 'user', 'user-check', 'users', 'video', 'video-off', 'volume-2', 'volume-x', 'wifi', 'wifi-off', 'x',
    'search', 'download', 'upload', 'user-plus', 'cctv', 'columns-2',
]);

/** @typedef {typeof ICONS[number]} IconName */

/** @param {IconName} name @param {string} [className] */
export const icon = (name, className = '') =>
    html`<svg class="icon ${className}" aria-hidden="true" focusable="false"><use href="#icon-${name}"></use></svg>`;
