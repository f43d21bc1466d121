/**
 * From two readings of getStats() to one Sample: rates need the reading before.
 */

/** @import { Sample } from '../../types/media.js' */
/** @typedef {{ timestamp: number, sent: number, received: number, packetsIn: number, lostIn: number }} Totals */

/** @param {any} value @returns {number | null} */
const numberOrNull = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/**
 * @param {Iterable<any>} report the dictionaries of one RTCStatsReport
 * @param {Totals | null} before
 * @returns {{ sample: Sample, totals: Totals }}
 */
export function readStats(report, before) {
    const totals = { timestamp: 0, sent: 0, received: 0, packetsIn: 0, lostIn: 0 };
    /** @type {Sample} */
    const sample = { rttMs: null, lossOut: null, lossIn: null, availableOutKbps: null, outKbps: null, inKbps: null,
        frameWidth: null, frameHeight: null, framesPerSecond: null };

    for (const entry of report) {
        totals.timestamp = Math.max(totals.timestamp, entry.timestamp ?? 0);
        if (entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded') {
            const rtt = numberOrNull(entry.currentRoundTripTime);
            const available = numberOrNull(entry.availableOutgoingBitrate);
            sample.rttMs = rtt === null ? null : rtt * 1000;
            sample.availableOutKbps = available === null ? null : available / 1000;
        } else if (entry.type === 'outbound-rtp') {
            totals.sent += entry.bytesSent ?? 0;
            if (entry.kind === 'video') {
                sample.frameWidth = numberOrNull(entry.frameWidth);
                sample.frameHeight = numberOrNull(entry.frameHeight);
                sample.framesPerSecond = numberOrNull(entry.framesPerSecond);
            }
        } else if (entry.type === 'inbound-rtp') {
            totals.received += entry.bytesReceived ?? 0;
            totals.packetsIn += entry.packetsReceived ?? 0;
            totals.lostIn += Math.max(0, entry.packetsLost ?? 0);
        } else if (entry.type === 'remote-inbound-rtp') {
            const lost = numberOrNull(entry.fractionLost);
            if (lost !== null)
                sample.lossOut = Math.max(sample.lossOut ?? 0, lost);
        }
    }

    const seconds = before ? (totals.timestamp - before.timestamp) / 1000 : 0;
    if (before && seconds > 0) {
        sample.outKbps = Math.max(0, totals.sent - before.sent) * 8 / 1000 / seconds;
        sample.inKbps = Math.max(0, totals.received - before.received) * 8 / 1000 / seconds;
        const packets = totals.packetsIn - before.packetsIn;
        const lost = totals.lostIn - before.lostIn;
        sample.lossIn = packets + lost > 0 ? Math.max(0, lost) / (packets + lost) : null;
    }
    return { sample, totals };
}
