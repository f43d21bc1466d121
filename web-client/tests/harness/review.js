// Draws the review page from lists of events: window.show(name, language).
import { render } from '/src/base/html.js';
import { translator } from '/src/i18n/index.js';
import { reviewTranslator } from '/src/i18n/review.js';
import { initialReview, reduceReview } from '/src/review/state.js';
import { reviewView } from '/src/views/review/index.js';
import { anyActions } from './actions.js';
import { NOW, item, visit } from './fixtures.js';
import { settled } from './settled.js';

const us = (ms) => ms * 1000;
const start = us(NOW - 240000);
const user = { id: 'U1', account: 'wuhao', name: '吴昊', role: 'observer' };
const found = { ...visit, state: 'ended', started_at: start, ended_at: us(NOW), conclusion: null, recording: 'R', staff: [{ id: 'U2', account: 'l', name: '李建国', role: 'inspector' }],
    checkpoints: [1, 2, 3].map((n) => ({ checkpoint: `MKT-01-0${n}`, result: ['conform', 'nonconform', null][n - 1], note: '', at: start + us(n * 20000), still: null })) };
const index = { recording: 'R', started_at: start, duration_ms: 240000, parts: [], entries: [],
    clock: [{ t_ms: 0, duration_ms: 240000, at: start }],
    gaps: [{ track: 'site', from_ms: 120000, to_ms: 120000, from: start + us(120000), to: start + us(125000), reason: 'overflow' }],
    damages: [{ track: 'site', media: 'video', from_ms: 60000, to_ms: 63000, from: start + us(60000), to: start + us(63000), packets: 12 }],
    checkpoints: [1, 2, 3].map((n) => ({ checkpoint: `MKT-01-0${n}`, from: start + us(n * 50000), to: start + us(n * 50000 + 40000), from_ms: n * 50000, to_ms: n * 50000 + 40000 })),
    stills: [{ id: 'S1', file: 'stills/s1.jpg', bytes: 1000, sha256: 'aa'.repeat(32), checkpoint: 'MKT-01-01', at: start, t_ms: 52000 }] };
const opened = { ...found, participants: [], marks: [], stills: [], findings: [{ checkpoint: 'MKT-01-01', result: 'conform', note: '', by: '李建国', revision: 1, at: start },
    { checkpoint: 'MKT-01-02', result: 'nonconform', note: '垃圾桶距门口约 8 米', by: '李建国', revision: 1, at: start }] };
const verdict = (name, faults) => ({ verdict: name, message: { zh: '记录完整，签名有效。', en: 'The record is complete and its signature is valid.' }, limits: { zh: '说明能证明什么。', en: 'What this can prove.' },
    counts: { stands: 240, altered: faults.length, missing: 0, reordered: 0, unsealed: 0, torn: 0 }, faults, faults_dropped: 0, key: { algorithm: 'ecdsa-p256', sha256: 'ab'.repeat(32), authority: 'x' },
    lines: 300, bytes: 24_000_000, gaps: 1, sealed_at: us(NOW) });

const list = [{ type: 'user', user }, { type: 'items', items: [{ code: item.code, name_zh: item.name_zh, name_en: item.name_en }] }, { type: 'detail', item },
    { type: 'inspectors', users: [{ id: 'U2', account: 'l', name: '李建国', role: 'inspector' }] }, { type: 'found', visits: [found, { ...found, id: 'V2', recording: null, state: 'scheduled', checkpoints: [] }], next: '17', more: false }];
const watching = [...list, { type: 'opening' }, { type: 'opened', visit: opened, item }, { type: 'index', index, status: { recording: 'R', state: 'ended', duration_ms: 240000, playable_ms: 240000, bytes: 24_000_000, fragments: 240 } },
    { type: 'reason', reason: 'given' }, { type: 'player', positionMs: 61000, playing: false, rate: 1 }];

const screens = {
    'empty': [{ type: 'user', user }, { type: 'found', visits: [], next: null, more: false }],
    'list': list,
    'filters': [...list, { type: 'filters', open: true }, { type: 'query', query: { item: 'MKT-01' } }],
    'opening': [...list, { type: 'opening' }],
    'reason': [...watching, { type: 'reason', reason: 'asking' }],
    'visit': [...watching, { type: 'verdict', verdict: verdict('intact', []) }],
    'checking': [...watching, { type: 'verdict', verdict: 'checking' }],
    'altered': [...watching, { type: 'verdict', verdict: verdict('altered', [{ code: 'fragment/altered', message: { zh: '第 3 段被改过。', en: 'Fragment 3 was altered.' } }]) }, { type: 'verdict-open', open: true }],
    'keys': [...watching, { type: 'help', open: true }],
    'compare': [...watching, { type: 'comparing', checkpoint: 'MKT-01-02' }, { type: 'compared', visits: [found], visit: found }],
    'no-recording': [...list, { type: 'opened', visit: { ...opened, recording: null }, item }],
    'problem': [...list, { type: 'problem', problem: { code: 'store/unavailable', message: { zh: '现在查不到，请稍后再试。', en: 'Not available just now; try again.' } } }],
};

window.names = Object.keys(screens);
window.show = async (name, language) => {
    const r = reviewTranslator(language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = r('title');
    const root = document.getElementById('app');
    render(null, root);
    render(reviewView(screens[name].reduce(reduceReview, initialReview()), { language, t: translator(language), r, change() {}, now: () => NOW }, anyActions()), root);
    await settled();
};
window.ready = true;
