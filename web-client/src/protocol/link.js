/**
 * Link — one participant's line to the server (docs/signaling-protocol.md): says hello, resumes after every break with
 * the resume token, matches answers to requests, and tells its owner what happens. Browser objects come in from outside.
 */

import { decodeFromServer, encode, ProtocolError, VERSION } from './codec.js';
import { backoffMs } from './backoff.js';
import { ownProblem, ProblemError } from './problem.js';

/** @import { ClientMessage, Hello, Link, LinkEvent, ServerMessage, Socket, Answer, Welcome } from '../../types/protocol.js' */
/** @import { Clock } from '../../types/base.js' */

const ANSWER_MS = 15000;
/* A socket that neither opens nor fails: mobile networks swallow the first packets after a change of cell. */
const OPEN_MS = 8000;
/* What follows a lost hello is a new attempt, what follows these is an end: section "Close codes". */
const CLOSE_REPLACED = 4001;
const CLOSE_VERSION = 4002;
const CLOSE_NOT_ALLOWED = 4003;
const CLOSE_ENDED = 4004;

/**
 * @param {{
 *   connect: () => Socket,
 *   clock: Clock,
 *   random: () => number,
 *   hello: Hello,
 *   resume: string | null,
 *   connection: string | null,
 *   onEvent: (event: LinkEvent) => void,
 *   onResume: (token: string | null) => void,
 * }} options `hello` opens the line when there is no resume token
 * @returns {Link}
 */
export function createLink(options) {
    const { clock } = options;
    /** @type {Socket | null} */
    let socket = null;
    let resume = options.resume;
    let connection = options.connection;
    let attempt = 0;
    let nextId = 1;
    let open = false;
    let finished = false;
    /** Why the server refused `hello`; the close code that follows says whether for good. @type {ProblemError | null} */
    let refusal = null;
    /** @type {number | null} */
    let retryTimer = null;
    /** @type {number | null} */
    let openTimer = null;
    /** @type {Map<string, { resolve: (answer: Answer) => void, reject: (error: ProblemError) => void, timer: number }>} */
    const waiting = new Map();

    /** @param {string | null} token */
    const keep = (token) => {
        resume = token;
        options.onResume(token);
    };

    /** @param {ProblemError} error */
    const failAll = (error) => {
        for (const { reject, timer } of waiting.values()) {
            clock.cancel(timer);
            reject(error);
        }
        waiting.clear();
    };

    const dropSocket = () => {
        if (openTimer !== null)
            clock.cancel(openTimer);
        openTimer = null;
        open = false;
        if (!socket)
            return;
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close(1000);
        socket = null;
    };

    /** @param {Extract<LinkEvent, { type: 'link-closed' }>['reason']} reason @param {ProblemError | null} error */
    const finish = (reason, error) => {
        if (finished)
            return;
        finished = true;
        dropSocket();
        if (retryTimer !== null)
            clock.cancel(retryTimer);
        failAll(error ?? ownProblem('link/lost'));
        options.onEvent({ type: 'link-closed', reason, problem: error ? error.problem : null });
    };

    const retry = () => {
        dropSocket();
        failAll(ownProblem('link/lost'));
        if (finished)
            return;
        attempt += 1;
        const delay = backoffMs(attempt, options.random());
        options.onEvent({ type: 'link-lost', attempt, retryAtMs: clock.now() + delay });
        retryTimer = clock.after(delay, begin);
    };

    /** @param {ClientMessage} message @returns {Promise<Answer>} */
    const send = (message) => new Promise((resolve, reject) => {
        if (!socket)
            return reject(ownProblem('link/lost'));
        const id = String(nextId++);
        const timer = clock.after(ANSWER_MS, () => {
            waiting.delete(id);
            reject(ownProblem('link/timeout'));
            retry(); /* a line that swallows questions is dead, whatever the browser believes */
        });
        waiting.set(id, { resolve, reject, timer });
        return socket.send(encode(message, id));
    });

    /** @param {ServerMessage & { re?: string }} message */
    const answer = (message) => {
        const request = message.re === undefined ? undefined : waiting.get(message.re);
        if (!request)
            return false;
        waiting.delete(/** @type {string} */ (message.re));
        clock.cancel(request.timer);
        if (message.type === 'error') {
            const { type, re, code, message: words, ...detail } = message;
            request.reject(new ProblemError({ code, message: words, detail }));
        } else {
            request.resolve(/** @type {Answer} */ (message));
        }
        return true;
    };

    const sayHello = async () => {
        const way = resume ? { resume, connection } : options.hello;
        const from = socket;
        try {
            const welcome = /** @type {Welcome} */ (/** @type {unknown} */ (await send({ type: 'hello', versions: [VERSION], ...way })));
            attempt = 0;
            open = true;
            if (welcome.resume)
                keep(welcome.resume);
            options.onEvent({ type: 'link-open', welcome });
        } catch (error) {
            if (!(error instanceof ProblemError))
                throw error;
            if (socket === from)
                refusal = error;
        }
    };

    /** @param {string} frame */
    const receive = (frame) => {
        /** @type {ServerMessage} */
        let message;
        try {
            message = decodeFromServer(frame);
        } catch (error) {
            if (!(error instanceof ProtocolError))
                throw error;
            /* A newer server may send types we do not know; ignoring one is better than leaving the visit. */
            console.warn(error.message);
            return;
        }
        if (!answer(message) && open)
            options.onEvent({ type: 'message', message });
    };

    /** @param {number} code */
    const closed = (code) => {
        if (code === CLOSE_REPLACED)
            finish('replaced', null);
        else if (code === CLOSE_ENDED)
            finish('ended', null);
        else if (code === CLOSE_VERSION)
            finish('version', refusal);
        else if (code === CLOSE_NOT_ALLOWED && resume) {
            /* The place is gone; the invitation or the sign-in may still stand. */
            keep(null);
            dropSocket();
            begin();
        } else if (code === CLOSE_NOT_ALLOWED)
            finish('refused', refusal);
        else
            retry();
    };

    const begin = () => {
        retryTimer = null;
        refusal = null;
        options.onEvent({ type: 'link-connecting', attempt });
        socket = options.connect();
        socket.onopen = () => void sayHello();
        socket.onmessage = receive;
        socket.onclose = closed;
        openTimer = clock.after(OPEN_MS, () => {
            if (!open)
                retry();
        });
    };

    return {
        get resume() {
            return resume;
        },
        start: begin,
        request: (message) => (open ? send(message) : Promise.reject(ownProblem('link/lost'))),
        setConnection(value) {
            connection = value;
        },
        reopen() {
            if (finished)
                return;
            if (retryTimer !== null)
                clock.cancel(retryTimer);
            dropSocket();
            failAll(ownProblem('link/lost'));
            begin();
        },
        close() {
            finish('left', null);
        },
    };
}

/**
 * @param {string} url
 * @param {string} subprotocol
 * @returns {Socket}
 */
export function browserSocket(url, subprotocol) {
    const inner = new WebSocket(url, subprotocol);
    /** @type {Socket} */
    const socket = {
        send: (frame) => inner.send(frame),
        close: (code, reason) => inner.close(code, reason),
        onopen: null,
        onmessage: null,
        onclose: null,
    };
    inner.onopen = () => socket.onopen?.();
    inner.onmessage = (event) => socket.onmessage?.(String(event.data));
    inner.onclose = (event) => socket.onclose?.(event.code, event.reason);
    return socket;
}
