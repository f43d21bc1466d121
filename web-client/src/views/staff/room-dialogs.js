/** Questions and sheets over the room: the keys, the end of the visit, a still at full size. */

import { html, nothing } from '../../base/html.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { notice, problemNotice } from '../../components/marks.js';
import { progress } from '../../state/room.js';
import { KEYS } from '../../state/keys.js';
import { camerasDialog } from './cameras.js';

/** @import { RoomState } from '../../../types/staff.js' */
/** @import { RoomActions } from '../../../types/actions.js' */
/** @import { StaffWords } from './words.js' */

/** @param {StaffWords} words @param {RoomActions} actions */
const keysDialog = ({ t }, actions) => dialog({ label: t('room.keys'), onClose: () => actions.showKeys(false) }, html`
    <h2>${t('room.keys')}</h2>
    <dl class="keys">${KEYS.map(([key, command]) => html`<dt><kbd>${key === 'space' ? t('key.space') : key}</kbd></dt><dd>${t(`keys.${command}`)}</dd>`)}</dl>
    <div class="dialog-actions"><button class="button main" type="button" @click=${() => actions.showKeys(false)}>${t('close')}</button></div>`);

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
function endDialog(state, { t, language }, actions) {
    const { done, total } = progress(state);
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        actions.endVisit(String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get('conclusion') ?? ''));
    };
    return dialog({ label: t('room.end.title'), onClose: () => actions.askEnd(false) }, html`<form class="dialog-form" @submit=${submit}>
        <h2>${t('room.end.title')}</h2><p>${t('room.end.text')}</p>
        ${done < total ? notice('attention', t('room.end.open', { n: total - done })) : nothing}
        ${problemNotice(state.problem, language)}
        <div class="field"><label for="conclusion">${t('room.end.conclusion')}</label><textarea id="conclusion" name="conclusion" rows="3" maxlength="4000"></textarea></div>
        <div class="dialog-actions"><button class="button" type="button" @click=${() => actions.askEnd(false)}>${t('room.end.no')}</button>
            <button class="button danger" type="submit" ?disabled=${state.ending}>${icon('flag')}<span>${t('room.end.yes')}</span></button></div></form>`);
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
const stillDialog = (state, { t }, actions) => dialog({ label: t('room.still'), onClose: () => actions.openStill(null), className: 'picture' }, html`
    <img src="/api/visits/${state.visit.visit?.id ?? ''}/stills/${state.still ?? ''}" alt=${t('room.still')}>
    <div class="dialog-actions"><button class="button" type="button" @click=${() => actions.openStill(null)}>${t('close')}</button></div>`);

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function roomDialogs(state, words, actions) {
    if (state.dialog === 'keys')
        return keysDialog(words, actions);
    if (state.dialog === 'end')
        return endDialog(state, words, actions);
    if (state.dialog === 'cameras')
        return camerasDialog(state, words, actions);
    return state.still ? stillDialog(state, words, actions) : nothing;
}
