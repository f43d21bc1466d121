/** The invitation, shown this once: a QR code to scan from the screen, and the link to send. */

import { html } from '../../base/html.js';
import { hourMinute, isoDay } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { qr } from '../../components/qr.js';

/** @import { InvitationShown } from '../../../types/staff.js' */
/** @import { StaffActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */

/** @param {InvitationShown} invitation @param {StaffWords} words @param {StaffActions} actions */
export const invitationDialog = (invitation, { t }, actions) => dialog({ label: t('invite.title'), onClose: actions.closeInvitation }, html`
    <h2>${t('invite.title')}</h2>
    <p><span lang="zh-CN">${invitation.applicant}</span></p>
    ${qr(invitation.url, t('invite.qr'))}
    <div class="field"><label for="invite-url">${t('invite.link')}</label>
        <div class="copy"><input id="invite-url" readonly .value=${invitation.url} @focus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select()}>
        <button class="button ${invitation.copied ? '' : 'main'}" type="button" @click=${actions.copyInvitation}>${icon(invitation.copied ? 'check' : 'copy')}<span>${t(invitation.copied ? 'invite.copied' : 'invite.copy')}</span></button></div></div>
    <p class="soft" role="status">${t('invite.until', { time: `${isoDay(invitation.expiresAtMs)} ${hourMinute(invitation.expiresAtMs)}` })}</p>
    <div class="dialog-actions"><button class="button" type="button" @click=${actions.closeInvitation}>${t('close')}</button></div>`);
