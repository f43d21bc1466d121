// An assistance with the applicant behind a network that blocks WebSockets: the same protocol over plain requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { document, entersVisit, goesOnDuty, patch } from '../support/assistance.mjs';
import { LiveClient } from '../support/live-client.mjs';
import { PollClient } from '../support/poll-client.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

test('an assistance over long polling', () => withStack({}, async (stack) => {
    const api = stack.client();
    const desk = await goesOnDuty(stack);
    const ticket = await api.ask('POST', '/api/help/tickets', { subject: 'small-restaurant', name: '王桂花', phone: null, language: 'mandarin' });
    const applicant = await PollClient.connect(api);
    await applicant.hello({ invitation: ticket.token });
    await applicant.ask('consent', { notice: 'help-2026-11' });
    await applicant.ask('wait');
    await applicant.ask('form-open', { form: 'small-restaurant' });
    await desk.lobby.wait('queue', ({ desk: seen }) => seen?.paired === applicant.welcome.visit.id);
    const helper = await entersVisit(stack, desk, applicant);
    const { id: form } = await document(applicant);
    await document(helper);

    // Both ways, in order, and the mixture reads the same for both.
    for (let n = 0; n < 10; n++)
        await Promise.all([patch(applicant, form, 'foods', n, { text: ['甲'] }), patch(helper, form, 'shop_name', n, { text: ['乙'] })]);
    await until('both read the same', async () => {
        const [one, other] = [await document(applicant), await document(helper)];
        return one.fields.foods.value === '甲'.repeat(10) && one.revision === other.revision && one.fields.shop_name.value === '乙'.repeat(10);
    });

    // A request whose answer was lost is sent again: it does nothing twice.
    const frame = JSON.stringify({ type: 'form-patch', form, patch: { patch: 'twice', path: 'foods', base: 10, source: 'typed', text: [10, '尾'] } });
    const again = { first: applicant.sent, frames: [frame] };
    assert.equal((await applicant.post(again)).status, 204);
    assert.equal((await applicant.post(again)).status, 204);
    applicant.sent += 1;
    await until('it stands there once', async () => (await document(helper)).fields.foods.value === `${'甲'.repeat(10)}尾`);
    // Frames that went missing are asked for, not passed over; what is no frame is refused as on a WebSocket.
    assert.equal((await applicant.post({ first: applicant.sent + 1, frames: ['{}'] })).json.code, 'field/invalid');
    assert.equal((await applicant.request('dance')).code, 'message/unknown-type');
    assert.equal((await api.request('GET', '/api/poll/frames', undefined, { authorization: 'Bearer nobody' })).status, 401);
    assert.equal((await api.request('POST', '/api/poll', {}, { origin: 'https://elsewhere.example' })).status, 403);

    // The same participant by WebSocket takes the place, the old line is told; and back again.
    const moved = await LiveClient.connect(api);
    await moved.hello({ resume: applicant.welcome.resume, connection: null });
    assert.equal(await applicant.closed, 4001);
    const back = await PollClient.connect(api);
    await back.hello({ resume: moved.welcome.resume, connection: null });
    assert.equal(await moved.closed, 4001);

    // Leaving empties the place; the end of the visit ends the line.
    await helper.wait('room', ({ participants }) => participants.some((one) => one.id === applicant.welcome.participant && one.state !== 'away'));
    await back.leave();
    await helper.wait('room', ({ participants }) => participants.some((one) => one.id === applicant.welcome.participant && one.state === 'away'));
    const last = await PollClient.connect(api);
    await last.hello({ resume: back.welcome.resume, connection: null });
    await helper.ask('visit-end', { conclusion: null });
    assert.equal(await last.closed, 4004);
    assert.ok(last.messages.some(({ type }) => type === 'visit-ended'));
}));
