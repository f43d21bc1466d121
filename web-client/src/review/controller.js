/**
 * What the review page does: asks the server, moves the player, keeps the address bar a link to what is seen.
 */

import { RATES, checkpointRows, compareReason, earlierAddress, earlierVisits, linkTarget, linkTo, neighbourSpan, positionAt, searchAddress } from './model.js';
import { problemOf, ProblemError } from '../protocol/problem.js';

/** @import { FoundVisit, ReviewEvent, ReviewState, VisitDetail } from '../../types/review.js' */
/** @import { Clock, Store } from '../../types/base.js' */

/* A running recording grows: its index is read again this often. */
const REFRESH_MS = 4000;
/* Thumbnails and speech are being made; asked again this often. */
const DERIVED_MS = 1500;
/* What the page shows of it; its fragments are nearly all of an index. */
const indexAddress = (/** @type {string} */ recording) => `/api/recordings/${recording}/index?fragments=none`;
/* Empty pages of a search which are gone on with before the reader is asked whether to. */
const EMPTY_PAGES_MAX = 20;

/**
 * @typedef {{
 *   store: Store<ReviewState, ReviewEvent>,
 *   clock: Clock,
 *   call: (method: string, address: string, body?: unknown) => Promise<any>,
 *   player: import('./player.js').Player,
 *   other: import('./player.js').Player,
 *   followers: { attach(track: string, playlist: string, element: HTMLVideoElement | null): void, tick(): void, close(): void },
 *   location: () => string,
 *   replaceLocation: (search: string) => void,
 *   signIn: () => void,
 * }} ReviewPorts
 */

