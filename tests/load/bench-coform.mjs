// ./dev bench coform: how long a keystroke of the helper takes to the applicant's page, over loopback, with many rooms at once.
//
// One signaling. In each room a helper and an applicant on the WebSocket; the helper types one character a second. Measured per edit: from the helper's send to the applicant's receipt, and to the helper's own answer.
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { document } from '../support/assistance.mjs';
import { LiveClient } from '../support/live-client.mjs';
import { PASSWORD, Stack } from '../support/stack.mjs';

const { values } = parseArgs({ options: { rooms: { type: 'string', default: '100' }, seconds: { type: 'string', default: '30' }, out: { type: 'string', default: 'build/bench' } } });
const [ROOMS, SECONDS] = [Number(values.rooms), Number(values.seconds)];
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

const stack = await Stack.create({});
await stack.start();
try {
    const admin = await stack.signIn('admin');
    for (let n = 0; n < ROOMS; n++)
        await admin.ask('POST', '/api/users', { account: `helper${n}`, name: `帮办员${n}`, role: 'helper', password: PASSWORD });
    console.log(`${ROOMS} rooms, ${SECONDS} s`);
    const rooms = [];
    for (let n = 0; n < ROOMS; n++) {
        const opened = await admin.ask('POST', '/api/cases', { case_number: `BC-${process.pid}-${n}`, item_code: 'MKT-03', applicant: `申请人${n}`, premises: '' });
        const visit = await admin.ask('POST', '/api/visits', { case: opened.id, kind: 'assistance', scheduled_at: Date.now() * 1000, staff: [`helper${n}`] });
        const invitation = await admin.ask('POST', `/api/visits/${visit.id}/invitations`, {});
        const applicant = await LiveClient.connect(at(n, stack.client()));
        await applicant.hello({ invitation: invitation.token });
        await applicant.ask('consent', { notice: 'help-2026-11' });
        await applicant.ask('wait');
        const helper = await LiveClient.connect(at(n, await stack.signIn(`helper${n}`)));
        await helper.hello({ visit: visit.id });
        await helper.ask('admit', { participant: applicant.welcome.participant });
        await applicant.ask('form-open', { form: 'small-restaurant' });
        const { id: form } = await document(helper);
        rooms.push({ applicant, helper, form, n });
    }

    const toApplicant = [];
    const toSelf = [];
    let lost = 0;
    async function typesIn({ applicant, helper, form, n }, until) {
        await pause(1000 * Math.random());
        for (let revision = 0; Date.now() < until; revision++) {
            const patch = `b${n}-${revision}`;
            const arrives = new Promise((resolve) => applicant.arrivals.set(patch, resolve));
            const from = performance.now();
            const answered = helper.request('form-patch', { form, patch: { patch, path: 'foods', base: revision, source: 'typed', text: revision ? [revision, '字'] : ['字'] } });
            const done = await Promise.race([arrives, pause(5000)]);
            done ? toApplicant.push(done - from) : lost++;
            const { type } = await answered;
            toSelf.push(performance.now() - from);
            if (type !== 'ok' || revision >= 280)
                break;
            await pause(1000);
        }
    }
    for (const { applicant } of rooms) {
        applicant.arrivals = new Map();
        const take = applicant.take.bind(applicant);
        applicant.take = (message) => {
            if (message.type === 'form-change')
                applicant.arrivals.get(message.change.patch)?.(performance.now());
            take(message);
        };
    }
    const until = Date.now() + SECONDS * 1000;
    await Promise.all(rooms.map((room) => typesIn(room, until)));

    const figures = (list) => { const sorted = list.toSorted((a, b) => a - b); return { median: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99), most: sorted.at(-1) }; };
    const result = { rooms: ROOMS, seconds: SECONDS, edits: toApplicant.length, lost, applicant: figures(toApplicant), self: figures(toSelf) };
    const line = (name, { median, p95, p99, most }) => `${name}: median ${median.toFixed(1)}, 95 % ${p95.toFixed(1)}, 99 % ${p99.toFixed(1)}, most ${most.toFixed(1)} ms`;
    console.log(`${result.edits} edits, ${lost} lost\n${line('helper to applicant', result.applicant)}\n${line('helper to its own answer', result.self)}`);
    mkdirSync(values.out, { recursive: true });
    writeFileSync(`${values.out}/coform.json`, `${JSON.stringify(result, null, 1)}\n`);
    for (const { applicant, helper } of rooms)
        await Promise.all([applicant.close(), helper.close()]);
} finally {
    const faults = await stack.stop();
    if (faults.length)
        console.error(faults.join('\n'));
}

/** Each room from another address of loopback: an address may have 64 lines. */
function at(n, api) {
    return Object.assign(api, { localAddress: `127.0.1.${n % 250 + 1}` });
}
