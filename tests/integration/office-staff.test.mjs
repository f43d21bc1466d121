// The office itself: accounts and second factors, keys of other systems, the trail, audits on site, evaluation, attachments, the figures of it all.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { picture } from '../support/pictures.mjs';
import { signedVisit } from '../support/signed-visit.mjs';
import { PASSWORD, withStack } from '../support/stack.mjs';
import { uuid7 } from '../support/uuid7.mjs';

/** RFC 6238, as an authenticator does it. */
function totp(secret, step) {
    const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigInt64BE(BigInt(step));
    const mac = createHmac('sha1', key).update(counter).digest();
    return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
const step = () => Math.floor(Date.now() / 30_000);

test('the office', () => withStack({}, async (stack) => {
    const admin = await stack.signIn('admin');
    const code = async (client, ...request) => (await client.request(...request)).json?.code;

    // Accounts: nobody locks out oneself, two administrators do not overwrite each other, who is disabled is out at once.
    const accounts = async () => (await admin.ask('GET', '/api/accounts')).users;
    const find = async (account) => (await accounts()).find((one) => one.account === account);
    const zhaomin = await stack.signIn('zhaomin');
    const zhao = await find('zhaomin');
    const renamed = await admin.ask('PATCH', `/api/users/${zhao.id}`, { revision: zhao.revision, division: '市场服务审批股' });
    assert.deepEqual([renamed.division, renamed.name], ['市场服务审批股', '赵敏']);
    assert.equal(await code(admin, 'PATCH', `/api/users/${zhao.id}`, { revision: zhao.revision, name: '别人' }), 'user/changed');
    assert.equal((await zhaomin.request('GET', '/api/me')).status, 200, 'a division changes nothing about a sign-in');
    await admin.ask('PATCH', `/api/users/${zhao.id}`, { revision: renamed.revision, disabled: true });
    assert.equal((await zhaomin.request('GET', '/api/me')).status, 401);
    assert.equal(await code(stack.client(), 'POST', '/api/sign-in', { account: 'zhaomin', password: PASSWORD }), 'access/credentials');
    await admin.ask('PATCH', `/api/users/${zhao.id}`, { revision: renamed.revision + 1, disabled: false, password: 'another password' });
    await stack.client().ask('POST', '/api/sign-in', { account: 'zhaomin', password: 'another password' });
    const own = await find('admin');
    for (const change of [{ disabled: true }, { role: 'helper' }])
        assert.equal(await code(admin, 'PATCH', `/api/users/${own.id}`, { revision: own.revision, ...change }), 'user/self');
    assert.ok(!(await accounts()).some((one) => 'password' in one || 'totp' in one));

    // The second factor: by password, confirmed by a code; a code lets in once.
    const wu = await stack.signIn('wuhao');
    assert.equal(await code(wu, 'POST', '/api/me/second-factor', { password: 'wrong one' }), 'access/password');
    const { secret, uri } = await wu.ask('POST', '/api/me/second-factor', { password: PASSWORD });
    assert.match(uri, new RegExp(`^otpauth://totp/.*secret=${secret}`));
    assert.equal(await code(wu, 'PUT', '/api/me/second-factor', { code: totp(secret, step() - 9) }), 'access/second-factor-wrong');
    await stack.signIn('wuhao'); // not yet
    await wu.ask('PUT', '/api/me/second-factor', { code: totp(secret, step()) });
    const signIn = (more) => stack.client().request('POST', '/api/sign-in', { account: 'wuhao', password: PASSWORD, ...more });
    assert.equal((await signIn({})).json.code, 'access/second-factor');
    assert.equal((await signIn({ code: '000000' })).json.code, 'access/second-factor-wrong');
    const next = totp(secret, step() + 1);
    assert.equal((await signIn({ code: next })).status, 200);
    assert.equal((await signIn({ code: next })).json.code, 'access/second-factor-wrong', 'a code that was seen is of no use');
    assert.equal(await code(stack.client(), 'POST', '/api/sign-in', { account: 'wuhao', password: 'wrong', code: next }), 'access/credentials');
    const lost = await find('wuhao');
    assert.equal(lost.second_factor, 1);
    await admin.ask('DELETE', `/api/users/${lost.id}/second-factor`);
    await stack.signIn('wuhao');

    // Keys: what the scopes say and nothing else; the same request twice is one.
    const { json: key } = await admin.request('POST', '/api/keys', { name: '业务审批系统', scopes: ['cases:write', 'visits:write'] });
    assert.equal(await code(admin, 'POST', '/api/keys', { name: 'x', scopes: ['users:write'] }), 'field/invalid');
    assert.ok(!(await admin.request('GET', '/api/keys')).text.includes(key.secret));
    const byKey = (method, path, body, headers = {}, secretOf = key.secret) => stack.client().request(method, path, body && Buffer.from(JSON.stringify(body)), { authorization: `Bearer ${secretOf}`, ...(body ? { 'content-type': 'application/json' } : {}), ...headers });
    const { json: opened } = await byKey('POST', '/api/cases', { case_number: 'XF-KEY', item_code: 'MKT-01', applicant: '王芳', premises: '' });
    assert.equal(opened.case_number, 'XF-KEY');
    const planned = { case: opened.id, scheduled_at: Date.now() * 1000, staff: ['zhangwei'] };
    const [first, second] = await Promise.all([1, 2].map(() => byKey('POST', '/api/visits', planned, { 'idempotency-key': 'once-1' })));
    assert.deepEqual([first.status, second.status, second.json.id], [201, 201, first.json.id]);
    assert.equal((await byKey('POST', '/api/visits', { ...planned, staff: ['liujing'] }, { 'idempotency-key': 'once-1' })).json.code, 'idempotency/conflict');
    assert.notEqual((await byKey('POST', '/api/visits', planned)).json.id, first.json.id);
    for (const [method, path, wanted] of [['GET', '/api/cases', 'key/scope'], ['GET', '/api/users', 'key/scope'], ['POST', '/api/keys', 'key/scope'], ['GET', '/api/accounts', 'key/scope']])
        assert.equal((await byKey(method, path, method === 'POST' ? {} : undefined)).json.code, wanted, path);
    assert.equal((await byKey('GET', '/api/cases', undefined, {}, `${key.secret.slice(0, -1)}x`)).json.code, 'key/invalid');
    await admin.ask('DELETE', `/api/keys/${key.id}`);
    assert.equal((await byKey('POST', '/api/cases', planned)).json.code, 'key/invalid');

    // An inspection that was passed is drawn with its item's share, here all; whoever took part does not audit it.
    const item = await admin.ask('GET', '/api/items/MKT-01');
    await admin.ask('PUT', '/api/items/MKT-01/draft', { revision: 0, item: { ...item, audit_percent: 100 } });
    await admin.ask('POST', '/api/items/MKT-01/versions', { revision: 1 });
    const { id, visit } = await signedVisit(stack, { nonconform: [] });
    const zhang = await stack.signIn('zhangwei');
    const [audit] = (await zhang.ask('GET', '/api/audits?open=1')).audits;
    assert.deepEqual([audit.visit, audit.percent, audit.result], [id, 100, null]);
    assert.equal(await code(zhang, 'POST', `/api/audits/${audit.id}`, { result: 'agrees', words: '一致' }), 'audit/conflict');
    const observer = await stack.signIn('wuhao');
    await observer.ask('POST', `/api/audits/${audit.id}`, { result: 'differs', words: '保洁柜已移走' });
    assert.equal(await code(observer, 'POST', `/api/audits/${audit.id}`, { result: 'agrees', words: '再来' }), 'audit/not-found');

    // The applicant evaluates, and sends a floor plan; what only looks like one is refused.
    const link = await admin.ask('POST', `/api/cases/${visit.case}/links`, {});
    const my = (method, path, body, type = 'application/json') => stack.client().request(method, `/api/my${path}`, body && (Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))), { authorization: `Bearer ${link.token}`, ...(body ? { 'content-type': type } : {}) });
    assert.equal((await my('POST', '/evaluations', { visit: first.json.id, score: 5, words: '' })).json.code, 'evaluation/state', 'of another case');
    assert.equal((await my('POST', '/evaluations', { visit: id, score: 6, words: '' })).json.code, 'field/invalid');
    assert.equal((await my('POST', '/evaluations', { visit: id, score: 4, words: '很方便' })).status, 201);
    assert.equal((await my('GET', '')).json.visits[0].evaluation, 4);
    const plan = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n');
    assert.equal((await my('PUT', `/attachments/${uuid7()}?name=${encodeURIComponent('平面图.pdf')}`, plan, 'application/pdf')).status, 201);
    for (const [body, type] of [[Buffer.from('<html><script>alert(1)</script>'), 'application/pdf'], [plan, 'image/jpeg'], [plan.subarray(0, 12), 'application/pdf']])
        assert.equal((await my('PUT', `/attachments/${uuid7()}?name=x`, body, type)).json.code, 'attachment/type');
    assert.equal((await my('PUT', `/attachments/${uuid7()}?name=${encodeURIComponent('../x')}`, plan, 'application/pdf')).json.code, 'field/invalid');
    const photo = picture();
    await zhang.ask('PUT', `/api/cases/${visit.case}/attachments/${uuid7()}?name=photo.jpg`, photo, { 'content-type': 'image/jpeg' });
    const after = await zhang.ask('GET', `/api/cases/${visit.case}/after`);
    assert.deepEqual(after.attachments.map((file) => [file.name, file.type, file.by_staff]), [['平面图.pdf', 'application/pdf', null], ['photo.jpg', 'image/jpeg', '张伟']]);
    assert.deepEqual([after.evaluations[0].score, after.audits[0].result], [4, 'differs']);
    const got = await zhang.request('GET', `/api/attachments/${after.attachments[1].id}`);
    assert.deepEqual([got.bytes, got.headers['x-content-type-options'], got.headers['content-security-policy']], [photo, 'nosniff', "default-src 'none'; sandbox"]);
    assert.equal(await code(await stack.signIn('chenfang'), 'GET', `/api/attachments/${after.attachments[1].id}`), 'case/not-found');

    // The figures, and as a table; a name that begins like a formula is none.
    const { total, items, inspectors, days } = await observer.ask('GET', '/api/statistics');
    assert.deepEqual([total.planned, total.held, total.passed, total.evaluations, total.score, total.audits_drawn, total.audits_differ], [3, 1, 1, 1, 4, 1, 1]);
    assert.deepEqual([items[0].item, items[0].name_zh, days.length >= 1, inspectors.find((row) => row.account === 'liujing').held], ['MKT-01', item.name_zh, true, 1]);
    const table = (await observer.request('GET', '/api/statistics?format=csv')).text.trimEnd().split('\r\n');
    assert.match(table[0], /^\ufeffkind,code,name,planned,held/);
    assert.equal(table.length, 1 + days.length + items.length + inspectors.length);

    // The trail has all of it, and holds together.
    const { entries } = await observer.ask('GET', '/api/trail?limit=500');
    for (const [account, act, object] of [['admin', 'PATCH', `/api/users/${zhao.id}`], ['wuhao', 'sign-in-failed', 'access/second-factor-wrong'], ['wuhao', 'POST', `/api/audits/${audit.id}`], ['zhangwei', 'sign-in', 'password']])
        assert.ok(entries.some((entry) => entry.account === account && entry.act === act && entry.object === object), `${account} ${act} ${object}`);
    assert.ok(entries.some((entry) => entry.account.startsWith('-key-') && entry.object === '/api/cases'), 'what a key did');
    assert.ok(!JSON.stringify(entries).includes(PASSWORD) && !JSON.stringify(entries).includes('王芳'));
    const verdict = await observer.ask('GET', '/api/trail/verdict');
    assert.deepEqual([verdict.intact, verdict.broken_at], [true, null]);
    assert.ok((await observer.ask('GET', '/api/trail?account=wuhao&q=sign-in')).entries.every((entry) => entry.account === 'wuhao'));
}));

