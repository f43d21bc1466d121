/**
 * The timeline of a running visit: marks of the room turned into spans and points between start and now, 0 to 1.
 */

/** @import { Mark, Still } from '../../types/protocol.js' */

/**
 * @typedef {{ from: number, to: number, checkpoint: string | null, kind: 'checkpoint' | 'pause' }} Span
 * @typedef {{ at: number, kind: 'still', checkpoint: string | null }} Point
 */

/**
 * @param {{ marks: Mark[], stills: Still[], startMs: number, nowMs: number }} room
 * @returns {{ spans: Span[], points: Point[] }}
 */
export function timelineOf({ marks, stills, startMs, nowMs }) {
    const length = Math.max(1000, nowMs - startMs);
    const place = (/** @type {number} */ us) => Math.min(1, Math.max(0, (us / 1000 - startMs) / length));
    /** @type {Span[]} */
    const spans = [];
    /** @type {Record<'checkpoint' | 'pause', Span | null>} */
    const open = { checkpoint: null, pause: null };
    for (const mark of [...marks].sort((a, b) => a.at - b.at)) {
        const kind = mark.kind.startsWith('checkpoint') ? 'checkpoint' : mark.kind.startsWith('pause') ? 'pause' : null;
        if (!kind)
            continue;
        const running = open[kind];
        if (running) {
            running.to = place(mark.at);
            open[kind] = null;
        }
        if (!mark.kind.endsWith('-end')) {
            /** @type {Span} */
            const span = { from: place(mark.at), to: 1, checkpoint: mark.checkpoint ?? null, kind };
            spans.push(span);
            open[kind] = span;
        }
    }
    return { spans, points: stills.map((still) => ({ at: place(still.at), kind: 'still', checkpoint: still.checkpoint })) };
}
