/** The inspectors' tools: draw and point, the phone's camera, challenges, acts, place, private notes, measurements. */

import { html, nothing, repeat, svg } from '../../base/html.js';
import { clockTime } from '../../base/time.js';
import { drawLayer, placeIn } from '../../components/draw-layer.js';
import { dialog } from '../../components/dialog.js';
import { icon } from '../../components/icon.js';
import { stepsTranslator } from '../../i18n/steps.js';

/** @import { RoomState } from '../../../types/staff.js' */
/** @import { RoomActions } from '../../../types/actions.js' */
/** @import { Checkpoint } from '../../../types/protocol.js' */
/** @import { Act, Inspection, Place } from '../../../types/steps.js' */
/** @import { StaffWords } from './words.js' */
/** @import { StepsTranslate } from '../../i18n/steps.js' */

/** @type {readonly Act[]} */
const ACTS = ['notice-read', 'credentials-shown', 'identity-checked', 'premises-checked', 'rights-explained', 'record-read'];

/** @param {RoomState} state @returns {Inspection | null} */
const inspectionOf = (state) => state.visit.room?.inspection ?? null;

/** Over the live picture. @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function siteDrawing(state, { language }, actions) {
    const { steps } = state;
    const t = stepsTranslator(language);
    /** @param {PointerEvent} event */
    const down = (event) => {
        event.preventDefault();
        const place = placeIn(event, steps.frame);
        /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
        if (place)
            actions.steps.stroke(place);
    };
    /** @param {PointerEvent} event */
    const move = (event) => {
        const place = steps.drawing && steps.tool === 'line' ? placeIn(event, steps.frame) : null;
        if (place)
            actions.steps.stroke(place);
    };
    return state.playback.mode === 'live' ? drawLayer(steps, 'meet', { label: t('draw.layer'), onDown: down, onMove: move, onUp: actions.steps.finish }) : nothing;
}

/** @param {RoomState} state @param {RoomActions} actions @param {StaffWords} words @param {StepsTranslate} t */
function challengeView(state, actions, { language }, t) {
    const challenge = inspectionOf(state)?.challenges.at(-1);
    if (!challenge)
        return nothing;
    const task = language === 'zh' ? challenge.task_zh : challenge.task_en;
    return html`<p class="challenge ${challenge.result ?? ''}" role="status" data-test="challenge">${icon('shield-check')}<b>${t('challenge.title')}</b><span>${task}</span>
        ${challenge.result ? html`<span class="result ${challenge.result === 'passed' ? 'conform' : 'nonconform'}">${icon(challenge.result === 'passed' ? 'check' : 'x')}<span>${t(`challenge.result.${challenge.result}`)}</span></span>`
            : html`<button class="button small" type="button" data-test="challenge-passed" @click=${() => actions.steps.judge(challenge.id, 'passed')}>${icon('check')}<span>${t('challenge.passed')}</span></button>
            <button class="button small" type="button" @click=${() => actions.steps.judge(challenge.id, 'failed')}>${icon('x')}<span>${t('challenge.failed')}</span></button>`}</p>`;
}

/** The bar under the picture. @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function stepsBar(state, words, actions) {
    const t = stepsTranslator(words.language);
    const { steps } = state;
    if (state.visit.role !== 'inspector' || state.visit.visit?.state !== 'live' || state.visit.visit.kind !== 'inspection')
        return nothing;
    const inspection = inspectionOf(state);
    const director = state.visit.room?.participants.find(({ id }) => id === inspection?.director);
    /** @param {'line' | 'point'} tool @param {import('../../components/icon.js').IconName} sign */
    const tool = (tool, sign) => html`<button class="button small" type="button" data-test="tool-${tool}" aria-pressed=${steps.tool === tool} @click=${() => actions.steps.tool(steps.tool === tool ? null : tool)}>${icon(sign)}<span>${t(`draw.${tool}`)}</span></button>`;
    return html`<div class="steps-bar" role="group" aria-label=${t('tools')} data-test="steps-bar">
        ${tool('line', 'pencil')}${tool('point', 'map-pin')}
        <button class="button small" type="button" ?disabled=${steps.shapes.length === 0} @click=${actions.steps.clear}>${icon('x')}<span>${t('draw.clear')}</span></button>
        <i class="sep" aria-hidden="true"></i>
        <button class="button small" type="button" aria-pressed=${steps.torch} @click=${actions.steps.torch}>${icon('flashlight')}<span>${t('camera.torch')}</span></button>
        <button class="button small" type="button" @click=${actions.steps.flip}>${icon('switch-camera')}<span>${t('camera.flip')}</span></button>
        <button class="button small" type="button" @click=${actions.steps.zoom}>${icon('search')}<span>${t('camera.zoom', { n: steps.zoom })}</span></button>
        <i class="sep" aria-hidden="true"></i>
        <button class="button small" type="button" data-test="challenge-number" @click=${() => actions.steps.challenge('number')}>${icon('shield-check')}<span>${t('challenge.number')}</span></button>
        <button class="button small" type="button" @click=${() => actions.steps.challenge('object')}>${icon('shield-check')}<span>${t('challenge.object')}</span></button>
        <button class="button small" type="button" data-test="acts" @click=${() => actions.steps.panel('acts')}>${icon('clipboard-list')}<span>${t('acts')}</span></button>
        <button class="button small" type="button" data-test="place" @click=${() => actions.steps.panel('place')}>${icon('map-pin')}<span>${t('place')}</span></button>
        <button class="button small" type="button" data-test="notes" @click=${() => actions.steps.panel('notes')}>${icon('users')}<span>${t('notes')}${inspection?.notes?.length ? ` ${inspection.notes.length}` : ''}</span></button>
        ${director?.id === state.visit.participant ? html`<span class="director">${icon('user-check')}<span>${t('director.is', { name: director?.name ?? '' })}</span></span>`
            : html`<button class="button small quiet" type="button" data-test="direct" @click=${actions.steps.direct}>${icon('user-check')}<span>${director ? t('director.is', { name: director.name }) : t('director.mine')}</span></button>`}
    </div>${challengeView(state, actions, words, t)}`;
}

