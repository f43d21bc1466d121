/**
 * What the review page shows of an index: rows of the check list, spans of the timeline, the wall clock at a position. Pure.
 */

import { checkpointsOf, inLanguage } from '../base/item.js';
import { dayBounds } from '../base/time.js';

/** @import { CheckpointRow, RecordingIndex, ReviewState, SearchQuery } from '../../types/review.js' */
/** @import { Language } from '../../types/base.js' */

/**
 * The check list in the catalogue's order, each row with where it was shown, what was found and its stills.
 * @param {ReviewState} state @param {Language} language
 * @returns {CheckpointRow[]}
 */
export function checkpointRows(state, language) {
    return checkpointsOf(state.item).map((checkpoint, at) => {
        const finding = state.visit?.findings.find((candidate) => candidate.checkpoint === checkpoint.code);
        const spans = (state.index?.checkpoints ?? []).filter((span) => span.checkpoint === checkpoint.code)
            .map((span) => ({ fromMs: span.from_ms, toMs: span.to_ms, at: span.from }));
        return {
            code: checkpoint.code,
            number: at + 1,
            title: inLanguage(checkpoint, 'title', language),
            result: finding?.result ?? null,
            note: finding?.note ?? '',
            spans,
            stills: (state.index?.stills ?? []).filter((still) => still.checkpoint === checkpoint.code),
            current: spans.some((span) => state.positionMs >= span.fromMs && state.positionMs < Math.max(span.toMs, span.fromMs + 1)),
        };
    });
}

/** Stills which belong to no check point. @param {ReviewState} state */
export const looseStills = (state) => (state.index?.stills ?? []).filter((still) => !still.checkpoint);

/** Gaps of the site track, which is what the picture lacks. @param {RecordingIndex | null} index */
export const siteGaps = (index) => (index?.gaps ?? []).filter((gap) => gap.track === 'site');

/** Length of a gap in ms; null while it lasts. @param {{ from: number, to: number | null }} gap */
export const gapLengthMs = (gap) => (gap.to === null ? null : Math.max(0, (gap.to - gap.from) / 1000));

/**
 * Wall clock (ms since 1970) of a position: from the fragment that holds it, because gaps make the two run apart.
 * @param {RecordingIndex | null} index @param {number} positionMs
 */
export function wallClockAt(index, positionMs) {
    const site = (index?.fragments ?? []).filter((fragment) => fragment.track === 'site');
    let low = 0;
    let high = site.length - 1;
    if (high < 0)
        return null;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (site[middle].t_ms <= positionMs)
            low = middle;
        else
            high = middle - 1;
    }
    return site[low].at / 1000 + Math.min(Math.max(0, positionMs - site[low].t_ms), site[low].duration_ms);
}

/** Place on the timeline in per cent, kept inside it. @param {number} ms @param {number} durationMs */
export const percent = (ms, durationMs) => (durationMs > 0 ? Math.min(100, Math.max(0, (ms / durationMs) * 100)) : 0);

/**
 * The address of the search, as docs/http-api.yaml names its parameters.
 * @param {SearchQuery} query @param {string | null} [next]
 */
export function searchAddress(query, next) {
    const parameters = new URLSearchParams();
    if (query.words.trim())
        parameters.set('q', query.words.trim());
    if (query.item)
        parameters.set('item', query.item);
    if (query.day) {
        const [from, to] = dayBounds(new Date(`${query.day}T12:00:00`).getTime());
        parameters.set('from', String(from * 1000));
        parameters.set('to', String(to * 1000));
    }
    if (next)
        parameters.set('before', next);
    const text = parameters.toString();
    return `/api/cases${text ? `?${text}` : ''}`;
}

/**
 * `?visit=ID&t=SECONDS`: a link to a second of a recording.
 * @param {string} search
 */
export function linkTarget(search) {
    const parameters = new URLSearchParams(search);
    const seconds = Number(parameters.get('t') ?? '');
    return { visit: parameters.get('visit'), positionMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0,
        autoplay: parameters.has('t') };
}

/** "12.4 MB". @param {number} bytes */
export function size(bytes) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let value = bytes;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit++;
    }
    return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
