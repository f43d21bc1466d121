// What staff may ask about recordings beside playing them: search as it is served, and the log of who looked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { uuid7 } from '../support/uuid7.mjs';

test('a visit is found by its words soon after it was made, and only by those who may see it', () => withStack({}, async (stack) => {
    const { case: opened, visit } = await stack.openVisit({ applicant: '滨江养老院', premises: '滨江路7号', staff: ['zhangwei'] });
    const [zhang, liu, admin] = await Promise.all(['zhangwei', 'liujing', 'admin'].map((account) => stack.signIn(account)));
    const find = async (client, query) => (await client.ask('GET', `/api/search?${new URLSearchParams(query)}`)).visits.map((found) => found.case_number);

    await until('it is indexed', async () => (await find(admin, { q: '养老' })).length === 1);
    assert.deepEqual(await find(zhang, { q: '滨江路' }), [opened.case_number]);
    assert.deepEqual(await find(zhang, { q: '小餐饮 养老', item: 'MKT-01' }), await find(admin, { q: '小餐饮 养老', item: 'MKT-01' }));
    assert.deepEqual(await find(liu, { q: '滨江路' }), [], 'she is not assigned');
    assert.deepEqual(await find(admin, { q: opened.case_number, to: visit.scheduled_at }), [], 'scheduled later');
    for (const wrong of ['result=good', 'limit=0', `q=${'x'.repeat(500)}`])
        assert.equal((await admin.request('GET', `/api/search?${wrong}`)).status, 400, wrong);

    assert.deepEqual((await admin.ask('GET', '/api/accesses')).accesses, []);
    assert.equal((await zhang.request('GET', '/api/accesses')).status, 403);
    assert.equal((await zhang.request('POST', `/api/recordings/${uuid7()}/accesses`, { reason: '审计' })).status, 404);
}));
