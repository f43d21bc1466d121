/**
 * One filled form as this page holds it: what the server has confirmed, and over it what was typed here and is under way. Pure functions.
 *
 * docs/co-form.md, section 3. Per field at most one patch is in flight; what is typed meanwhile waits and melts together. What the others did is
 * moved under it: the text that is shown is always  waiting(flight(confirmed)).  When nothing is under way it is the server's.
 */

import { apply, changesNothing, charactersOf, compose, difference, invert, lengthOf, transform } from './text-op.js';

/** @import { CoformState, FormChange, FormEntry, FormPatch, FormSnapshot, FormValue, FormView, Pending, UndoStep } from '../../types/coform.js' */
/** @import { TextOp } from './text-op.js' */

/* One press of "undo" takes back what was typed in one go. */
const UNDO_JOIN_MS = 1500;
const UNDO_MAX = 100;
/* Squares of the finer comparison: 2000 characters against 2000. */
const FINE_MAX = 4_000_000;

/** @param {FormView} view @returns {CoformState} */
export const opened = (view) => ({ view, pending: {}, undo: [], lost: {}, broken: false });

/** @param {CoformState} state @param {string} path @returns {FormEntry | undefined} */
export const entryOf = (state, path) => state.view.fields[path];

/** @param {CoformState} state @param {string} path */
const confirmedText = (state, path) => {
    const value = entryOf(state, path)?.value;
    return typeof value === 'string' ? value : '';
};

/** The text that is shown. @param {CoformState} state @param {string} path */
export function textOf(state, path) {
    const { flight, waiting } = state.pending[path] ?? {};
    let text = confirmedText(state, path);
    if (flight?.text)
        text = apply(flight.text, text);
    return waiting?.text ? apply(waiting.text, text) : text;
}

/** The value that is shown. @param {CoformState} state @param {string} path @returns {FormValue | undefined} */
export function valueOf(state, path) {
    const { flight, waiting } = state.pending[path] ?? {};
    if (flight?.text || waiting?.text)
        return textOf(state, path);
    if (waiting && 'value' in waiting)
        return waiting.value;
    if (flight && 'value' in flight)
        return flight.value;
    return entryOf(state, path)?.value;
}

/** @param {string[]} ids @param {FormPatch} patch */
function withRow(ids, patch) {
    if (patch.remove)
        return ids.filter((id) => id !== patch.remove);
    if (!patch.add || ids.includes(patch.add))
        return ids;
    return ids.toSpliced(Math.min(patch.at ?? ids.length, ids.length), 0, patch.add);
}

/** Ids of the rows that are shown. @param {CoformState} state @param {string} group */
export function rowsOf(state, group) {
    const { flight, queue } = state.pending[group] ?? {};
    return [flight, ...(queue ?? [])].reduce((ids, patch) => (patch ? withRow(ids, patch) : ids), state.view.rows[group] ?? []);
}

/** @param {CoformState} state */
export const readerOf = (state) => ({
    /** @param {string} path */
    value: (path) => valueOf(state, path),
    /** @param {string} group */
    rows: (group) => rowsOf(state, group),
});

/** Is anything not yet with the server? @param {CoformState} state */
export const isSaved = (state) => Object.keys(state.pending).length === 0;

/** @param {CoformState} state @param {string} path @param {Pending} pending @returns {CoformState} */
function withPending(state, path, pending) {
    const { [path]: _, ...others } = state.pending;
    const idle = !pending.flight && !pending.waiting && !pending.queue?.length;
    return { ...state, pending: idle ? others : { ...others, [path]: pending } };
}

/* --- what is done here --- */

/** @param {CoformState} state @param {UndoStep} step @returns {UndoStep[]} */
function remembered(state, step) {
    const last = state.undo.at(-1);
    if (last?.text && step.text && last.path === step.path && step.atMs - last.atMs < UNDO_JOIN_MS)
        return [...state.undo.slice(0, -1), { ...step, text: compose(step.text, last.text) }];
    return [...state.undo, step].slice(-UNDO_MAX);
}

/**
 * @param {CoformState} state @param {string} path @param {TextOp} op @param {{ source: string, atMs: number, undo?: boolean }} how
 * @returns {CoformState}
 */
function typed(state, path, op, { source, atMs, undo = true }) {
    if (changesNothing(op))
        return state;
    const before = textOf(state, path);
    const pending = state.pending[path] ?? {};
    const waiting = { source, text: pending.waiting?.text ? compose(pending.waiting.text, op) : op };
    const next = withPending(state, path, { ...pending, waiting });
    return undo ? { ...next, undo: remembered(state, { path, atMs, text: invert(op, before) }) } : next;
}

