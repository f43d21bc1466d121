// Documents of an assistance: photographed pages with the server's word on them, and the submitted form on paper, in the ledger and with the case.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assistance, document, patch } from '../support/assistance.mjs';
import { picture } from '../support/pictures.mjs';
import { hookReceiver } from '../support/receivers.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { uuid7 } from '../support/uuid7.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const SIGNATURE = 'M100 100L300 120L500 80L700 140M200 200L400 220L600 180';

test('from the photographed page to the submitted form', () => withStack({}, async (stack) => {
    const admin = await stack.signIn('admin');
    const hook = await hookReceiver();
    hook.secret = (await admin.ask('POST', '/api/hooks', { name: '业务系统', purpose: 'event', url: hook.url, kinds: [] })).secret;
    const { applicant, helper, desk, visit, form } = await assistance(stack);
    const put = (client, id, bytes, type = 'image/jpeg') => stack.client().request('PUT', `/api/visits/${visit}/pages/${id}`, bytes, { 'content-type': type, authorization: `Bearer ${client.welcome.resume}` });
    const get = (client, id) => stack.client().request('GET', `/api/visits/${visit}/pages/${id}`, undefined, { authorization: `Bearer ${client.welcome.resume}` });

    // What the server says of a page; what is none is refused; the same again is the same, another under its id is not.
    const good = picture({ width: 1600, height: 1200 });
    const [page, small] = [uuid7(), uuid7()];
    const stored = await put(applicant, page, good);
    assert.deepEqual([stored.status, stored.json.verdict, stored.json.width, stored.json.sha256], [201, 'good', 1600, sha256(good)]);
    assert.equal((await put(applicant, page, good)).status, 201);
    assert.equal((await put(applicant, small, picture())).json.verdict, 'small');
    assert.equal((await put(applicant, page, picture())).json.code, 'still/conflict');
    assert.equal((await put(applicant, uuid7(), Buffer.from('no picture'))).json.code, 'still/not-jpeg');
    assert.equal((await put(applicant, uuid7(), good, 'text/html')).json.code, 'request/content-type');
    assert.equal((await stack.client().request('PUT', `/api/visits/${visit}/pages/${uuid7()}`, good, { 'content-type': 'image/jpeg' })).status, 401);

    // Who is in the visit sees it, others do not; also the helper's page by its cookie.
    assert.deepEqual((await get(applicant, page)).bytes, good);
    assert.deepEqual((await get(helper, page)).bytes, good);
    assert.equal((await desk.api.request('GET', `/api/visits/${visit}/pages/${page}`)).status, 200);
    assert.equal((await (await stack.signIn('zhaomin')).request('GET', `/api/visits/${visit}/pages/${page}`)).json.code, 'visit/not-assigned');
    assert.equal((await stack.client().request('GET', `/api/visits/${visit}/pages/${page}`)).status, 401);

    // Filled in by both, with pages, confirmed section by section, signed and submitted.
    const { fields } = await document(applicant);
    const says = async (client, path, text, base = 0) => assert.equal((await patch(client, form, path, base, { text: [...(base ? [-fields[path].value.length] : []), text] })).type, 'ok', path);
    const chooses = async (client, path, value) => assert.equal((await patch(client, form, path, 0, { value })).type, 'ok', path);
    await says(applicant, 'owner_identity', '11010519491231002X');
    await says(helper, 'shop_name', '桂花早点');
    await says(helper, 'premises', '阳明北路18号', fields.premises?.revision ?? 0);
    await says(helper, 'area', '32');
    await says(applicant, 'foods', '米粉、包子');
    await chooses(helper, 'water', 'well');
    await chooses(applicant, 'has_disinfection', true);
    await chooses(applicant, 'water_report', [page, small]);
    await patch(applicant, form, 'staff', 0, { add: 'abcdefgh', at: 0 });
    await says(applicant, 'staff/abcdefgh/name', '王桂花');
    await chooses(applicant, 'staff/abcdefgh/health_until', '2027-05-01');
    for (const section of ['owner', 'shop', 'people', 'hygiene'])
        await applicant.ask('form-confirm', { form, section, how: 'tap' });
    await applicant.ask('form-sign', { form, signature: SIGNATURE });
    await applicant.ask('form-submit', { form });

    // On paper: what was said, who stood by it, who typed it, the pages; its digest in the ledger beside that of the content.
    const mine = { authorization: `Bearer ${applicant.welcome.resume}` };
    const paper = await until('the PDF is made', async () => {
        const answer = await stack.client().request('GET', `/api/documents/${form}/pdf`, undefined, mine);
        return answer.status === 200 && answer;
    });
    assert.equal(paper.headers['content-type'], 'application/pdf');
    writeFileSync(join(stack.dir, 'form.pdf'), paper.bytes);
    const words = execFileSync('pdftotext', ['-layout', join(stack.dir, 'form.pdf'), '-'], { encoding: 'utf8' });
    for (const expected of ['小餐饮登记申请表', '桂花早点', '11010519491231002X', '井水(有检测报告)', '王桂花', '点按确认', '陈芳', '附 2 页', '第 2 页'])
        assert.ok(words.includes(expected), `${expected} in\n${words}`);
    assert.match(execFileSync('pdfimages', ['-list', join(stack.dir, 'form.pdf')], { encoding: 'utf8' }), /jpeg[\s\S]*jpeg/);
    const content = await stack.client().request('GET', `/api/documents/${form}/json`, undefined, mine);
    assert.equal(content.json.shop_name, '桂花早点');
    assert.deepEqual(content.json.water_report, [page, small]);
    const observer = await stack.signIn('wuhao');
    const known = await observer.ask('GET', `/api/documents/${form}`);
    assert.equal(known.sha256, sha256(content.bytes));
    assert.deepEqual((await observer.request('GET', `/api/documents/${form}/pdf`)).bytes, paper.bytes);
    assert.equal((await desk.api.request('GET', `/api/documents/${form}/pdf`)).json.code, 'access/denied');
    assert.equal((await stack.client().request('GET', `/api/documents/${form}/pdf`, undefined, { authorization: `Bearer ${helper.welcome.resume}` })).json.code, 'form/unknown');

    const told = await until('the business system is told', () => hook.taken().find((request) => request.body.type === 'form.submitted'));
    assert.ok(told.valid && JSON.stringify(told.body).includes(sha256(paper.bytes)) && JSON.stringify(told.body).includes(known.sha256));
    assert.ok(!JSON.stringify(hook.requests.map((request) => request.body)).includes('桂花'), 'events carry no content');
    await hook.close();
    const { recording } = await until('the recording', async () => { const seen = await admin.ask('GET', `/api/visits/${visit}`); return seen.recording && seen; });
    await helper.ask('visit-end', { conclusion: null });
    await until('everything is in the ledger', async () => (await admin.ask('GET', `/api/visits/${visit}`)).pending === 0);
    const ledger = readFileSync(join(stack.folderOf(recording), 'ledger.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    const texts = ledger.map((line) => JSON.stringify(line));
    assert.ok(texts.some((line) => line.includes('form-document') && line.includes(sha256(paper.bytes)) && line.includes(known.sha256)), 'the paper and its content');
    assert.ok(texts.some((line) => line.includes('form-page') && line.includes(sha256(good))), 'the page');

    // Made again after a restart when it was lost before it was noted: here, nothing is left to do and the files stay.
    await stack.daemons.signaling.stop();
    await stack.restart('signaling');
    assert.ok(existsSync(join(stack.data, 'documents', `${form}.pdf`)));
    assert.ok(!stack.logs(100_000).includes('11010519491231002X'));
}));
