/** Section "appointments": when teams take which items, holidays, and everybody's own calendar. */

import { appointmentsView } from '../views/office/appointments.js';

/** @import { OfficeContext, OfficeSection } from '../../types/office.js' */
/** @import { ItemSummary, User } from '../../types/staff.js' */

/**
 * @typedef {{ id: string, item_code: string | null, weekday: number, from_minute: number, to_minute: number, minutes: number, capacity: number, lead_hours: number, horizon_days: number, staff: { account: string, name: string }[] }} SlotRule
 * @typedef {{ day: string, name: string, weekday: number }} Holiday
 * @typedef {{ rules: SlotRule[] | null, holidays: Holiday[], items: ItemSummary[], users: User[], feed: string }} AppointmentsOwn
 * @typedef {OfficeContext<AppointmentsOwn>} AppointmentsContext
 */

/** @type {OfficeSection<AppointmentsOwn>} */
export const appointmentsSection = {
    name: 'appointments',
    icon: 'calendar',
    roles: ['admin', 'inspector', 'observer'],
    initial: { rules: null, holidays: [], items: [], users: [], feed: '' },
    async load({ call, patch }) {
        const [{ rules }, { holidays }, { items }, { users }] = await Promise.all(['/api/slot-rules', '/api/holidays', '/api/items', '/api/users'].map((address) => call('GET', address)));
        patch({ rules, holidays, items, users: users.filter((/** @type {User} */ user) => user.role === 'inspector') });
    },
    view: appointmentsView,
};
