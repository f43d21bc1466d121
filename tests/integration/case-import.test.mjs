// Cases by the list: what a spreadsheet or the business system exports, twice the same, with rows that are wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withStack } from '../support/stack.mjs';

test('a list of cases is taken row by row, and the same list again changes nothing', () => withStack({}, async (stack) => {
    const admin = await stack.signIn('admin');
    const send = (api, text, type = 'text/csv; charset=utf-8') => api.request('POST', '/api/cases/import', Buffer.from(text), { 'content-type': type });
    const list = '\ufeff案号,事项编码,申请人,地址,电话,备注\r\nXF-1,MKT-01,王芳,"阳明北路18号,一楼",0797-1234567,无\r\nXF-2,SOC-01,"""好""旅馆",圩镇路9号,,\r\n\r\nXF-3,XXX-99,甲,乙\r\n,MKT-01,无号,地址\r\n';

    const { json: first } = await send(admin, list);
    assert.deepEqual([first.opened, first.there, first.refused], [2, 0, 2], JSON.stringify(first));
    assert.deepEqual(first.rows.map(({ state, problem }) => [state, problem?.code]), [['opened', undefined], ['opened', undefined], ['refused', 'item/not-found'], ['refused', 'field/invalid']]);
    const opened = await admin.ask('GET', `/api/cases/${first.rows[0].case}`);
    assert.deepEqual([opened.premises, opened.phone], ['阳明北路18号,一楼', '0797-1234567']);
    assert.equal((await admin.ask('GET', `/api/cases/${first.rows[1].case}`)).applicant, '"好"旅馆');
    const { json: again } = await send(admin, list);
    assert.deepEqual([again.opened, again.there], [0, 2]);
    const { json: other } = await send(admin, 'case_number,item_code,applicant\nXF-1,MKT-01,别人\n');
    assert.equal(other.rows[0].problem.code, 'case/conflict');

    for (const bad of ['', 'case_number\n', 'case_number,applicant\n"open', 'a,b\n"x"y,z\n', 'a\n\0\n', `a\n${'x\n'.repeat(2001)}`])
        assert.equal((await send(admin, bad)).json.code, 'field/invalid', JSON.stringify(bad.slice(0, 20)));
    assert.equal((await send(admin, Buffer.from([0x61, 0x0a, 0xff, 0xfe]))).json.code, 'field/invalid');
    assert.equal((await send(admin, list, 'application/json')).status, 415);
    assert.equal((await send(await stack.signIn('wuhao'), list)).status, 403);
    assert.equal((await send(stack.client(), list)).status, 401);
}));
