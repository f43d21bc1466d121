/** Section "rectifications": by deadline; `#rectifications/ID` is one. */

import { rectificationListView, rectificationView } from '../views/office/rectifications.js';

/** @import { OfficeContext, OfficeSection } from '../../types/office.js' */
/** @import { Rectification } from '../../types/my.js' */
/** @import { CatalogueItem } from '../../types/office.js' */

/**
 * @typedef {Omit<Rectification, 'points'> & { points: number, answered: number }} RectificationRow
 * @typedef {{ rows: RectificationRow[] | null, filter: string, one: Rectification | null, item: CatalogueItem | null }} RectificationsOwn
 * @typedef {OfficeContext<RectificationsOwn>} RectificationsContext
 */

/** @type {OfficeSection<RectificationsOwn>} */
export const rectificationsSection = {
    name: 'rectifications',
    icon: 'rotate-ccw',
    roles: ['inspector', 'observer', 'admin'],
    initial: { rows: null, filter: '', one: null, item: null },
    async load({ call, patch, rest, own }) {
        const [id] = rest;
        if (id) {
            const one = await call('GET', `/api/rectifications/${encodeURIComponent(id)}`);
            patch({ one, item: await call('GET', `/api/items/${one.item_code}?version=${one.item_version}`) });
            return;
        }
        patch({ rows: (await call('GET', `/api/rectifications${own.filter ? `?state=${own.filter}` : ''}`)).rectifications, one: null });
    },
    view: (context) => (context.rest[0] ? rectificationView(context) : rectificationListView(context)),
};