/* --- panels --- */

/** @param {RoomState} state @param {RoomActions} actions @param {StepsTranslate} t */
const actsPanel = (state, actions, t) => html`<h2>${t('acts.title')}</h2><p class="soft">${t('acts.hint')}</p>
    <ul class="acts">${ACTS.map((act) => {
        const done = inspectionOf(state)?.acts.filter((entry) => entry.act === act).at(-1);
        return html`<li class=${done ? 'done' : ''}><button class="button" type="button" data-test="act-${act}" @click=${() => actions.steps.act(act)}>${icon(done ? 'circle-check' : 'circle')}<span>${t(`act.${act}`)}</span></button>
            <span class="soft tabular">${done ? `${clockTime(done.at / 1000)} ${done.by}` : ''}</span></li>`;
    })}</ul>`;

/* Half of the drawing, px of its view box. */
const MAP = 150;

/** Drawn to scale without any outside map. @param {Place} place @param {{ lat: number, lon: number }} premises @param {StepsTranslate} t */
function map(place, premises, t) {
    const north = (place.lat - premises.lat) * 111_195;
    const east = (place.lon - premises.lon) * 111_195 * Math.cos(premises.lat * Math.PI / 180);
    const reach = Math.max(50, Math.hypot(north, east), place.accuracy_m) * 1.25;
    const ring = 10 ** Math.floor(Math.log10(reach));
    /** @param {number} metres */
    const px = (metres) => metres / reach * MAP;
    return html`<svg class="place-map" viewBox="${-MAP} ${-MAP} ${2 * MAP} ${2 * MAP}" role="img" aria-label=${t('place.map')}>
        ${[1, 2, 5].map((n) => ring * n).filter((radius) => radius < reach).map((radius) => svg`<circle class="ring" r=${px(radius)}></circle><text class="scale" y=${-px(radius) - 3}>${t('place.scale', { n: radius })}</text>`)}
        <circle class="accuracy" cx=${px(east)} cy=${-px(north)} r=${px(place.accuracy_m)}></circle>
        <line x2=${px(east)} y2=${-px(north)}></line>
        <rect class="premises" x="-6" y="-6" width="12" height="12"></rect><text y="22">${t('place.premises')}</text>
        <circle class="site-place" cx=${px(east)} cy=${-px(north)} r="6"></circle><text x=${px(east)} y=${-px(north) - 12}>${t('place.site')}</text></svg>`;
}

/** @param {RoomState} state @param {StepsTranslate} t */
function placePanel(state, t) {
    const inspection = inspectionOf(state);
    const place = inspection?.locations?.at(-1);
    const accuracy = Math.round(place?.accuracy_m ?? 0);
    return html`<h2>${t('place.title')}</h2>
        ${!place ? html`<p>${t('place.none')}</p>` : place.distance_m === null || !inspection?.premises ? html`<p>${t('place.unknown', { accuracy })}</p>`
            : html`<p data-test="distance">${t('place.distance', { n: place.distance_m, accuracy })}</p>${map(place, inspection.premises, t)}`}`;
}