/** The field reads `text` now. @param {CoformState} state @param {string} path @param {string} text @param {{ source: string, atMs: number }} how */
export const editText = (state, path, text, how) => typed(state, path, difference(textOf(state, path), text), how);

/** @param {CoformState} state @param {string} path @param {FormValue} value @param {{ source: string, atMs: number, undo?: boolean }} how @returns {CoformState} */
export function setValue(state, path, value, { source, atMs, undo = true }) {
    const before = valueOf(state, path) ?? null;
    const next = withPending(state, path, { ...state.pending[path], waiting: { source, value } });
    const { [path]: _, ...lost } = next.lost;
    return { ...next, lost, undo: undo ? remembered(state, { path, atMs, before, set: value }) : next.undo };
}

/** @param {CoformState} state @param {string} group @param {Pick<FormPatch, 'add' | 'remove' | 'at'>} act @param {{ source: string, atMs: number, undo?: boolean }} how @returns {CoformState} */
export function changeRows(state, group, act, { source, atMs, undo = true }) {
    const at = act.remove ? rowsOf(state, group).indexOf(act.remove) : act.at;
    const pending = state.pending[group] ?? {};
    const patch = /** @type {FormPatch} */ ({ patch: '', path: group, base: 0, source, ...act });
    const next = withPending(state, group, { ...pending, queue: [...(pending.queue ?? []), patch] });
    const back = act.add ? { remove: act.add } : { add: act.remove, at: Math.max(at ?? 0, 0) };
    return undo ? { ...next, undo: remembered(state, { path: group, atMs, rows: back }) } : next;
}

/** Takes back the last thing that was done here, if it still stands. @param {CoformState} state @param {number} atMs @returns {CoformState} */
export function undoLast(state, atMs) {
    const step = state.undo.at(-1);
    if (!step)
        return state;
    const rest = { ...state, undo: state.undo.slice(0, -1) };
    const how = { source: 'undo', atMs, undo: false };
    if (step.text)
        return typed(rest, step.path, step.text, how);
    if (step.rows)
        return changeRows(rest, step.path, step.rows, how);
    /* Somebody chose anew since: that is not ours to take back. */
    return JSON.stringify(valueOf(rest, step.path) ?? null) === JSON.stringify(step.set) ? setValue(rest, step.path, step.before ?? null, how) : undoLast(rest, atMs);
}

/**
 * The patches that may leave now: one per field that has none in flight.
 * @param {CoformState} state @param {() => string} newId
 * @returns {{ state: CoformState, patches: FormPatch[] }}
 */
export function departing(state, newId) {
    /** @type {FormPatch[]} */
    const patches = [];
    let next = state;
    if (state.broken)
        return { state, patches };
    for (const [path, pending] of Object.entries(state.pending)) {
        if (pending.flight || pending.held)
            continue;
        const base = entryOf(state, path)?.revision ?? 0;
        const [first, ...queue] = pending.queue ?? [];
        const flight = first ? { ...first, patch: newId(), base } : { patch: newId(), path, base, .../** @type {any} */ (pending.waiting) };
        patches.push(flight);
        next = withPending(next, path, first ? { flight, queue } : { flight });
    }
    return { state: next, patches };
}

/* --- what the server says --- */

/** @param {CoformState} state @param {string} path @param {Partial<FormEntry>} entry @returns {CoformState} */
const withEntry = (state, path, entry) => ({ ...state, view: { ...state.view, fields: { ...state.view.fields, [path]: /** @type {FormEntry} */ ({ ...state.view.fields[path], ...entry }) } } });

/** What another did to a text: under what is under way here. @param {CoformState} state @param {string} path @param {TextOp} remote @returns {CoformState} */
function underneath(state, path, remote) {
    const pending = state.pending[path] ?? {};
    let theirs = remote;
    let { flight, waiting } = pending;
    if (flight?.text) {
        const moved = transform(flight.text, theirs, false);
        theirs = transform(theirs, flight.text, true);
        flight = { ...flight, text: moved };
    }
    if (waiting?.text) {
        const moved = transform(waiting.text, theirs, false);
        theirs = transform(theirs, waiting.text, true);
        waiting = { ...waiting, text: moved };
    }
    const undo = state.undo.map((step) => (step.path === path && step.text ? { ...step, text: transform(step.text, theirs, false) } : step));
    return { ...withPending(state, path, { ...pending, flight, waiting }), undo };
}

/** @param {CoformState} state @param {FormChange} change @returns {CoformState} */
function textChanged(state, change) {
    const { path, text, field } = /** @type {{ path: string, text: TextOp, field: FormEntry }} */ (change);
    const pending = state.pending[path] ?? {};
    const own = pending.flight?.patch === change.patch;
    const after = own ? withPending(state, path, { ...pending, flight: undefined }) : underneath(state, path, text);
    return withEntry(after, path, { ...field, value: apply(text, confirmedText(state, path)) });
}

