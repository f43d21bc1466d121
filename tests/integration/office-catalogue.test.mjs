// The catalogue through its life: draft, published from a time, kept by the visits that were held under it, out to a spreadsheet and back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { withStack } from '../support/stack.mjs';

const DAY_US = 86_400_000_000;

test('an item changes by date, a visit keeps its version, and what is exported comes back as it went', () => withStack({ only: ['signaling'] }, async (stack) => {
    await stack.addStaff();
    const admin = await stack.signIn('admin');
    const inspector = await stack.signIn('zhangwei');
    const { visit } = await stack.openVisit();
    const code = async (client, method, path, body, headers) => (await client.request(method, path, body, headers)).json?.code;

    assert.equal(visit.item_version, 1);
    const item = await admin.ask('GET', '/api/items/MKT-01');
    assert.equal(await code(admin, 'GET', '/api/items/MKT-01/draft'), 'item/no-draft');
    const put = (revision, change) => admin.request('PUT', '/api/items/MKT-01/draft', { revision, item: { ...item, ...change } });

    const { json: draft } = await put(0, { name_zh: '食品经营许可(餐饮服务,新版)' });
    assert.equal(draft.revision, 1);
    assert.equal((await put(0, {})).json.code, 'item/changed', 'two administrators do not overwrite each other');
    for (const [change, field] of [[{ name_en: '' }, 'name_en'], [{ colour: 'red' }, 'colour'], [{ checkpoints: [] }, 'checkpoints'], [{ audit_percent: 101 }, 'audit_percent']])
        assert.match((await put(1, change)).json.detail, new RegExp(field));
    assert.deepEqual((await admin.ask('GET', '/api/item-drafts')).drafts.map((one) => one.code), ['MKT-01']);
    assert.equal((await admin.ask('GET', '/api/items/MKT-01')).name_zh, item.name_zh, 'a draft is seen by nobody else');

    // From the day after tomorrow: today's visit and its guide stay, a later one gets the new version.
    const from = Date.now() * 1000 + 2 * DAY_US;
    assert.equal(await code(admin, 'POST', '/api/items/MKT-01/versions', { revision: 9, effective_at: from }), 'item/changed');
    const made = await admin.ask('POST', '/api/items/MKT-01/versions', { revision: 1, effective_at: from });
    assert.deepEqual([made.version, made.effective_at], [2, from]);
    assert.equal((await inspector.ask('GET', '/api/items/MKT-01')).version, 1);
    assert.equal((await inspector.ask('GET', '/api/items/MKT-01?version=2')).name_zh, '食品经营许可(餐饮服务,新版)');
    assert.equal((await admin.ask('GET', `/api/visits/${visit.id}`)).item_version, 1);
    const later = await admin.ask('POST', '/api/visits', { case: visit.case, scheduled_at: from + DAY_US, staff: ['zhangwei'] });
    assert.equal(later.item_version, 2);

    // The first visit is entered; a version that takes effect at once comes too late for it, and it says so after a restart, too.
    const entering = await LiveClient.connect(await stack.signIn('zhangwei'));
    await entering.hello({ visit: visit.id });
    assert.equal(entering.welcome.item.version, 1);
    const fresh = { ...item, code: 'NEW-01', checkpoints: [{ ...item.checkpoints[0], code: 'NEW-01-01' }] };
    await admin.ask('PUT', '/api/items/NEW-01/draft', { revision: 0, item: fresh });
    await admin.ask('POST', '/api/items/NEW-01/versions', { revision: 1 });
    assert.equal((await admin.ask('GET', '/api/items')).items.length, 26, 'more than 25 are possible');
    assert.deepEqual((await admin.ask('GET', '/api/items/NEW-01/versions')).versions.map((one) => [one.version, one.published_by]), [[1, 'admin']]);
    entering.close();
    await stack.kill9('signaling');
    await stack.restart('signaling');
    const again = await stack.signIn('admin');
    assert.deepEqual((await again.ask('GET', '/api/items/MKT-01/versions')).versions.map((one) => one.version), [2, 1]);
    assert.equal((await again.ask('GET', `/api/visits/${visit.id}`)).item_version, 1);
    assert.equal((await again.ask('GET', '/api/items')).items.length, 26);

    // A spreadsheet goes out and comes back: nothing has changed; then one cell has, and one is wrong.
    const table = (await again.request('GET', '/api/catalogue?format=csv')).text;
    const send = async (text) => (await again.ask('POST', '/api/catalogue/import', Buffer.from(text), { 'content-type': 'text/csv' })).items;
    assert.deepEqual([...new Set((await send(table)).map((one) => one.state))], ['unchanged']);
    const other = (await send(table.replaceAll('SOC-03,', 'SOC-03X,').replaceAll('MKT-02,', 'MKT-02,新的'))).filter((one) => one.state !== 'unchanged');
    assert.deepEqual(other.map((one) => [one.code, one.state]), [['MKT-02', 'draft'], ['SOC-03X', 'refused']]);
    const { items } = await again.ask('GET', '/api/catalogue');
    assert.equal(items.length, 26);
    assert.deepEqual((await again.ask('POST', '/api/catalogue/import', { items: [{ ...items[0], audit_percent: 77 }, { code: 'BAD-01' }] })).items.map(({ state }) => state), ['draft', 'refused']);
    assert.equal(await code(again, 'POST', '/api/catalogue/import', Buffer.from('a,b\n1,2\n'), { 'content-type': 'text/csv' }), 'field/invalid');

    // The guide is for everybody, on the screen and on paper.
    const stranger = stack.client();
    const guide = await stranger.ask('GET', '/api/guides/MKT-01');
    assert.deepEqual([guide.version, guide.retention, guide.checkpoints.length], [1, undefined, item.checkpoints.length]);
    for (const lang of ['zh', 'en'])
        assert.equal((await stranger.request('GET', `/api/guides/MKT-01/pdf?lang=${lang}`)).bytes.subarray(0, 5).toString(), '%PDF-');
    assert.equal(await code(stranger, 'GET', '/api/guides/XXX-99'), 'item/not-found');
}));
