/** The catalogue: the list of items, and one item beside the guide that it makes. */

import { html, nothing, repeat } from '../../base/html.js';
import { inLanguage } from '../../base/item.js';
import { icon } from '../../components/icon.js';
import { officeTranslator } from '../../i18n/office.js';
import { lines, newItem, withCheckpoint, withField, withMeasure, withMoved, withNewCheckpoint, withoutCheckpoint } from '../../state/item-editor.js';
import { guideView } from '../guide.js';
import { areaField, checkField, selectField, textField, textsOf, timeText } from './fields.js';

/** @import { Checkpoint } from '../../../types/protocol.js' */
/** @import { CatalogueItem } from '../../../types/office.js' */
/** @import { CatalogueContext } from '../../office/catalogue.js' */
/** @import { OfficeKey } from '../../i18n/office.js' */

const MODES = ['live', 'self-shot', 'assisted', 'camera'];
const EVIDENCE = ['video', 'photo', 'measure', 'document'];
const RETENTION = ['permanent', '30-years', '10-years'];

/** @param {CatalogueContext} context @param {File} file */
const importFile = ({ call, attempt, patch, words: { o } }, file) => attempt(async () => {
    const csv = /\.csv$/i.test(file.name);
    const text = await file.text();
    const { items } = await call('POST', '/api/catalogue/import', undefined, { body: text, headers: { 'content-type': csv ? 'text/csv' : 'application/json', accept: 'application/json' } });
    const count = (/** @type {string} */ state) => items.filter((/** @type {{ state: string }} */ one) => one.state === state).length;
    const refused = items.find((/** @type {{ state: string }} */ one) => one.state === 'refused');
    patch({ drafts: (await call('GET', '/api/item-drafts')).drafts });
    return o('catalogue.import.done', { drafts: count('draft'), same: count('unchanged'), refused: count('refused'), why: refused ? `${refused.code ?? ''} ${refused.problem.detail ?? ''}` : '' });
});

/** @param {CatalogueContext} context */
function adminBar(context) {
    const { words: { o }, go, patch } = context;
    return html`<form class="card panel inline-form" @submit=${(/** @type {SubmitEvent} */ event) => {
        const code = textsOf(event).code ?? '';
        if (!/^[A-Z]{3}-[0-9]{2}$/.test(code))
            return;
        patch({ code, item: newItem(code), revision: 0, versions: [], shown: 0, changed: true });
        go(`catalogue/${code}`);
    }}>
        <div class="field"><label for="code">${o('catalogue.new')}</label><input id="code" name="code" required pattern="[A-Z]{3}-[0-9]{2}" placeholder="ABC-01" maxlength="6">
            <span class="hint">${o('catalogue.new.hint')}</span></div>
        <button class="button" type="submit">${icon('plus')}<span>${o('catalogue.new.go')}</span></button>
        <label class="button file">${icon('download')}<span>${o('catalogue.import')}</span><input type="file" accept=".csv,.json" @change=${(/** @type {Event} */ event) => {
            const input = /** @type {HTMLInputElement} */ (event.target);
            const file = input.files?.[0];
            if (file)
                importFile(context, file);
            input.value = '';
        }}></label></form>`;
}

/** @param {CatalogueContext} context */
export function catalogueListView(context) {
    const { own, user, words: { o, language } } = context;
    const known = new Set((own.items ?? []).map((item) => item.code));
    const fresh = own.drafts.filter((draft) => !known.has(draft.code));
    const draftOf = (/** @type {string} */ code) => own.drafts.find((draft) => draft.code === code);
    /** @param {string} code @param {string} name @param {string} division @param {number | null} version */
    const row = (code, name, division, version) => html`<tr><td><b>${name}</b><span class="soft">${code}${division ? ` · ${division}` : ''}</span></td>
        <td>${version === null ? nothing : o('catalogue.version') + ' ' + version} ${draftOf(code) ? html`<span class="tag">${icon('pencil')}<span>${o('catalogue.draft')}</span></span>` : nothing}</td>
        <td><div class="row-actions">${version === null ? nothing : html`<a class="button small quiet" href="/guide?item=${code}">${icon('smartphone')}<span>${o('catalogue.guide')}</span></a>`}
            <a class="button small" href="#catalogue/${code}">${icon('pencil')}<span>${user.role === 'admin' ? o('catalogue.edit') : o('catalogue.open')}</span></a></div></td></tr>`;
    return html`<div class="office-head"><h1>${o('catalogue.title')}</h1>
            <a class="button small" href="/api/catalogue?format=json" download>${icon('download')}<span>${o('catalogue.export-json')}</span></a>
            <a class="button small" href="/api/catalogue?format=csv" download>${icon('download')}<span>${o('catalogue.export-csv')}</span></a></div>
        ${user.role === 'admin' ? adminBar(context) : nothing}
        <div class="card table"><table><thead><tr><th scope="col">${o('catalogue.item')}</th><th scope="col">${o('catalogue.version')}</th><th></th></tr></thead>
            <tbody>${fresh.map((draft) => row(draft.code, draft.code, '', null))}
            ${repeat(own.items ?? [], (item) => item.code, (item) => row(item.code, inLanguage(item, 'name', language), inLanguage(item, 'division', language), item.version))}</tbody></table></div>`;
}

