// Draws any of the applicant's screens from a list of events: window.show(name, language).
import { render } from '/src/base/html.js';
import { translator } from '/src/i18n/index.js';
import { initialApplicant, reduceApplicant } from '/src/state/applicant.js';
import { applicantView } from '/src/views/applicant/index.js';
import { NOW, room, waitingRoom, welcome } from './fixtures.js';
import { deskTrack, shopTrack } from './picture.js';
import { anyActions } from './actions.js';
import { settled } from './settled.js';
import { content, record, signature } from './record.js';

const site = shopTrack(720, 1280);
const siteStream = new MediaStream([site]);
const streams = { 2: { kind: 'audio', stream: new MediaStream() }, 5: { kind: 'video', stream: new MediaStream([deskTrack('#5b7083')]) } };
const open = { type: 'link-open', welcome: welcome(), atMs: NOW };
const message = (value) => ({ type: 'message', message: value, atMs: NOW });
const captured = { type: 'captured', capture: { video: site, audio: site, videoProblem: null, audioProblem: null }, stream: siteStream, cameras: 2, torchAvailable: true, facing: 'environment' };
const refused = { type: 'captured', capture: { video: null, audio: null, videoProblem: 'refused', audioProblem: 'refused' }, stream: null, cameras: 0, torchAvailable: false, facing: 'environment' };
const checked = [open, { type: 'consented' }, { type: 'check-started' }, captured, { type: 'network', state: 'good' },
    { type: 'location', state: 'good', fix: { lat: 25, lon: 114, accuracy_m: 12 } }, { type: 'level', level: 0.6 }];
const sample = (more) => ({ type: 'media-sample', sample: { rttMs: 60, lossOut: 0, lossIn: 0, availableOutKbps: 2400, outKbps: 1800, inKbps: 600, frameWidth: 1280, frameHeight: 720, framesPerSecond: 30, ...more } });
const visit = [...checked, message(room()), { type: 'media-streams', streams }, { type: 'media', state: 'connected', attempt: 0 }, sample(),
    message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'I1' }, { mid: '2', kind: 'audio', participant: 'I1' }] }), { type: 'tick', nowMs: NOW }];

const reading = [...visit, message(room({ record: record() })), { type: 'record-loading', version: 1 }, { type: 'record-loaded', version: 1, digest: 'd', content }];
const strokes = [[150, 300, 300, 250, 420, 330], [280, 150, 300, 500, 240, 800], [520, 250, 800, 250], [660, 150, 660, 700], [500, 720, 840, 700]];

const screens = {
    'opening': [],
    'refused': [{ type: 'link-closed', reason: 'refused', problem: { code: 'invitation/expired', message: { zh: '邀请已过期，请联系工作人员重新发送。', en: 'The invitation has expired; ask the office for a new one.' } }, atMs: NOW }],
    'welcome': [open],
    'welcome-missed': [open, { type: 'consent-missed' }],
    'notice': [open, { type: 'notice', open: true }],
    'check-asking': [open, { type: 'consented' }, { type: 'check-started' }],
    'check': checked,
    'check-refused': [open, { type: 'consented' }, { type: 'check-started' }, refused, { type: 'network', state: 'poor' }, { type: 'location', state: 'refused', fix: null }],
    'waiting': [...checked, message(waitingRoom()), { type: 'tick', nowMs: NOW + 125000 }],
    'visit': visit,
    'visit-idle': [...visit, message(room({ checkpoint: null }))],
    'visit-poor': [...visit, sample({ lossOut: 0.2 }), sample({ lossOut: 0.2 }), { type: 'muted', muted: true }],
    'visit-still': [...visit, { type: 'still', state: 'sent', atMs: NOW }, { type: 'guide-folded', folded: true }],
    'visit-sending': [...visit, { type: 'still', state: 'kept', atMs: NOW }, { type: 'uploads', shown: { waiting: 2, sent: 1_500_000, total: 4_000_000, yielding: false } }],
    'visit-hang-up': [...visit, { type: 'dialog', dialog: 'hang-up' }],
    'visit-server-lost': [...visit, { type: 'link-lost', attempt: 1, retryAtMs: NOW + 600, atMs: NOW }],
    'visit-link-lost': [...visit, { type: 'media', state: 'unsteady', attempt: 0 }, { type: 'link-lost', attempt: 2, retryAtMs: NOW + 2600, atMs: NOW }],
    'visit-inspector-slow': [...visit, message(room({ participants: room().participants.map((one) => ({ ...one, video: true, site_paused: one.id === 'I2' })) })),
        message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'I1', paused: true }, { mid: '2', kind: 'audio', participant: 'I1' }] })],
    'visit-paused': [...visit, { type: 'interruption', event: { type: 'track', condition: 'muted', atMs: NOW } }],
    'visit-alarm': [...visit, message(room({ recording: { recording: 'REC', state: 'alarm', since: (NOW - 192000) * 1000, sealed_at: (NOW - 40000) * 1000, alarm: 'disk-full', bytes: 1 } }))],
    'visit-challenge': [...visit, { type: 'steps-frame', width: 720, height: 1280 }, message({ type: 'drawn', by: 'I1', kind: 'point', points: [0.5, 0.4], still: null }),
        message({ type: 'drawn', by: 'I1', kind: 'line', points: [0.3, 0.3, 0.6, 0.25, 0.7, 0.35], still: null }),
        message(room({ inspection: { director: 'I1', acts: [], challenges: [{ id: 'c', task_zh: '请把数字 4719 写在纸上或手上,对准镜头', task_en: 'Write the number 4719 on paper or on your hand and show it', by: '李建国', at: 1, result: null }] } }))],
    'record': reading,
    'record-loading': reading.slice(0, -1),
    'record-sign': [...reading, { type: 'record-mode', mode: 'sign' }, { type: 'record-missed' }],
    'record-signed': [...reading, { type: 'record-mode', mode: 'sign' }, { type: 'record-strokes', strokes }, { type: 'record-words', comment: '没有意见' }],
    'record-refuse': [...reading, { type: 'record-mode', mode: 'refuse' }],
    'record-done': [...reading, message(room({ record: record({ signatures: [signature('A', 'applicant', '王桂香')] }) }))],
    'left': [open, { type: 'left' }],
    'hung-up': [...visit, { type: 'left' }],
    'replaced': [{ type: 'link-closed', reason: 'replaced', problem: null, atMs: NOW }],
    'ended': [...visit, message({ type: 'visit-ended', reason: 'concluded' })],
    'ended-sending': [...visit, { type: 'uploads', shown: { waiting: 1, sent: 0, total: 4_000_000, yielding: false } }, message({ type: 'visit-ended', reason: 'concluded' })],
};

window.names = Object.keys(screens);
window.show = async (name, language, large = false) => {
    const state = screens[name].reduce(reduceApplicant, initialApplicant(NOW));
    const actions = anyActions();
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.classList.toggle('large', large);
    document.body.classList.toggle('in-visit', state.phase === 'visit');
    const root = document.getElementById('app');
    render(null, root);
    render(applicantView(state, { language, t: translator(language), change() {}, large, toggleLarge() {}, canSpeak: true, platform: 'android' }, actions), root);
    await settled();
};
window.ready = true;
