/** Section "deliveries": what was sent, and the addresses of other systems. */

import { deliveriesView } from '../views/office/deliveries.js';

/** @import { OfficeContext, OfficeSection } from '../../types/office.js' */

/**
 * @typedef {{ id: string, seq: number, channel: string, case: string, case_number: string, kind: string, recipient: string | null, state: string, attempts: number, problem: string | null, created_at: number, sent_at: number | null }} Delivery
 * @typedef {{ id: string, name: string, purpose: string, url: string, kinds: string, pending: number, failed: number }} Hook
 * @typedef {{ deliveries: Delivery[] | null, next: number | null, hooks: Hook[], secret: string }} DeliveriesOwn
 * @typedef {OfficeContext<DeliveriesOwn>} DeliveriesContext
 */

/** @type {OfficeSection<DeliveriesOwn>} */
export const deliveriesSection = {
    name: 'deliveries',
    icon: 'radio',
    roles: ['admin', 'observer'],
    initial: { deliveries: null, next: null, hooks: [], secret: '' },
    async load({ call, patch }) {
        const [{ deliveries, next }, { hooks }] = await Promise.all([call('GET', '/api/deliveries'), call('GET', '/api/hooks')]);
        patch({ deliveries, next, hooks });
    },
    view: deliveriesView,
};
