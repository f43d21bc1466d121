/**
 * What every staff view gets beside the state.
 *
 * @typedef {{
 *   language: import('../../../types/base.js').Language,
 *   t: import('../../i18n/index.js').Translate,
 *   change: (next: import('../../../types/base.js').Language) => void,
 * }} StaffWords
 */
export {};
