/**
 * Does a sheet of paper lie in the frame? Looks for a step from dark to light along each side of the frame that is drawn over the picture. Pure.
 */

/* How far the paper's edge may be from the frame, as a share of the picture's shorter side. */
const BAND = 0.07;
/* A sheet on a table of any colour makes such a step; grain and print make it in few places. */
const STEP = 22;
const SHARE = 0.6;

/**
 * @param {ArrayLike<number>} gray rows of `width` values, 0 to 255
 * @param {number} width @param {number} height
 * @param {{ x: number, y: number, width: number, height: number }} frame shares of the picture
 */
export function edgesOf(gray, width, height, frame) {
    const band = Math.max(2, Math.round(BAND * Math.min(width, height)));
    const [left, right] = [Math.round(frame.x * width), Math.round((frame.x + frame.width) * width)];
    const [top, bottom] = [Math.round(frame.y * height), Math.round((frame.y + frame.height) * height)];
    /** @param {number} x @param {number} y */
    const at = (x, y) => Number(gray[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))]);
    /** Along a side from a to b: in how many places is there a step across it? @param {number} from @param {number} to @param {(along: number, across: number) => number} value */
    const found = (from, to, value) => {
        const margin = Math.round((to - from) * 0.1);
        let steps = 0;
        let places = 0;
        for (let along = from + margin; along < to - margin; along += 2) {
            places += 1;
            for (let across = -band; across < band; across++) {
                if (Math.abs(value(along, across + 2) - value(along, across)) >= STEP) {
                    steps += 1;
                    break;
                }
            }
        }
        return places > 0 && steps / places >= SHARE;
    };
    return {
        left: found(top, bottom, (y, across) => at(left + across, y)),
        right: found(top, bottom, (y, across) => at(right + across, y)),
        top: found(left, right, (x, across) => at(x, top + across)),
        bottom: found(left, right, (x, across) => at(x, bottom + across)),
    };
}

/** @param {ReturnType<typeof edgesOf>} edges @returns {'none' | 'some' | 'all'} */
export function fitOf(edges) {
    const count = Object.values(edges).filter(Boolean).length;
    return count === 4 ? 'all' : count === 0 ? 'none' : 'some';
}

/* Where the frame stands: A4 upright, as large as leaves a margin for the hand that moves. */
export const FRAME = { x: 0.08, y: 0.06, width: 0.84, height: 0.88 };
