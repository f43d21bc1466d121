/**
 * How full the storage is, and how the move to the object store fares.
 */

import { html, nothing } from '../../base/html.js';
import { icon } from '../../components/icon.js';
import { notice } from '../../components/marks.js';
import { size } from '../../review/model.js';
import { loading } from './terms.js';
import { moment } from './words.js';

/** @import { ArchiveState } from '../../../types/archive.js' */
/** @import { ArchiveWords } from './words.js' */

/** @param {ArchiveState} state @param {ArchiveWords} words */
export function storageWarning({ storage: report }, { a }) {
    if (!report || report.storage.state === 'ok')
        return nothing;
    const { state, bytes, quota, free } = report.storage;
    return notice(state === 'full' ? 'danger' : 'attention', a(state === 'full' ? 'storage.full' : 'storage.warning', { bytes: size(bytes), quota: size(quota ?? bytes + free), free: size(free) }));
}

/** @param {string} label @param {number} used @param {number} whole */
const bar = (label, used, whole) => html`<div class="fill"><div class="fill-head"><span>${label}</span><span class="tabular">${size(used)} / ${size(whole)}</span></div>
    <progress max="100" value=${whole > 0 ? Math.min(100, (100 * used) / whole) : 0} aria-label=${label}></progress></div>`;

/** @param {ArchiveState} state @param {ArchiveWords} words */
export function storagePanel({ storage: report }, words) {
    const { a } = words;
    if (!report)
        return loading(words);
    const { storage, archive } = report;
    return html`
        <p class="soft">${a('storage.text', { percent: storage.warn_percent })}</p>
        <section class="fills">
            ${storage.quota === null ? html`<p>${a('storage.no-quota', { bytes: size(storage.bytes) })}</p>` : bar(a('storage.quota'), storage.bytes, storage.quota)}
            ${bar(a('storage.disk'), storage.size - storage.free, storage.size)}
            <p class="soft tabular">${a('storage.measured', { time: moment(storage.measured_at) })}</p>
        </section>
        <section class="fills"><h2>${a('archive.title')}</h2>
            <p class="sign archive-${archive.state}">${icon(archive.state === 'unreachable' ? 'triangle-alert' : archive.state === 'busy' ? 'loader-circle' : archive.state === 'off' ? 'minus' : 'circle-check', archive.state === 'busy' ? 'spin' : '')}
                <span>${a(`archive.${archive.state}`)}</span></p>
            ${archive.state === 'off' ? nothing : html`<p class="soft">${a('archive.count', { n: archive.archived })}${archive.last_at === null ? nothing : html` · <span class="tabular">${moment(archive.last_at)}</span>`}</p>`}
            ${archive.problem ? html`<p class="soft">${archive.problem}</p>` : nothing}
        </section>`;
}