/** @param {CatalogueContext} context @param {CatalogueItem} item */
const edit = ({ patch }, item) => patch({ item, changed: true });

/** @param {CatalogueContext} context @param {CatalogueItem} item @param {boolean} fixed */
function basics(context, item, fixed) {
    const { words: { o } } = context;
    const record = /** @type {Record<string, any>} */ (/** @type {unknown} */ (item));
    /** @param {string} field */
    const options = (field) => ({ id: field, label: o(/** @type {OfficeKey} */ (`item.${field}`)), disabled: fixed });
    /** @param {string} field */
    const text = (field) => textField({ ...options(field), value: record[field] }, (value) => edit(context, withField(item, field, value.trim())));
    /** @param {string} field */
    const area = (field) => areaField({ ...options(field), value: record[field] }, (value) => edit(context, withField(item, field, value.trim())));
    /** @param {string} field */
    const list = (field) => areaField({ ...options(field), value: (record[field] ?? []).join('\n'), max: 2000 }, (value) => edit(context, withField(item, field, lines(value))));
    /** @param {string} field */
    const number = (field) => textField({ ...options(field), value: record[field], type: 'number' }, (value) => edit(context, withField(item, field, value === '' ? null : Number(value))));
    return html`<section class="card panel"><h2>${o('item.basics')}</h2><div class="fields">${['name_zh', 'name_en', 'division_zh', 'division_en'].map(text)}${area('legal_basis_zh')}
            ${area('exclusions_zh')}${area('exclusions_en')}${list('tools_zh')}${list('tools_en')}</div></section>
        <section class="card panel"><h2>${o('item.rules')}</h2><div class="fields">${number('inspectors_min')}${number('audit_percent')}
            ${selectField({ ...options('retention'), value: item.retention ?? '10-years', choices: RETENTION.map((code) => [code, o(/** @type {OfficeKey} */ (`retention.${code}`))]) }, (value) => edit(context, withField(item, 'retention', value)))}
            <div class="full">${checkField({ label: o('item.video_mandatory'), hint: o('item.video_mandatory.hint'), checked: item.video_mandatory ?? true, disabled: fixed }, (on) => edit(context, withField(item, 'video_mandatory', on)))}</div>
            <fieldset class="full"><legend>${o('item.modes')}</legend><div class="choices">${MODES.map((mode) => checkField({ label: o(/** @type {OfficeKey} */ (`mode.${mode}`)), checked: (item.modes ?? MODES).includes(mode), disabled: fixed },
                (on) => edit(context, withField(item, 'modes', MODES.filter((one) => (one === mode ? on : (item.modes ?? MODES).includes(one)))))))}</div></fieldset></div></section>`;
}

/** @param {CatalogueContext} context @param {CatalogueItem} item @param {Checkpoint} checkpoint @param {number} index @param {boolean} fixed */
function checkpointForm(context, item, checkpoint, index, fixed) {
    const { words: { o, language } } = context;
    const record = /** @type {Record<string, any>} */ (/** @type {unknown} */ (checkpoint));
    /** @param {string} field */
    const options = (field) => ({ id: `${checkpoint.code}-${field}`, label: o(/** @type {OfficeKey} */ (`point.${field}`)), disabled: fixed });
    const change = (/** @type {Partial<Checkpoint>} */ part) => edit(context, withCheckpoint(item, index, part));
    /** @param {'unit' | 'min' | 'max'} field */
    const measure = (field) => textField({ ...options(field), value: checkpoint.measure?.[field], max: 12 }, (value) => edit(context, withMeasure(item, index, field, value)));
    return html`<details><summary><span class="soft">${checkpoint.code}</span><span>${inLanguage(checkpoint, 'title', language)}</span></summary><div class="panel"><div class="fields">
        ${['title_zh', 'title_en'].map((field) => textField({ ...options(field), value: record[field] }, (value) => change({ [field]: value.trim() })))}
        ${['guide_zh', 'guide_en'].map((field) => areaField({ ...options(field), value: record[field] }, (value) => change({ [field]: value.trim() })))}
        ${selectField({ ...options('evidence'), value: checkpoint.evidence, choices: EVIDENCE.map((code) => [code, o(/** @type {OfficeKey} */ (`evidence.${code}`))]) }, (evidence) => change({ evidence }))}
        ${checkpoint.evidence === 'measure' ? ['unit', 'min', 'max'].map((field) => measure(/** @type {'unit' | 'min' | 'max'} */ (field))) : nothing}</div>
        ${checkField({ label: o('point.required'), checked: checkpoint.required, disabled: fixed }, (required) => change({ required }))}
        ${fixed ? nothing : html`<div class="row-actions">
            <button class="button small quiet" type="button" @click=${() => edit(context, withMoved(item, index, -1))}>${icon('chevron-up')}<span>${o('point.up')}</span></button>
            <button class="button small quiet" type="button" @click=${() => edit(context, withMoved(item, index, 1))}>${icon('chevron-down')}<span>${o('point.down')}</span></button>
            <button class="button small quiet" type="button" @click=${() => edit(context, withoutCheckpoint(item, index))}>${icon('x')}<span>${o('point.remove')}</span></button></div>`}
    </div></details>`;
}

