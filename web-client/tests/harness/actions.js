/** Every action is there, at any depth, and does nothing; what lit and addEventListener look for in a value is not. */
export function anyActions() {
    const actions = new Proxy(() => {}, {
        get: (_, key) => (typeof key === 'symbol' || /^(_\$|(signal|once|passive|capture)$)/.test(key) ? undefined : actions),
    });
    return actions;
}

/** The same with some that answer. */
export const anyActionsWith = (some) => new Proxy(some, { get: (_, key) => (key in some ? some[key] : anyActions()) });
