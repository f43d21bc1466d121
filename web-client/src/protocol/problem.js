/**
 * Problem — what went wrong, as a stable code and a sentence in both languages, thrown by requests.
 * The client's own codes begin with `link/` (the line), `client/` (this page) and `http/` (an answer that was not ours).
 */

import { catalogues } from '../i18n/problems.js';

/** @typedef {import('../../types/base.js').Problem} ProblemValue */

export class ProblemError extends Error {
    /** @param {ProblemValue} problem */
    constructor(problem) {
        super(problem.code);
        this.problem = problem;
    }
}

/** @typedef {'link/lost' | 'link/offline' | 'link/timeout' | 'client/unexpected' | 'client/torch' | 'client/flip' | 'http/unexpected'} OwnCode */

/** @param {OwnCode} code @param {number} [status] */
export function ownProblem(code, status) {
    const key = /** @type {import('../i18n/problems.js').ProblemKey} */ (`problem.${code.replace('/', '-')}`);
    return new ProblemError({ code, message: { zh: catalogues.zh[key], en: catalogues.en[key] }, status });
}

/**
 * Whatever was thrown, as something that can be shown.
 * @param {unknown} error
 * @returns {ProblemValue}
 */
export function problemOf(error) {
    if (error instanceof ProblemError)
        return error.problem;
    return ownProblem('client/unexpected').problem;
}
