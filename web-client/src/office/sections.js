/** The sections of the office page, in the order of its navigation. */

import { appointmentsSection } from './appointments.js';
import { casesSection } from './cases.js';
import { catalogueSection } from './catalogue.js';
import { deliveriesSection } from './deliveries.js';
import { rectificationsSection } from './rectifications.js';
import { auditsSection, figuresSection, keysSection, mineSection, trailSection, usersSection } from './staff.js';
import { turnsSection } from './turns.js';

/** @type {import('../../types/office.js').OfficeSection<any>[]} */
export const sections = [casesSection, rectificationsSection, auditsSection, appointmentsSection, turnsSection, figuresSection, catalogueSection, usersSection, deliveriesSection, keysSection, trailSection, mineSection];
