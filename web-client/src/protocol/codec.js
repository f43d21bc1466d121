/**
 * Codec of docs/signaling-protocol.md: text frames in, checked messages out, and the other way round.
 *
 * The server is trusted to be ours but not to be of our version: unknown fields pass, unknown types and missing
 * fields are named instead of surfacing later as `undefined` on somebody's screen.
 */

/** Section "Signalling protocol": one JSON object per text frame, at most 64 KiB. */
export const FRAME_MAX_BYTES = 65536;
export const SUBPROTOCOL = 'yuntakan.v1';
export const VERSION = 1;

/** @typedef {(value: unknown) => boolean} Check */

/** @type {Check} */
const text = (value) => typeof value === 'string';
/** @type {Check} */
const number = (value) => typeof value === 'number' && Number.isFinite(value);
/** @type {Check} */
const boolean = (value) => typeof value === 'boolean';
/** @type {Check} */
const object = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @type {(check: Check) => Check} */
const optional = (check) => (value) => value === undefined || value === null || check(value);
/** @type {(...values: unknown[]) => Check} */
const oneOf = (...values) => (value) => values.includes(value);
/** @type {(shape: Record<string, Check>) => Check} */
const shaped = (shape) => (value) => object(value) && firstFault(/** @type {Record<string, unknown>} */ (value), shape) === null;
/** @type {(check: Check) => Check} */
const list = (check) => (value) => Array.isArray(value) && value.every(check);

/** @param {Record<string, unknown>} value @param {Record<string, Check>} shape @returns {string | null} */
function firstFault(value, shape) {
    for (const [field, check] of Object.entries(shape)) {
        if (!check(value[field]))
            return field;
    }
    return null;
}

const sentence = shaped({ zh: text, en: text });
const visit = shaped({ id: text, state: oneOf('scheduled', 'waiting', 'live', 'ended'), case_number: text, applicant: text });
const result = optional(oneOf('conform', 'mostly', 'nonconform', 'not-applicable'));

const condition = oneOf('good', 'fair', 'poor', 'none');

/** Section 3, and the answers of the introduction. @type {Record<string, Record<string, Check>>} */
const fromServer = {
    'welcome': { re: text, version: number, participant: optional(text), role: text, name: text, resume: optional(text),
        media: oneOf('alive', 'none'), visit: optional(visit), item: optional(object),
        ice_servers: list(shaped({ urls: list(text), username: text, credential: text })), site_layers: optional(number) },
    'room': { visit, participants: list(shaped({ id: text, role: text, name: text, state: text })),
        checkpoint: optional(shaped({ code: text })), findings: list(shaped({ checkpoint: text, result, revision: number })),
        stills: list(shaped({ id: text })), marks: list(object), recording: optional(shaped({ recording: text, state: text })),
        cameras: optional(list(shaped({ participant: text, state: oneOf('connecting', 'live', 'lost') }))) },
    'slots': { slots: list(shaped({ mid: text, kind: oneOf('audio', 'video'), participant: optional(text), paused: optional(boolean) })) },
    'media-lost': { reason: text },
    'media-limit': { video: optional(number) },
    'still-request': { still: text, checkpoint: optional(text) },
    'lobby': { visits: list(shaped({ visit, waiting: list(shaped({ participant: text, name: text, since: number })) })) },
    'camera-request': { command: oneOf('torch', 'flip', 'zoom'), value: optional(number) },
    'drawn': { by: text, kind: oneOf('line', 'point', 'clear'), points: list(number), still: optional(text) },
    'visit-ended': { reason: text },
    'form': { document: optional(object) },
    'form-change': { form: text, change: shaped({ kind: text, revision: number }) },
    'form-point': { participant: text, name: text, role: text, path: optional(text), kind: oneOf('focus', 'highlight', 'press') },
    'queue': { ticket: optional(object), desk: optional(object) },
    'ok': { re: text },
    'error': { re: optional(text), code: text, message: sentence },
};