/** @param {RoomState} state @param {RoomActions} actions @param {StepsTranslate} t */
function notesPanel(state, actions, t) {
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        const words = String(new FormData(form).get('words') ?? '').trim();
        if (words)
            actions.steps.note(words);
        form.reset();
    };
    const notes = inspectionOf(state)?.notes ?? [];
    return html`<h2>${t('notes.title')}</h2><p class="soft">${t('notes.hint')}</p>
        <ul class="private-notes">${repeat(notes, ({ id }) => id, (note) => html`<li><b lang="zh-CN">${note.by}</b> <span class="soft tabular">${clockTime(note.at / 1000)}</span><p lang="zh-CN">${note.words}</p></li>`)}</ul>
        <form class="countersign" @submit=${submit}><div class="field"><label for="private-words" class="visually-hidden">${t('notes.placeholder')}</label><input id="private-words" name="words" maxlength="2000" autocomplete="off" placeholder=${t('notes.placeholder')}></div>
            <button class="button main" type="submit">${t('notes.send')}</button></form>`;
}

/** @param {RoomState} state @param {StaffWords} words @param {RoomActions} actions */
export function stepsDialog(state, words, actions) {
    const { panel } = state.steps;
    if (!panel)
        return nothing;
    const t = stepsTranslator(words.language);
    const body = panel === 'acts' ? actsPanel(state, actions, t) : panel === 'place' ? placePanel(state, t) : notesPanel(state, actions, t);
    return dialog({ label: t(panel), onClose: () => actions.steps.panel(null) }, html`${body}<div class="dialog-actions"><button class="button" type="button" @click=${() => actions.steps.panel(null)}>${words.t('close')}</button></div>`);
}

/* --- in the check list --- */

/** @param {RoomState} state @param {Checkpoint} checkpoint @param {StaffWords} words @param {RoomActions} actions */
export function measureView(state, checkpoint, { language }, actions) {
    const t = stepsTranslator(language);
    const { measure, code } = checkpoint;
    const inspection = inspectionOf(state);
    const stills = (state.visit.room?.stills ?? []).filter((still) => still.checkpoint === code && still.state === 'stored');
    const corrections = (inspection?.corrections ?? []).filter((pair) => pair.checkpoint === code).length;
    const first = stills[0], last = stills.at(-1);
    const pair = first && last && first !== last ? html`<button class="button small quiet" type="button" data-test="correct" @click=${() => actions.steps.correct(code, first.id, last.id)}>${icon('rotate-ccw')}<span>${t('correct')}</span></button>` : nothing;
    const done = corrections ? html`<p class="soft">${icon('circle-check')} ${t('correct.done', { n: corrections })}</p>` : nothing;
    if (!measure && checkpoint.evidence !== 'measure')
        return html`${pair}${done}`;
    /** @param {SubmitEvent} event */
    const submit = (event) => {
        event.preventDefault();
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        const fields = new FormData(form);
        actions.steps.measure(code, String(fields.get('value') ?? '').trim(), measure ? null : String(fields.get('unit') ?? '').trim(), fields.get('still') ? last?.id ?? null : null);
        form.reset();
    };
    const readings = (inspection?.measurements ?? []).filter((entry) => entry.checkpoint === code);
    return html`<form class="measure" data-test="measure" @submit=${submit}>
        <h4>${icon('ruler')}<span>${t('measure.title')}</span></h4>
        <div class="field"><label for="measure-value">${measure ? t('measure.value', { unit: measure.unit }) : t('measure.value.free')}</label>
            <input id="measure-value" name="value" inputmode="decimal" required pattern="-?[0-9]{1,9}([.][0-9]{1,4})?" autocomplete="off"></div>
        ${measure ? nothing : html`<div class="field unit"><label for="measure-unit">${t('measure.unit')}</label><input id="measure-unit" name="unit" required maxlength="8"></div>`}
        <button class="button small" type="submit">${t('measure.save')}</button>
        <p class="soft limits">${measure?.min !== undefined ? t('measure.limit.min', { min: measure.min, unit: measure.unit }) : ''} ${measure?.max !== undefined ? t('measure.limit.max', { max: measure.max, unit: measure.unit }) : ''}</p>
        ${last ? html`<label class="with-still"><input type="checkbox" name="still" checked><span>${t('measure.still')}</span></label>` : nothing}
        <ul class="readings">${readings.map((entry) => html`<li class=${entry.verdict ?? ''}><b class="tabular">${entry.value} ${entry.unit}</b>
            ${entry.verdict ? html`<span class="result ${entry.verdict === 'pass' ? 'conform' : 'nonconform'}">${icon(entry.verdict === 'pass' ? 'check' : 'x')}<span>${t(`measure.${entry.verdict}`)}</span></span>` : nothing}
            <span class="soft">${entry.by}${entry.still ? ` · ${t('measure.with-still')}` : ''}</span></li>`)}</ul></form>${pair}${done}`;
}