/** @param {ReviewPorts} ports */
export function createReviewController({ store, clock, call, player, other, followers, location, replaceLocation, signIn }) {
    let refresh = 0;
    let making = 0;
    /* Where to begin once there is something to play; null while nothing waits. */
    /** @type {{ positionMs: number, at: number | null, play: boolean, live?: boolean } | null} */
    let begin = null;
    /* Recordings for which a reason has been given, while the page lives. */
    /** @type {Set<string>} */
    const reasoned = new Set();
    /* lit calls a new function anew with every drawing: one for each track. */
    /** @type {Map<string, (element: Element | undefined) => void>} */
    const cameraElements = new Map();

    /** @param {unknown} error */
    const fail = (error) => {
        if (error instanceof ProblemError && error.problem.status === 401)
            signIn();
        else
            store.dispatch({ type: 'problem', problem: problemOf(error) });
    };

    /** @template T @param {() => Promise<T>} work */
    const attempt = async (work) => {
        try {
            await work();
        } catch (error) {
            fail(error);
        }
    };

    /** @param {string} recording */
    const readIndex = async (recording, again = false) => {
        if (again)
            clock.cancel(refresh);
        const [index, status] = await Promise.all([
            call('GET', indexAddress(recording)), call('GET', `/api/recordings/${recording}`)]);
        if (store.state.visit?.recording !== recording)
            return;
        store.dispatch({ type: 'index', index, status });
        if (begin && status.playable_ms > 0 && store.state.reason === 'given') {
            player.open(`/api/recordings/${recording}/hls/main.m3u8`, begin.at === null ? begin.positionMs : positionAt(index, begin.at));
            if (begin.live)
                player.live();
            else if (begin.play)
                player.play();
            begin = null;
        }
        if (status.state === 'ended' && store.state.reason === 'given' && store.state.derived === null)
            void attempt(() => readDerived(recording));
        if (status.state !== 'ended')
            refresh = clock.after(REFRESH_MS, () => void attempt(() => readIndex(recording)));
    };

    /** What is made of an ended recording; a review goes without where that failed. @param {string} recording */
    const readDerived = async (recording) => {
        const base = `/api/recordings/${recording}/derived`;
        const { state, percent } = await call('GET', base);
        const [strip, speech] = state === 'ready' ? await Promise.all([call('GET', `${base}/strip.json`), call('GET', `${base}/speech.json`)]) : [null, null];
        if (store.state.visit?.recording !== recording)
            return;
        store.dispatch({ type: 'derived', derived: { state, percent, thumbnails: strip?.thumbnails ?? [], voices: speech?.voices ?? [] } });
        if (state === 'making')
            making = clock.after(DERIVED_MS, () => void attempt(() => readDerived(recording)));
    };

    /** @param {string} recording */
    const readVerdict = async (recording) => {
        store.dispatch({ type: 'verdict', verdict: 'checking' });
        const verdict = await call('GET', `/api/recordings/${recording}/verdict`);
        if (store.state.visit?.recording === recording)
            store.dispatch({ type: 'verdict', verdict });
    };

    /** An item with its check points, asked for once. @param {string} code */
    const detail = async (code) => {
        if (!store.state.details[code])
            store.dispatch({ type: 'detail', item: await call('GET', `/api/items/${encodeURIComponent(code)}`) });
        return store.state.details[code];
    };

    /** @param {string} id @param {{ positionMs?: number, at?: number | null, play?: boolean }} [where] */
    const open = (id, { positionMs = 0, at = null, play = false } = {}) => attempt(async () => {
        clock.cancel(refresh);
        clock.cancel(making);
        player.close();
        other.close();
        followers.close();
        store.dispatch({ type: 'opening' });
        /** @type {VisitDetail} */
        const visit = await call('GET', `/api/visits/${encodeURIComponent(id)}`);
        const item = await detail(visit.item_code);
        store.dispatch({ type: 'opened', visit, item });
        replaceLocation(play && at === null ? linkTo(visit.id, positionMs) : `?visit=${visit.id}`);
        if (!visit.recording)
            return;
        begin = { positionMs, at, play };
        store.dispatch({ type: 'reason', reason: reasoned.has(visit.recording) ? 'given' : 'asking' });
        await readIndex(visit.recording);
        /* Nothing is looked at where nothing is left: no reason is asked for. */
        if (store.state.status?.disposed_at)
            store.dispatch({ type: 'reason', reason: 'given' });
        await readVerdict(visit.recording);
    });

    /** @returns {Promise<void>} */
    const search = (more = false, turn = 0) => attempt(async () => {
        const { query, next } = store.state;
        store.dispatch({ type: 'searching' });
        const found = await call('GET', searchAddress(query, more ? next : null));
        store.dispatch({ type: 'found', visits: found.visits, next: found.next, more });
        /* A page that came short, because many candidates had to be looked at, is gone on with. */
        if (found.visits.length === 0 && found.next && turn < EMPTY_PAGES_MAX)
            await search(true, turn + 1);
        for (const code of new Set(/** @type {FoundVisit[]} */ (found.visits).filter((visit) => visit.checkpoints.length > 0).map((visit) => visit.item_code)))
            await detail(code);
    });

    /** Notes why the recording is looked at, then it may play. @param {string} reason */
    const giveReason = (reason) => attempt(async () => {
        const recording = store.state.visit?.recording;
        if (!recording)
            return;
        await call('POST', `/api/recordings/${recording}/accesses`, { reason });
        reasoned.add(recording);
        if (store.state.visit?.recording !== recording)
            return;
        store.dispatch({ type: 'reason', reason: 'given' });
        if (store.state.index && (store.state.status?.playable_ms ?? 0) > 0)
            await readIndex(recording, true);
    });

    const closeComparison = () => {
        other.close();
        store.dispatch({ type: 'compare-closed' });
    };

    /** Plays a check point of an earlier visit beside this one. @param {FoundVisit} visit @param {FoundVisit[]} visits @param {string} code */
    const showEarlier = async (visit, visits, code) => {
        const at = visit.checkpoints.find((point) => point.checkpoint === code)?.at ?? 0;
        other.close();
        store.dispatch({ type: 'compared', visits, visit });
        if (!visit.recording)
            return;
        const index = await call('GET', indexAddress(visit.recording));
        if (!reasoned.has(visit.recording))
            await call('POST', `/api/recordings/${visit.recording}/accesses`, { reason: compareReason(store.state) });
        reasoned.add(visit.recording);
        if (store.state.comparison?.visit?.id === visit.id)
            other.open(`/api/recordings/${visit.recording}/hls/main.m3u8`, positionAt(index, at));
    };

    /** Earlier visits that showed the same check point at the same applicant's. @param {string} code */
    const compare = (code) => attempt(async () => {
        const { visit } = store.state;
        if (!visit)
            return;
        store.dispatch({ type: 'comparing', checkpoint: code });
        const earlier = earlierVisits((await call('GET', earlierAddress(visit, code))).visits, visit, code);
        if (earlier.length > 0)
            await showEarlier(earlier[0], earlier, code);
        else
            store.dispatch({ type: 'compared', visits: [], visit: null });
    });

    /** @param {number} positionMs */
    const playFrom = (positionMs) => {
        player.seek(positionMs);
        player.play();
        followers.tick();
        if (store.state.visit)
            replaceLocation(linkTo(store.state.visit.id, positionMs));
    };

    const actions = {
        search: () => void search(),
        more: () => void search(true),
        /** @param {Partial<ReviewState['query']>} query */
        query: (query) => {
            store.dispatch({ type: 'query', query });
            if (query.item)
                void attempt(() => detail(query.item ?? ''));
        },
        /** @param {boolean} value */
        filters: (value) => store.dispatch({ type: 'filters', open: value }),
        /** @param {string} visit */
        open: (visit) => void open(visit),
        /** Opens a visit where a check point was shown. @param {string} visit @param {number} at wall clock, µs */
        openAt: (visit, at) => void open(visit, { at, play: true }),
        close: () => {
            clock.cancel(refresh);
            clock.cancel(making);
            player.close();
            other.close();
            followers.close();
            begin = null;
            store.dispatch({ type: 'closed' });
            replaceLocation('');
        },
        playFrom,
        /** Plays a check point from where it was first shown. @param {string} code */
        playCheckpoint: (code) => {
            const row = checkpointRows(store.state, 'zh').find((candidate) => candidate.code === code);
            if (row?.spans.length)
                playFrom(row.spans[0].fromMs);
        },
        /** @param {number} deltaMs */
        step: (deltaMs) => player.seek(store.state.positionMs + deltaMs),
        toggle: () => (store.state.playing ? player.pause() : player.play()),
        /** @param {number} value */
        rate: (value) => player.rate(value),
        /** To what is happening now. */
        live: () => {
            if (begin) /* it is not open yet */
                begin.live = true;
            else
                player.live();
            followers.tick();
        },
        /** @param {string} reason */
        reason: (reason) => void giveReason(reason),
        /** @param {number} steps */
        frame: (steps) => player.frame(steps),
        /** Faster or slower by one step. @param {number} steps */
        speed: (steps) => {
            const now = RATES.findIndex((value) => value >= store.state.rate);
            player.rate(RATES[Math.min(RATES.length - 1, Math.max(0, (now < 0 ? 1 : now) + steps))]);
        },
        /** To the next check point in the recording, or the one before. @param {number} steps */
        jump: (steps) => {
            const target = neighbourSpan(store.state, steps);
            if (target !== null)
                playFrom(target);
        },
        /** @param {boolean} value */
        help: (value) => store.dispatch({ type: 'help', open: value }),
        /** @param {string} code */
        compare: (code) => void compare(code),
        /** @param {string} id */
        compareWith: (id) => {
            const { comparison } = store.state;
            const visit = comparison?.visits.find((candidate) => candidate.id === id);
            if (comparison && visit)
                void attempt(() => showEarlier(visit, comparison.visits, comparison.checkpoint));
        },
        compareClose: closeComparison,
        compareToggle: () => (store.state.comparison?.playing ? other.pause() : other.play()),
        /** Both from where the check point begins. */
        compareBoth: () => {
            other.play();
            player.play();
        },
        /** @param {boolean} on */
        sideBySide: (on) => store.dispatch({ type: 'side-by-side', on }),
        /** What is told of a further camera's element. @param {string} track */
        cameraElement: (track) => {
            const recording = store.state.visit?.recording;
            const key = `${recording}/${track}`;
            const known = cameraElements.get(key) ?? ((/** @type {Element | undefined} */ element) =>
                followers.attach(track, `/api/recordings/${recording}/hls/${track}.m3u8`, element instanceof HTMLVideoElement ? element : null));
            cameraElements.set(key, known);
            return known;
        },
        /** @param {Element | undefined} element */
        attachOther: (element) => { if (element instanceof HTMLVideoElement) other.attach(element); },
        /** @param {Element | undefined} element */
        attach: (element) => { if (element instanceof HTMLVideoElement) player.attach(element); },
        /** @param {string | null} still */
        still: (still) => store.dispatch({ type: 'still', still }),
        /** @param {boolean} value */
        verdictOpen: (value) => store.dispatch({ type: 'verdict-open', open: value }),
    };

    return {
        actions,
        start: () => attempt(async () => {
            const user = await call('GET', '/api/me');
            store.dispatch({ type: 'user', user });
            const { items } = await call('GET', '/api/items');
            store.dispatch({ type: 'items', items });
            store.dispatch({ type: 'inspectors', users: (await call('GET', '/api/users')).users });
            const target = linkTarget(location());
            if (target.visit)
                await Promise.all([search(), open(target.visit, { positionMs: target.positionMs, at: target.at, play: target.autoplay })]);
            else
                await search();
        }),
    };
}

/** @typedef {ReturnType<typeof createReviewController>['actions']} ReviewActions */
