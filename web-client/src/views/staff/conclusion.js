/** Conclude and sign: the decision with what is still missing for it, then who has signed and who has not. */

import { html, nothing, repeat } from '../../base/html.js';
import { checkpointOf, checkpointsOf, inLanguage } from '../../base/item.js';
import { clockTime } from '../../base/time.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { notice, problemNotice } from '../../components/marks.js';
import { inspectionTranslator } from '../../i18n/inspection.js';
import { DECISIONS, conclusionStage, inspectorsPresent, ownSignature } from '../../state/conclusion.js';
import { progress, shownFinding } from '../../state/room.js';

/** @import { RoomState } from '../../../types/staff.js' */
/** @import { RoomActions } from '../../../types/actions.js' */
/** @import { RecordSummary } from '../../../types/inspection.js' */
/** @import { StaffWords } from './words.js' */
/** @import { InspectionTranslate } from '../../i18n/inspection.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @type {Record<string, IconName>} */
const decisionIcon = { 'passed': 'circle-check', 'rectify': 'rotate-ccw', 'failed': 'circle-x', 'on-site': 'map-pin' };

/** The names of check points behind codes, as a problem's detail lists them. @param {RoomState} state @param {string} codes @param {StaffWords} words */
const namesOf = (state, codes, { language }) => codes.split(', ').map((code) => inLanguage(checkpointOf(state.visit.item, code), 'title', language) || code).join('、');

/** @param {RoomState} state @param {StaffWords} words @param {InspectionTranslate} t */
function problemBox(state, words, t) {
    const { problem } = state.conclusion;
    const detail = String(/** @type {any} */ (problem?.detail)?.detail ?? '');
    return problem ? html`${problemNotice(problem, words.language)}
        ${/^[A-Z]{3}-/.test(detail) ? html`<p class="soft" data-test="conclusion-points">${t('conclude.points', { names: namesOf(state, detail, words) })}</p>` : nothing}` : nothing;
}

/** @param {RoomState} state @param {StaffWords} words @param {InspectionTranslate} t */
function readiness(state, words, t) {
    const minimum = state.visit.item?.inspectors_min ?? 2;
    const present = inspectorsPresent(state);
    const { done, total } = progress(state);
    const open = checkpointsOf(state.visit.item).filter(({ code, required }) => required && shownFinding(state, code).result === null);
    return html`<ul class="readiness">
        <li class=${present >= minimum ? 'good' : 'attention'}>${icon(present >= minimum ? 'circle-check' : 'triangle-alert')}<span>${t('conclude.present', { n: present, min: minimum })}</span></li>
        <li class=${open.length === 0 ? 'good' : 'attention'}>${icon(open.length === 0 ? 'circle-check' : 'triangle-alert')}<span>${t('conclude.done', { done, total })}</span></li>
        ${open.length ? html`<li class="attention soft"><span></span><span>${t('conclude.required-open', { names: open.map((point) => inLanguage(point, 'title', words.language)).join('、') })}</span></li>` : nothing}</ul>`;
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions @param {InspectionTranslate} t */
function deciding(state, words, actions, t) {
    const { conclusion } = state;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        actions.conclusion.conclude();
    };
    return html`<form class="dialog-form" data-test="conclusion-form" @submit=${submit}>
        <h2>${t('conclude.title')}</h2>
        ${state.visit.room?.record?.stale ? notice('attention', t('conclude.stale')) : nothing}
        ${readiness(state, words, t)}
        <fieldset class="decisions"><legend>${t('conclude.decision')}</legend>${DECISIONS.map((decision) => html`
            <label class="decision ${decision}"><input type="radio" name="decision" value=${decision} .checked=${conclusion.decision === decision} @change=${() => actions.conclusion.draft({ decision })}>
                ${icon(decisionIcon[decision] ?? 'flag')}<span><b>${t(`decision.${decision}`)}</b><small>${t(`decision.${decision}.about`)}</small></span></label>`)}</fieldset>
        ${conclusion.decision === 'rectify' ? html`<div class="field days"><label for="days">${t('conclude.days')}</label>
            <input id="days" type="number" inputmode="numeric" min="1" max="365" step="1" required .value=${conclusion.days} @input=${(/** @type {Event} */ event) => actions.conclusion.draft({ days: /** @type {HTMLInputElement} */ (event.target).value })}></div>` : nothing}
        <div class="field"><label for="remark">${t('conclude.remark')}</label>
            <textarea id="remark" rows="3" maxlength="2000" .value=${conclusion.remark} @input=${(/** @type {Event} */ event) => actions.conclusion.draft({ remark: /** @type {HTMLTextAreaElement} */ (event.target).value })}></textarea>
            <span class="hint">${t('conclude.remark.hint')}</span></div>
        ${problemBox(state, words, t)}
        <div class="dialog-actions"><button class="button" type="button" @click=${() => actions.conclusion.show(false)}>${words.t('cancel')}</button>
            <button class="button main" type="submit" data-test="conclude-go" ?disabled=${conclusion.busy || !conclusion.decision}>${icon('file-text')}<span>${t(conclusion.busy ? 'conclude.busy' : 'conclude.go')}</span></button></div></form>`;
}

