/** Section "catalogue": the items; `#catalogue/MKT-01` is one, `#catalogue/MKT-01/3` its version 3. */

import { catalogueListView, itemView } from '../views/office/catalogue.js';

/** @import { CatalogueItem, ItemDraft, ItemVersion, OfficeContext, OfficeSection } from '../../types/office.js' */
/** @import { ItemSummary } from '../../types/staff.js' */

/**
 * @typedef {{ items: ItemSummary[] | null, drafts: ItemDraft[], code: string, item: CatalogueItem | null, revision: number, versions: ItemVersion[], shown: number,
 *   changed: boolean, english: boolean }} CatalogueOwn
 * @typedef {OfficeContext<CatalogueOwn>} CatalogueContext
 */

/** @param {CatalogueContext} context @param {string} code @param {string | undefined} version */
async function loadItem({ call, patch, user }, code, version) {
    const address = `/api/items/${encodeURIComponent(code)}`;
    const admin = user.role === 'admin';
    const [{ versions }, { drafts }] = await Promise.all([call('GET', `${address}/versions`), admin ? call('GET', '/api/item-drafts') : { drafts: [] }]);
    const draft = !version && drafts.some((/** @type {ItemDraft} */ one) => one.code === code) ? await call('GET', `${address}/draft`) : null;
    const item = draft ? draft.item : versions.length > 0 ? await call('GET', version ? `${address}?version=${version}` : address) : null;
    patch({ code, versions, drafts, revision: draft?.revision ?? 0, item, shown: version ? Number(version) : 0, changed: false });
}

/** @type {OfficeSection<CatalogueOwn>} */
export const catalogueSection = {
    name: 'catalogue',
    icon: 'clipboard-list',
    roles: ['admin', 'inspector', 'observer'],
    initial: { items: null, drafts: [], code: '', item: null, revision: 0, versions: [], shown: 0, changed: false, english: false },
    async load(context) {
        const { call, patch, user, rest, now } = context;
        const [code, version] = rest;
        if (code) {
            /* What was just begun as new has nothing to be read yet. */
            if (now().code !== code || !now().changed)
                await loadItem(context, code, version);
            return;
        }
        const [{ items }, { drafts }] = await Promise.all([call('GET', '/api/items'), user.role === 'admin' ? call('GET', '/api/item-drafts') : { drafts: [] }]);
        patch({ items, drafts, code: '', item: null, changed: false });
    },
    view: (context) => (context.rest[0] ? itemView(context) : catalogueListView(context)),
};
