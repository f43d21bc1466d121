/** The sections of the office page, in the order of its navigation. */

import { appointmentsSection } from './appointments.js';
import { catalogueSection } from './catalogue.js';
import { deliveriesSection } from './deliveries.js';
import { rectificationsSection } from './rectifications.js';

/** @type {import('../../types/office.js').OfficeSection<any>[]} */
export const sections = [rectificationsSection, appointmentsSection, catalogueSection, deliveriesSection];