/** Sections 1 and 2. @type {Record<string, Record<string, Check>>} */
const fromClient = {
    'hello': { versions: list(number), visit: optional(text), invitation: optional(text), resume: optional(text),
        connection: optional(text), lang: optional(oneOf('zh', 'en')) },
    'consent': { notice: text },
    'device-check': { camera: condition, microphone: condition, network: condition,
        location: optional(shaped({ lat: number, lon: number, accuracy_m: number })) },
    'wait': {},
    'admit': { participant: text },
    'media-offer': { sdp: text },
    'media-restart': { connection: text, fragment: text },
    'media-close': {},
    'media-state': { audio: boolean, video: boolean, paused: boolean },
    'checkpoint-start': { checkpoint: text },
    'checkpoint-end': { checkpoint: text },
    'finding': { checkpoint: text, result, note: text, revision: number },
    'camera-add': { name: text, url: text },
    'camera-remove': { camera: text },
    'still-take': {},
    'act': { act: oneOf('notice-read', 'credentials-shown', 'identity-checked', 'premises-checked', 'rights-explained', 'record-read') },
    'challenge': { kind: oneOf('number', 'object') },
    'challenge-judge': { challenge: text, result: oneOf('passed', 'failed') },
    'measure': { checkpoint: text, value: text, unit: optional(text), still: optional(text) },
    'correction': { checkpoint: text, before: text, after: text },
    'direct': { director: optional(text) },
    'private-note': { words: text },
    'draw': { kind: oneOf('line', 'point', 'clear'), points: list(number), still: optional(text) },
    'camera': { command: oneOf('torch', 'flip', 'zoom'), value: optional(number) },
    'visit-end': { conclusion: optional(text) },
    'leave': {},
    'form-sync': {},
    'form-open': { form: text },
    'form-patch': { form: text, patch: shaped({ patch: text, path: text, base: number, source: text }) },
    'form-confirm': { form: text, section: text, how: oneOf('tap', 'voice') },
    'form-show': { form: text, path: text, shown: boolean },
    'form-comment': { form: text, path: optional(text), text: optional(text), resolve: optional(text) },
    'form-point': { path: optional(text), kind: oneOf('focus', 'highlight', 'press') },
    'form-sign': { form: text, signature: text },
    'form-submit': { form: text },
};

export class ProtocolError extends Error {}

/** @param {string} frame @param {Record<string, Record<string, Check>>} table */
function decode(frame, table) {
    /** @type {unknown} */
    let value;
    try {
        value = JSON.parse(frame);
    } catch {
        throw new ProtocolError('not JSON');
    }
    if (!object(value))
        throw new ProtocolError('not an object');
    const message = /** @type {Record<string, unknown>} */ (value);
    const shape = typeof message.type === 'string' && Object.hasOwn(table, message.type) ? table[message.type] : undefined;
    if (!shape)
        throw new ProtocolError(`unknown type ${JSON.stringify(message.type)}`);
    const fault = firstFault(message, shape);
    if (fault !== null)
        throw new ProtocolError(`${message.type}: bad field ${fault}`);
    return message;
}

/**
 * @param {string} frame
 * @returns {import('../../types/protocol.js').ServerMessage}
 */
export function decodeFromServer(frame) {
    return /** @type {any} */ (decode(frame, fromServer));
}

/**
 * @param {string} frame
 * @returns {import('../../types/protocol.js').ClientMessage & { id?: string }}
 */
export function decodeFromClient(frame) {
    return /** @type {any} */ (decode(frame, fromClient));
}

/**
 * @param {import('../../types/protocol.js').ClientMessage} message
 * @param {string} id
 * @returns {string}
 */
export function encode(message, id) {
    const shape = fromClient[message.type];
    const fault = shape ? firstFault(/** @type {any} */ (message), shape) : 'type';
    if (fault !== null)
        throw new ProtocolError(`${message.type}: bad field ${fault}`);
    const frame = JSON.stringify({ ...message, id });
    if (new TextEncoder().encode(frame).length > FRAME_MAX_BYTES)
        throw new ProtocolError(`${message.type}: longer than ${FRAME_MAX_BYTES} bytes`);
    return frame;
}
