// After the visit and before the next: rectification by the applicant's link, appointments, and what is sent to people and to other systems about them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { picture } from '../support/pictures.mjs';
import { hookReceiver, mailServer } from '../support/receivers.mjs';
import { signedVisit } from '../support/signed-visit.mjs';
import { withStack } from '../support/stack.mjs';
import { until as untilSoon } from '../support/until.mjs';
import { uuid7 } from '../support/uuid7.mjs';

const HOUR_US = 3_600_000_000;
const until = (what, probe) => untilSoon(what, probe, { timeoutMs: 90_000 });

test('from a record that asks for corrections to their acceptance, told in order to whom it concerns', async () => {
    const mail = await mailServer();
    const hook = await hookReceiver();
    const gateway = await hookReceiver();
    try {
        await withStack({ signalingArgs: ['--public-url', 'https://xf.example', '--smtp-url', mail.url, '--smtp-from', 'hall@xf.example'] }, async (stack) => {
            const admin = await stack.signIn('admin');
            const add = (name, purpose, url, kinds) => admin.request('POST', '/api/hooks', { name, purpose, url, kinds });
            assert.equal((await add('x', 'event', 'http://business.example/', [])).json.code, 'hook/url');
            const { json: made } = await add('业务系统', 'event', hook.url, []);
            hook.secret = made.secret;
            /* The recording's end comes by a clock of its own. */
            const mine = () => hook.taken().filter((request) => request.body.type !== 'recording.finished');
            gateway.secret = (await add('短信网关', 'message', gateway.url, ['rectification-opened'])).json.secret;
            assert.ok(!(await admin.request('GET', '/api/hooks')).text.includes('whsec_'), 'a secret is shown once');

            // The receiver is down at first: nothing overtakes the first event of the case.
            hook.status = 503;
            const { id, visit } = await signedVisit(stack, { prepare: (seen) => admin.ask('PUT', `/api/cases/${seen.case}/contact`, { phone: '13800138000', email: 'wang@example.cn' }) });
            const log = async (query) => (await admin.ask('GET', `/api/deliveries?case=${visit.case}&${query}`)).deliveries;
            const [first] = await until('the first event was refused', async () => (await log('channel=event&state=pending')).filter((row) => row.attempts > 0));
            assert.deepEqual([first.kind, first.problem], ['case.opened', 'http-503']);
            assert.deepEqual([...new Set(hook.requests.map((request) => request.body.type))], ['case.opened']);
            hook.status = 204;
            await admin.ask('POST', `/api/deliveries/${first.id}/repeat`, {});
            await until('all events have come', () => hook.taken().some((request) => request.body.type === 'visit.ended'));
            const types = mine().map((request) => request.body.type);
            assert.deepEqual(types, ['case.opened', 'visit.scheduled', 'visit.live', 'record.signed', 'rectification.opened', 'visit.ended']);
            assert.ok(hook.requests.every((request) => request.valid), 'every request is signed');
            assert.ok(!JSON.stringify(hook.requests.map((request) => request.body)).includes('王芳'), 'events carry no names');
            // Everything once more, in the same order and under the same ids.
            await admin.ask('POST', `/api/hooks/${made.id}/repeat`, { from: mine()[3].body.seq });
            await until('three came again', () => mine().length === 9);
            assert.deepEqual(mine().slice(6).map((request) => request.headers['webhook-id']), mine().slice(3, 6).map((request) => request.headers['webhook-id']));

            const [message] = await until('the gateway was told', () => gateway.requests.length === 1 && gateway.requests);
            assert.ok(message.valid);
            assert.deepEqual([message.body.kind, message.body.phone], ['rectification-opened', '13800138000']);
            const [letter] = await until('a mail has come', () => mail.mails.length > 0 && mail.mails);
            assert.deepEqual([letter.from, letter.to], ['hall@xf.example', 'wang@example.cn']);
            assert.match(letter.text, /有 1 处需要整改/);
            const token = /https:\/\/xf\.example\/my#(\S+)/.exec(letter.text)[1];

            // The applicant's side: by that link and nothing else.
            const my = (method, path, body, type = 'application/json', key = token) => stack.client().request(method, `/api/my${path}`, body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
                { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': type }) });
            const { json: seen } = await my('GET', '');
            assert.deepEqual([seen.case.applicant, seen.may_book, seen.rectification.state, seen.case.phone], ['王芳', false, 'open', undefined]);
            const [point] = seen.rectification.points;
            assert.deepEqual([point.checkpoint, point.note, point.state], ['MKT-01-05', 'MKT-01-05 没有标识', 'open']);
            assert.match(point.guide_zh, /消毒柜/);
            assert.equal((await my('GET', `/stills/${point.before_still}`)).headers['content-type'], 'image/jpeg');
            for (const [key, code] of [['x', 'case-link/invalid'], [`${token.slice(0, -3)}AAA`, 'case-link/invalid']])
                assert.equal((await my('GET', '', undefined, '', key)).json.code, code);

            const photo = picture({ hue: 90 });
            const sent = uuid7();
            assert.equal((await my('PUT', `/pictures/${uuid7()}?checkpoint=MKT-01-05`, Buffer.from('<script>'), 'image/jpeg')).json.code, 'still/not-jpeg');
            assert.equal((await my('PUT', `/pictures/${uuid7()}?checkpoint=MKT-01-01`, photo, 'image/jpeg')).json.code, 'rectification/state', 'a point that conforms needs none');
            assert.equal((await my('PUT', `/pictures/${sent}?checkpoint=MKT-01-05`, photo, 'image/jpeg')).status, 201);
            assert.equal((await my('PUT', `/pictures/${sent}?checkpoint=MKT-01-05`, photo, 'image/jpeg')).status, 201, 'the same again is the same');
            assert.equal((await my('PUT', `/pictures/${sent}?checkpoint=MKT-01-05`, picture(), 'image/jpeg')).json.code, 'still/conflict');
            assert.equal((await my('POST', '/answers', { checkpoint: 'MKT-01-05', words: '', pictures: [] })).json.code, 'rectification/pictures');
            const { json: answered } = await my('POST', '/answers', { checkpoint: 'MKT-01-05', words: '已贴标识', pictures: [sent] });
            assert.equal(answered.state, 'answered', JSON.stringify(answered));
            assert.deepEqual((await my('GET', `/pictures/${sent}`)).bytes, photo, 'what is kept is what was sent');

            // The inspector's: asks again, then accepts; two inspectors do not decide over each other.
            const zhang = await stack.signIn('zhangwei');
            const [row] = (await zhang.ask('GET', '/api/rectifications?state=answered')).rectifications;
            assert.deepEqual([row.points, row.answered, row.visit], [1, 1, id]);
            assert.deepEqual((await (await stack.signIn('zhaomin')).ask('GET', '/api/rectifications')).rectifications, []);
            assert.deepEqual((await zhang.request('GET', `/api/rectification-pictures/${sent}`)).bytes, photo);
            const decide = (revision, decision, words) => zhang.request('POST', `/api/rectifications/${row.id}/points/MKT-01-05`, { revision, decision, words });
            assert.equal((await decide(row.revision, 'again', '')).json.code, 'field/invalid');
            assert.equal((await decide(row.revision, 'again', '标识看不清')).json.points[0].state, 'again');
            assert.equal((await decide(row.revision, 'accept')).json.code, 'rectification/changed');
            await until('the applicant is told what is missing', () => mail.mails.some((one) => one.text.includes('标识看不清')));
            const next = uuid7();
            await my('PUT', `/pictures/${next}?checkpoint=MKT-01-05`, picture({ hue: 180 }), 'image/jpeg');
            await my('POST', '/answers', { checkpoint: 'MKT-01-05', words: '', pictures: [next] });
            const { revision } = await zhang.ask('GET', `/api/rectifications/${row.id}`);
            const { json: accepted } = await decide(revision, 'accept');
            assert.deepEqual([accepted.state, accepted.points[0].state, accepted.pictures.length], ['accepted', 'accepted', 2]);
            assert.equal((await my('PUT', `/pictures/${uuid7()}?checkpoint=MKT-01-05`, photo, 'image/jpeg')).json.code, 'rectification/state');
            await until('events of the rectification', () => mine().map((request) => request.body.type).slice(9).join() === 'rectification.answered,rectification.decided,rectification.answered,rectification.decided');

            // An invitation that is sent leads into the visit itself.
            const another = await admin.ask('POST', '/api/visits', { case: visit.case, scheduled_at: Date.now() * 1000, staff: ['zhangwei'] });
            await admin.ask('POST', `/api/visits/${another.id}/invitations`, { send: true });
            await until('the invitation has come', () => mail.mails.some((one) => one.text.includes('https://xf.example/v#')));

            // A link that was withdrawn opens nothing.
            const [link] = (await admin.ask('GET', `/api/cases/${visit.case}/links`)).links;
            await admin.ask('DELETE', `/api/case-links/${link.id}`);
            assert.equal((await my('GET', '')).json.code, 'case-link/revoked');
        });
    } finally {
        await Promise.all([mail.close(), hook.close(), gateway.close()]);
    }
});

test('an applicant books, moves and cancels by the link; nobody is booked twice', () => withStack({ only: ['signaling'] }, async (stack) => {
    await stack.addStaff();
    const admin = await stack.signIn('admin');
    const link = async (number) => {
        const opened = await admin.ask('POST', '/api/cases', { case_number: number, item_code: 'MKT-01', applicant: '王芳', premises: '阳明北路18号' });
        const { token } = await admin.ask('POST', `/api/cases/${opened.id}/links`, {});
        const my = (method, path, body) => stack.client().request(method, `/api/my${path}`, body && Buffer.from(JSON.stringify(body)), { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) });
        return Object.assign(my, { case: opened.id });
    };
    const one = await link('XF-A');
    const other = await link('XF-B');
    assert.deepEqual([(await one('GET', '')).json.may_book, (await one('GET', '/slots')).json.code], [false, 'appointment/state'], 'without rules there is nothing to book');
    const rule = { item_code: 'MKT-01', weekday: 1, from_minute: 540, to_minute: 630, minutes: 30, capacity: 1, lead_hours: 12, horizon_days: 28, staff: ['zhangwei', 'liujing'] };
    for (const [change, field] of [[{ weekday: 8 }, /weekday/], [{ to_minute: 550 }, /to_minute/], [{ staff: [] }, /staff/]])
        assert.match((await admin.request('POST', '/api/slot-rules', { ...rule, ...change })).json.detail, field);
    assert.equal((await admin.request('POST', '/api/slot-rules', { ...rule, staff: ['chenfang'] })).json.code, 'user/not-found', 'a helper does not inspect');
    for (const weekday of [1, 2, 3, 4, 5])
        await admin.ask('POST', '/api/slot-rules', { ...rule, weekday });
    const slots = async (my) => (await my('GET', '/slots')).json.slots;
    const all = await slots(one);
    assert.ok(all.length >= 57 && all.length <= 63, `${all.length}`);
    assert.ok(all.every(({ at }) => at >= Date.now() * 1000 + 11 * HOUR_US));

    // A holiday closes its day.
    const day = new Date(all[0].at / 1000 + 8 * 3600_000).toISOString().slice(0, 10);
    await admin.ask('PUT', `/api/holidays/${day}`, { name: '放假', weekday: 0 });
    const rest = await slots(one);
    assert.ok(rest.length < all.length && rest[0].at > all[0].at);
    assert.equal((await admin.request('PUT', '/api/holidays/2026-02-31', { name: '', weekday: 0 })).json.code, 'field/invalid');

    const { json: booked } = await one('PUT', '/appointment', { rule: rest[0].rule, at: rest[0].at });
    assert.equal(booked.at, rest[0].at);
    assert.equal((await other('PUT', '/appointment', { rule: rest[0].rule, at: rest[0].at })).json.code, 'slot/taken');
    assert.equal((await other('PUT', '/appointment', { rule: rest[0].rule, at: rest[0].at + 60_000_000 })).json.code, 'slot/taken', 'only what is offered');
    assert.equal((await slots(other))[0].at, rest[1].at);
    const { json: moved } = await one('PUT', '/appointment', { rule: rest[2].rule, at: rest[2].at });
    assert.equal(moved.visit, booked.visit, 'moved, not made anew');
    assert.equal((await slots(other))[0].at, rest[0].at, 'the old time is free again');
    const visit = await admin.ask('GET', `/api/visits/${booked.visit}`);
    assert.deepEqual([visit.scheduled_at, visit.staff.map((user) => user.account)], [rest[2].at, ['liujing', 'zhangwei']]);

    // The inspector's calendar has it; another account's has not; a new address ends the old one.
    const zhang = await stack.signIn('zhangwei');
    const { path } = await zhang.ask('POST', '/api/calendar', {});
    const feed = await stack.client().request('GET', path);
    assert.match(feed.headers['content-type'], /text\/calendar/);
    const unfolded = feed.text.replaceAll('\r\n ', '');
    assert.match(unfolded, /SUMMARY:视频踏勘 XF-A 食品经营许可/);
    assert.match(unfolded, new RegExp(`DTSTART:${new Date(rest[2].at / 1000).toISOString().slice(0, 16).replace(/[-:]/g, '')}00Z`));
    assert.ok(feed.text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75));
    await zhang.ask('POST', '/api/calendar', {});
    assert.equal((await stack.client().request('GET', path)).status, 404);

    // Into the visit by the same link, from an hour before; the way in stays the same.
    assert.equal((await one('POST', '/invitations', { visit: booked.visit })).json.code, 'appointment/state');
    await admin.ask('PATCH', `/api/visits/${booked.visit}`, { revision: visit.revision, scheduled_at: Date.now() * 1000 + HOUR_US / 2 });
    const { json: way } = await one('POST', '/invitations', { visit: booked.visit });
    const entering = await LiveClient.connect(stack.client());
    await entering.hello({ invitation: decodeURIComponent(way.path.slice(way.path.indexOf('#') + 1)) });
    assert.deepEqual([entering.welcome.role, entering.welcome.visit.id], ['applicant', booked.visit]);
    entering.close();
    assert.equal((await one('POST', '/invitations', { visit: booked.visit })).status, 201);
    assert.equal((await admin.ask('GET', `/api/visits/${booked.visit}/invitations`)).invitations.length, 1);
    assert.equal((await other('POST', '/invitations', { visit: booked.visit })).json.code, 'appointment/state', 'of another case');
    await admin.ask('PATCH', `/api/visits/${booked.visit}`, { revision: (await admin.ask('GET', `/api/visits/${booked.visit}`)).revision, scheduled_at: rest[2].at });
    assert.equal((await one('DELETE', '/appointment')).status, 200);
    assert.equal((await admin.ask('GET', `/api/visits/${booked.visit}`)).state, 'ended');
    assert.deepEqual([(await one('GET', '')).json.appointment, (await one('GET', '')).json.may_book], [null, true]);
    assert.equal((await one('DELETE', '/appointment')).json.code, 'appointment/state');
    // Who does not come is asked to call after the third time; before its time nobody has missed anything.
    const plan = (at) => admin.ask('POST', '/api/visits', { case: one.case, scheduled_at: at, staff: ['zhangwei'] });
    const later = await plan(Date.now() * 1000 + HOUR_US);
    assert.equal((await zhang.request('POST', `/api/visits/${later.id}/no-show`, {})).json.code, 'appointment/state');
    assert.equal((await zhang.ask('POST', `/api/visits/${later.id}/cancel`, {})).state, 'ended');
    for (let i = 0; i < 3; i++)
        assert.ok((await zhang.ask('POST', `/api/visits/${(await plan(Date.now() * 1000 - HOUR_US)).id}/no-show`, {})).no_show_at);
    assert.equal((await one('GET', '')).json.may_book, false);
}));
