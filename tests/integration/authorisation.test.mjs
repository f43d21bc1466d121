// Who may do what: every REST endpoint of cases, visits, records and people × every role. Bodies of changing requests are wrong on purpose: whoever is allowed gets
// as far as `field/invalid`, so that nothing is changed on the way. The table is the test: a new endpoint gets its row.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { liveVisit } from '../support/live-visit.mjs';
import { top, withStack } from '../support/stack.mjs';

/** Columns: nobody, an applicant's resume token, an assigned inspector, one that is not assigned, a helper, an observer, an administrator. */
const WHO = ['nobody', 'applicant', 'assigned', 'unassigned', 'helper', 'observer', 'admin'];
const V = '/api/visits/{visit}';
const TABLE = [
    ['GET', '/api/me', 401, 401, 200, 200, 200, 200, 200],
    ['GET', '/api/users', 401, 401, 200, 200, 200, 200, 200],
    ['POST', '/api/users', 401, 401, 403, 403, 403, 403, 400],
    ['PATCH', '/api/users/{user}', 401, 401, 403, 403, 403, 403, 400],
    ['DELETE', '/api/users/01a21510-fc44-7f34-9f9a-36f5f8dab6b6/second-factor', 401, 401, 403, 403, 403, 403, 200],
    ['GET', '/api/accounts', 401, 401, 403, 403, 403, 403, 200],
    ['POST', '/api/me/second-factor', 401, 401, 400, 400, 400, 400, 400],
    ['PUT', '/api/me/second-factor', 401, 401, 400, 400, 400, 400, 400],
    ['GET', '/api/keys', 401, 401, 403, 403, 403, 403, 200],
    ['POST', '/api/keys', 401, 401, 403, 403, 403, 403, 400],
    ['DELETE', '/api/keys/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 403, 403, 403, 403, 404],
    ['GET', '/api/trail', 401, 401, 403, 403, 403, 200, 200],
    ['GET', '/api/trail/verdict', 401, 401, 403, 403, 403, 200, 200],
    ['GET', '/api/statistics', 401, 401, 403, 403, 403, 200, 200],
    ['GET', '/api/audits', 401, 401, 200, 200, 403, 200, 200],
    ['POST', '/api/audits/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 400, 400, 403, 400, 400],
    ['GET', '/api/cases/{case}/after', 401, 401, 200, 404, 404, 200, 200],
    ['PUT', '/api/cases/{case}/attachments/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 400, 400, 400, 403, 400],
    ['GET', '/api/attachments/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 404, 404, 404, 404, 404],
    ['POST', '/api/my/evaluations', 401, 401, 401, 401, 401, 401, 401],
    ['GET', '/api/users/{user}/credential', 401, 401, 200, 200, 200, 200, 200],
    ['PUT', '/api/users/{user}/credential', 401, 401, 403, 403, 403, 403, 400],
    ['GET', '/api/items', 401, 401, 200, 200, 200, 200, 200],
    ['GET', '/api/items/MKT-01', 401, 401, 200, 200, 200, 200, 200],
    ['GET', '/api/items/XXX-99', 401, 401, 404, 404, 404, 404, 404],
    ['GET', '/api/items/MKT-01/versions', 401, 401, 200, 200, 200, 200, 200],
    ['POST', '/api/items/MKT-01/versions', 401, 401, 403, 403, 403, 403, 400],
    ['GET', '/api/items/MKT-01/draft', 401, 401, 403, 403, 403, 403, 404],
    ['PUT', '/api/items/MKT-01/draft', 401, 401, 403, 403, 403, 403, 400],
    ['DELETE', '/api/items/ZZZ-99/draft', 401, 401, 403, 403, 403, 403, 200],
    ['GET', '/api/item-drafts', 401, 401, 403, 403, 403, 403, 200],
    ['GET', '/api/catalogue', 401, 401, 200, 200, 200, 200, 200],
    ['POST', '/api/catalogue/import', 401, 401, 403, 403, 403, 403, 400],
    ['GET', '/api/guides/MKT-01', 200, 200, 200, 200, 200, 200, 200],
    ['GET', '/api/guides/MKT-01/pdf', 200, 200, 200, 200, 200, 200, 200],
    ['GET', '/api/cases', 401, 401, 200, 200, 200, 200, 200],
    ['POST', '/api/cases', 401, 401, 400, 400, 400, 403, 400],
    ['GET', '/api/cases/{case}', 401, 401, 200, 404, 404, 200, 200],
    ['PUT', '/api/cases/{case}/place', 401, 401, 400, 400, 400, 403, 400],
    ['GET', '/api/cases/{case}/links', 401, 401, 200, 404, 404, 200, 200],
    ['POST', '/api/cases/{case}/links', 401, 401, 201, 404, 404, 403, 201],
    ['DELETE', '/api/case-links/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 404, 404, 404, 403, 404],
    ['PUT', '/api/cases/{case}/contact', 401, 401, 400, 400, 400, 403, 400],
    ['GET', '/api/my', 401, 401, 401, 401, 401, 401, 401],
    ['GET', '/api/my/slots', 401, 401, 401, 401, 401, 401, 401],
    ['PUT', '/api/my/appointment', 401, 401, 401, 401, 401, 401, 401],
    ['POST', '/api/my/invitations', 401, 401, 401, 401, 401, 401, 401],
    ['POST', '/api/my/answers', 401, 401, 401, 401, 401, 401, 401],
    ['GET', '/api/rectifications', 401, 401, 200, 200, 200, 200, 200],
    ['GET', '/api/rectifications/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 404, 404, 404, 404, 404],
    ['POST', '/api/rectifications/01a21510-fc44-7f34-9f9a-36f5f8dab6b6/points/MKT-01-01', 401, 401, 400, 400, 403, 403, 403],
    ['GET', '/api/rectification-pictures/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 404, 404, 404, 404, 404],
    ['GET', '/api/slot-rules', 401, 401, 200, 200, 200, 200, 200],
    ['POST', '/api/slot-rules', 401, 401, 403, 403, 403, 403, 400],
    ['DELETE', '/api/slot-rules/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 403, 403, 403, 403, 404],
    ['GET', '/api/holidays', 401, 401, 200, 200, 200, 200, 200],
    ['PUT', '/api/holidays/2026-10-01', 401, 401, 403, 403, 403, 403, 400],
    ['POST', `${V}/cancel`, 401, 401, 409, 403, 403, 403, 409],
    ['POST', `${V}/no-show`, 401, 401, 409, 403, 403, 403, 409],
    ['POST', '/api/calendar', 401, 401, 201, 201, 201, 201, 201],
    ['GET', '/api/calendar/0123', 404, 404, 404, 404, 404, 404, 404],
    ['GET', '/api/turns', 401, 401, 200, 200, 200, 200, 200],
    ['POST', '/api/turns', 401, 401, 400, 400, 400, 403, 400],
    ['POST', '/api/turns/next', 401, 401, 400, 400, 400, 403, 400],
    ['POST', '/api/turns/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 400, 400, 400, 403, 400],
    ['GET', '/api/display', 200, 200, 200, 200, 200, 200, 200],
    ['GET', '/api/deliveries', 401, 401, 403, 403, 403, 200, 200],
    ['POST', '/api/deliveries/01a21510-fc44-7f34-9f9a-36f5f8dab6b6/repeat', 401, 401, 403, 403, 403, 403, 404],
    ['GET', '/api/hooks', 401, 401, 403, 403, 403, 200, 200],
    ['POST', '/api/hooks', 401, 401, 403, 403, 403, 403, 400],
    ['DELETE', '/api/hooks/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 403, 403, 403, 403, 404],
    ['POST', '/api/hooks/01a21510-fc44-7f34-9f9a-36f5f8dab6b6/repeat', 401, 401, 403, 403, 403, 403, 400],
    ['GET', '/api/visits', 401, 401, 200, 200, 200, 200, 200],
    ['POST', '/api/visits', 401, 401, 400, 400, 400, 403, 400],
    ['GET', V, 401, 401, 200, 403, 403, 200, 200],
    ['PATCH', V, 401, 401, 400, 400, 400, 403, 400],
    ['GET', `${V}/invitations`, 401, 401, 200, 403, 403, 200, 200],
    ['POST', `${V}/stream-tokens`, 401, 401, 400, 400, 403, 403, 400],
    ['POST', `${V}/stills/01a21510-fc44-7f34-9f9a-36f5f8dab6b6/upload`, 401, 400, 401, 401, 401, 401, 401],
    ['PATCH', `${V}/stills/01a21510-fc44-7f34-9f9a-36f5f8dab6b6/upload`, 401, 415, 401, 401, 401, 401, 401],
    ['GET', `${V}/records`, 401, 401, 200, 403, 403, 200, 200],
    ['POST', `${V}/records`, 401, 401, 400, 400, 403, 403, 403],
    ['GET', `${V}/records/latest`, 401, 404, 404, 403, 403, 404, 404],
    ['GET', `${V}/records/latest/pdf`, 401, 404, 404, 403, 403, 404, 404],
    ['GET', `${V}/records/latest/cms`, 401, 404, 404, 403, 403, 404, 404],
    ['GET', `${V}/records/zero`, 404, 404, 404, 404, 404, 404, 404],
    ['POST', `${V}/records/1/signature`, 401, 400, 401, 401, 401, 401, 401],
    ['POST', `${V}/records/1/countersignature`, 401, 401, 400, 400, 403, 403, 403],
    ['POST', `${V}/records/1/refusal`, 401, 401, 400, 400, 403, 403, 403],
    ['GET', '/api/visits/01a21510-fc44-7f34-9f9a-36f5f8dab6b6', 401, 401, 404, 404, 404, 404, 404],
    ['GET', '/api/document-certificate', 200, 200, 200, 200, 200, 200, 200],
    ['GET', '/api/openapi.yaml', 200, 200, 200, 200, 200, 200, 200],
    ['GET', '/api/nothing', 404, 404, 404, 404, 404, 404, 404],
];

test('every endpoint answers every role as the table says', () => withStack({}, async (stack) => {
    const { id, applicant, inspector } = await liveVisit(stack);
    const accounts = { assigned: 'zhangwei', unassigned: 'zhaomin', helper: 'chenfang', observer: 'wuhao', admin: 'admin' };
    const clients = { nobody: stack.client(), applicant: stack.client() };
    for (const [who, account] of Object.entries(accounts))
        clients[who] = await stack.signIn(account);
    Object.values(clients).forEach((client) => client.keepAlive());
    const visit = await clients.admin.ask('GET', `/api/visits/${id}`);
    const ids = { '{visit}': id, '{case}': visit.case, '{user}': clients.assigned.user.id };
    const wrong = [];
    let cells = 0;

    for (const [method, pattern, ...expected] of TABLE) {
        const path = pattern.replace(/\{\w+\}/g, (name) => ids[name]);
        for (const [column, who] of WHO.entries()) {
            const headers = who === 'applicant' ? { authorization: `Bearer ${applicant.welcome.resume}` } : {};
            const body = ['GET', 'DELETE'].includes(method) ? undefined : Buffer.from('{}');
            const answer = await clients[who].request(method, path, body, { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) });
            cells++;
            if (answer.status !== expected[column])
                wrong.push(`${method} ${pattern} as ${who}: ${answer.status}, wanted ${expected[column]}`);
            if (answer.status >= 400)
                assert.match(answer.headers['content-type'], /problem\+json/, `${method} ${path}`);
        }
    }
    assert.deepEqual(wrong, []);
    console.log(`${cells} cells`);
    // Whoever has left the visit has nothing any more: the token of another visit's applicant opens none of this one's records.
    const elsewhere = await stack.openVisit();
    const other = await LiveClient.connect(stack.client());
    await other.hello({ invitation: decodeURIComponent(new URL(elsewhere.invitation.path, 'https://x').hash.slice(1)) });
    const stranger = await stack.client().request('GET', `/api/visits/${id}/records/latest`, undefined, { authorization: `Bearer ${other.welcome.resume}` });
    assert.equal(stranger.status, 404);
    await inspector.ask('visit-end', { conclusion: null });
}));

test('the records\' endpoints of the document are all in the table', () => {
    const document = readFileSync(join(top, 'docs/http-api.yaml'), 'utf8');
    for (const [, path] of document.matchAll(/^  (\/api\/visits\/\{visit\}\/records[^:\n]*):$/gm)) {
        const pattern = new RegExp(`^${path.replace('/{version}', '/[^/]+').replaceAll('{', '\\{').replaceAll('}', '\\}')}$`);
        assert.ok(TABLE.some(([, row]) => pattern.test(row)), path);
    }
});
