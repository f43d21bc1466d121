/**
 * What the review page shows of an index: rows of the check list, spans of the timeline, the wall clock at a position. Pure.
 */

import { checkpointsOf, inLanguage } from '../base/item.js';
import { dayBounds } from '../base/time.js';

/** @import { CheckpointRow, FoundVisit, RecordingIndex, ReviewState, SearchQuery, SideCamera, VisitDetail } from '../../types/review.js' */
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

/** Speeds that can be chosen. */
export const RATES = [0.5, 1, 1.5, 2, 4];

/**
 * Where the next check point begins, or the one before; a second's grace, so that "before" does not repeat the one just begun.
 * @param {ReviewState} state @param {number} steps 1 or -1
 */
export function neighbourSpan(state, steps) {
    const starts = (state.index?.checkpoints ?? []).map((span) => span.from_ms).sort((one, two) => one - two);
    const found = steps > 0 ? starts.find((start) => start > state.positionMs + 200) : starts.findLast((start) => start < state.positionMs - 1000);
    return found ?? null;
}

/** Asks for visits to the same applicant that showed the check point. @param {VisitDetail} visit @param {string} code */
export const earlierAddress = (visit, code) =>
    `/api/search?${new URLSearchParams({ applicant: visit.applicant, item: visit.item_code, checkpoint: code, limit: '50' })}`;

/** Those before this one in which it can be seen, the newest first. @param {FoundVisit[]} found @param {VisitDetail} visit @param {string} code */
export const earlierVisits = (found, visit, code) => found.filter((candidate) => candidate.id !== visit.id && candidate.recording
    && candidate.applicant === visit.applicant && (candidate.started_at ?? 0) < (visit.started_at ?? Infinity)
    && candidate.checkpoints.some((point) => point.checkpoint === code && point.at !== null));

/** What the log says of the earlier recording: it is looked at for this one. @param {ReviewState} state */
export const compareReason = (state) => `comparison: ${state.visit?.case_number ?? ''}`;

/** Stills which belong to no check point. @param {ReviewState} state */
export const looseStills = (state) => (state.index?.stills ?? []).filter((still) => !still.checkpoint);

/**
 * Further cameras of the visit: a fixed one by its name, another phone by who carried it.
 * @param {ReviewState} state @returns {SideCamera[]}
 */
export const sideCameras = (state) => (state.index?.cameras ?? []).flatMap(({ track, participant }) => {
    if (!participant)
        return [];
    const known = state.visit?.participants?.find(({ id }) => id === participant);
    return [{ track, name: known?.name ?? '', fixed: known?.role === 'camera', absent: state.absent.includes(track) }];
});

/** As many pictures of the strip as there is room for, each for an equal stretch of the recording. @param {ReviewState} state @param {number} room */
export function stripShown(state, room) {
    const thumbnails = state.derived?.thumbnails ?? [];
    const total = state.index?.duration_ms ?? 0;
    if (thumbnails.length === 0 || total === 0)
        return [];
    return Array.from({ length: Math.min(room, thumbnails.length) }, (_, i, all = Math.min(room, thumbnails.length)) => {
        const wanted = ((i + 0.5) / all) * total;
        return thumbnails.reduce((best, one) => (Math.abs(one.t_ms - wanted) < Math.abs(best.t_ms - wanted) ? one : best));
    });
}

/** Who spoke, by name; whoever was not heard is not there. @param {ReviewState} state */
export const voicesShown = (state) => (state.derived?.voices ?? []).filter(({ spans }) => spans.length > 0)
    .map(({ participant, spans }) => ({ name: state.visit?.participants?.find(({ id }) => id === participant)?.name ?? '', spans }));

/** Gaps of the site track, which is what the picture lacks. @param {RecordingIndex | null} index */
export const siteGaps = (index) => (index?.gaps ?? []).filter((gap) => gap.track === 'site');

