/**
 * State of the review page; pure. The controller asks the server and the player, this decides what it means.
 */

/** @import { ReviewEvent, ReviewState } from '../../types/review.js' */

/** @returns {ReviewState} */
export function initialReview() {
    return {
        user: null,
        query: { words: '', item: '', checkpoint: '', result: '', inspector: '', place: '', from: '', to: '' },
        items: [], details: {}, inspectors: [], found: null, next: null, searching: false, filtersOpen: false,
        visit: null, opening: false, item: null, index: null, status: null,
        verdict: null, verdictOpen: false, still: null, reason: null, helpOpen: false, comparison: null, derived: null, sideBySide: true, absent: [],
        positionMs: 0, playing: false, rate: 1, live: false,
        problem: null,
    };
}

const closed = { visit: null, opening: false, item: null, index: null, status: null, verdict: null, verdictOpen: false, still: null,
    reason: null, comparison: null, derived: null, absent: [], positionMs: 0, playing: false, live: false };

/**
 * @param {ReviewState} state
 * @param {ReviewEvent} event
 * @returns {ReviewState}
 */
export function reduceReview(state, event) {
    switch (event.type) {
    case 'user':
        return { ...state, user: event.user };
    case 'items':
        return { ...state, items: event.items };
    case 'query':
        /* A check point belongs to its item. */
        return { ...state, query: { ...state.query, ...(event.query.item !== undefined ? { checkpoint: '' } : {}), ...event.query } };
    case 'detail':
        return { ...state, details: { ...state.details, [event.item.code]: event.item } };
    case 'inspectors':
        return { ...state, inspectors: event.users.filter((user) => user.role === 'inspector') };
    case 'filters':
        return { ...state, filtersOpen: event.open };
    case 'searching':
        return { ...state, searching: true, problem: null };
    case 'found':
        return { ...state, searching: false, next: event.next,
            found: event.more && state.found ? [...state.found, ...event.visits] : event.visits };
    case 'opening':
        return { ...state, ...closed, opening: true, problem: null };
    case 'opened':
        return { ...state, opening: false, visit: event.visit, item: event.item };
    case 'closed':
        return { ...state, ...closed };
    case 'index':
        return { ...state, index: event.index, status: event.status };
    case 'verdict':
        return { ...state, verdict: event.verdict };
    case 'verdict-open':
        return { ...state, verdictOpen: event.open };
    case 'still':
        return { ...state, still: event.still };
    case 'reason':
        return { ...state, reason: event.reason };
    case 'help':
        return { ...state, helpOpen: event.open };
    case 'comparing':
        return { ...state, comparison: { checkpoint: event.checkpoint, visits: [], visit: null, positionMs: 0, playing: false, loading: true } };
    case 'compared':
        return state.comparison === null ? state
            : { ...state, comparison: { ...state.comparison, visits: event.visits, visit: event.visit, loading: false, positionMs: 0, playing: false } };
    case 'compare-player':
        return state.comparison === null ? state
            : { ...state, comparison: { ...state.comparison, positionMs: event.positionMs, playing: event.playing } };
    case 'compare-closed':
        return { ...state, comparison: null };
    case 'derived':
        return { ...state, derived: event.derived };
    case 'side-by-side':
        return { ...state, sideBySide: event.on };
    case 'camera-shown':
        return { ...state, absent: [...state.absent.filter((track) => track !== event.track), ...(event.present ? [] : [event.track])] };
    case 'player':
        return { ...state, positionMs: event.positionMs, playing: event.playing, rate: event.rate, live: event.live };
    case 'problem':
        return { ...state, problem: event.problem, searching: false, opening: false,
            verdict: state.verdict === 'checking' ? null : state.verdict };
    default:
        return state;
    }
}
