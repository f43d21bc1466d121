/**
 * REST client (docs/http-api.yaml): JSON in and out, errors as Problem. The cookie goes along by itself.
 */

import { ownProblem, ProblemError } from '../protocol/problem.js';

/** @typedef {(address: string, init?: RequestInit) => Promise<Response>} Fetch */

/**
 * RFC 9457 with our `code`, `title` (English) and `title_zh`.
 * @param {Response} response
 */
async function problemOfResponse(response) {
    try {
        const body = await response.json();
        if (typeof body.code === 'string' && typeof body.title === 'string')
            return new ProblemError({ code: body.code, message: { en: body.title, zh: body.title_zh ?? body.title }, status: response.status, detail: body });
    } catch {
        /* Not ours: a proxy's page, or nothing. */
    }
    return ownProblem('http/unexpected', response.status);
}

/**
 * @param {Fetch} fetch
 */
export function createApi(fetch) {
    /**
     * @param {string} method @param {string} address @param {unknown} [body]
     * @param {RequestInit} [more]
     * @returns {Promise<any>} the parsed answer, null if it has no body
     */
    const call = async (method, address, body, more = {}) => {
        /** @type {Response} */
        let response;
        try {
            response = await fetch(address, { method, credentials: 'same-origin', cache: 'no-store',
                headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
                ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...more });
        } catch {
            throw ownProblem('link/offline');
        }
        if (!response.ok)
            throw await problemOfResponse(response);
        if (response.status === 204)
            return null;
        const text = await response.text();
        try {
            return text === '' ? null : JSON.parse(text);
        } catch {
            throw ownProblem('http/unexpected', response.status);
        }
    };

    /** @typedef {import('../../types/staff.js').User} User */
    /** @typedef {import('../../types/staff.js').VisitRecord} VisitRecord */

    return {
        call,
        /** @returns {Promise<User>} */
        me: () => call('GET', '/api/me'),
        /** @param {string} account @param {string} password @param {string} [code] of the second factor @returns {Promise<User>} */
        signIn: (account, password, code) => call('POST', '/api/sign-in', { account, password, ...(code ? { code } : {}) }),
        signOut: () => call('POST', '/api/sign-out', {}),
        /** @returns {Promise<User[]>} */
        users: async () => (await call('GET', '/api/users')).users,
        /** @returns {Promise<import('../../types/staff.js').ItemSummary[]>} */
        items: async () => (await call('GET', '/api/items')).items,
        /** @param {number} fromMs @param {number} toMs @returns {Promise<VisitRecord[]>} */
        visits: async (fromMs, toMs) => (await call('GET', `/api/visits?from=${fromMs * 1000}&to=${toMs * 1000}&limit=200`)).visits,
        /** @param {{ case_number: string, item_code: string, applicant: string, premises: string }} input @returns {Promise<{ id: string }>} */
        openCase: (input) => call('POST', '/api/cases', input),
        /** @param {{ case: string, scheduled_at: number, staff: string[] }} input @returns {Promise<VisitRecord>} */
        scheduleVisit: (input) => call('POST', '/api/visits', { kind: 'inspection', ...input }),
        /** @param {string} visit @returns {Promise<{ token: string, path: string, name: string, expires_at: number }>} */
        invite: (visit) => call('POST', `/api/visits/${encodeURIComponent(visit)}/invitations`, {}),
        /**
         * A photographed page of a document. @param {string} visit @param {string} page @param {Blob} picture @param {string} token resume token
         * @returns {Promise<{ verdict: string }>}
         */
        putPage: (visit, page, picture, token) => call('PUT', `/api/visits/${visit}/pages/${page}`, undefined,
            { body: picture, headers: { 'content-type': 'image/jpeg', authorization: `Bearer ${token}` } }),
    };
}

/** @typedef {ReturnType<typeof createApi>} Api */
