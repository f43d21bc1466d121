// Everything that signaling has to refuse, each with its stable code: people, links, messages, requests.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { PASSWORD, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const onlySignaling = { only: ['signaling'] };
const token = (invitation) => decodeURIComponent(new URL(invitation.path, 'https://x').hash.slice(1));

/** A token as lib/crypto/token.h describes it, by this installation's own secret: only its expiry is ours to choose. */
function signed(stack, purpose, id, expiresUs) {
    const payload = Buffer.from(`1 ${purpose} ${expiresUs} ${id}`);
    const mac = createHmac('sha256', readFileSync(join(stack.data, 'secret.key'))).update('yuntakan-token/1\n').update(payload).digest();
    return `${payload.toString('base64url')}.${mac.toString('base64url')}`;
}

async function refusedHello(stack, fields, api = stack.client()) {
    const client = await LiveClient.connect(api);
    const answer = await client.request('hello', { versions: [1], ...fields });
    assert.equal(answer.type, 'error', JSON.stringify(answer));
    assert.ok(answer.message.zh && answer.message.en);
    return { code: answer.code, close: await client.closed };
}

async function people(stack) {
    const admin = await stack.signIn('admin');
    await admin.ask('POST', '/api/users', { account: 'zhangwei', name: '张伟', role: 'inspector', password: PASSWORD });
    await admin.ask('POST', '/api/users', { account: 'zhaomin', name: '赵敏', role: 'inspector', password: PASSWORD });
    await admin.ask('POST', '/api/users', { account: 'wuhao', name: '吴昊', role: 'observer', password: PASSWORD });
    return admin;
}

test('wrong, expired, revoked and foreign invitations', () => withStack(onlySignaling, async (stack) => {
    const admin = await people(stack);
    const { visit, invitation } = await stack.openVisit({ staff: ['zhangwei'] });
    const good = token(invitation);
    const altered = good.slice(0, -4) + (good.endsWith('AAAA') ? 'BBBB' : 'AAAA');

    assert.deepEqual(await refusedHello(stack, { invitation: 'x' }), { code: 'invitation/invalid', close: 4003 });
    assert.deepEqual(await refusedHello(stack, { invitation: altered }), { code: 'invitation/invalid', close: 4003 });

    const now = Date.now() * 1000;
    assert.deepEqual(await refusedHello(stack, { invitation: signed(stack, 'invitation', invitation.id, now - 1) }), { code: 'invitation/expired', close: 4003 });
    // Signed, but of no invitation that the store knows.
    assert.equal((await refusedHello(stack, { invitation: signed(stack, 'invitation', visit.id, now + 60e6) })).code, 'invitation/invalid');

    const applicant = await LiveClient.connect(stack.client());
    const welcome = await applicant.hello({ invitation: good });
    assert.equal(welcome.visit.id, visit.id);
    // A token of one purpose is of no use for another.
    assert.equal((await refusedHello(stack, { invitation: welcome.resume })).code, 'invitation/invalid');
    assert.equal((await refusedHello(stack, { resume: good, connection: null })).code, 'resume/invalid');
    // Another installation's signature is not ours.
    await withStack(onlySignaling, async (other) => {
        assert.deepEqual(await refusedHello(other, { invitation: good }), { code: 'invitation/invalid', close: 4003 });
    });

    // Only those who may see the visit withdraw it; who came by it is put out at once.
    const stranger = await stack.signIn('zhaomin');
    assert.equal((await stranger.request('DELETE', `/api/invitations/${invitation.id}`)).json.code, 'visit/not-assigned');
    assert.equal((await admin.request('DELETE', `/api/invitations/${invitation.id}`)).status, 204);
    assert.equal(await applicant.closed, 4003);
    assert.equal(applicant.last.error.code, 'invitation/revoked');
    assert.deepEqual(await refusedHello(stack, { invitation: good }), { code: 'invitation/revoked', close: 4003 });
    assert.equal((await refusedHello(stack, { resume: welcome.resume, connection: null })).code, 'resume/invalid');
    const { invitations } = await admin.ask('GET', `/api/visits/${visit.id}/invitations`);
    assert.equal(invitations.length, 1);
    assert.ok(invitations[0].revoked_at > 0 && invitations[0].used_at > 0 && !('token' in invitations[0]));
    assert.equal((await admin.request('POST', `/api/visits/${visit.id}/invitations`, { expires_in_s: 59 })).json.code, 'field/invalid');
}));

