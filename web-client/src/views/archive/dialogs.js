/**
 * The questions before something is decided: a reason, or for what cannot be undone the password.
 */

import { html } from '../../base/html.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { notice, problemNotice } from '../../components/marks.js';

/** @import { ArchiveState } from '../../../types/archive.js' */
/** @import { ArchiveActions } from '../../archive/controller.js' */
/** @import { ArchiveWords } from './words.js' */

/** @param {ArchiveState} state @param {ArchiveWords} words @param {ArchiveActions} actions */
export function archiveDialog(state, { a, t, language }, actions) {
    const asked = /** @type {NonNullable<ArchiveState['dialog']>} */ (state.dialog);
    const approves = asked.kind === 'approve';
    const about = asked.kind === 'list' ? a('dialog.list.text', { n: state.chosen.length })
        : asked.kind === 'hold' ? a('dialog.hold.text', { number: asked.caseNumber })
        : asked.kind === 'lift' ? a('dialog.lift.text', { number: asked.hold.case_number })
        : asked.kind === 'approve' ? a('dialog.approve.text', { n: asked.disposal.recordings_count })
        : a('dialog.withdraw.text');
    /** @param {Event} event */
    const submit = (event) => {
        event.preventDefault();
        const field = /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.target).elements.namedItem('answer'));
        const text = approves ? field.value : field.value.trim();
        if (text)
            actions.answer(text);
    };
    return dialog({ label: a(`dialog.${asked.kind}`), onClose: actions.noDialog, className: 'archive-dialog' }, html`
        <form @submit=${submit}>
            <h2>${a(`dialog.${asked.kind}`)}</h2>
            ${approves ? notice('danger', about) : html`<p>${about}</p>`}
            ${problemNotice(state.problem, language)}
            <label class="field"><span>${a(approves ? 'dialog.password' : 'dialog.reason')}</span>
                ${approves ? html`<input name="answer" type="password" autocomplete="current-password" required maxlength="256">`
                    : html`<textarea name="answer" required maxlength="400" rows="3"></textarea>`}</label>
            <div class="dialog-actions">
                <button type="button" class="button" @click=${actions.noDialog}>${t('cancel')}</button>
                <button type="submit" class="button main" data-test="dialog-ok" ?disabled=${state.busy}>${icon('check')}<span>${a(`dialog.${asked.kind}.ok`)}</span></button>
            </div>
        </form>`);
}
