// Waiting for a condition, never for a time.
import { setTimeout as pause } from 'node:timers/promises';

/** Calls `probe` until it returns something truthy and returns that; an exception counts as "not yet". */
export async function until(what, probe, { timeoutMs = 30_000, everyMs = 100 } = {}) {
    const deadline = Date.now() + timeoutMs;
    let last;
    for (;;) {
        try {
            last = await probe();
            if (last)
                return last;
        } catch (error) {
            last = error;
        }
        if (Date.now() > deadline) {
            const seen = last instanceof Error ? last.message : JSON.stringify(last);
            throw new Error(`${what}: not within ${timeoutMs} ms; last seen: ${seen}`);
        }
        await pause(everyMs);
    }
}
