/**
 * What the page of retention does: asks the server for the list that is shown, and carries out what an administrator decided.
 */

import { problemOf, ProblemError } from '../protocol/problem.js';
import { tabOf } from './state.js';

/** @import { ArchiveEvent, ArchiveState, DisposalDetail, Hold, KeptRecording, Tab, TermState, AccessQuery } from '../../types/archive.js' */
/** @import { Clock, Store } from '../../types/base.js' */

/* A list that is being carried out is looked at again this often. */
const REFRESH_MS = 2000;
const DAY_MS = 86_400_000;

/** Day as the reader typed it ("2026-11-26") to µs; null when empty. @param {string} day @param {number} [addMs] */
export function dayUs(day, addMs = 0) {
    const ms = day === '' ? NaN : new Date(`${day}T00:00`).getTime();
    return Number.isFinite(ms) ? (ms + addMs) * 1000 : null;
}

/** @param {AccessQuery} query @param {string | null} before */
export function accessesAddress(query, before) {
    const wanted = new URLSearchParams();
    const [from, to] = [dayUs(query.from), dayUs(query.to, DAY_MS)];
    if (query.account)
        wanted.set('account', query.account);
    if (from !== null)
        wanted.set('from', String(from));
    if (to !== null)
        wanted.set('to', String(to));
    if (before)
        wanted.set('before', before);
    return `/api/accesses?${wanted}`;
}

/**
 * @param {{
 *   store: Store<ArchiveState, ArchiveEvent>,
 *   clock: Clock,
 *   call: (method: string, address: string, body?: unknown) => Promise<any>,
 *   hash: () => string,
 *   replaceHash: (hash: string) => void,
 *   signIn: () => void,
 * }} ports
 */
