// An assistance without a browser: applicant and helper on the WebSocket, paired by the queue, with a form on the table.
import { randomUUID } from 'node:crypto';
import { LiveClient } from './live-client.mjs';
import { until } from './until.mjs';

/** An applicant who has asked for help with `subject` and lies in the queue. */
export async function asksForHelp(stack, { subject = 'small-restaurant', name = '王桂花', phone = '13800138000', language = 'mandarin' } = {}) {
    const api = stack.client();
    const ticket = await api.ask('POST', '/api/help/tickets', { subject, name, phone, language });
    const client = await LiveClient.connect(api);
    await client.hello({ invitation: ticket.token });
    await client.ask('consent', { notice: 'help-2026-11' });
    await client.ask('wait');
    return Object.assign(client, { ticket, api });
}

/** A helper on duty; `lobby` is the desk's line. */
export async function goesOnDuty(stack, account = 'chenfang', { subjects = ['*'], languages = ['mandarin'] } = {}) {
    const api = await stack.signIn(account);
    const lobby = await LiveClient.connect(api);
    await lobby.hello();
    await api.ask('POST', '/api/queue/duty', { on: true, subjects, languages });
    return { api, lobby };
}

/** The helper comes into the visit that the queue gave, and lets the applicant in. */
export async function entersVisit(stack, { api }, applicant) {
    const client = await LiveClient.connect(api);
    await client.hello({ visit: applicant.welcome.visit.id });
    await client.ask('admit', { participant: applicant.welcome.participant });
    return client;
}

/** Both before one form. */
export async function assistance(stack, options = {}) {
    const applicant = await asksForHelp(stack, options);
    const desk = await goesOnDuty(stack);
    await desk.lobby.wait('queue', ({ desk: seen }) => seen?.paired === applicant.welcome.visit.id);
    const helper = await entersVisit(stack, desk, applicant);
    await applicant.ask('form-open', { form: options.subject ?? 'small-restaurant' });
    await helper.ask('form-sync');
    return { applicant, helper, desk, visit: applicant.welcome.visit.id, form: applicant.last.form.document.id };
}

/** Like request(), as patient as a page is with a server that says "too fast". */
const patiently = (client, type, fields) => until(`${type} is heard`, async () => {
    const answer = await client.request(type, fields);
    return answer.code === 'message/rate' ? null : answer;
});

/** Sends one patch; the answer, an error included. */
export const patch = (client, form, path, base, change) => patiently(client, 'form-patch', { form, patch: { patch: randomUUID(), path, base, source: 'typed', ...change } });

/** The whole document anew. */
export async function document(client) {
    const answer = await patiently(client, 'form-sync');
    if (answer.type !== 'ok')
        throw new Error(`form-sync: ${JSON.stringify(answer)}`);
    return client.last.form.document;
}
