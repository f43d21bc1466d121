/** Section "cases": find one; `#cases/ID` is everything of it in one place. */

import { caseView, casesView } from '../views/office/cases.js';

/** @import { CatalogueItem, OfficeContext, OfficeSection } from '../../types/office.js' */
/** @import { VisitEvidence } from '../state/evidence-map.js' */
/** @import { VisitRecord } from '../../types/staff.js' */

/**
 * @typedef {VisitRecord & VisitEvidence & { item_version: number, decision: string | null, cancelled_at: number | null, no_show_at: number | null, records: { version: number, state: string, pdf_sha256: string | null }[] }} CaseVisit
 * @typedef {{ id: string, case_number: string, item_code: string, item_version: number, applicant: string, premises: string, phone: string | null, email?: string | null, visits: VisitRecord[] }} CaseRecord
 * @typedef {{ id: string, name: string, type: string, bytes: number, at: number, by_staff: string | null }} Attachment
 * @typedef {{ visit: string, score: number, words: string, at: number }} Evaluation
 * @typedef {{ id: string, visit: string, percent: number, number: number, drawn: number, result: string | null, words: string | null, done_by: string | null }} Audit
 * @typedef {{ query: string, found: CaseRecord[] | null, one: CaseRecord | null, visits: CaseVisit[], items: Record<string, CatalogueItem>, after: { attachments: Attachment[], evaluations: Evaluation[], audits: Audit[] },
 *   rectifications: { id: string, state: string, deadline_at: number }[], link: string }} CasesOwn
 * @typedef {OfficeContext<CasesOwn>} CasesContext
 */

/** @param {CasesContext} context @param {string} id */
async function loadCase({ call, patch, now }, id) {
    const one = await call('GET', `/api/cases/${encodeURIComponent(id)}`);
    const [after, { rectifications }] = await Promise.all([call('GET', `/api/cases/${id}/after`), call('GET', `/api/rectifications?case=${id}`)]);
    /** @type {CaseVisit[]} */
    const visits = await Promise.all(one.visits.filter((/** @type {VisitRecord} */ visit) => visit.kind === 'inspection').map(async (/** @type {VisitRecord} */ visit) => ({
        ...await call('GET', `/api/visits/${visit.id}`), ...await call('GET', `/api/visits/${visit.id}/records`) })));
    /** @type {Record<string, CatalogueItem>} */
    const items = {};
    for (const version of new Set(visits.map((visit) => visit.item_version)))
        items[version] = await call('GET', `/api/items/${one.item_code}?version=${version}`);
    patch({ one, visits, items, after, rectifications, link: now().one?.id === id ? now().link : '' });
}

/** @type {OfficeSection<CasesOwn>} */
export const casesSection = {
    name: 'cases',
    icon: 'file-text',
    roles: ['inspector', 'helper', 'observer', 'admin'],
    initial: { query: '', found: null, one: null, visits: [], items: {}, after: { attachments: [], evaluations: [], audits: [] }, rectifications: [], link: '' },
    async load(context) {
        const { call, patch, rest, own } = context;
        const [id] = rest;
        if (id) {
            if (own.one && own.one.id !== id)
                patch({ one: null, visits: [], link: '' });
            await loadCase(context, id);
        } else {
            patch({ found: (await call('GET', `/api/cases?limit=50&q=${encodeURIComponent(own.query)}`)).cases });
        }
    },
    view: (context) => (context.rest[0] ? caseView(context) : casesView(context)),
};