/** @param {CoformState} state @param {FormChange} change */
function landed(state, change) {
    const path = /** @type {string} */ (change.path);
    const pending = state.pending[path];
    return pending?.flight && pending.flight.patch === change.patch ? withPending(state, path, { ...pending, flight: undefined }) : state;
}

/** @param {CoformState} state @param {FormChange} change @returns {CoformState} */
function contentChanged(state, change) {
    const path = change.path ?? '';
    switch (change.kind) {
    case 'text':
        return textChanged(state, change);
    case 'value':
        return withEntry(landed(state, change), path, { ...change.field, value: change.value });
    case 'masked':
        return { ...state, view: { ...state.view, fields: { ...state.view.fields, [path]: /** @type {FormEntry} */ (change.field) } } };
    case 'rows':
        return withEntry({ ...landed(state, change), view: { ...state.view, rows: { ...state.view.rows, [path]: change.rows ?? [] } } }, path, change.field ?? {});
    case 'show': {
        const shown = state.view.shown.filter((other) => other !== path);
        const fields = change.entry ? { ...state.view.fields, [path]: change.entry } : state.view.fields;
        return { ...state, view: { ...state.view, fields, shown: change.shown ? [...shown, path] : shown } };
    }
    case 'comment': {
        const comment = /** @type {import('../../types/coform.js').FormComment} */ (change.comment);
        const others = state.view.comments.filter((other) => other.id !== comment.id);
        return { ...state, view: { ...state.view, comments: [...others, comment] } };
    }
    case 'confirm':
        return { ...state, view: { ...state.view, sections: { ...state.view.sections, [change.section ?? '']: /** @type {any} */ (change.confirmed) } } };
    case 'sign':
        return { ...state, view: { ...state.view, signature: change.signature ?? null } };
    case 'state':
        return { ...state, view: { ...state.view, state: change.state ?? 'draft' } };
    default:
        return state;
    }
}

/** @param {CoformState} state @param {FormChange} change @returns {CoformState} */
export function changed(state, change) {
    const next = contentChanged(state, change);
    const view = { ...next.view, revision: change.revision };
    if (change.unsigned)
        view.signature = null;
    if (change.unconfirmed) {
        const { [change.unconfirmed]: _, ...sections } = view.sections;
        view.sections = sections;
    }
    return { ...next, view };
}

/** @param {Pending} pending @returns {Pending} */
function goesAgain({ flight, waiting, queue }) {
    if (flight?.add || flight?.remove)
        return { queue: [flight, ...(queue ?? [])], held: true };
    if (flight?.text)
        return { waiting: { source: flight.source, text: waiting?.text ? compose(flight.text, waiting.text) : flight.text }, held: true };
    return { waiting: waiting ?? { source: flight?.source ?? 'typed', value: flight?.value }, held: true };
}

/**
 * The server said no to a patch. What was typed is not thrown away: it stands in `lost` until it is used or dismissed.
 * @param {CoformState} state @param {string} patch @param {string} code
 * @returns {CoformState}
 */
export function refused(state, patch, code) {
    const found = Object.entries(state.pending).find(([, pending]) => pending.flight?.patch === patch);
    if (!found)
        return state;
    const [path, pending] = found;
    /* Too old to be moved: it goes again once the document has come anew. */
    if (code === 'form/stale')
        return withPending(state, path, goesAgain(pending));
    const mine = valueOf(state, path) ?? null;
    const rows = pending.flight?.add || pending.flight?.remove;
    const next = withPending(state, path, rows ? { queue: pending.queue } : {});
    return rows ? next : { ...next, undo: next.undo.filter((step) => step.path !== path), lost: { ...next.lost, [path]: { mine, code } } };
}

/** @param {CoformState} state @param {string} path @returns {CoformState} */
export function dismissLost(state, path) {
    const { [path]: _, ...lost } = state.lost;
    return { ...state, lost };
}

