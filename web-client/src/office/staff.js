/** Sections of the staff: "audits", "figures", "users", "keys", "trail", "mine". */

import { auditsView } from '../views/office/audits.js';
import { figuresView } from '../views/office/figures.js';
import { keysView, mineView, trailView, usersView } from '../views/office/staff.js';

/** @import { OfficeContext, OfficeSection } from '../../types/office.js' */

/**
 * @typedef {{ id: string, visit: string, case: string, case_number: string, applicant: string, premises: string, percent: number, drawn_at: number, result: string | null, words: string | null, done_by: string | null }} AuditRow
 * @typedef {{ audits: AuditRow[] | null }} AuditsOwn
 * @typedef {OfficeContext<AuditsOwn>} AuditsContext
 */
/** @type {OfficeSection<AuditsOwn>} */
export const auditsSection = {
    name: 'audits', icon: 'map-pin', roles: ['inspector', 'observer', 'admin'], initial: { audits: null },
    load: async ({ call, patch }) => patch({ audits: (await call('GET', '/api/audits')).audits }),
    view: auditsView,
};

/**
 * @typedef {{ planned: number, held: number, passed: number, rectify: number, failed: number, on_site: number, missed: number, cancelled: number, seconds: number, late_seconds: number, evaluations: number, score: number }} Figures
 * @typedef {{ total: Figures & { audits_drawn: number, audits_agree: number, audits_differ: number, rectifications: number, rectified: number }, days: (Figures & { day: string })[],
 *   items: (Figures & { item: string, name_zh?: string, name_en?: string })[], inspectors: (Figures & { account: string, name: string, division: string | null })[] }} Statistics
 * @typedef {{ from: string, to: string, figures: Statistics | null }} FiguresOwn
 * @typedef {OfficeContext<FiguresOwn>} FiguresContext
 */

/** The period as µs, its last day included. @param {{ from: string, to: string }} period */
export const periodQuery = ({ from, to }) => `from=${new Date(`${from}T00:00`).getTime() * 1000}&to=${(new Date(`${to}T00:00`).getTime() + 86_400_000) * 1000}`;
const today = new Date();
/** @param {Date} day */
const dayText = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;

/** @type {OfficeSection<FiguresOwn>} */
export const figuresSection = {
    name: 'figures', icon: 'activity', roles: ['observer', 'admin'],
    initial: { from: dayText(new Date(today.getFullYear(), today.getMonth(), 1)), to: dayText(today), figures: null },
    load: async ({ call, patch, own }) => patch({ figures: await call('GET', `/api/statistics?${periodQuery(own)}`) }),
    view: figuresView,
};

/**
 * @typedef {{ id: string, account: string, name: string, role: string, division: string | null, disabled: number, second_factor: number, revision: number }} Account
 * @typedef {{ users: Account[] | null }} UsersOwn
 * @typedef {OfficeContext<UsersOwn>} UsersContext
 */
/** @type {OfficeSection<UsersOwn>} */
export const usersSection = {
    name: 'users', icon: 'users', roles: ['admin'], initial: { users: null },
    load: async ({ call, patch }) => patch({ users: (await call('GET', '/api/accounts')).users }),
    view: usersView,
};

/**
 * @typedef {{ id: string, name: string, scopes: string, created_at: number, revoked_at: number | null, created_by: string | null }} ApiKey
 * @typedef {{ keys: ApiKey[] | null, secret: string }} KeysOwn
 * @typedef {OfficeContext<KeysOwn>} KeysContext
 */
/** @type {OfficeSection<KeysOwn>} */
export const keysSection = {
    name: 'keys', icon: 'link', roles: ['admin'], initial: { keys: null, secret: '' },
    load: async ({ call, patch }) => patch({ keys: (await call('GET', '/api/keys')).keys }),
    view: keysView,
};

/**
 * @typedef {{ seq: number, at: number, account: string, act: string, object: string, digest: string }} TrailEntry
 * @typedef {{ entries: TrailEntry[] | null, next: number | null, account: string, words: string }} TrailOwn
 * @typedef {OfficeContext<TrailOwn>} TrailContext
 */

/** @param {{ account: string, words: string }} own */
export const trailQuery = ({ account, words }) => `/api/trail?limit=100${account ? `&account=${encodeURIComponent(account)}` : ''}${words ? `&q=${encodeURIComponent(words)}` : ''}`;

/** @type {OfficeSection<TrailOwn>} */
export const trailSection = {
    name: 'trail', icon: 'history', roles: ['observer', 'admin'], initial: { entries: null, next: null, account: '', words: '' },
    load: async ({ call, patch, own }) => patch(await call('GET', trailQuery(own))),
    view: trailView,
};

/**
 * @typedef {{ secret: string, uri: string }} MineOwn
 * @typedef {OfficeContext<MineOwn>} MineContext
 */
/** @type {OfficeSection<MineOwn>} */
export const mineSection = {
    name: 'mine', icon: 'user', roles: ['inspector', 'helper', 'observer', 'admin'], initial: { secret: '', uri: '' },
    load: async () => {},
    view: mineView,
};