/** @param {CatalogueContext} context @param {CatalogueItem} item */
function actions(context, item) {
    const { own, call, attempt, patch, go, busy, words: { o } } = context;
    const address = `/api/items/${encodeURIComponent(item.code)}`;
    const saveDraft = async () => {
        const draft = await call('PUT', `${address}/draft`, { revision: own.revision, item });
        patch({ item: draft.item, revision: draft.revision, changed: false });
        return draft.revision;
    };
    return html`<form class="sticky-actions inline-form" @submit=${(/** @type {SubmitEvent} */ event) => {
        const { from } = textsOf(event);
        attempt(async () => {
            const revision = await saveDraft();
            const made = await call('POST', `${address}/versions`, { revision, effective_at: from ? new Date(`${from}T00:00`).getTime() * 1000 : null });
            patch({ changed: false, code: '' });
            go(`catalogue/${item.code}/${made.version}`);
            return o('catalogue.published', { n: made.version });
        });
    }}>
        <button class="button" type="button" ?disabled=${busy} @click=${() => attempt(async () => { await saveDraft(); return o('catalogue.draft.saved'); })}>${icon('check')}<span>${o('catalogue.save-draft')}</span></button>
        ${own.revision > 0 ? html`<button class="button quiet" type="button" ?disabled=${busy} @click=${() => attempt(async () => {
            await call('DELETE', `${address}/draft`);
            patch({ changed: false, code: '' });
            go('catalogue');
        })}>${icon('x')}<span>${o('catalogue.draft.drop')}</span></button>` : nothing}
        ${textField({ id: 'from', label: o('catalogue.publish.from'), value: '', type: 'date', hint: o('catalogue.publish.hint') })}
        <button class="button main" type="submit" ?disabled=${busy}>${icon('check-circle')}<span>${o('catalogue.publish')}</span></button></form>`;
}

/** @param {CatalogueContext} context */
const versionList = ({ own, words: { o, language } }) => html`<section class="card panel"><h2>${o('catalogue.versions')}</h2><ul class="plain-list">${own.versions.map((one) => html`<li>
    <a href="#catalogue/${own.code}/${one.version}">${o('catalogue.version')} ${one.version}</a>
    <span class="soft">${one.effective_at ? o('catalogue.in-effect', { time: timeText(one.effective_at, language) }) : o('catalogue.since-ever')} <span lang="zh-CN">${one.published_by ?? ''}</span></span></li>`)}</ul></section>`;

/** @param {CatalogueContext} context */
export function itemView(context) {
    const { own, user, patch, words } = context;
    const { item } = own;
    const { o, language } = words;
    if (!item)
        return html`<p class="empty" role="status">${o('office.loading')}</p>`;
    const fixed = user.role !== 'admin' || own.shown > 0;
    const shown = own.english === (language === 'zh') ? /** @type {const} */ ('en') : /** @type {const} */ ('zh');
    return html`<div class="office-head"><h1>${inLanguage(item, 'name', language) || item.code}</h1>
            <a class="button small quiet" href="#catalogue">${icon('arrow-left')}<span>${o('catalogue.all')}</span></a>
            ${own.versions.length > 0 ? html`<a class="button small" href="/api/guides/${item.code}/pdf?lang=${language}${own.shown ? `&version=${own.shown}` : ''}">${icon('file-text')}<span>${o('catalogue.guide-pdf')}</span></a>` : nothing}
            ${own.shown > 0 && user.role === 'admin' ? html`<a class="button small" href="#catalogue/${item.code}">${icon('pencil')}<span>${o('catalogue.edit')}</span></a>` : nothing}</div>
        ${own.shown > 0 ? html`<p class="soft">${o('catalogue.shown-version', { n: own.shown })}</p>` : nothing}
        <div class="split"><div class="plain-list">
            ${basics(context, item, fixed)}
            <section class="card panel"><h2>${o('item.checkpoints')}</h2>${repeat(item.checkpoints, (checkpoint) => checkpoint.code, (checkpoint, index) => checkpointForm(context, item, checkpoint, index, fixed))}
                ${fixed ? nothing : html`<button class="button" type="button" @click=${() => edit(context, withNewCheckpoint(item))}>${icon('plus')}<span>${o('point.add')}</span></button>`}</section>
            ${versionList(context)}
            ${fixed ? nothing : actions(context, item)}</div>
            <section aria-label=${o('catalogue.preview')}><div class="office-head"><h2>${o('catalogue.preview')}</h2>
                <button class="button small quiet" type="button" @click=${() => patch({ english: !own.english })}>${icon('languages')}<span>${o('catalogue.preview.language')}</span></button></div>
                <div class="phone">${guideView(item, { language: shown, o: officeTranslator(shown) })}</div></section></div>`;
}