/** @param {RecordSummary} record @param {RoomState} state @param {InspectionTranslate} t */
function signatureRows(record, state, t) {
    const applicant = record.signatures.find(({ role }) => role === 'applicant') ?? null;
    const inspectors = (state.visit.room?.participants ?? []).filter(({ role }) => role === 'inspector');
    /** @param {string} who @param {string} name @param {import('../../../types/inspection.js').Signature | null} signature */
    const row = (who, name, signature) => html`<li class=${signature ? signature.act : 'waiting'}>${icon(signature ? (signature.act === 'signed' ? 'circle-check' : 'circle-x') : 'clock')}
        <span><small>${who}</small><b lang="zh-CN">${name}</b></span>
        <span class="soft">${signature === null ? t('sign.waiting') : signature.act === 'signed' ? t('sign.signed', { time: clockTime(signature.at / 1000) }) : t('sign.refused', { reason: signature.words })}
        ${signature?.act === 'signed' && signature.words ? html`<br>${t('sign.comment', { comment: signature.words })}` : nothing}</span></li>`;
    return html`<ul class="signatures" data-test="signatures">
        ${row(t('sign.applicant'), applicant?.name ?? state.visit.room?.participants.find(({ role }) => role === 'applicant')?.name ?? '', applicant)}
        ${repeat(inspectors, ({ id }) => id, ({ id, name }) => row(t('sign.inspector'), name, record.signatures.find(({ participant }) => participant === id) ?? null))}</ul>`;
}

/** @param {RoomState} state @param {RecordSummary} record @param {RoomActions} actions @param {InspectionTranslate} t */
function ownPart(state, record, actions, t) {
    const { conclusion } = state;
    if (record.state === 'signed' || ownSignature(state, record))
        return nothing;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        actions.conclusion.countersign(String(new FormData(form).get('password') ?? ''));
        form.reset();
    };
    return html`<form class="countersign" data-test="countersign" @submit=${submit}><div class="field"><label for="sign-password">${t('sign.password')}</label>
        <input id="sign-password" name="password" type="password" autocomplete="current-password" required maxlength="256"></div>
        <button class="button main" type="submit" ?disabled=${conclusion.busy}>${icon('pencil')}<span>${t('sign.go')}</span></button></form>`;
}

/** @param {RoomState} state @param {RecordSummary} record @param {RoomActions} actions @param {StaffWords} words @param {InspectionTranslate} t */
function refusalPart(state, record, actions, words, t) {
    if (record.state === 'signed' || record.signatures.some(({ role }) => role === 'applicant'))
        return nothing;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        actions.conclusion.noteRefusal(String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get('reason') ?? '').trim());
    };
    return state.conclusion.refusing
        ? html`<form class="countersign" @submit=${submit}><div class="field"><label for="refusal">${t('sign.refuse.reason')}</label><input id="refusal" name="reason" required maxlength="1000"></div>
            <button class="button" type="submit" ?disabled=${state.conclusion.busy}>${t('sign.refuse.go')}</button><button class="button quiet" type="button" @click=${() => actions.conclusion.refusing(false)}>${words.t('cancel')}</button></form>`
        : html`<button class="button quiet small" type="button" data-test="note-refusal" @click=${() => actions.conclusion.refusing(true)}>${t('sign.refuse')}</button>`;
}

/** @param {RoomState} state @param {RecordSummary} record @param {StaffWords} words @param {RoomActions} actions @param {InspectionTranslate} t */
function signing(state, record, words, actions, t) {
    const missing = record.inspectors_min - record.signatures.filter(({ role, act }) => role === 'inspector' && act === 'signed').length;
    const address = `/api/visits/${state.visit.visit?.id ?? ''}/records/${record.version}/pdf`;
    return html`<div class="dialog-form" data-test="conclusion-sign">
        <h2>${t('sign.title')}</h2>
        <p class="soft">${t('sign.version', { n: record.version, decision: t(`decision.${record.decision}`) })}</p>
        ${signatureRows(record, state, t)}
        ${record.state === 'signed' ? html`<div role="status" data-test=${record.made ? 'record-made' : 'record-making'}>${notice(record.made ? 'good' : 'attention', t(record.made ? 'sign.made' : 'sign.making'))}</div>`
            : missing > 0 ? html`<p class="soft">${t('sign.need', { n: missing })}</p>` : nothing}
        ${ownPart(state, record, actions, t)}
        ${refusalPart(state, record, actions, words, t)}
        ${problemBox(state, words, t)}
        <div class="dialog-actions"><a class="button" href=${address} target="_blank" rel="noopener">${icon('file-text')}<span>${t(record.made ? 'sign.pdf' : 'sign.pdf.draft')}</span></a>
            ${record.state === 'open' ? html`<button class="button" type="button" @click=${() => actions.conclusion.anew(true)}>${icon('rotate-ccw')}<span>${t('conclude.anew')}</span></button>` : nothing}
            <button class="button ${record.made ? 'main' : ''}" type="button" @click=${() => actions.conclusion.show(false)}>${words.t('close')}</button></div></div>`;
}

/** The button in the room's head. @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function conclusionButton(state, { language }, actions) {
    const t = inspectionTranslator(language);
    const ours = state.visit.role === 'inspector' && state.visit.visit?.kind === 'inspection';
    return ours ? html`<button class="button small main" type="button" data-test="conclude" ?disabled=${state.visit.visit?.state !== 'live'} @click=${() => actions.conclusion.show(true)}>${icon('clipboard-list')}<span>${t('conclude')}</span></button>` : nothing;
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function conclusionDialog(state, words, actions) {
    if (!state.conclusion.open)
        return nothing;
    const t = inspectionTranslator(words.language);
    const record = state.visit.room?.record ?? null;
    return dialog({ label: t('conclude'), className: 'wide conclusion', onClose: () => actions.conclusion.show(false) },
        conclusionStage(state) === 'sign' && record ? signing(state, record, words, actions, t) : deciding(state, words, actions, t));
}