test('the walk-in queue: called in order, skipped and called again, the wait from what was measured', () => withStack({ only: ['signaling'] }, async (stack) => {
    await stack.addStaff();
    const chen = await stack.signIn('chenfang');
    const zhang = await stack.signIn('zhangwei');
    const give = (name) => chen.ask('POST', '/api/turns', { name });
    const next = (client, counter) => client.request('POST', '/api/turns/next', { counter });
    const act = (client, turn, what) => client.request('POST', `/api/turns/${turn}`, { act: what, counter: '1号窗口' });
    const display = (query = '') => stack.client().ask('GET', `/api/display${query}`);

    assert.equal((await next(chen, '1号窗口')).json.code, 'turn/not-found');
    const given = [await give('王芳'), await give('李桂香'), await give('张三')];
    assert.deepEqual(given.map((turn) => [turn.number, turn.before, turn.expected_s]), [[1, 0, 0], [2, 1, 600], [3, 2, 1200]]);
    // Two counters at once never call the same number.
    const [one, two] = (await Promise.all([next(chen, '1号窗口'), next(zhang, '2号窗口')])).map((answer) => answer.json);
    assert.deepEqual([one.number, two.number].sort(), [1, 2]);
    const shown = await display('?number=3');
    assert.deepEqual([shown.waiting, shown.called.length, shown.mine.before], [1, 2, 0]);
    assert.ok(!JSON.stringify(shown).includes('王芳'), 'no names on the wall');
    // Nobody came to the first counter: the next call skips them, and they can be called again.
    const third = (await next(chen, '1号窗口')).json;
    assert.deepEqual([third.number, (await display(`?number=${one.number}`)).mine.state], [3, 'skipped']);
    assert.equal((await act(chen, one.id, 'begin')).json.code, 'turn/state');
    assert.equal((await act(chen, one.id, 'recall')).json.state, 'called');
    for (const turn of [one, two, third]) {
        assert.equal((await act(chen, turn.id, 'begin')).status, 200);
        assert.equal((await act(chen, turn.id, 'done')).json.state, 'done');
    }
    assert.deepEqual((await chen.ask('GET', '/api/turns')).turns, []);
    await give('赵六');
    assert.ok((await give('孙七')).expected_s < 60, 'these were quick');
    assert.equal((await stack.client().request('GET', '/api/display?number=1000')).json.code, 'field/invalid');
}));
