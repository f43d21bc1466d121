/**
 * What every applicant view gets beside the state: the words and the reader's settings.
 *
 * @typedef {{
 *   language: import('../../../types/base.js').Language,
 *   t: import('../../i18n/index.js').Translate,
 *   change: (next: import('../../../types/base.js').Language) => void,
 *   large: boolean,
 *   toggleLarge: () => void,
 *   canSpeak: boolean,
 *   platform: 'wechat' | 'ios' | 'android' | 'desktop',
 * }} ApplicantWords
 */
export {};
