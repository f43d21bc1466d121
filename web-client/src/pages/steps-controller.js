/**
 * The inspectors' tools as messages of the line.
 */

/** @import { RoomEvent, RoomState } from '../../types/staff.js' */
/** @import { StepsActions } from '../../types/steps.js' */
/** @import { ClientMessage } from '../../types/protocol.js' */
/** @import { Store } from '../../types/base.js' */

const ZOOMS = [1, 2, 4];

/**
 * @param {{ store: Store<RoomState, RoomEvent>, ask: (message: ClientMessage) => Promise<unknown>, failed: (error: unknown) => void }} ports
 * @returns {StepsActions}
 */
export function createStepsActions({ store, ask, failed }) {
    /** @param {ClientMessage} message */
    const say = (message) => ask(message).then(() => true, (error) => (failed(error), false));

    return {
        frame: (width, height) => store.dispatch({ type: 'steps-frame', width, height }),
        tool: (tool) => store.dispatch({ type: 'steps-tool', tool }),
        panel: (panel) => store.dispatch({ type: 'steps-panel', panel }),
        stroke: (points) => store.dispatch({ type: 'steps-stroke', points }),
        finish() {
            const { drawing, tool } = store.state.steps;
            if (!drawing || !tool)
                return;
            const points = tool === 'point' ? drawing.slice(0, 2) : drawing;
            store.dispatch({ type: 'steps-shape', shape: { kind: tool, points, by: store.state.visit.participant ?? '' } });
            void say({ type: 'draw', kind: tool, points, still: null });
        },
        clear() {
            store.dispatch({ type: 'steps-clear' });
            void say({ type: 'draw', kind: 'clear', points: [], still: null });
        },
        act: (act) => void say({ type: 'act', act }),
        challenge: (kind) => void say({ type: 'challenge', kind }),
        judge: (challenge, result) => void say({ type: 'challenge-judge', challenge, result }),
        measure: (checkpoint, value, unit, still) => void say({ type: 'measure', checkpoint, value, unit, still }),
        correct: (checkpoint, before, after) => void say({ type: 'correction', checkpoint, before, after }),
        direct: () => void say({ type: 'direct', director: store.state.visit.participant }),
        note: (words) => void say({ type: 'private-note', words }),
        async torch() {
            const torch = !store.state.steps.torch;
            if (await say({ type: 'camera', command: 'torch', value: torch ? 1 : 0 }))
                store.dispatch({ type: 'steps-camera', torch });
        },
        flip: () => void say({ type: 'camera', command: 'flip', value: null }),
        async zoom() {
            const zoom = ZOOMS[(ZOOMS.indexOf(store.state.steps.zoom) + 1) % ZOOMS.length] ?? 1;
            if (await say({ type: 'camera', command: 'zoom', value: zoom }))
                store.dispatch({ type: 'steps-camera', zoom });
        },
    };
}
