// Draws any screen of the applicant in assisted service from a list of events: window.show(name, language, large).
import { render } from '/src/base/html.js';
import { helpTranslator } from '/src/i18n/help.js';
import { signaturePad } from '/src/components/signature-pad.js';
import { initialHelp, reduceHelp } from '/src/state/help.js';
import { helpView } from '/src/views/help/applicant.js';
import { entryView } from '/src/views/help/entry.js';
import { anyActions, anyActionsWith } from './actions.js';
import { NOW, room, visit, welcome } from './fixtures.js';
import { HOSTILE, complete, definition, document as filled, hostile, summaries } from './form.js';
import { deskTrack, shopTrack } from './picture.js';
import { settled } from './settled.js';

const message = (value) => ({ type: 'message', message: value, atMs: NOW });
const member = (id, role, name, state, more = {}) => ({ id, role, name, state, audio: true, video: true, paused: false, ...more });
const helped = { ...visit, kind: 'assistance', state: 'live' };
const open = { type: 'link-open', welcome: welcome({ visit: helped }), atMs: NOW };
const form = (document) => message({ type: 'form', document });
const ticket = (more) => message({ type: 'queue', ticket: { ticket: 'T', number: 12, state: 'waiting', ahead: 2, estimate_s: 720, helper: null, ...more }, desk: null });
const entry = { opening: false, forms: summaries, subject: null, draft: null, problem: null, busy: false };
const alone = [open, form(filled()), { type: 'definition', definition }];
const together = [...alone, message(room({ visit: helped, participants: [member('A', 'applicant', '王桂香', 'connected', { video: false }), member('H1', 'helper', '陈芳', 'connected')] })),
    { type: 'own', own: { audio: deskTrack('#5b7083') } }, { type: 'media-streams', streams: { 5: { kind: 'video', stream: new MediaStream([deskTrack('#6f7d63')]) } } },
    message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'H1' }] })];
const problem = { code: 'form/conflict', message: { zh: '对方刚刚改过这一栏，请看过后再填。', en: 'The other has just changed this field; look at it and fill in again.' } };

const capture = (more) => ({ type: 'capture', capture: { path: 'shop_photo', label: '店里店外的照片', stage: 'aim', stream: null, edges: 'none', pages: 0, verdict: null, picture: null, problem: null, ...more } });

/* The first view, a function of its own little state. */
const entries = { 'choose': entry, 'choose-draft': { ...entry, draft: { token: 't', subject: 'small-restaurant' } }, 'choose-problem': { ...entry, problem }, 'tell': { ...entry, subject: 'small-restaurant' } };
const screens = {
    'opening': [],
    'waiting': [...alone, ticket()],
    'waiting-no-form': [open, ticket({ ahead: 0 })],
    'missed': [...alone, ticket({ state: 'missed' })],
    'form': together,
    'form-pointed': [...together, message({ type: 'form-point', participant: 'H1', name: '陈芳', role: 'helper', path: 'has_disinfection', kind: 'press' }),
        message({ type: 'form-point', participant: 'H1', name: '陈芳', role: 'helper', path: 'shop_name', kind: 'focus' })],
    'form-faults': [...together, { type: 'checked' }, { type: 'touched', path: 'owner_phone' }],
    'form-slow': [...together, message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'H1', paused: true }] })],
    'form-offline': [...together, { type: 'link-lost', attempt: 2, retryAtMs: NOW, atMs: NOW }],
    'form-hostile': [...together, form(hostile()), message({ type: 'form-point', participant: 'H1', name: HOSTILE, role: 'helper', path: 'shop_name', kind: 'press' }), { type: 'problem', problem: { code: 'x', message: { zh: HOSTILE, en: HOSTILE } } }],
    'sign': [...together, form(complete()), { type: 'signing', open: true }],
    'submit': [...together, form(complete({ signature: { id: 's', by: 'A', name: '王桂香', at: NOW * 1000, revision: 9 } }))],
    'submitted': [...together, form(complete({ state: 'submitted' }))],
    'pages': [...together, form(filled({ fields: { ...filled().fields, shop_photo: { revision: 1, value: ['0198a1b2-0000-7000-8000-000000000001', '0198a1b2-0000-7000-8000-000000000002'], by: 'A', name: '王桂香', role: 'applicant', source: 'document', at: NOW * 1000 } } }))],
    'capture-opening': [...together, capture({ stage: 'opening' })],
    'capture-aim': [...together, capture({ stage: 'aim', stream: new MediaStream([shopTrack(720, 960)]), edges: 'some' })],
    'capture-no-camera': [...together, capture({ stage: 'no-camera', problem })],
    'capture-sending': [...together, capture({ stage: 'sending' })],
    'capture-good': [...together, capture({ stage: 'judged', pages: 1, verdict: 'good', picture: '/styles/icon.svg' })],
    'capture-blurred': [...together, capture({ stage: 'judged', pages: 2, verdict: 'blurred', picture: '/styles/icon.svg' })],
    'leave': [...together, { type: 'confirm-leave', open: true }],
    'ended': [...together, message({ type: 'visit-ended', reason: 'concluded' })],
    'refused': [{ type: 'link-closed', reason: 'refused', problem: { code: 'invitation/expired', message: { zh: '邀请已过期，请联系工作人员重新发送。', en: 'The invitation has expired; ask the office for a new one.' } }, atMs: NOW }],
    'replaced': [{ type: 'link-closed', reason: 'replaced', problem: null, atMs: NOW }],
};

window.names = [...Object.keys(entries), ...Object.keys(screens)];
window.show = async (name, language, large = false) => {
    const h = helpTranslator(language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = h('title');
    document.documentElement.classList.toggle('large', large);
    window.strokes = [[150, 300, 300, 250, 420, 330]];
    const root = document.getElementById('app');
    const pad = { view: (label) => signaturePad({ strokes: window.strokes, label, hint: label, keys: h('form.sign.keys'), clear: h('form.sign.clear'), onChange: (next) => { window.strokes = next; } }), path: () => 'M1 1' };
    const words = { h, language, change() {}, look: { large, contrast: false }, setLook() {}, station: name === 'ended' };
    render(null, root);
    render(name in entries ? entryView(entries[name], words, anyActions()) : helpView(screens[name].reduce(reduceHelp, initialHelp(NOW)), words, anyActionsWith({ pictureOf: (page) => (page.endsWith('1') ? '/styles/icon.svg' : null) }), pad), root);
    await settled();
};
window.ready = true;