test('messages: malformed, duplicate keys, too deep, unknown, out of order, of the wrong role, too long, too many', () => withStack(onlySignaling, async (stack) => {
    await people(stack);
    const { visit, invitation } = await stack.openVisit({ staff: ['zhangwei', 'wuhao'] });
    const applicant = await LiveClient.connect(stack.client());
    const refused = async (text) => {
        const before = applicant.messages.length;
        applicant.sendText(text);
        await applicant.wait('error', () => applicant.messages.slice(before).some((m) => m.type === 'error'));
        return applicant.messages.slice(before).find((m) => m.type === 'error');
    };

    assert.equal((await refused('{"type":"wait","id":"9"}')).code, 'message/order');
    assert.equal((await refused('{')).code, 'json/malformed');
    assert.equal((await refused('{"type":"wait","type":"wait"}')).code, 'json/duplicate-key');
    assert.equal((await refused(`{"type":"wait","x":${'['.repeat(40)}${']'.repeat(40)}}`)).code, 'json/too-deep');
    assert.equal((await refused('{"type":"dance","id":"7"}')).re, '7');
    await applicant.hello({ invitation: token(invitation) });
    assert.equal((await applicant.request('hello', { versions: [1] })).code, 'message/order');
    assert.equal((await applicant.request('wait')).code, 'consent/required');
    assert.equal((await applicant.request('admit', { participant: applicant.welcome.participant })).code, 'message/role');
    assert.equal((await applicant.request('media-offer', { sdp: 'v=0' })).code, 'message/visit-state');
    const field = await applicant.request('device-check', { camera: 'good', microphone: 'good', network: 'good', location: { lat: 95, lon: 0, accuracy_m: 1 } });
    assert.deepEqual([field.code, field.detail.split(':')[0]], ['field/invalid', 'location.lat']);

    const observer = await LiveClient.connect(await stack.signIn('wuhao'));
    await observer.hello({ visit: visit.id });
    assert.equal((await observer.request('visit-end', { conclusion: null })).code, 'message/role');

    // Many at once are refused, and who does not stop is closed.
    for (let i = 0; i < 300; i++)
        observer.sendText('{"type":"leave?"}');
    assert.equal(await observer.closed, 1008);
    assert.ok(observer.messages.some((m) => m.code === 'message/rate'));

    applicant.sendText(JSON.stringify({ type: 'consent', notice: 'x'.repeat(70_000) }));
    assert.equal(await applicant.closed, 1009);
}));

test('hello: no account, not assigned, unknown visit, another version, none at all', () => withStack(onlySignaling, async (stack) => {
    await people(stack);
    const { visit } = await stack.openVisit({ staff: ['zhangwei'] });
    const silent = await LiveClient.connect(stack.client());

    assert.deepEqual(await refusedHello(stack, {}), { code: 'access/required', close: 4003 });
    assert.deepEqual(await refusedHello(stack, { visit: visit.id }), { code: 'access/required', close: 4003 });
    assert.deepEqual(await refusedHello(stack, { visit: visit.id }, await stack.signIn('zhaomin')), { code: 'visit/not-assigned', close: 4003 });
    assert.deepEqual(await refusedHello(stack, { visit: visit.case }, await stack.signIn('zhangwei')), { code: 'visit/not-found', close: 4003 });
    assert.deepEqual(await refusedHello(stack, { versions: [2] }), { code: 'version/unsupported', close: 4002 });
    await assert.rejects(LiveClient.connect(stack.client(), { origin: 'https://elsewhere.example' }));
    // One address may have 64 sockets; the limit counts those that are open.
    const many = await Promise.all(Array.from({ length: 63 }, () => LiveClient.connect(stack.client())));
    await assert.rejects(LiveClient.connect(stack.client()));
    await many[0].close();
    await until('a place for one more', async () => (await LiveClient.connect(stack.client())).close().then(() => true));
    assert.equal(await silent.closed, 4000);
}));

