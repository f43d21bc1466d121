// Draws the desk and the room from lists of events: window.show(name, language).
import { anyActions } from './actions.js';
import { settled } from './settled.js';
import { render } from '/src/base/html.js';
import { translator } from '/src/i18n/index.js';
import { initialDesk, reduceDesk } from '/src/state/desk.js';
import { initialRoom, reduceRoom } from '/src/state/room.js';
import { deskView } from '/src/views/staff/desk.js';
import { roomView } from '/src/views/staff/room.js';
import { signInView } from '/src/views/staff/sign-in.js';
import { NOW, item, room, visit, waitingRoom, welcome } from './fixtures.js';
import { deskTrack, shopTrack } from './picture.js';
import { record as recordOf, signature } from './record.js';

const us = (ms) => ms * 1000;
const user = { id: 'U1', account: 'lijianguo', name: '李建国', role: 'inspector' };
const chen = { id: 'U2', account: 'chenxiaoyan', name: '陈晓燕', role: 'inspector' };
const record = (id, minutes, applicant, premises, code, state, more = {}) => ({ id, case: 'C', kind: 'inspection', state, case_number: `XF-2026-0001${id}`, applicant, premises,
    item_code: code, scheduled_at: us(NOW + minutes * 60000), started_at: null, ended_at: null, conclusion: null, staff: [user, chen], recording: null, ...more });
const items = [{ code: 'MKT-01', name_zh: item.name_zh, name_en: item.name_en, division_zh: '市场服务审批股', division_en: 'Market Services Approval Division', version: 1 },
    { code: 'MKT-02', name_zh: '药品经营许可（零售）', name_en: 'Retail Pharmacy Licence', division_zh: '市场服务审批股', division_en: 'Market Services Approval Division', version: 1 },
    { code: 'SOC-01', name_zh: '公共场所卫生许可', name_en: 'Public Place Hygiene Licence', division_zh: '社会事务审批股', division_en: 'Social Affairs Division', version: 1 }];
const visits = [record('V0', -150, '平安大药房', '嘉定镇迎宾大道6号', 'MKT-02', 'ended'), record('V', 12, visit.applicant, visit.premises, 'MKT-01', 'waiting'),
    record('V2', 57, '泉水湾足浴', '嘉定镇阳明中路102号', 'SOC-01', 'scheduled'), record('V3', 120, '好邻居便利店', '大塘埠镇圩镇路9号', 'MKT-01', 'live')];
const signed = [{ type: 'signed-in', user }, { type: 'catalogue', items, users: [user, chen, { id: 'U3', account: 'liu', name: '刘志强', role: 'inspector' }] },
    { type: 'link-open', welcome: {}, atMs: NOW }, { type: 'visits', dayMs: NOW, visits }, { type: 'tick', nowMs: NOW }];
const lobby = { type: 'message', atMs: NOW, message: { type: 'lobby', visits: [{ visit: { ...visit, state: 'waiting' }, waiting: [{ participant: 'A', name: '王桂香', since: us(NOW - 125000) }] }] } };
const desk = {
    'sign-in': [{ type: 'signed-out' }],
    'sign-in-wrong': [{ type: 'signed-out' }, { type: 'problem', problem: { code: 'access/wrong', message: { zh: '账号或密码不对。', en: 'Account or password is wrong.' } } }],
    'desk': [...signed, lobby],
    'desk-quiet': [...signed, { type: 'visits', dayMs: NOW, visits: [] }, { type: 'link-lost', attempt: 3, retryAtMs: NOW, atMs: NOW }],
    'new-visit': [...signed, lobby, { type: 'new-visit', open: true }],
    'invitation': [...signed, { type: 'invitation', invitation: { visit: 'V', applicant: visit.applicant, url: `https://192.168.1.20:8443/v#${'eyJwIjoiaW52aXRhdGlvbiIsInYiOiIwMTk4YTFiMi0wMDAw'.repeat(3)}`, expiresAtMs: NOW + 7 * 86400000, copied: false } }],
};
const message = (value) => ({ type: 'message', message: value, atMs: NOW });
const site = new MediaStream([shopTrack(1280, 720)]);
const streams = { 2: { kind: 'audio', stream: new MediaStream() }, 5: { kind: 'video', stream: site }, 6: { kind: 'video', stream: new MediaStream([deskTrack('#6f7d63')]) } };
const own = deskTrack('#5b7083');
const code = (n) => `MKT-01-0${n}`;
const findings = [{ checkpoint: code(1), result: 'conform', note: '', by: '李建国', revision: 1 }, { checkpoint: code(2), result: 'mostly', note: '垃圾桶距门口约 8 米，已请其移开', by: '陈晓燕', revision: 2 },
    { checkpoint: code(3), result: 'nonconform', note: '', by: '李建国', revision: 1 }, { checkpoint: code(4), result: 'not-applicable', note: '', by: '李建国', revision: 1 }];
