/**
 * Store — holds one state, changes it only through a pure reducer, tells its listeners synchronously.
 *
 * Synchronously on purpose: in WeChat on iOS a picture stays black unless `play()` is called in the very
 * continuation that received the camera, so a dispatched camera must reach its <video> before dispatch returns (F1).
 */

/**
 * @template S, E
 * @param {(state: S, event: E) => S} reduce
 * @param {S} initial
 * @returns {import('../../types/base.js').Store<S, E>}
 */
export function createStore(reduce, initial) {
    let state = initial;
    let notifying = false;
    let again = false;
    /** @type {Set<(state: S) => void>} */
    const listeners = new Set();

    /* A listener may dispatch; it is then told once more instead of being entered twice. */
    const notify = () => {
        if (notifying) {
            again = true;
            return;
        }
        notifying = true;
        try {
            do {
                again = false;
                for (const listener of [...listeners])
                    listener(state);
            } while (again);
        } finally {
            notifying = false;
        }
    };

    return {
        get state() {
            return state;
        },
        dispatch(event) {
            const next = reduce(state, event);
            if (next === state)
                return;
            state = next;
            notify();
        },
        subscribe(listener) {
            listeners.add(listener);
            return () => listeners.delete(listener);
        },
    };
}
