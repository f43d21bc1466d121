/**
 * What is drawn over the site's picture, and the inspectors' tools. Pure. Places are parts of the picture, 0 to 1.
 */

/** @import { Shape, StepsEvent, StepsState } from '../../types/steps.js' */
/** @import { ServerMessage } from '../../types/protocol.js' */

/* Older ones have been talked about. */
const SHAPES_MAX = 60;
const POINTS_MAX = 512;

/** @type {StepsState} */
export const noSteps = { shapes: [], frame: { width: 0, height: 0 }, tool: null, drawing: null, panel: null, torch: false, zoom: 1 };

/** A person points at one thing at a time. @param {Shape[]} shapes @param {Shape} shape */
const added = (shapes, shape) => [...shapes.filter((other) => shape.kind !== 'point' || other.kind !== 'point' || other.by !== shape.by), shape].slice(-SHAPES_MAX);

/** @param {StepsState} state @param {ServerMessage} message @returns {StepsState} */
function received(state, message) {
    if (message.type !== 'drawn')
        return state;
    return { ...state, shapes: message.kind === 'clear' ? [] : added(state.shapes, { kind: message.kind, points: message.points, by: message.by }) };
}

/** @param {StepsState} state @param {StepsEvent | { type: string }} event others pass @returns {StepsState} */
export function reduceSteps(state, event) {
    const known = /** @type {StepsEvent | { type: 'message', message: ServerMessage }} */ (event);
    switch (known.type) {
    case 'message':
        return received(state, known.message);
    case 'steps-frame':
        return known.width === state.frame.width && known.height === state.frame.height ? state : { ...state, frame: { width: known.width, height: known.height } };
    case 'steps-tool':
        return { ...state, tool: known.tool, drawing: null };
    case 'steps-panel':
        return { ...state, panel: known.panel };
    case 'steps-stroke':
        return { ...state, drawing: known.points === null ? null : [...(state.drawing ?? []), ...known.points].slice(0, POINTS_MAX) };
    case 'steps-shape':
        return { ...state, drawing: null, shapes: added(state.shapes, known.shape) };
    case 'steps-clear':
        return { ...state, drawing: null, shapes: [] };
    case 'steps-camera':
        return { ...state, torch: known.torch ?? state.torch, zoom: known.zoom ?? state.zoom };
    default:
        return state;
    }
}
