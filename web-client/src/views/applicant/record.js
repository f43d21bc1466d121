/** The record on the phone: read, read aloud, signed with a finger or refused, while the camera goes on. */

import { html, nothing } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { longDay } from '../../base/time.js';
import { icon } from '../../components/icon.js';
import { notice, problemNotice } from '../../components/marks.js';
import { signaturePad } from '../../components/signature-pad.js';
import { inspectionTranslator } from '../../i18n/inspection.js';
import { recordOf, recordStage } from '../../state/record-sheet.js';

/** @import { ApplicantState } from '../../../types/applicant.js' */
/** @import { ApplicantActions } from '../../../types/actions.js' */
/** @import { ApplicantWords } from './words.js' */
/** @import { RecordContent, RecordFinding } from '../../../types/inspection.js' */
/** @import { InspectionTranslate } from '../../i18n/inspection.js' */
/** @import { IconName } from '../../components/icon.js' */

/** @type {Record<string, IconName>} */
const resultIcon = { 'conform': 'check', 'mostly': 'circle-alert', 'nonconform': 'x', 'not-applicable': 'minus', 'none': 'circle-help' };
/* What needs the applicant's eye first: faults, then everything that says something. */
/** @param {RecordFinding} finding */
const speaks = (finding) => finding.result === 'mostly' || finding.result === 'nonconform' || Boolean(finding.note) || finding.measurements.length > 0;

/** @param {RecordFinding} finding @param {ApplicantWords} words @param {InspectionTranslate} t */
function point(finding, { language }, t) {
    const result = finding.result ?? 'none';
    return html`<li class="record-point ${result}">
        <b>${inLanguage(finding, 'title', language)}</b>
        <span class="result ${result}">${icon(resultIcon[result] ?? 'circle')}<span>${t(/** @type {any} */ (`result.${result}`))}</span></span>
        ${finding.note ? html`<p lang="zh-CN">${finding.note}</p>` : nothing}
        ${finding.measurements.map((measured) => html`<p>${t('record.measured', { value: measured.value, unit: measured.unit })}</p>`)}
        ${finding.stills.length ? html`<p class="soft">${t('record.stills', { list: finding.stills.join('、') })}</p>` : nothing}</li>`;
}

/** @param {RecordContent} content @param {ApplicantWords} words @param {InspectionTranslate} t */
function body(content, words, t) {
    const spoken = content.findings.filter(speaks);
    const { language } = words;
    return html`
        <div class="record-decision ${content.decision}"><span class="soft">${t('record.conclusion')}</span><strong>${t(`decision.${content.decision}`)}</strong>
            ${content.deadline_at ? html`<p>${t('record.deadline', { day: longDay(content.deadline_at / 1000, language) })}</p>` : nothing}
            ${content.remark ? html`<p lang="zh-CN">${content.remark}</p>` : nothing}</div>
        <p class="record-people"><span class="soft">${t('record.inspectors')}</span> <span lang="zh-CN">${content.people.filter(({ role }) => role === 'inspector').map(({ name, credential }) => (credential ? `${name}（${credential}）` : name)).join('、')}</span></p>
        <h3>${t('record.findings')}</h3>
        <ol class="record-points">${spoken.map((finding) => point(finding, words, t))}</ol>
        ${spoken.length < content.findings.length ? html`<p class="soft">${t('record.other', { n: content.findings.length - spoken.length })}</p>` : nothing}
        ${content.gaps.length ? html`<p class="soft">${t('record.gaps', { n: content.gaps.length })}</p>` : nothing}`;
}

