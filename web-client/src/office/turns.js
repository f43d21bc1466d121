/** Section "turns": the walk-in queue of the hall. */

import { turnsView } from '../views/office/turns.js';

/** @import { OfficeContext, OfficeSection } from '../../types/office.js' */

/**
 * @typedef {{ id: string, number: number, item_code: string | null, name: string, state: 'waiting' | 'called' | 'serving' | 'skipped', counter: string | null, called_by: string | null }} Turn
 * @typedef {{ turns: Turn[] | null, expected: number, counter: string }} TurnsOwn
 * @typedef {OfficeContext<TurnsOwn>} TurnsContext
 */

/** @type {OfficeSection<TurnsOwn>} */
export const turnsSection = {
    name: 'turns',
    icon: 'clock',
    roles: ['inspector', 'helper', 'admin'],
    initial: { turns: null, expected: 0, counter: '1' },
    async load({ call, patch }) {
        const { turns, expected_s } = await call('GET', '/api/turns');
        patch({ turns, expected: expected_s });
    },
    view: turnsView,
};
