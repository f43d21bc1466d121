/**
 * The applicant's record: fetches the version that waits, sends signature or refusal. REST with the resume token.
 */

import { isSignature } from '../base/strokes.js';
import { problemOf } from '../protocol/problem.js';
import { recordOf, recordStage } from '../state/record-sheet.js';

/** @import { ApplicantEvent, ApplicantState } from '../../types/applicant.js' */
/** @import { RecordActions } from '../../types/inspection.js' */
/** @import { Store } from '../../types/base.js' */

/**
 * @param {{ store: Store<ApplicantState, ApplicantEvent>, call: (method: string, address: string, body: unknown, more: RequestInit) => Promise<any>, token: () => string }} ports
 * @returns {{ actions: RecordActions, follow(state: ApplicantState): void }}
 */
export function createRecordController({ store, call, token }) {
    const address = () => `/api/visits/${store.state.visit.visit?.id ?? ''}/records`;
    /** @param {string} method @param {string} path @param {unknown} [body] */
    const ask = (method, path, body) => call(method, `${address()}${path}`, body, { headers: { accept: 'application/json', authorization: `Bearer ${token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }) } });

    /** @param {number} version */
    const load = (version) => {
        store.dispatch({ type: 'record-loading', version });
        ask('GET', `/${version}`).then((answer) => store.dispatch({ type: 'record-loaded', version, digest: answer.digest, content: answer.content }),
            (error) => store.dispatch({ type: 'record-problem', problem: problemOf(error) }));
    };

    /** @param {number[][] | null} strokes @param {string} words */
    const send = (strokes, words) => {
        const { version, digest } = store.state.record;
        store.dispatch({ type: 'record-busy', busy: true });
        ask('POST', `/${version}/signature`, { digest, words, strokes }).then(() => store.dispatch({ type: 'record-busy', busy: false }),
            (error) => store.dispatch({ type: 'record-problem', problem: problemOf(error) }));
    };

    return {
        follow(state) {
            const record = recordOf(state.visit);
            if (state.phase === 'visit' && record && recordStage(state.visit) === 'wanted' && record.version !== state.record.version)
                load(record.version);
        },
        actions: {
            mode: (mode) => store.dispatch({ type: 'record-mode', mode }),
            write: (strokes) => store.dispatch({ type: 'record-strokes', strokes }),
            comment: (comment) => store.dispatch({ type: 'record-words', comment }),
            reason: (reason) => store.dispatch({ type: 'record-words', reason }),
            reload: () => load(recordOf(store.state.visit)?.version ?? 0),
            sign() {
                const { strokes, comment } = store.state.record;
                if (!isSignature(strokes))
                    return store.dispatch({ type: 'record-missed' });
                return send(strokes, comment.trim());
            },
            refuse() {
                const reason = store.state.record.reason.trim();
                if (!reason)
                    return store.dispatch({ type: 'record-missed' });
                return send(null, reason);
            },
        },
    };
}
