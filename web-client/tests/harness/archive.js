// Every state of the page of retention.
import { render } from '/src/base/html.js';
import { archiveTranslator } from '/src/i18n/archive.js';
import { translator } from '/src/i18n/index.js';
import { initialArchive, reduceArchive } from '/src/archive/state.js';
import { archiveView } from '/src/views/archive/index.js';
import { anyActions } from '/harness/actions.js';

const AT = 1_795_420_800_000_000;
const YEAR = 366 * 86_400_000_000;
const item = { code: 'MKT-01', name_zh: '食品经营许可(餐饮服务)', name_en: 'Food Business Licence (Catering Services)' };
const row = (n, more = {}) => ({ recording: `R${n}`, visit: `V${n}`, case: `C${n}`, case_number: `信审〔2026〕第${n}号`, applicant: `信丰县阳明北路某某餐饮管理有限公司第${n}分店`, item_code: 'MKT-01',
    ended_at: AT, class: '10-years', due_at: AT + 10 * YEAR, held: false, disposed_at: null, disposal: null, ...more });
const user = { id: 'U', account: 'sunli', name: '孙丽', role: 'admin' };
const base = [{ type: 'user', user }, { type: 'known', items: [item], users: [user] }];
const counts = { due: 3, held: 1, disposed: 12 };
const due = { type: 'recordings', recordings: [row(1), row(2, { class: '30-years' }), row(3, { disposal: 'D' })], next: 'R3', counts, more: false };
const disposal = { id: 'D', state: 'open', reason: '保管期满，经档案鉴定小组鉴定，同意销毁。', created_by: '孙丽', created_at: AT, closed_at: null, recordings_count: 2, approvals_count: 1,
    approvals: [{ user: 'W', account: 'wangwu', name: '王武', at: AT }],
    recordings: [row(1), row(2)].map((one, n) => ({ ...one, state: ['listed', 'kept'][n], problem: [null, 'disposal/held'][n], at: null })) };
const hold = { id: 'H', case: 'C1', case_number: '信审〔2026〕第1号', applicant: '王桂香', reason: '行政诉讼（2026）赣0722行初12号', placed_by: '孙丽', placed_at: AT, lift_reason: null, lifted_by: null, lifted_at: null };
const act = (n, name, words) => ({ id: `A${n}`, act: name, account: 'sunli', name: '孙丽', case_number: '信审〔2026〕第1号', disposal: null, recording: null, words, at: AT + n });
const access = (n, kind, reason) => ({ id: `A${n}`, recording: 'R', visit: 'V', case_number: '信审〔2026〕第1号', account: 'wuhao', name: '吴昊', kind, reason, at: AT });
const problem = { type: 'problem', problem: { code: 'access/password', message: { zh: '密码不对。', en: 'The password is wrong.' } } };
const tab = (name, ...events) => [...base, { type: 'tab', tab: name }, ...events];

const states = {
    'due': [...base, due, { type: 'choose', recording: 'R1', chosen: true }],
    'gone': [...base, { type: 'terms', terms: 'disposed' }, { ...due, next: null, recordings: [row(1, { disposed_at: AT, disposal: 'D' }), row(2, { held: true }), row(3, { class: 'permanent', due_at: null })] }],
    'none': [...base, { ...due, recordings: [], next: null }],
    'lists': tab('disposals', { type: 'disposals', disposals: ['open', 'approved', 'done', 'withdrawn'].map((state) => ({ ...disposal, id: state, state })) }),
    'list': tab('disposals', { type: 'disposal', disposal }),
    'approve': tab('disposals', { type: 'disposal', disposal }, { type: 'dialog', dialog: { kind: 'approve', disposal } }, problem),
    'hold': [...base, due, { type: 'dialog', dialog: { kind: 'hold', case: 'C1', caseNumber: '信审〔2026〕第1号' } }],
    'holds': tab('holds', { type: 'holds', holds: [hold, { ...hold, id: 'I', lifted_by: '孙丽', lifted_at: AT, lift_reason: '已结案' }] }),
    'acts': tab('acts', { type: 'acts', acts: [act(1, 'disposal-approved', ''), act(2, 'hold-placed', '行政诉讼'), { ...act(3, 'recording-disposed', ''), name: null, account: null }], next: null, more: false }),
    'accesses': tab('accesses', { type: 'accesses', accesses: [access(1, 'review', '投诉举报核查'), access(2, 'play', null), access(3, 'export', null)], next: 'A3', more: false }),
    'storage': tab('storage', { type: 'storage', storage: { storage: { state: 'warning', bytes: 412e9, quota: 5e11, free: 9e10, size: 1e12, warn_percent: 80, measured_at: AT }, archive: { state: 'unreachable', archived: 12, last_at: AT, problem: 'R/site/part-0001.mp4: status 503' } } }),
    'denied': [{ type: 'user', user: { ...user, role: 'inspector' } }],
};

document.body.className = 'page-archive';
window.names = Object.keys(states);
window.show = async (name, language) => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    const root = document.getElementById('app');
    render(null, root);
    render(archiveView(states[name].reduce(reduceArchive, initialArchive()), { language, t: translator(language), a: archiveTranslator(language), change() {} }, anyActions()), root);
    await new Promise((done) => setTimeout(done, 100));
};
window.ready = true;