export function createArchiveController({ store, clock, call, hash, replaceHash, signIn }) {
    let refresh = 0;

    /** @template T @param {() => Promise<T>} work */
    const attempt = async (work) => {
        try {
            store.dispatch({ type: 'busy', busy: true });
            await work();
        } catch (error) {
            if (error instanceof ProblemError && error.problem.status === 401)
                signIn();
            else
                store.dispatch({ type: 'problem', problem: problemOf(error) });
            return false;
        }
        store.dispatch({ type: 'busy', busy: false });
        return true;
    };

    /** @param {string} id */
    const readDisposal = async (id) => {
        clock.cancel(refresh);
        /** @type {DisposalDetail} */
        const disposal = await call('GET', `/api/disposals/${id}`);
        store.dispatch({ type: 'disposal', disposal });
        if (disposal.state === 'approved')
            refresh = clock.after(REFRESH_MS, () => void attempt(async () => { if (store.state.disposal?.id === id) await readDisposal(id); }));
    };

    /** @type {Record<Tab, (more: boolean) => Promise<void>>} */
    const readers = {
        terms: async (more) => {
            const { terms, next } = store.state;
            const page = await call('GET', `/api/retention?state=${terms}${more && next ? `&before=${next}` : ''}`);
            store.dispatch({ type: 'recordings', ...page, more });
        },
        disposals: async () => store.dispatch({ type: 'disposals', disposals: (await call('GET', '/api/disposals')).disposals }),
        holds: async () => store.dispatch({ type: 'holds', holds: (await call('GET', '/api/holds')).holds }),
        storage: async () => store.dispatch({ type: 'storage', storage: await call('GET', '/api/storage') }),
        acts: async (more) => {
            const page = await call('GET', `/api/retention/acts${more && store.state.next ? `?before=${store.state.next}` : ''}`);
            store.dispatch({ type: 'acts', ...page, more });
        },
        accesses: async (more) => {
            const page = await call('GET', accessesAddress(store.state.query, more ? store.state.next : null));
            store.dispatch({ type: 'accesses', ...page, more });
        },
    };
    const read = (more = false) => attempt(() => readers[store.state.tab](more));

    /** Something is decided, then the list is read anew. @param {() => Promise<void>} work */
    const decide = async (work) => {
        if (await attempt(work))
            store.dispatch({ type: 'dialog', dialog: null });
    };

    const actions = {
        /** @param {Tab} tab */
        tab: (tab) => {
            clock.cancel(refresh);
            store.dispatch({ type: 'tab', tab });
            replaceHash(tab);
            void read();
        },
        /** @param {TermState} terms */
        terms: (terms) => {
            store.dispatch({ type: 'terms', terms });
            void read();
        },
        more: () => void read(true),
        /** @param {string} recording @param {boolean} chosen */
        choose: (recording, chosen) => store.dispatch({ type: 'choose', recording, chosen }),
        /** @param {boolean} chosen */
        chooseAll: (chosen) => store.dispatch({ type: 'choose-all', chosen }),
        askList: () => store.dispatch({ type: 'dialog', dialog: { kind: 'list' } }),
        /** @param {KeptRecording} row */
        askHold: (row) => store.dispatch({ type: 'dialog', dialog: { kind: 'hold', case: row.case, caseNumber: row.case_number } }),
        /** @param {Hold} hold */
        askLift: (hold) => store.dispatch({ type: 'dialog', dialog: { kind: 'lift', hold } }),
        askApprove: () => { if (store.state.disposal) store.dispatch({ type: 'dialog', dialog: { kind: 'approve', disposal: store.state.disposal } }); },
        askWithdraw: () => { if (store.state.disposal) store.dispatch({ type: 'dialog', dialog: { kind: 'withdraw', disposal: store.state.disposal } }); },
        noDialog: () => store.dispatch({ type: 'dialog', dialog: null }),
        /** What the open dialog asked for. @param {string} text a reason; of an approval the password */
        answer: (text) => {
            const { dialog, chosen } = store.state;
            switch (dialog?.kind) {
            case 'list':
                return void decide(async () => {
                    const made = await call('POST', '/api/disposals', { reason: text, recordings: chosen });
                    store.dispatch({ type: 'tab', tab: 'disposals' });
                    replaceHash('disposals');
                    await readers.disposals(false);
                    await readDisposal(made.id);
                });
            case 'hold':
                return void decide(async () => { await call('POST', `/api/cases/${dialog.case}/holds`, { reason: text }); await readers.terms(false); });
            case 'lift':
                return void decide(async () => { await call('POST', `/api/holds/${dialog.hold.id}/lift`, { reason: text }); await readers.holds(false); });
            case 'approve':
                return void decide(async () => { await call('POST', `/api/disposals/${dialog.disposal.id}/approval`, { password: text }); await readDisposal(dialog.disposal.id); });
            case 'withdraw':
                return void decide(async () => { await call('POST', `/api/disposals/${dialog.disposal.id}/withdrawal`, { reason: text }); await readDisposal(dialog.disposal.id); });
            default:
                return undefined;
            }
        },
        /** @param {string} id */
        openDisposal: (id) => void attempt(() => readDisposal(id)),
        closeDisposal: () => {
            clock.cancel(refresh);
            store.dispatch({ type: 'disposal', disposal: null });
            void read();
        },
        /** @param {Partial<AccessQuery>} query */
        query: (query) => {
            store.dispatch({ type: 'query', query });
            void read();
        },
    };

    return {
        actions,
        start: () => attempt(async () => {
            const user = await call('GET', '/api/me');
            store.dispatch({ type: 'user', user });
            if (user.role !== 'admin')
                return;
            store.dispatch({ type: 'tab', tab: tabOf(hash()) });
            const [{ items }, { users }] = await Promise.all([call('GET', '/api/items'), call('GET', '/api/users')]);
            store.dispatch({ type: 'known', items, users });
            await readers[store.state.tab](false);
            /* The warning stands over every list; a recorder that is away has its own word elsewhere. */
            if (store.state.tab !== 'storage')
                await readers.storage(false).catch(() => {});
        }),
    };
}

/** @typedef {ReturnType<typeof createArchiveController>['actions']} ArchiveActions */
