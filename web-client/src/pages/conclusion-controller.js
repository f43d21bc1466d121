/**
 * Concluding and signing from the room, over REST.
 */

import { problemOf } from '../protocol/problem.js';

/** @import { RoomEvent, RoomState } from '../../types/staff.js' */
/** @import { ConclusionActions } from '../../types/inspection.js' */
/** @import { Store } from '../../types/base.js' */

/**
 * @param {{ store: Store<RoomState, RoomEvent>, call: (method: string, address: string, body?: unknown) => Promise<any> }} ports
 * @returns {ConclusionActions}
 */
export function createConclusionActions({ store, call }) {
    const address = () => `/api/visits/${store.state.visit.visit?.id ?? ''}/records`;
    /** @param {string} path @param {unknown} body */
    const send = (path, body) => {
        store.dispatch({ type: 'conclusion-busy', busy: true });
        call('POST', `${address()}${path}`, body).then(() => store.dispatch({ type: 'conclusion-done' }),
            (error) => store.dispatch({ type: 'conclusion-problem', problem: problemOf(error) }));
    };
    /** The record that is signed; its digest says which content. */
    const record = () => store.state.visit.room?.record;

    return {
        show: (open) => store.dispatch({ type: 'conclusion-open', open }),
        anew: (anew) => store.dispatch({ type: 'conclusion-anew', anew }),
        draft: (change) => store.dispatch({ type: 'conclusion-draft', ...change }),
        refusing: (refusing) => store.dispatch({ type: 'conclusion-refusing', refusing }),
        conclude() {
            const { decision, remark, days } = store.state.conclusion;
            send('', { decision, remark: remark.trim(), deadline_days: decision === 'rectify' ? Number(days) : null });
        },
        countersign: (password) => send(`/${record()?.version}/countersignature`, { digest: record()?.digest, password }),
        noteRefusal: (reason) => send(`/${record()?.version}/refusal`, { digest: record()?.digest, reason }),
    };
}
