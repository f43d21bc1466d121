/** A generator with a seed, so that a failure can be repeated: random(seed)(below) is 0 ≤ n < below. */
export function random(seed) {
    let state = seed >>> 0;
    return (below) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}
