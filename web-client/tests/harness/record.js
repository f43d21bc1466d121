// A record as the server tells it, for the harness and the tests.
import { NOW, item } from './fixtures.js';

const us = (ms) => ms * 1000;
const results = { 'MKT-01-02': ['mostly', '垃圾桶距门口约 8 米，已请其移开'], 'MKT-01-05': ['nonconform', '保洁柜没有门，碗筷露天放置'] };

export const content = { number: 'XF-2026-000123-K01', visit: { case_number: 'XF-2026-000123', applicant: '阳明路小馆（王桂香）', premises: '嘉定镇阳明北路18号', started_at: us(NOW - 600000) },
    item: { name_zh: item.name_zh, name_en: item.name_en },
    people: [{ id: 'A', role: 'applicant', name: '王桂香', present: false }, { id: 'I1', role: 'inspector', name: '李建国', credential: '赣B07-0102', present: true }, { id: 'I2', role: 'inspector', name: '陈晓燕', credential: '赣B07-0117', present: true }],
    findings: item.checkpoints.map((point) => ({ ...point, result: results[point.code]?.[0] ?? 'conform', note: results[point.code]?.[1] ?? '', stills: point.code === 'MKT-01-05' ? [1, 2] : [],
        measurements: point.code === 'MKT-01-02' ? [{ value: '31.5', unit: 'm', verdict: 'pass' }] : [] })),
    gaps: [{ from: us(NOW - 300000), to: us(NOW - 280000), reason: 'paused' }], decision: 'rectify', remark: '保洁柜装门并贴标识，7 日内上传照片复核。', deadline_at: us(NOW + 7 * 86400000) };

export const record = (more = {}) => ({ version: 1, state: 'open', decision: 'rectify', remark: content.remark, deadline_at: content.deadline_at, inspectors_min: 2, digest: 'd'.repeat(64), by: '李建国',
    created_at: us(NOW - 20000), signed_at: null, stale: false, made: false, signatures: [], ...more });

export const signature = (participant, role, name, more = {}) => ({ participant, role, name, act: 'signed', words: '', noted_by: null, at: us(NOW - 5000), ...more });
