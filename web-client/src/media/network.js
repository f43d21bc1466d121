/**
 * The network before the visit: round trip and throughput over the same server that will carry it, judged in words.
 */

/** @import { CheckState } from '../../types/applicant.js' */

const LONGEST_MS = 8000;
const GOOD = { rttMs: 300, kbps: 1500 };
const POOR = { rttMs: 900, kbps: 350 };

/** @param {number} rttMs @param {number} kbps @returns {CheckState} */
export function judgeNetwork(rttMs, kbps) {
    if (rttMs > POOR.rttMs || kbps < POOR.kbps)
        return 'poor';
    return rttMs <= GOOD.rttMs && kbps >= GOOD.kbps ? 'good' : 'fair';
}

/**
 * @param {(address: string, init: RequestInit) => Promise<Response>} fetch
 * @param {() => number} now
 * @returns {Promise<CheckState>} `failed` if it could not be measured
 */
export async function measureNetwork(fetch, now) {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const start = now();
    try {
        let rttMs = Infinity;
        for (let i = 0; i < 3; i++) {
            const before = now();
            await (await fetch(`/styles/icon.svg?probe=${i}`, { cache: 'no-store', signal })).arrayBuffer();
            rttMs = Math.min(rttMs, now() - before);
        }
        const before = now();
        const response = await fetch('/probe.bin', { cache: 'no-store', signal });
        if (!response.ok)
            return 'failed';
        const bytes = (await response.arrayBuffer()).byteLength;
        return judgeNetwork(rttMs, bytes * 8 / Math.max(1, now() - before));
    } catch {
        return now() - start >= LONGEST_MS ? 'poor' : 'failed';
    }
}
