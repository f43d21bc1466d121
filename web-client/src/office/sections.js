/** The sections of the office page, in the order of its navigation. */

import { catalogueSection } from './catalogue.js';

/** @type {import('../../types/office.js').OfficeSection<any>[]} */
export const sections = [catalogueSection];