/** Like difference(), but finds what stayed between several edits. @param {string} before @param {string} after @returns {TextOp} */
export function fineDifference(before, after) {
    const from = charactersOf(before);
    const to = charactersOf(after);
    const width = to.length + 1;
    if ((from.length + 1) * width > FINE_MAX)
        return difference(before, after);
    const common = new Uint16Array((from.length + 1) * width);
    for (let i = from.length - 1; i >= 0; i--) {
        for (let j = to.length - 1; j >= 0; j--)
            common[i * width + j] = from[i] === to[j] ? common[(i + 1) * width + j + 1] + 1 : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
    /** @type {TextOp} */
    const op = [];
    let i = 0;
    let j = 0;
    while (i < from.length || j < to.length) {
        if (i < from.length && j < to.length && from[i] === to[j]) {
            op.push(1);
            i += 1;
            j += 1;
        } else if (j < to.length && (i === from.length || common[i * width + j + 1] >= common[(i + 1) * width + j])) {
            op.push(/** @type {string} */ (to[j]));
            j += 1;
        } else {
            op.push(-1);
            i += 1;
        }
    }
    return compose(op, []);
}

/**
 * What is under way in a field, on top of the document as it came anew.
 * @param {CoformState} state @param {FormView} view @param {string} path @param {boolean} sameLine
 * @returns {Pending}
 */
function carriedOver(state, view, path, sameLine) {
    const { flight, waiting, queue } = /** @type {Pending} */ (state.pending[path]);
    const arrived = flight !== undefined && Object.values(view.patches).some((list) => list.includes(flight.patch));
    const flying = sameLine && !arrived ? flight : undefined;
    const again = flight && !flying && !arrived ? flight : undefined;
    if (queue || flight?.add || flight?.remove)
        return { flight: flying, queue: [...(again ? [again] : []), ...(queue ?? [])] };
    if (!flight?.text && !waiting?.text)
        return { flight: flying, waiting: waiting ?? (again ? { source: again.source, value: again.value } : undefined) };

    const old = confirmedText(state, path);
    const value = view.fields[path]?.value;
    let theirs = fineDifference(arrived && flight?.text ? apply(flight.text, old) : old, typeof value === 'string' ? value : '');
    /** @type {Pending} */
    const pending = {};
    if (flying?.text) {
        pending.flight = { ...flying, text: transform(flying.text, theirs, false) };
        theirs = transform(theirs, flying.text, true);
    }
    const parts = [...(again?.text ? [again.text] : []), ...(waiting?.text ? [waiting.text] : [])];
    const text = parts.length > 0 ? transform(parts.reduce(compose), theirs, false) : [];
    if (!changesNothing(text))
        pending.waiting = { source: waiting?.source ?? flight?.source ?? 'typed', text };
    return pending;
}

/** The line broke: what was in flight will not be answered, and nothing leaves before the document has come anew. @param {CoformState} state @returns {CoformState} */
export const lineBroken = (state) => ({ ...state, broken: true });

/** The same document, or the one that took its place when its form got a newer version. @param {FormView} before @param {FormView} view */
export const isSuccessor = (before, view) => before.id === view.id || (before.form === view.form && view.version > before.version);

/**
 * The whole document anew, after a break, a restart of the server, or a day: what was typed here is carried over onto it, also when a newer version of
 * the same form has taken its place.
 * @param {CoformState} state @param {FormView} view
 * @returns {CoformState}
 */
export function resynchronized(state, view) {
    if (!isSuccessor(state.view, view))
        return opened(view);
    /** @type {CoformState} */
    let next = { view, pending: {}, undo: state.undo.filter((step) => !step.text), lost: state.lost, broken: false };
    for (const path of Object.keys(state.pending)) {
        if (view.fields[path]?.masked === undefined)
            next = withPending(next, path, carriedOver(state, view, path, !state.broken));
    }
    return next;
}

/** What must outlive a reload: everything that is not with the server yet. @param {CoformState} state @returns {FormSnapshot | null} */
export function snapshotOf(state) {
    const paths = Object.keys(state.pending);
    return paths.length === 0 ? null
        : { form: state.view.form, pending: state.pending, fields: Object.fromEntries(paths.flatMap((path) => (state.view.fields[path] ? [[path, state.view.fields[path]]] : []))) };
}

/** The document as it just came, with what an earlier life of this page had not sent. @param {CoformState} state @param {FormSnapshot} snapshot @returns {CoformState} */
export function restored(state, snapshot) {
    if (snapshot.form !== state.view.form || !isSaved(state))
        return state;
    return resynchronized({ ...opened({ ...state.view, fields: snapshot.fields }), pending: snapshot.pending, broken: true }, state.view);
}

/** Where a cursor stands after somebody else's edit. @param {TextOp} op @param {number} position characters */
export function movedCursor(op, position) {
    let at = 0;
    let moved = position;
    for (const component of op) {
        if (at > position)
            break;
        if (typeof component === 'string') {
            if (at < position)
                moved += lengthOf(component);
        } else if (component > 0) {
            at += component;
        } else {
            moved -= Math.min(-component, Math.max(0, position - at));
            at -= component;
        }
    }
    return Math.max(0, moved);
}
