/**
 * TextOp — an edit of a text that can be moved past another edit made at the same time: docs/co-form.md, section 2.
 *
 * An array, read from the start of the text: a positive number keeps so many characters, a negative one deletes so many, a string is
 * inserted; what follows the last component is kept. Characters are Unicode code points. lib/coform/text-op.c does the same on the
 * server; both are held to tests/vectors/text-op.json.
 */

/** @typedef {(number | string)[]} TextOp */
/** @typedef {{ kind: 'keep' | 'delete' | 'insert', length: number, text: string }} Piece */

/** @param {string} text */
export const charactersOf = (text) => [...text];
/** @param {string} text */
export const lengthOf = (text) => { let count = 0; for (const _ of text) count += 1; return count; };

/* Neighbours melt together, insertions stand before deletions, kept text at the end is not said. */

/** @param {TextOp} op @param {number} count */
function appendNumber(op, count) {
    const last = op.at(-1);
    if (count === 0)
        return;
    if (typeof last === 'number' && last > 0 === count > 0)
        op[op.length - 1] = last + count;
    else
        op.push(count);
}

/** @param {TextOp} op @param {string} text */
function appendText(op, text) {
    if (text === '')
        return;
    const last = op.at(-1);
    const place = typeof last === 'number' && last < 0 ? op.length - 1 : op.length;
    const before = op[place - 1];
    if (typeof before === 'string')
        op[place - 1] = before + text;
    else
        op.splice(place, 0, text);
}

/** @param {TextOp} op */
function finished(op) {
    for (let last = op.at(-1); typeof last === 'number' && last > 0; last = op.at(-1))
        op.pop();
    return op;
}

/** @param {TextOp} op @param {Piece} piece */
function appendPiece(op, piece) {
    if (piece.kind === 'insert')
        appendText(op, piece.text);
    else
        appendNumber(op, piece.kind === 'delete' ? -piece.length : piece.length);
}

/** An edit, read in pieces. @param {TextOp} op */
function reader(op) {
    let index = 0;
    let used = 0;
    return {
        get ended() { return index >= op.length; },
        get nextIsInsertion() { return typeof op[index] === 'string'; },
        /** At most `limit` characters, all of the component when it is of the kind `whole`. @param {number} limit @param {Piece['kind']} whole @returns {Piece} */
        take(limit, whole) {
            const component = op[index];
            if (component === undefined)
                return { kind: 'keep', length: limit, text: '' };
            const characters = typeof component === 'string' ? charactersOf(component) : null;
            const kind = characters ? 'insert' : Number(component) < 0 ? 'delete' : 'keep';
            const total = characters ? characters.length : Math.abs(Number(component));
            const length = kind === whole ? total - used : Math.min(total - used, limit);
            const text = characters ? characters.slice(used, used + length).join('') : '';
            used += length;
            if (used === total) {
                index += 1;
                used = 0;
            }
            return { kind, length, text };
        },
    };
}

/** @param {TextOp} op @param {ReturnType<typeof reader>} from */
function appendRest(op, from) {
    while (!from.ended)
        appendPiece(op, from.take(Infinity, 'insert'));
    return finished(op);
}

/** @param {number | string} component */
const sizeOf = (component) => (typeof component === 'string' ? lengthOf(component) : Math.abs(component));

/** @param {TextOp} op @param {string} text */
export function apply(op, text) {
    const characters = charactersOf(text);
    let at = 0;
    let result = '';
    for (const component of op) {
        if (typeof component === 'string') {
            result += component;
            continue;
        }
        const end = at + Math.abs(component);
        if (end > characters.length)
            throw new RangeError('an edit beyond the end of the text');
        if (component > 0)
            result += characters.slice(at, end).join('');
        at = end;
    }
    return result + characters.slice(at).join('');
}

/**
 * `op` as it must read after `other` has been applied.
 * @param {TextOp} op @param {TextOp} other @param {boolean} first at the same place, what `op` inserts comes before what `other` inserts
 * @returns {TextOp}
 */
export function transform(op, other, first) {
    /** @type {TextOp} */
    const moved = [];
    const from = reader(op);
    for (const component of other) {
        if (typeof component === 'string') {
            if (first && from.nextIsInsertion)
                appendPiece(moved, from.take(Infinity, 'insert'));
            appendNumber(moved, lengthOf(component));
            continue;
        }
        for (let count = sizeOf(component); count > 0;) {
            const piece = from.take(count, 'insert');
            if (piece.kind === 'insert' || component > 0)
                appendPiece(moved, piece);
            if (piece.kind !== 'insert')
                count -= piece.length;
        }
    }
    return appendRest(moved, from);
}

/** One edit that does what `op` and after it `next` do. @param {TextOp} op @param {TextOp} next @returns {TextOp} */
export function compose(op, next) {
    /** @type {TextOp} */
    const both = [];
    const from = reader(op);
    for (const component of next) {
        if (typeof component === 'string') {
            appendText(both, component);
            continue;
        }
        for (let count = sizeOf(component); count > 0;) {
            const piece = from.take(count, 'delete');
            if (piece.kind === 'delete') {
                appendPiece(both, piece);
                continue;
            }
            if (component > 0)
                appendPiece(both, piece);
            else if (piece.kind === 'keep')
                appendNumber(both, -piece.length);
            count -= piece.length;
        }
    }
    return appendRest(both, from);
}

/** What undoes `op`, given the text before it. @param {TextOp} op @param {string} before @returns {TextOp} */
export function invert(op, before) {
    const characters = charactersOf(before);
    /** @type {TextOp} */
    const back = [];
    let at = 0;
    for (const component of op) {
        if (typeof component === 'string') {
            appendNumber(back, -lengthOf(component));
        } else if (component > 0) {
            appendNumber(back, component);
            at += component;
        } else {
            appendText(back, characters.slice(at, at - component).join(''));
            at -= component;
        }
    }
    return finished(back);
}

/** The smallest single edit that makes `after` out of `before`. @param {string} before @param {string} after @returns {TextOp} */
export function difference(before, after) {
    const from = charactersOf(before);
    const to = charactersOf(after);
    let start = 0;
    while (start < from.length && start < to.length && from[start] === to[start])
        start += 1;
    let end = 0;
    while (end < from.length - start && end < to.length - start && from[from.length - 1 - end] === to[to.length - 1 - end])
        end += 1;
    /** @type {TextOp} */
    const op = [];
    appendNumber(op, start);
    appendText(op, to.slice(start, to.length - end).join(''));
    appendNumber(op, -(from.length - end - start));
    return finished(op);
}

/** @param {TextOp} op */
export const changesNothing = (op) => op.every((component) => typeof component === 'number' && component > 0);
