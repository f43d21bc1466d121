/**
 * The browser's clock and storage behind the interfaces of types/base.d.ts.
 */

/** @returns {import('../../types/base.js').Clock} */
export function browserClock() {
    return {
        now: () => Date.now(),
        after: (ms, action) => window.setTimeout(action, ms),
        every: (ms, action) => window.setInterval(action, ms),
        cancel: (timer) => window.clearTimeout(timer), /* one number space for both kinds, HTML section 8.7 */
    };
}

/**
 * @param {() => globalThis.Storage} open  a function, because reading `window.sessionStorage` itself may throw
 * @returns {import('../../types/base.js').Storage}
 */
export function browserStorage(open) {
    /** @template T @param {(storage: globalThis.Storage) => T} use @param {T} otherwise */
    const attempt = (use, otherwise) => {
        try {
            return use(open());
        } catch {
            return otherwise;
        }
    };
    return {
        get: (key) => attempt((storage) => storage.getItem(key), null),
        set: (key, value) => attempt((storage) => storage.setItem(key, value), undefined),
        remove: (key) => attempt((storage) => storage.removeItem(key), undefined),
    };
}
