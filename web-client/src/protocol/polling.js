/**
 * The line over plain requests, for networks that block WebSockets: docs/signaling-protocol.md, section 6. To its user it is a Socket like any other.
 *
 * Frames are numbered in both directions, so that a request may be repeated when its answer was lost.
 */

/** @import { Socket } from '../../types/protocol.js' */
/** @import { Clock } from '../../types/base.js' */

/* The server's bounds (signaling/poll.h), with room for the quotes. */
const FRAMES_MAX = 16;
const CHARACTERS_MAX = 60_000;
const TRIES = 3;
const AGAIN_MS = 600;
const CLOSE_LOST = 1006;

/**
 * @param {{ fetch: (address: string, init: RequestInit) => Promise<Response>, clock: Clock, base?: string }} ports
 * @returns {Socket}
 */
export function pollingSocket({ fetch, clock, base = '/api/poll' }) {
    const stop = new AbortController();
    /** @type {string[]} */
    const out = [];
    let line = '';
    let sent = 0;
    let have = 0;
    let sending = false;
    let over = false;

    /** @type {Socket} */
    const socket = { onopen: null, onmessage: null, onclose: null, send, close };

    /** @param {number} code @param {string} reason */
    function end(code, reason) {
        if (over)
            return;
        over = true;
        stop.abort();
        socket.onclose?.(code, reason);
    }

    /** @param {string} method @param {string} address @param {unknown} [body] */
    async function once(method, address, body) {
        const headers = { ...(line ? { authorization: `Bearer ${line}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
        const response = await fetch(`${base}${address}`, { method, headers, signal: stop.signal, cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body) });
        /* The line is not known any more, or the request is not possible: asking again does not help. */
        if (response.status >= 400 && response.status < 500)
            return null;
        if (!response.ok)
            throw new Error(`status ${response.status}`);
        return response.status === 204 ? {} : response.json();
    }

    /** @param {string} method @param {string} address @param {unknown} [body] */
    async function ask(method, address, body) {
        for (let n = 1; ; n++) {
            try {
                return await once(method, address, body);
            } catch {
                if (over || n === TRIES)
                    return null;
                await new Promise((done) => clock.after(AGAIN_MS * n, () => done(undefined)));
            }
        }
    }

    async function pump() {
        if (sending || !line)
            return;
        sending = true;
        while (out.length > 0 && !over) {
            let count = 1;
            for (let size = /** @type {string} */ (out[0]).length; count < Math.min(out.length, FRAMES_MAX); count++) {
                size += /** @type {string} */ (out[count]).length;
                if (size > CHARACTERS_MAX)
                    break;
            }
            if (!await ask('POST', '/frames', { first: sent, frames: out.slice(0, count) }))
                return end(CLOSE_LOST, '');
            out.splice(0, count);
            sent += count;
        }
        sending = false;
    }

    async function receive() {
        while (!over) {
            const answer = /** @type {{ first: number, frames: string[], closed: { code: number, reason: string } | null } | null} */ (await ask('GET', `/frames?have=${have}`));
            if (!answer)
                return end(CLOSE_LOST, '');
            for (const frame of answer.frames.slice(Math.max(0, have - answer.first))) {
                have += 1;
                if (!over)
                    socket.onmessage?.(frame);
            }
            if (answer.closed)
                end(answer.closed.code, answer.closed.reason);
        }
    }

    async function open() {
        const opened = /** @type {{ line: string } | null} */ (await ask('POST', '', {}));
        if (!opened)
            return end(CLOSE_LOST, '');
        if (over)
            return;
        ({ line } = opened);
        socket.onopen?.();
        void pump();
        void receive();
    }

    /** @param {string} frame */
    function send(frame) {
        out.push(frame);
        void pump();
    }

    function close() {
        if (over)
            return;
        over = true;
        stop.abort();
        if (line)
            fetch(base, { method: 'DELETE', headers: { authorization: `Bearer ${line}` }, keepalive: true }).catch(() => {});
    }

    void open();
    return socket;
}

/**
 * Chooses what carries the next line: a WebSocket, unless those do not open here. One that is swallowed, or two that are refused, is enough; from then on
 * every third attempt asks for a WebSocket again, because the network may be another.
 * @param {{ webSocket: () => Socket, polling: () => Socket }} ways
 * @returns {() => Socket}
 */
export function createConnector({ webSocket, polling }) {
    let refused = 0;
    let asked = 0;
    return () => {
        if (refused >= 2 && ++asked % 3 !== 0)
            return polling();
        const inner = webSocket();
        let opened = false;
        /** @type {Socket} */
        const socket = {
            onopen: null, onmessage: null, onclose: null,
            send: (frame) => inner.send(frame),
            close(code, reason) {
                if (!opened)
                    refused += 2;
                inner.close(code, reason);
            },
        };
        inner.onopen = () => {
            opened = true;
            refused = asked = 0;
            socket.onopen?.();
        };
        inner.onmessage = (frame) => socket.onmessage?.(frame);
        inner.onclose = (code, reason) => {
            if (!opened)
                refused += 1;
            socket.onclose?.(code, reason);
        };
        return socket;
    };
}
