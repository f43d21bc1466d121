// What goes wrong while two fill in a form: each ends in a clear sentence, and nothing that was typed is lost.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assistance, document, patch } from '../support/assistance.mjs';
import { LiveClient } from '../support/live-client.mjs';
import { top, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>\u202e&amp;"\'</textarea><script>alert(1)</script>';
const comeAgain = async (stack, client) => {
    const again = await LiveClient.connect(client.api ?? stack.client());
    await again.hello({ resume: client.welcome.resume, connection: null });
    return again;
};
const says = (answer, code) => {
    assert.equal(answer.code, code);
    assert.match(answer.message.zh, /[\u4e00-\u9fff].*。$/);
    assert.match(answer.message.en, /^[A-Z].*\.$/);
};

// One stack for all: forms in a folder of their own, so that a version can be withdrawn.
const forms = mkdtempSync(join(tmpdir(), 'yuntakan-forms-'));
cpSync(join(top, 'data/forms'), forms, { recursive: true });

test('faults of an assistance', () => withStack({ signalingArgs: ['--forms', forms] }, async (stack) => {
    const { applicant, helper, visit, form } = await assistance(stack);
    const field = async (client, path) => (await document(client)).fields[path];

    // Killed in the middle of typing: what had been told to both is there again.
    let told = '';
    const typing = (async () => {
        for (let n = 0; n < 400; n++) {
            const answer = await patch(applicant, form, 'foods', n, { text: n === 0 ? ['字'] : [n, '字'] }).catch(() => ({ type: 'closed' }));
            if (answer.type !== 'ok')
                return;
            told += '字';
        }
    })();
    await until('some has been told', () => told.length >= 20, { everyMs: 5 });
    await stack.kill9('signaling');
    await typing;
    await stack.restart('signaling');
    const [old, desk] = await Promise.all([comeAgain(stack, applicant), comeAgain(stack, helper)]);
    const kept = await field(old, 'foods');
    assert.ok(kept.value.length >= told.length && kept.value.length <= told.length + 1, `${kept.value.length} of ${told.length}`);
    assert.equal((await field(desk, 'foods')).value, kept.value);

    // Two tabs: the newer one goes on, the older one is told so and says nothing more.
    const second = await comeAgain(stack, old);
    assert.equal(await old.closed, 4001);
    await document(second);

    // A tab from yesterday, behind by more edits than the server keeps: it is told to read anew, then its edit is taken.
    const { revision } = await field(second, 'shop_name') ?? { revision: 0 };
    for (let n = 0; n < 70; n++)
        assert.equal((await patch(n % 2 ? desk : second, form, 'shop_name', revision + n, { text: ['店'] })).type, 'ok');
    says(await patch(second, form, 'shop_name', revision, { text: ['旧'] }), 'form/stale');
    const now = await field(second, 'shop_name');
    assert.equal((await patch(second, form, 'shop_name', now.revision, { text: ['旧'] })).type, 'ok');

    // Two choose at once: the second hears that it was the second.
    assert.equal((await patch(second, form, 'water', 0, { value: 'mains' })).type, 'ok');
    says(await patch(desk, form, 'water', 0, { value: 'well' }), 'form/conflict');

    // Hostile text is text, in every field that takes one; what does not fit is refused, never cut or changed.
    const { fields } = await document(second);
    const definition = JSON.parse(readFileSync(join(forms, 'small-restaurant.1.json'), 'utf8'));
    for (const { field: name, widget } of definition.layout.flatMap((section) => section.fields).filter((one) => !['flag', 'choice', 'files', 'table', 'date'].includes(one.widget))) {
        const { value = '', revision: base = 0 } = fields[name] ?? {};
        const answer = await patch(second, form, name, base, { text: [...(value.length ? [-value.length] : []), HOSTILE] });
        const most = definition.schema.properties[name].maxLength;
        if (widget === 'number' || (most && HOSTILE.length > most))
            assert.ok(['form/too-long', 'ok'].includes(answer.code ?? answer.type), `${name}: ${JSON.stringify(answer)}`);
        else
            assert.equal((await field(desk, name)).value, HOSTILE, name);
    }
    says(await patch(desk, form, 'water', 1, { value: HOSTILE }), 'form/value');
    says(await patch(desk, form, '__proto__', 0, { text: ['x'] }), 'form/field-unknown');
    assert.equal((await desk.request('form-comment', { form, path: 'foods', text: HOSTILE })).type, 'ok');

    // A paste that is too long for the field, and one of ten megabytes, which no page sends.
    says(await patch(desk, form, 'foods', (await field(desk, 'foods')).revision, { text: ['长'.repeat(5000)] }), 'form/too-long');
    const flood = await comeAgain(stack, desk);
    flood.sendText(JSON.stringify({ type: 'form-patch', id: 'x', form, patch: { patch: 'x', path: 'foods', base: 0, source: 'typed', text: ['长'.repeat(3_500_000)] } }));
    // 1009, unless the line broke under what was still being written.
    assert.ok([1009, 1006].includes(await flood.closed));
    const after = await comeAgain(stack, flood);
    assert.ok((await field(after, 'foods')).value.length <= 300, 'nothing of it arrived');

    // The form's version is withdrawn overnight: the draft goes on in the new one, with what was filled in.
    const before = await field(second, 'shop_name');
    await stack.daemons.signaling.stop();
    writeFileSync(join(forms, 'small-restaurant.1.json'), JSON.stringify({ ...definition, withdrawn: true }));
    writeFileSync(join(forms, 'small-restaurant.2.json'), JSON.stringify({ ...definition, version: 2 }));
    await stack.restart('signaling');
    const morning = await comeAgain(stack, second);
    const moved = await document(morning);
    assert.equal(moved.version, 2);
    assert.equal(moved.fields.shop_name.value, before.value);
    says(await patch(morning, form, 'shop_name', before.revision, { text: ['x'] }), 'form/not-open');
    assert.equal((await patch(morning, moved.id, 'shop_name', before.revision, { text: ['新'] })).type, 'ok');

    // Withdrawn without a successor: it can be read, and says why nothing can be written.
    await stack.daemons.signaling.stop();
    writeFileSync(join(forms, 'small-restaurant.2.json'), JSON.stringify({ ...definition, version: 2, withdrawn: true }));
    await stack.restart('signaling');
    const noon = await comeAgain(stack, morning);
    const read = await document(noon);
    assert.equal(read.fields.shop_name.value, `新${before.value}`);
    says(await patch(noon, read.id, 'shop_name', read.fields.shop_name.revision, { text: ['x'] }), 'form/withdrawn');
    says(await noon.request('form-open', { form: 'small-restaurant' }), 'form/unknown');

    // An old tab after the end is told that it is over.
    const closing = await LiveClient.connect(await stack.signIn('chenfang'));
    await closing.hello({ visit });
    await closing.ask('visit-end', { conclusion: null });
    await noon.closed;
    const late = await LiveClient.connect(stack.client());
    says(await late.request('hello', { versions: [1], lang: 'zh', resume: noon.welcome.resume, connection: null }), 'visit/ended');
    assert.equal(await late.closed, 4004);

    // On another device, another day: by the old link the same draft is on the table of a new visit; a second press does not ask twice.
    const elsewhere = stack.client();
    const anew = await elsewhere.ask('POST', '/api/help/tickets', { draft: applicant.ticket.token });
    assert.equal(anew.subject, 'small-restaurant');
    const second_press = await elsewhere.ask('POST', '/api/help/tickets', { draft: anew.token });
    assert.equal(second_press.ticket, anew.ticket);
    says(await elsewhere.request('POST', '/api/help/tickets', { draft: noon.welcome.resume }).then(({ json }) => ({ code: json.code, message: { zh: json.title_zh, en: json.title } })), 'invitation/invalid');
    writeFileSync(join(forms, 'small-restaurant.3.json'), JSON.stringify({ ...definition, version: 3 }));
    await stack.daemons.signaling.stop();
    await stack.restart('signaling');
    const tablet = await LiveClient.connect(elsewhere);
    await tablet.hello({ invitation: anew.token });
    await tablet.ask('consent', { notice: 'help-2026-11' });
    await tablet.ask('wait');
    await tablet.ask('form-open', { form: 'small-restaurant' });
    assert.equal(tablet.last.form.document.version, 3);
    assert.equal(tablet.last.form.document.fields.shop_name.value, `新${before.value}`);
    assert.ok(!stack.logs(100_000).includes('onerror'));
}));
