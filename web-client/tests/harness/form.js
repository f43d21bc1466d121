// A form that lies open in an assistance, as the server would send it: a shipped form, half filled in.
import { NOW } from './fixtures.js';

const us = (ms) => ms * 1000;
export const definition = await (await fetch('/data/forms/small-restaurant.1.json')).json();
export const summaries = await Promise.all(['small-restaurant', 'food-business', 'common-application', 'commitment', 'mandate'].map(async (code) => (await fetch(`/data/forms/${code}.1.json`)).json()));

const entry = (value, more = {}) => ({ revision: 1, value, by: 'A', name: '王桂香', role: 'applicant', source: 'typed', at: us(NOW - 60000), ...more });
const helper = { by: 'H1', name: '陈芳', role: 'helper', source: 'speech' };

/** @param {Record<string, unknown>} more */
export const document = (more = {}) => ({ id: '0198a1b2-0000-7000-8000-000000000007', form: 'small-restaurant', version: 1, revision: 9, state: 'draft',
    fields: { owner_name: entry('王桂香', { by: null, name: '', role: 'system', source: 'prefill' }), owner_identity: entry('11010519491231002X'), owner_phone: entry('1380013800'),
        shop_name: entry('桂花早点', helper), premises: entry('嘉定镇阳明北路18号', { ...helper, source: 'document' }), area: entry('32', helper), water: entry('mains', helper),
        'staff/abcdefgh/name': entry('王桂香'), has_disinfection: entry(true) },
    rows: { staff: ['abcdefgh'] }, sections: { owner: { by: 'A', name: '王桂香', how: 'tap', at: us(NOW - 30000), revision: 5 } }, shown: [],
    comments: [{ id: 'c1', path: 'premises', text: '门牌号再看一下', by: 'H1', name: '陈芳', role: 'helper', at: us(NOW - 20000), resolved: false }], signature: null, patches: {}, ...more });

/** What those see who help. */
export const masked = (more = {}) => {
    const whole = document(more);
    return { ...whole, fields: { ...whole.fields, owner_identity: { revision: 2, masked: 18 } } };
};

/** Everything that is asked for, confirmed section by section. */
export const complete = (more = {}) => document({
    fields: { ...document().fields, owner_phone: entry('13800138000'), foods: entry('米粉、包子'), 'staff/abcdefgh/health_until': entry('2027-05-01'), ...more.fields },
    sections: Object.fromEntries(definition.layout.map(({ section }) => [section, { by: 'A', name: '王桂香', how: 'tap', at: us(NOW - 30000), revision: 5 }])), ...more });

/* Everything that a person can write, as somebody would who means harm: markup, a direction override, quotes, very long words. */
export const HOSTILE = `<img src=x onerror="window.hacked=1">\u202e&amp;"'</textarea><script>window.hacked=1</script>${'长'.repeat(60)}${'w'.repeat(80)}`;
const texts = definition.layout.flatMap((section) => section.fields).filter((field) => !['flag', 'choice', 'files', 'table', 'date'].includes(field.widget));
export const hostile = (more = {}) => ({ ...document(), fields: { ...document().fields, 'staff/abcdefgh/name': entry(HOSTILE, { name: HOSTILE }), ...Object.fromEntries(texts.map(({ field }) => [field, entry(HOSTILE, { ...helper, name: HOSTILE })])), ...more },
    comments: [{ ...document().comments[0], text: HOSTILE, name: HOSTILE }], sections: { owner: { ...document().sections.owner, name: HOSTILE } } });
