// The promise of co-form, tried by chance: the server's half in C, pages in JavaScript, and between them a line that is slow, unfair and breaks.
// Everybody types in the same few fields; the server is killed and comes back from its store. In the end all read the same, nothing typed is missing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changeRows, changed, departing, editText, isSaved, lineBroken, opened, readerOf, refused, resynchronized, rowsOf, setValue, textOf, undoLast, valueOf } from '../../web-client/src/coform/document.js';
import { apply, compose, transform } from '../../web-client/src/coform/text-op.js';
import { faultsOf, sectionsOf } from '../../web-client/src/coform/schema.js';
import { daemonEnvironment } from '../support/daemon.mjs';
import { build } from '../support/stack.mjs';

const form = JSON.parse(readFileSync(new URL('../../data/forms/common-application.1.json', import.meta.url), 'utf8'));
const TEXTS = ['applicant_name', 'content'];

/** A generator of chance that can be repeated. */
function dice(seed) {
    let state = seed >>> 0;
    return (n) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * n);
    };
}

class Server {
    constructor() {
        this.process = spawn(join(build, 'tests/unit/coform/coform-driver'), { stdio: ['pipe', 'pipe', 'inherit'], env: daemonEnvironment(build) });
        this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    }

    async ask(order) {
        this.process.stdin.write(`${JSON.stringify(order)}\n`);
        const { value } = await this.lines.next();
        return JSON.parse(value);
    }

    async end() {
        this.process.stdin.end();
        return new Promise((done) => this.process.on('exit', done));
    }
}

async function withServer(body) {
    const server = new Server();
    let status;
    try {
        await body(server);
    } finally {
        status = await server.end();
    }
    assert.equal(status, 0);
}

/** One page, with the two directions of its line as queues. */
class Page {
    constructor(name, view, chance) {
        Object.assign(this, { name, chance, state: opened(view), up: [], down: [], online: true, patches: 0, typed: new Set(), deleted: new Set() });
    }

    /* Every character is one of its own, so that it can be found again. */
    type(next) {
        const path = TEXTS[this.chance(TEXTS.length)];
        const characters = [...textOf(this.state, path)];
        const at = this.chance(characters.length + 1);
        const how = { source: 'typed', atMs: this.patches * 10000 };
        if (this.chance(4) === 0 && characters.length > at) {
            const [gone] = characters.splice(at, 1);
            this.deleted.add(gone);
        } else {
            const fresh = Array.from({ length: 1 + this.chance(3) }, next);
            if (characters.length + fresh.length > 90)
                return;
            fresh.forEach((character) => this.typed.add(character));
            characters.splice(at, 0, ...fresh);
        }
        this.state = editText(this.state, path, characters.join(''), how);
    }

    act(next) {
        const how = { source: 'typed', atMs: this.patches * 10000 };
        switch (this.chance(10)) {
        case 0:
            this.state = setValue(this.state, 'applicant_kind', ['person', 'household', 'company'][this.chance(3)], how);
            break;
        case 1: {
            const rows = rowsOf(this.state, 'documents');
            const act = rows.length > 2 ? { remove: rows[this.chance(rows.length)] } : { add: Array.from({ length: 8 }, () => 'abcdefgh'[this.chance(8)]).join(''), at: this.chance(rows.length + 1) };
            this.state = changeRows(this.state, 'documents', act, how);
            break;
        }
        default:
            this.type(next);
        }
    }

    send() {
        if (!this.online)
            return;
        const { state, patches } = departing(this.state, () => `${this.name}-${++this.patches}`);
        this.state = state;
        this.up.push(...patches);
    }

    receive(message) {
        if (message.error)
            this.state = refused(this.state, message.patch, message.error);
        else if (message.view)
            this.state = resynchronized(this.state, message.view);
        else
            this.state = changed(this.state, message);
    }
}

