/**
 * Evidence map: for each check point of an inspection the seconds in which it was shown, its stills, what was measured and found — so that a reviewer sees at once what stands and what
 * is missing. Pure.
 */

/** @import { CatalogueItem } from '../../types/office.js' */

/**
 * @typedef {{ fromUs: number, toUs: number }} Span
 * @typedef {{ code: string, required: boolean, checkpoint: import('../../types/protocol.js').Checkpoint, spans: Span[], seconds: number, stills: string[],
 *   measurements: { value: string, unit: string, verdict: string | null }[], result: string | null, note: string, missing: boolean }} EvidenceRow
 * @typedef {{ started_at: number | null, ended_at: number | null, marks: { kind: string, checkpoint: string | null, at: number }[], stills: { id: string, checkpoint: string | null, state: string }[],
 *   findings: { checkpoint: string, result: string | null, note: string }[], measurements?: { checkpoint: string, value: string, unit: string, verdict: string | null }[] }} VisitEvidence
 */

/** A check point runs until it ends, another begins, or the visit is over. @param {VisitEvidence} visit @returns {Map<string, Span[]>} */
export function spansOf(visit) {
    /** @type {Map<string, Span[]>} */
    const spans = new Map();
    /** @type {{ code: string, at: number } | null} */
    let open = null;
    /** @param {number} at */
    const close = (at) => {
        if (open && at > open.at)
            spans.set(open.code, [...spans.get(open.code) ?? [], { fromUs: open.at, toUs: at }]);
        open = null;
    };
    for (const mark of [...visit.marks].sort((a, b) => a.at - b.at)) {
        if (mark.kind === 'checkpoint-start' && mark.checkpoint) {
            close(mark.at);
            open = { code: mark.checkpoint, at: mark.at };
        } else if (mark.kind === 'checkpoint-end') {
            close(mark.at);
        }
    }
    close(visit.ended_at ?? Math.max(...visit.marks.map((mark) => mark.at), 0));
    return spans;
}

/** @param {CatalogueItem} item @param {VisitEvidence} visit @returns {EvidenceRow[]} */
export function evidenceMap(item, visit) {
    const spans = spansOf(visit);
    return item.checkpoints.map((checkpoint) => {
        const { code, required } = checkpoint;
        const own = spans.get(code) ?? [];
        const stills = visit.stills.filter((still) => still.checkpoint === code && still.state === 'stored').map((still) => still.id);
        const finding = visit.findings.find((one) => one.checkpoint === code);
        const measurements = (visit.measurements ?? []).filter((one) => one.checkpoint === code);
        const seconds = Math.round(own.reduce((sum, span) => sum + span.toUs - span.fromUs, 0) / 1e6);
        const applies = finding?.result !== 'not-applicable';
        return { code, required, checkpoint, spans: own, seconds, stills, measurements, result: finding?.result ?? null, note: finding?.note ?? '',
            missing: required && applies && (!finding?.result || (own.length === 0 && stills.length === 0)) };
    });
}