const marks = [[-180, 'checkpoint-start', 1], [-150, 'checkpoint-end', 1], [-140, 'checkpoint-start', 2], [-100, 'checkpoint-start', 3], [-80, 'pause'], [-70, 'pause-end'], [-40, 'checkpoint-start', 5]]
    .map(([at, kind, n], index) => ({ id: `m${index}`, kind, checkpoint: n ? code(n) : null, at: us(NOW + at * 1000), participant: null }));
const stills = [{ id: 'S1', checkpoint: code(5), at: us(NOW - 20000), state: 'stored' }, { id: 'S2', checkpoint: code(5), at: us(NOW - 2000), state: 'requested', bytes: 4_000_000, received: 1_500_000 }];
const steps = { director: 'I2', acts: [{ id: 'a1', act: 'notice-read', by: '王桂香', at: us(NOW - 170000) }, { id: 'a2', act: 'credentials-shown', by: '李建国', at: us(NOW - 160000) }],
    challenges: [{ id: 'c1', task_zh: '请把数字 4719 写在纸上或手上,对准镜头', task_en: 'Write the number 4719 on paper or on your hand and show it', by: '李建国', at: us(NOW - 150000), result: null }],
    measurements: [{ id: 'm1', checkpoint: 'MKT-01-02', value: '21.5', unit: 'm', verdict: 'fail', still: null, by: '陈晓燕', at: us(NOW - 90000) }, { id: 'm2', checkpoint: 'MKT-01-02', value: '31.5', unit: 'm', verdict: 'pass', still: 'S1', by: '陈晓燕', at: us(NOW - 80000) }],
    corrections: [], locations: [{ lat: 25.3866, lon: 114.9233, accuracy_m: 18, distance_m: 69, by: '王桂香', at: us(NOW - 300000) }], premises: { lat: 25.3861, lon: 114.9229 },
    notes: [{ id: 'n1', words: '等下看一下后门', by: '陈晓燕', at: us(NOW - 60000) }] };
const full = room({ findings, marks, stills });
const into = [{ type: 'link-open', welcome: welcome({ participant: 'I1', role: 'inspector', name: '李建国', visit: { ...visit, state: 'live' } }), atMs: NOW },
    { type: 'captured', capture: { video: own, audio: own, videoProblem: null, audioProblem: null }, stream: new MediaStream([own]) }];
const sample = { rttMs: 30, lossOut: 0, lossIn: 0, availableOutKbps: 2400, outKbps: 400, inKbps: 2000, frameWidth: 640, frameHeight: 360, framesPerSecond: 20 };
const inRoom = [...into, message(full), { type: 'media-streams', streams }, { type: 'media', state: 'connected', attempt: 0 }, { type: 'media-sample', sample },
    message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'A' }, { mid: '6', kind: 'video', participant: 'I2' }] }), { type: 'tick', nowMs: NOW }];
const withCameras = [...inRoom, { type: 'media-streams', streams: { ...streams, 7: { kind: 'video', stream: new MediaStream([deskTrack('#7a6a55')]) } } },
    message({ ...full, participants: [...full.participants, { id: 'K1', role: 'camera', name: '后厨', state: 'connected', audio: false, video: true, paused: false },
        { id: 'K2', role: 'camera', name: '大堂东门', state: 'away', audio: false, video: false, paused: false }],
    cameras: [{ participant: 'K1', address: 'rtsp://10.20.0.7:554/…', state: 'live', reason: null }, { participant: 'K2', address: 'rtsp://10.20.0.9:554/…', state: 'lost', reason: 'unreachable' }] }),
    message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'A' }, { mid: '6', kind: 'video', participant: 'I2' }, { mid: '7', kind: 'video', participant: 'K1' }] })];