async function oneStory(server, seed, { breaks, kills, steps = 120 }) {
    const chance = dice(seed);
    let character = 0x3400; // a block of characters as large as a story needs
    const next = () => String.fromCodePoint(character++);
    await server.ask({ do: 'new', schema: form, id: '0198a1b2-0000-7000-8000-000000000001' });
    const view = async () => (await server.ask({ do: 'view' })).result;
    const first = await view();
    const pages = Array.from({ length: 2 + chance(3) }, (_, i) => new Page(`page${i}`, first, chance));
    let broken = false;

    const serve = async (page) => {
        const patch = page.up.shift();
        const answer = await server.ask({ do: 'patch', author: { id: page.name, applicant: page === pages[0] }, patch });
        if (answer.error)
            return page.down.push({ error: answer.error, patch: patch.patch }, ...(answer.error === 'form/stale' ? [{ view: await view() }] : []));
        for (const other of pages)
            if (other.online)
                other.down.push(answer.result);
        return undefined;
    };
    const reconnect = async (page) => {
        page.online = true;
        page.state = lineBroken(page.state);
        page.up = [];
        page.down = [{ view: await view() }];
    };

    for (let step = 0; step < steps; step++) {
        const page = pages[chance(pages.length)];
        const act = chance(20);
        if (act < 8)
            page.act(next);
        else if (act < 12)
            page.send();
        else if (act < 15 && page.up.length > 0)
            await serve(page);
        else if (act < 19 && page.down.length > 0)
            page.receive(page.down.shift());
        else if (breaks && page.online && chance(2) === 0) {
            // The line breaks; what was on it in either direction may be gone.
            Object.assign(page, { online: false, up: [], down: [] });
            broken = true;
        } else if (breaks && !page.online)
            await reconnect(page);
        else if (kills && chance(3) === 0) {
            await server.ask({ do: 'reload' });
            for (const other of pages)
                await reconnect(other);
            broken = true;
        }
    }
    for (const page of pages)
        if (!page.online)
            await reconnect(page);
    for (let rounds = 0; pages.some((page) => page.down.length || page.up.length || !isSaved(page.state)); rounds++) {
        assert.ok(rounds < 1000, `seed ${seed}: it does not come to rest`);
        for (const page of pages) {
            while (page.down.length > 0)
                page.receive(page.down.shift());
            page.send();
            while (page.up.length > 0)
                await serve(page);
        }
    }

    const final = await view();
    for (const page of pages) {
        for (const path of TEXTS)
            assert.equal(textOf(page.state, path), final.fields[path]?.value ?? '', `seed ${seed}: ${page.name} ${path}`);
        assert.deepEqual(rowsOf(page.state, 'documents'), final.rows.documents ?? [], `seed ${seed}: rows of ${page.name}`);
        assert.equal(valueOf(page.state, 'applicant_kind') ?? null, final.fields.applicant_kind?.value ?? null, `seed ${seed}: choice of ${page.name}`);
        assert.equal(page.state.view.revision, final.revision);
    }
    const shown = TEXTS.flatMap((path) => [...(final.fields[path]?.value ?? '')]);
    assert.equal(new Set(shown).size, shown.length, `seed ${seed}: typed twice`);
    const deleted = new Set(pages.flatMap((page) => [...page.deleted]));
    const lost = pages.flatMap((page) => Object.values(page.state.lost).flatMap(({ mine }) => [...String(mine)]));
    for (const page of pages)
        for (const one of page.typed)
            assert.ok(deleted.has(one) || shown.includes(one) || lost.includes(one), `seed ${seed}: what ${page.name} typed is missing`);
    for (const one of deleted)
        assert.ok(!shown.includes(one), `seed ${seed}: what was deleted is back`);
    return { broken, final, pages };
}

test('300 stories of several who type in the same fields end alike', () => withServer(async (server) => {
    let broken = 0;
    for (let seed = 1; seed <= 300; seed++)
        broken += Number((await oneStory(server, seed, { breaks: seed % 4 !== 0, kills: seed % 3 === 0 })).broken);
    assert.ok(broken > 100, 'breaks were part of it');
}));

test('both halves find the same faults in the same answers', () => withServer(async (server) => {
    const sections = sectionsOf(form);
    for (let seed = 1; seed <= 20; seed++) {
        const { final } = await oneStory(server, seed, { breaks: false, kills: false, steps: 60 });
        assert.deepEqual(faultsOf(sections, readerOf(opened(final))), (await server.ask({ do: 'faults' })).result, `seed ${seed}`);
    }
}));

test('500 random edits come out of C and JavaScript alike', () => withServer(async (server) => {
    const chance = dice(42);
    const text = () => Array.from({ length: chance(8) }, () => ['a', '中', '😀', 'é'][chance(4)]).join('');
    const op = (of) => {
        const list = [];
        for (let rest = [...of].length; rest > 0;) {
            const count = 1 + chance(rest);
            const kind = chance(3);
            list.push(kind === 0 ? count : kind === 1 ? -count : text() || 'x');
            rest -= kind === 2 ? 0 : count;
        }
        return compose(list, []);
    };
    for (let i = 0; i < 500; i++) {
        const from = text();
        const [a, b, first] = [op(from), op(from), chance(2) === 1];
        assert.deepEqual((await server.ask({ do: 'transform', a, b, first })).result, transform(a, b, first));
        assert.equal((await server.ask({ do: 'apply', a, text: from })).result, apply(a, from));
    }
}));

test('undo after anything still ends alike', () => withServer(async (server) => {
    for (let seed = 2000; seed < 2040; seed++) {
        const { pages } = await oneStory(server, seed, { breaks: false, kills: false, steps: 60 });
        const [one, other] = pages;
        one.state = undoLast(one.state, 1e9);
        one.send();
        for (const patch of one.up.splice(0)) {
            const { result, error } = await server.ask({ do: 'patch', author: { id: one.name, applicant: true }, patch });
            for (const page of [one, other])
                page.receive(error ? { error, patch: patch.patch } : result);
        }
        for (const path of TEXTS)
            assert.equal(textOf(one.state, path), textOf(other.state, path), `seed ${seed}`);
    }
}));