/** What the network lost of the site track: there is a recording, but the picture stands, or a word is missing. @param {RecordingIndex | null} index */
export const siteDamages = (index) => (index?.damages ?? []).filter((damage) => damage.track === 'site');

/** Length of a gap in ms; null while it lasts. @param {{ from: number, to: number | null }} gap */
export const gapLengthMs = (gap) => (gap.to === null ? null : Math.max(0, (gap.to - gap.from) / 1000));

/* A running recording has gone on for so long, at most, since its index was read. */
const GROWN_MS = 10_000;

/**
 * Wall clock (ms since 1970) of a position: from the run that holds it, because gaps make the two go apart.
 * @param {RecordingIndex | null} index @param {number} positionMs @param {boolean} [runs] the recording goes on: there is more than the index knows
 */
export function wallClockAt(index, positionMs, runs = false) {
    const clock = index?.clock ?? [];
    const at = Math.max(0, clock.findLastIndex((run) => run.t_ms <= positionMs));
    if (clock.length === 0)
        return null;
    const length = clock[at].duration_ms + (runs && at === clock.length - 1 ? GROWN_MS : 0);
    return clock[at].at / 1000 + Math.min(Math.max(0, positionMs - clock[at].t_ms), length);
}

/**
 * Position (ms) of a wall clock time (µs): in the run that holds it; a time in a gap gives the place where the picture goes on.
 * @param {RecordingIndex | null} index @param {number} at
 */
export function positionAt(index, at) {
    const holder = (index?.clock ?? []).find((run) => at < run.at + run.duration_ms * 1000);
    return holder ? holder.t_ms + Math.max(0, (at - holder.at) / 1000) : (index?.duration_ms ?? 0);
}

/** Place on the timeline in per cent, kept inside it. @param {number} ms @param {number} durationMs */
export const percent = (ms, durationMs) => (durationMs > 0 ? Math.min(100, Math.max(0, (ms / durationMs) * 100)) : 0);

/**
 * The address of the search, as docs/http-api.yaml names its parameters.
 * @param {SearchQuery} query @param {string | null} [next]
 */
export function searchAddress(query, next) {
    const parameters = new URLSearchParams();
    /** @type {[string, string][]} */
    const texts = [['q', query.words], ['item', query.item], ['checkpoint', query.checkpoint], ['result', query.result],
        ['inspector', query.inspector], ['place', query.place]];
    for (const [name, value] of texts)
        if (value.trim())
            parameters.set(name, value.trim());
    const noon = (/** @type {string} */ day) => new Date(`${day}T12:00:00`).getTime();
    if (query.from)
        parameters.set('from', String(dayBounds(noon(query.from))[0] * 1000));
    if (query.to)
        parameters.set('to', String(dayBounds(noon(query.to))[1] * 1000));
    if (next)
        parameters.set('before', next);
    const text = parameters.toString();
    return `/api/search${text ? `?${text}` : ''}`;
}

/** How many filters beside the words are set. @param {SearchQuery} query */
export const filterCount = (query) => ['item', 'checkpoint', 'result', 'inspector', 'place', 'from', 'to']
    .filter((name) => query[/** @type {keyof SearchQuery} */ (name)]).length;

/**
 * `?visit=ID#t=SECONDS`, a link to a second of a recording (`&t=` in older links); `?visit=ID#at=MICROSECONDS`, to an instant.
 * @param {string} address search and hash
 */
export function linkTarget(address) {
    const parameters = new URLSearchParams(address.replace('#', '&').replace(/^\?/, ''));
    const seconds = Number(parameters.get('t') ?? '');
    const at = Number(parameters.get('at') ?? '');
    return { visit: parameters.get('visit'), positionMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0,
        at: Number.isFinite(at) && at > 0 ? at : null, autoplay: parameters.has('t') || parameters.has('at') };
}

/** The address of a second. @param {string} visit @param {number} positionMs */
export const linkTo = (visit, positionMs) => `?visit=${visit}#t=${Math.floor(positionMs / 1000)}`;

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
