/**
 * Uploads — pictures sent in the background, piece by piece, from where the line broke, one after the other.
 *
 * Each is announced first, with its SHA-256: that goes into the ledger while the picture is still on the phone. The server's answer says how much of it
 * has come, whatever this page remembers. Before every piece the pace is asked, so that speech never waits for a picture.
 */

import { backoffMs } from '../protocol/backoff.js';
import { problemOf } from '../protocol/problem.js';
import { nextPace } from './upload-pace.js';

/** @import { Clock } from '../../types/base.js' */
/** @import { PaceInput, Upload, UploadStore, UploadsShown } from '../../types/uploads.js' */

/* As long as the server waits for an announced picture (signaling: STILL_LATE_US). */
const KEPT_MS = 48 * 3600 * 1000;
/* A picture that twice arrives different from what was announced is not the picture that was announced. */
const DIFFERENT_MAX = 2;

/** @param {Blob} picture */
export async function digestOf(picture) {
    const digest = await crypto.subtle.digest('SHA-256', await picture.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param {{
 *   clock: Clock, random: () => number, store: UploadStore,
 *   call: (method: string, address: string, body: unknown, more: RequestInit) => Promise<any>,
 *   digest: (picture: Blob) => Promise<string>,
 *   network: () => Omit<PaceInput, 'poorMs'>,
 *   onChange: (shown: UploadsShown) => void,
 *   onEnd: (id: string, sent: boolean) => void,
 * }} ports
 */
export function createUploads(ports) {
    const { clock, store } = ports;
    /** @type {Upload[]} */
    const queue = [];
    let running = false;
    /** @type {number | null} */
    let poorSinceMs = null;
    /** Wakes the loop before its time. @type {(() => void) | null} */
    let wake = null;

    /** @param {number} ms */
    const pause = (ms) => new Promise((resolve) => {
        const timer = clock.after(ms, () => resolve(null));
        wake = () => {
            clock.cancel(timer);
            resolve(null);
        };
    });

    /** Of the first in the queue. */
    let sent = 0;
    const tell = (yielding = false) => ports.onChange({ waiting: queue.length, sent, total: queue[0]?.picture.size ?? 0, yielding });

    const pace = () => {
        const network = ports.network();
        if (network.level !== 'poor' || !network.inCall)
            poorSinceMs = null;
        else
            poorSinceMs ??= clock.now();
        return nextPace({ ...network, poorMs: poorSinceMs === null ? 0 : clock.now() - poorSinceMs });
    };

    /** @param {Upload} upload @param {string} method @param {string} query @param {unknown} json @param {Blob} [body] */
    const ask = (upload, method, query, json, body) => ports.call(method, `/api/visits/${upload.visit}/stills/${upload.id}/upload${query}`, json,
        { headers: { accept: 'application/json', 'content-type': body ? 'application/octet-stream' : 'application/json', authorization: `Bearer ${upload.token}` },
            ...(body ? { body, priority: 'low' } : {}) });

    /** From where the server is to the end. Throws what the line or the server said. @param {Upload} upload */
    const sendOn = async (upload) => {
        const { picture, sha256 } = upload;
        let { received, stored } = await ask(upload, 'POST', '', { sha256, bytes: picture.size });
        while (!stored) {
            const { bytes, waitMs } = pace();
            sent = received;
            tell(bytes === 0);
            if (bytes > 0) {
                const answer = await ask(upload, 'PATCH', `?offset=${received}`, undefined, picture.slice(received, received + bytes));
                /* 201, the whole: the answer is the stored picture's. */
                stored = answer.stored ?? true;
                sent = received = answer.received ?? picture.size;
                tell();
            }
            if (!stored && waitMs > 0)
                await pause(waitMs);
        }
    };

    /** @param {Upload} upload */
    const bring = async (upload) => {
        let different = 0;
        for (let attempt = 1; clock.now() - upload.takenAtMs < KEPT_MS;) {
            try {
                await sendOn(upload);
                return true;
            } catch (error) {
                const { code, status } = problemOf(error);
                /* Asked again at once: the server says where it goes on. */
                if (code === 'still/offset')
                    continue;
                if (code === 'still/digest' && ++different < DIFFERENT_MAX)
                    continue;
                /* What the server refuses it will refuse again; what did not arrive may arrive later. */
                if (status !== undefined && status < 500 && status !== 408 && status !== 429) {
                    console.warn('a picture was refused', error);
                    return false;
                }
                tell();
                await pause(backoffMs(attempt++, ports.random()));
            }
        }
        return false;
    };

    const run = async () => {
        if (running)
            return;
        running = true;
        for (let upload = queue[0]; upload; upload = queue[0]) {
            const arrived = await bring(upload);
            queue.shift();
            sent = 0;
            await store.remove(upload.id);
            ports.onEnd(upload.id, arrived);
            tell();
        }
        running = false;
    };

    /** @param {Upload} upload */
    const enqueue = (upload) => {
        if (!queue.some(({ id }) => id === upload.id))
            queue.push(upload);
    };

    return {
        /** What an earlier page left. */
        async start() {
            (await store.all()).forEach(enqueue);
            if (queue.length > 0) {
                tell();
                void run();
            }
        },
        /** Resolves when it is safe on the phone. @param {string} visit @param {string} id @param {Blob} picture @param {string} token */
        async add(visit, id, picture, token) {
            const upload = { id, visit, picture, sha256: await ports.digest(picture), token, takenAtMs: clock.now() };
            await store.put(upload);
            enqueue(upload);
            /* Said at once, also while others are before it: the digest belongs into the ledger now. A line that is down is not waited for. */
            void ask(upload, 'POST', '', { sha256: upload.sha256, bytes: picture.size }).catch(() => {});
            tell();
            void run();
        },
        /** The newest token of a visit replaces what its pictures had. @param {string} visit @param {string} token */
        renew(visit, token) {
            for (const upload of queue)
                if (upload.visit === visit && upload.token !== token) {
                    upload.token = token;
                    void store.put(upload);
                }
        },
        /** The line is back: no need to wait out the pause. */
        hurry() {
            wake?.();
        },
    };
}
