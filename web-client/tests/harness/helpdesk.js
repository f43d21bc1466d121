// Draws the helper's desk and its visit from lists of events: window.show(name, language).
import { render } from '/src/base/html.js';
import { translator } from '/src/i18n/index.js';
import { helpTranslator } from '/src/i18n/help.js';
import { initialHelpdesk, reduceHelpdesk } from '/src/state/helpdesk.js';
import { helpdeskView } from '/src/views/help/desk.js';
import { anyActions } from './actions.js';
import { NOW, room, visit, welcome } from './fixtures.js';
import { HOSTILE, definition, hostile, masked, summaries } from './form.js';
import { deskTrack } from './picture.js';
import { settled } from './settled.js';

const us = (ms) => ms * 1000;
const user = { id: 'U1', account: 'chenfang', name: '陈芳', role: 'helper' };
const row = (n, more = {}) => ({ ticket: `T${n}`, number: n, visit: `V${n}`, subject: n % 2 ? 'small-restaurant' : 'other', name: n % 2 ? '王桂香' : '刘福生', phone: n % 2 ? '13800138000' : null,
    language: n % 2 ? 'hakka' : 'mandarin', since: us(NOW - n * 200000), state: 'waiting', present: n !== 4, head: n === 3, notes: n === 3 ? '等营业执照照片' : '', helper: null, ...more });
const helpers = [['U1', '陈芳', 'free'], ['U2', '李秀英', 'serving'], ['U3', '赵敏', 'break']].map(([id, name, state]) => ({ user: id, name, state, subjects: ['*'], languages: ['mandarin'], ticket: null }));
const queue = (more = {}) => ({ type: 'desk', desk: { queue: { duty: true, paired: null, waiting: [row(3), row(4)], missed: [row(5, { state: 'missed' })], helpers, ...more } } });
const signed = [{ type: 'signed-in', user }, { type: 'desk', desk: { forms: summaries, nowMs: NOW } }];
const inRoom = (event) => ({ type: 'room', event });
const message = (value) => inRoom({ type: 'message', message: value, atMs: NOW });
const member = (id, role, name, state, more = {}) => ({ id, role, name, state, audio: true, video: true, paused: false, ...more });
const helped = { ...visit, kind: 'assistance', state: 'live' };
const into = [...signed, queue(), { type: 'enter' }, inRoom({ type: 'link-open', welcome: welcome({ participant: 'H1', role: 'helper', name: '陈芳', visit: helped }), atMs: NOW }),
    message(room({ visit: helped, participants: [member('H1', 'helper', '陈芳', 'connected'), member('A', 'applicant', '王桂香', 'connected'), member('H2', 'helper', '村里小刘', 'waiting')] })),
    inRoom({ type: 'media-streams', streams: { 5: { kind: 'video', stream: new MediaStream([deskTrack('#6f7d63')]) } } }),
    message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'A' }] })];
const filling = [...into, message({ type: 'form', document: masked() }), inRoom({ type: 'definition', definition })];

const screens = {
    'sign-in': [{ type: 'signed-in', user: null }],
    'off': [...signed, queue({ duty: false, waiting: [], missed: [] })],
    'desk': [...signed, queue()],
    'desk-lost': [...signed, queue(), { type: 'desk', desk: { lineLost: true } }],
    'desk-hostile': [...signed, queue({ waiting: [row(3, { name: HOSTILE, notes: HOSTILE, phone: HOSTILE })], helpers: [{ ...helpers[0], name: HOSTILE }] })],
    'visit-no-form': into,
    'visit': filling,
    'visit-slow': [...filling, message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'A', paused: true }] })],
    'visit-remark': [...filling, inRoom({ type: 'remarks', path: 'shop_name' }), message({ type: 'form-point', participant: 'A', name: '王桂香', role: 'applicant', path: 'shop_name', kind: 'focus' })],
    'visit-invite': [...filling, { type: 'invitation', path: 'https://192.168.1.20:8443/help#eyJwIjoiaW52aXRhdGlvbiIsInYiOiIwMTk4YTFiMi0wMDAw' }],
    'visit-hostile': [...filling, message({ type: 'form', document: hostile() }), message({ type: 'form-point', participant: 'A', name: HOSTILE, role: 'applicant', path: 'shop_name', kind: 'focus' })],
    'visit-end': [...filling, { type: 'dialog', dialog: 'end' }],
    'visit-return': [...filling, { type: 'dialog', dialog: 'return' }],
    'visit-ended': [...filling, message({ type: 'visit-ended', reason: 'concluded' })],
};

window.names = Object.keys(screens);
window.show = async (name, language) => {
    const h = helpTranslator(language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = h('title.desk');
    const root = document.getElementById('app');
    render(null, root);
    render(helpdeskView(screens[name].reduce(reduceHelpdesk, initialHelpdesk(NOW)), { h, t: translator(language), language, change() {} }, anyActions()), root);
    await settled();
};
window.ready = true;