const rooms = {
    'room': inRoom,
    'room-waiting': [...into, message({ ...waitingRoom(), participants: [...waitingRoom().participants, room().participants[1]] }), { type: 'tick', nowMs: NOW }],
    'room-away': [...inRoom, message({ ...full, participants: [{ ...full.participants[0], state: 'away' }, ...full.participants.slice(1)] })],
    'room-slow': [...inRoom, message({ ...full, participants: full.participants.map((one) => ({ ...one, site_paused: one.id === 'I2' })) }),
        message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'A', paused: true }, { mid: '6', kind: 'video', participant: 'I2' }] })],
    'room-slow-face': [...inRoom, message({ ...full, participants: full.participants.map((one) => ({ ...one, video: true })) }),
        message({ type: 'slots', slots: [{ mid: '5', kind: 'video', participant: 'A' }, { mid: '6', kind: 'video', participant: 'I2', paused: true }] })],
    'room-alarm': [...inRoom, message({ ...full, recording: { ...full.recording, state: 'alarm', alarm: 'disk-full' } })],
    'room-rewind': [...inRoom, { type: 'playback', playback: { mode: 'rewind', atMs: NOW - 90000, state: 'playing' } }],
    'room-conflict': [...inRoom, { type: 'draft', checkpoint: code(5), result: 'conform', note: '消毒柜通电' }, { type: 'sending', checkpoint: code(5) },
        { type: 'conflict', checkpoint: code(5), theirs: { checkpoint: code(5), result: 'mostly', note: '保洁柜门坏了', by: '陈晓燕', revision: 2 } }],
    'room-problem': [...inRoom, { type: 'problem', problem: { code: 'message/visit-state', message: { zh: '这次踏勘现在不能这样做。', en: 'This cannot be done in the present state of the visit.' } } }],
    'room-cameras': withCameras,
    'room-cameras-side': [...withCameras, { type: 'side-by-side', on: true }],
    'room-cameras-lost': [...withCameras, { type: 'picture', picture: 'K2' }],
    'room-cameras-dialog': [...withCameras, { type: 'dialog', dialog: 'cameras' }],
    'room-keys': [...inRoom, { type: 'dialog', dialog: 'keys' }],
    'room-left': [...inRoom, message({ ...full, stills: [...stills, { id: 'S3', checkpoint: null, at: us(NOW - 200000), state: 'requested' }], participants: [{ ...full.participants[0], state: 'left' }, ...full.participants.slice(1)] })],
    'room-end': [...inRoom, { type: 'dialog', dialog: 'end' }],
    'room-steps': [...inRoom, { type: 'steps-frame', width: 1280, height: 720 }, { type: 'steps-tool', tool: 'line' }, { type: 'steps-shape', shape: { kind: 'line', points: [0.3, 0.4, 0.4, 0.35, 0.5, 0.45], by: 'I1' } },
        { type: 'steps-shape', shape: { kind: 'point', points: [0.62, 0.55], by: 'I2' } }, message(room({ findings, marks, stills, inspection: steps })), { type: 'selected', checkpoint: code(2) }],
    'room-place': [...inRoom, message(room({ findings, marks, stills, inspection: steps })), { type: 'steps-panel', panel: 'place' }],
    'room-acts': [...inRoom, message(room({ findings, marks, stills, inspection: steps })), { type: 'steps-panel', panel: 'acts' }],
    'conclusion': [...inRoom, { type: 'conclusion-open', open: true }, { type: 'conclusion-draft', decision: 'rectify' },
        { type: 'conclusion-problem', problem: { code: 'conclusion/open', message: { zh: '还有必查的检查点没有结果。', en: 'Required check points have no result yet.' }, detail: { detail: 'MKT-01-05, MKT-01-06' } } }],
    'conclusion-sign': [...inRoom, message(room({ findings, marks, stills, record: recordOf({ signatures: [signature('A', 'applicant', '王桂香', { words: '没有意见' })] }) })), { type: 'conclusion-open', open: true }],
    'conclusion-made': [...inRoom, message(room({ findings, marks, stills, record: recordOf({ state: 'signed', made: true, signatures: [signature('A', 'applicant', '王桂香', { act: 'refused', words: '对结论有异议', noted_by: '李建国' }), signature('I1', 'inspector', '李建国'), signature('I2', 'inspector', '陈晓燕')] }) })), { type: 'conclusion-open', open: true }],
    'room-ended': [...inRoom, message({ type: 'visit-ended', reason: 'concluded' })],
};

window.names = [...Object.keys(desk), ...Object.keys(rooms)];
window.show = async (name, language) => {
    const words = { language, t: translator(language), change() {} };
    const actions = anyActions();
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.body.classList.toggle('in-room', name in rooms && name !== 'room-ended');
    const root = document.getElementById('app');
    render(null, root);
    const deskState = (desk[name] ?? desk.desk).reduce(reduceDesk, initialDesk(NOW));
    if (name in rooms)
        render(roomView(rooms[name].reduce(reduceRoom, initialRoom(NOW)), deskState, words, actions, actions, () => {}), root);
    else
        render(deskState.phase === 'desk' ? deskView(deskState, words, actions) : signInView(deskState, words, actions), root);
    await settled();
};
window.ready = true;