/** The record as it is read aloud. @param {RecordContent} content @param {ApplicantWords} words @param {InspectionTranslate} t */
export function speechOf(content, { language }, t) {
    const points = content.findings.filter(speaks).map((finding) => t('record.speech.point', { title: inLanguage(finding, 'title', language),
        result: t(/** @type {any} */ (`result.${finding.result ?? 'none'}`)), note: finding.note ?? '' })).join(' ');
    return t('record.speech', { decision: t(`decision.${content.decision}`), remark: content.remark, points });
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions @param {InspectionTranslate} t */
function reading(state, words, actions, t) {
    const { record: sheet } = state;
    const { content } = sheet;
    if (!content)
        return html`<p class="record-loading" role="status">${sheet.problem ? nothing : icon('loader-circle', 'spin')}<span>${sheet.problem ? '' : t('record.loading')}</span></p>
            ${problemNotice(sheet.problem, words.language)}
            ${sheet.problem ? html`<button class="button main" type="button" @click=${actions.record.reload}>${icon('refresh-cw')}<span>${t('record.again')}</span></button>` : nothing}`;
    return html`<div class="record-text" tabindex="0" role="region" aria-label=${t('record.title')}>${body(content, words, t)}</div>
        <div class="record-actions">
            <button class="button" type="button" data-test="record-refuse" @click=${() => actions.record.mode('refuse')}>${t('record.refuse')}</button>
            <button class="button main" type="button" data-test="record-sign" @click=${() => actions.record.mode('sign')}>${icon('pencil')}<span>${t('record.sign')}</span></button></div>`;
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions @param {InspectionTranslate} t */
function signing({ record: sheet }, words, actions, t) {
    return html`<div class="record-text"><h3>${t('record.sign.title')}</h3>
        ${signaturePad({ strokes: sheet.strokes, label: t('record.sign.title'), hint: t('record.sign.hint'), keys: t('record.sign.keys'), clear: t('record.sign.clear'), disabled: sheet.busy, onChange: actions.record.write })}
        ${sheet.missed ? html`<div role="alert">${notice('attention', t('record.sign.missed'))}</div>` : nothing}
        <div class="field"><label for="record-comment">${t('record.comment')}</label>
            <textarea id="record-comment" rows="2" maxlength="1000" .value=${sheet.comment} @input=${(/** @type {Event} */ event) => actions.record.comment(/** @type {HTMLTextAreaElement} */ (event.target).value)}></textarea></div>
        ${problemNotice(sheet.problem, words.language)}</div>
        <div class="record-actions"><button class="button" type="button" ?disabled=${sheet.busy} @click=${() => actions.record.mode('read')}>${t('record.back')}</button>
            <button class="button main" type="button" data-test="record-sign-go" ?disabled=${sheet.busy} @click=${actions.record.sign}>${icon('check')}<span>${t(sheet.busy ? 'record.sending' : 'record.sign.go')}</span></button></div>`;
}

/** @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions @param {InspectionTranslate} t */
function refusing({ record: sheet }, words, actions, t) {
    return html`<div class="record-text"><h3>${t('record.refuse.title')}</h3><p>${t('record.refuse.text')}</p>
        <div class="field"><label for="record-reason">${t('record.refuse.reason')}</label>
            <textarea id="record-reason" rows="3" maxlength="1000" aria-invalid=${sheet.missed} .value=${sheet.reason} @input=${(/** @type {Event} */ event) => actions.record.reason(/** @type {HTMLTextAreaElement} */ (event.target).value)}></textarea></div>
        ${sheet.missed ? html`<div role="alert">${notice('attention', t('record.refuse.missed'))}</div>` : nothing}
        ${problemNotice(sheet.problem, words.language)}</div>
        <div class="record-actions"><button class="button" type="button" ?disabled=${sheet.busy} @click=${() => actions.record.mode('read')}>${t('record.back')}</button>
            <button class="button main" type="button" data-test="record-refuse-go" ?disabled=${sheet.busy} @click=${actions.record.refuse}>${t(sheet.busy ? 'record.sending' : 'record.refuse.go')}</button></div>`;
}

/** Over the picture while the record waits for the applicant; a word when the others' signatures are awaited. @param {ApplicantState} state @param {ApplicantWords} words @param {ApplicantActions} actions */
export function recordView(state, words, actions) {
    const t = inspectionTranslator(words.language);
    const stage = recordStage(state.visit);
    const record = recordOf(state.visit);
    if (stage === 'done') {
        const own = record?.signatures.find(({ role }) => role === 'applicant');
        return html`<p class="record-done" role="status" data-test="record-done">${icon('check-circle')}<span>${t(record?.state === 'signed' ? 'record.done.all' : own?.act === 'refused' ? 'record.done.refused' : 'record.done')}</span></p>`;
    }
    if (stage === 'none')
        return nothing;
    const { content } = state.record;
    return html`<section class="record-sheet" data-test="record-sheet" aria-labelledby="record-title">
        <header><h2 id="record-title" tabindex="-1">${t('record.title')}</h2>
            ${content && words.canSpeak ? html`<button type="button" class="button quiet" @click=${() => actions.readAloud(speechOf(content, words, t))}>${icon(state.speaking ? 'volume-x' : 'volume-2')}<span>${words.t(state.speaking ? 'read-stop' : 'read-aloud')}</span></button>` : nothing}</header>
        ${state.record.mode === 'read' ? html`<p>${t('record.read')}</p>${reading(state, words, actions, t)}`
            : state.record.mode === 'sign' ? signing(state, words, actions, t) : refusing(state, words, actions, t)}
    </section>`;
}