test('REST: sign-in throttle, roles, other sites, wrong types, unknown things', () => withStack(onlySignaling, async (stack) => {
    const admin = await people(stack);
    const { visit, case: opened } = await stack.openVisit({ staff: ['zhangwei'] });
    const nobody = stack.client();
    const code = async (client, ...request) => {
        const answer = await client.request(...request);
        assert.match(answer.headers['content-type'], /problem\+json/);
        assert.equal(answer.json.status, answer.status);
        return answer.json.code;
    };

    assert.equal(await code(nobody, 'GET', '/api/visits'), 'access/required');
    assert.equal(await code(nobody, 'GET', `/api/recordings/${visit.id}/index`), 'access/required');
    const inspector = await stack.signIn('zhaomin');
    assert.equal(await code(inspector, 'GET', `/api/visits/${visit.id}`), 'visit/not-assigned');
    assert.equal(await code(inspector, 'GET', `/api/cases/${opened.id}`), 'case/not-found');
    assert.equal((await inspector.ask('GET', '/api/visits')).visits.length, 0);
    assert.equal(await code(inspector, 'POST', `/api/visits/${visit.id}/invitations`, {}), 'visit/not-assigned');
    assert.equal(await code(inspector, 'POST', `/api/visits/${visit.id}/stream-tokens`, { allow: 'publish' }), 'visit/not-assigned');
    assert.equal(await code(inspector, 'POST', '/api/users', { account: 'x1', name: 'x', role: 'admin', password: PASSWORD }), 'access/denied');
    const observer = await stack.signIn('wuhao');
    assert.equal((await observer.ask('GET', `/api/visits/${visit.id}`)).id, visit.id);
    assert.equal(await code(observer, 'POST', '/api/cases', { case_number: 'a', item_code: 'MKT-01', applicant: 'a' }), 'access/denied');

    assert.equal(await code(admin, 'POST', '/api/cases', { case_number: 'a', item_code: 'XXX-01', applicant: 'a' }), 'item/not-found');
    assert.equal(await code(admin, 'POST', '/api/cases', { item_code: 'MKT-01', applicant: 'a' }), 'field/invalid');
    assert.equal(await code(admin, 'POST', '/api/cases', '{"a":1,"a":2}', { 'content-type': 'application/json' }), 'json/duplicate-key');
    assert.equal(await code(admin, 'POST', '/api/cases', '{}', { 'content-type': 'text/plain' }), 'request/content-type');
    assert.equal(await code(admin, 'POST', '/api/cases', {}, { origin: 'https://elsewhere.example' }), 'request/origin');
    assert.equal((await admin.request('GET', '/api/visits/..%2f..%2fetc')).status, 404);
    assert.equal(await code(admin, 'GET', '/api/visits/1'), 'visit/not-found');
    assert.equal(await code(admin, 'GET', '/api/nothing'), 'request/not-found');
    assert.equal(await code(admin, 'GET', '/api/visits?limit=many'), 'field/invalid');
    assert.equal(await code(admin, 'POST', '/api/visits', { case: opened.id, scheduled_at: 1, staff: ['nobody'] }), 'user/not-found');
    assert.equal(await code(admin, 'POST', '/api/visits', { case: visit.id, scheduled_at: 1, staff: ['zhangwei'] }), 'case/not-found');
    assert.equal(await code(admin, 'POST', '/api/users', { account: 'zhangwei', name: 'x', role: 'helper', password: PASSWORD }), 'user/exists');
    assert.equal(await code(admin, 'POST', '/api/users', { account: 'short', name: 'x', role: 'helper', password: 'short' }), 'user/password');

    const tries = [];
    for (let i = 0; i < 7; i++)
        tries.push((await nobody.request('POST', '/api/sign-in', { account: 'zhangwei', password: 'wrong' })).json.code);
    assert.deepEqual(tries, [...Array(5).fill('access/credentials'), 'access/throttled', 'access/throttled']);
    assert.ok(Number((await nobody.request('POST', '/api/sign-in', { account: 'zhangwei', password: PASSWORD })).headers['retry-after']) > 800);
    assert.equal(await code(nobody, 'POST', '/api/sign-in', { account: 'not-there', password: 'wrong' }), 'access/credentials');

    const cookie = inspector.cookieHeader;
    assert.equal((await inspector.request('POST', '/api/sign-out', {})).status, 204);
    assert.equal((await stack.client().request('GET', '/api/me', undefined, { cookie })).json.code, 'access/required');
}));
