// Assisted service from the village to the signature: an applicant asks for help, the queue gives a helper, both fill in one form, a village helper
// joins, the applicant confirms, signs and submits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, PHONE, launchBrowser, officeCamera, person, screenshot } from '../support/browser.mjs';
import { PASSWORD, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const { catalogues } = await import(new URL('../../web-client/src/i18n/help.js', import.meta.url));
const h = (key) => catalogues.zh[key];
const field = (path) => `[data-path="${path}"]`;
const input = (page, path) => page.locator(`${field(path)} input, ${field(path)} textarea`).first();
const value = (page, path) => input(page, path).inputValue();
const button = (page, key) => page.getByRole('button', { name: h(key), exact: true }).first();
const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

async function signIn(page, url, account) {
    await page.goto(new URL('/helpdesk', url).href);
    await page.locator('#account').fill(account);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('form button[type=submit]').click();
    await page.locator('.hd').waitFor();
}

test('helper, applicant and village helper', () => withStack({}, async (stack) => {
    const browser = await launchBrowser({ camera: officeCamera() });
    try {
        const old = await person(browser, { viewport: PHONE });
        const desk = await person(browser, { viewport: DESKTOP });
        const village = await person(browser, { viewport: PHONE });
        // The village's network blocks WebSockets: its page goes over plain requests.
        await village.context.addInitScript(() => {
            window.WebSocket = class {
                constructor() { setTimeout(() => this.onclose?.({ code: 1006, reason: '' }), 0); }
                send() {}
                close() {}
            };
        });

        await signIn(desk.page, stack.url, 'chenfang');
        await screenshot(desk.page, 'helpdesk-off');
        await button(desk.page, 'desk.duty.on').click();
        await button(desk.page, 'desk.duty.off').waitFor();

        await old.page.goto(new URL('/help', stack.url).href);
        await old.page.getByText('小餐饮登记申请表').waitFor();
        await screenshot(old.page, 'help-1-choose');
        await old.page.getByRole('button', { name: /小餐饮登记申请表/ }).click();
        await old.page.locator('#name').fill('王桂花');
        await old.page.locator('#phone').fill('13800138000');
        await screenshot(old.page, 'help-2-tell');
        await button(old.page, 'tell.go').click();

        // The queue gives the applicant to the helper, who is let in at once; the form lies on both tables, with what the case knows.
        await desk.page.locator(field('owner_name')).waitFor();
        await old.page.locator('.call').waitFor();
        assert.equal(await value(old.page, 'owner_name'), '王桂花');
        await until('the name is at the desk', async () => (await value(desk.page, 'owner_name')) === '王桂花');
        await screenshot(old.page, 'help-3-with-helper');

        // Both type in one field at once; nothing is lost, both read the same.
        await Promise.all([input(old.page, 'foods').pressSequentially('米粉', { delay: 30 }), input(desk.page, 'foods').pressSequentially('包子、豆浆', { delay: 20 })]);
        await until('both read the same', async () => {
            const [one, other] = await Promise.all([value(old.page, 'foods'), value(desk.page, 'foods')]);
            return one === other && [...'米粉包子、豆浆'].every((c) => one.includes(c)) && one.length === 7;
        });

        // What is private is not at the desk until the applicant shows it.
        await input(old.page, 'owner_identity').fill('11010519491231002X');
        await desk.page.locator(field('owner_identity')).getByText(/18 个字/).waitFor();
        assert.ok(!(await desk.page.content()).includes('11010519491231002X'));
        await old.page.locator(field('owner_identity')).getByRole('button', { name: new RegExp(h('form.show')) }).click();
        await until('it is shown', async () => (await value(desk.page, 'owner_identity')) === '11010519491231002X');

        // The helper types what the applicant says; pointing brings the field under the applicant's eyes.
        await input(desk.page, 'shop_name').fill('桂花早点');
        await input(desk.page, 'premises').fill('阳明北路18号');
        await input(desk.page, 'area').fill('32');
        await desk.page.locator(field('water')).getByText('自来水').click();
        await desk.page.locator(field('staff')).getByRole('button', { name: h('form.add') }).click();
        await desk.page.locator('.group-row input[type=text]').first().fill('王桂花');
        await desk.page.locator('.group-row input[type=date]').first().fill('2027-05-01');
        await desk.page.locator(field('has_disinfection')).getByRole('button', { name: new RegExp(h('form.point')) }).click();
        await old.page.locator(`.pressed${field('has_disinfection')}`).waitFor();
        await screenshot(old.page, 'help-4-pointed');
        await old.page.locator(field('has_disinfection')).getByRole('checkbox').check();
        await old.page.locator(field('shop_name')).getByText(/陈芳.*听您说的填/).waitFor();

        // A village helper beside the applicant comes by the QR code, and helps without leading.
        await button(desk.page, 'desk.invite').click();
        const link = await until('the link', () => desk.page.locator('.invite-link').inputValue({ timeout: 1000 }));
        await village.page.goto(link);
        await button(desk.page, 'desk.people').waitFor({ state: 'detached' });
        await desk.page.getByRole('button', { name: /进来/ }).click();
        await village.page.locator(field('shop_name')).waitFor();
        await input(village.page, 'shop_name').pressSequentially('店');
        await until('all three read it', async () => (await Promise.all([old, desk, village].map(({ page }) => value(page, 'shop_name')))).every((text) => text.includes('店') && text.length === 5));
        assert.equal(await village.page.getByRole('button', { name: h('form.check') }).count(), 0, 'only the applicant signs');
        await screenshot(desk.page, 'helpdesk-three');

        // Hostile text is text, everywhere.
        await input(desk.page, 'foods').fill(HOSTILE);
        await until('it is text', async () => (await value(old.page, 'foods')) === HOSTILE);
        for (const { page } of [old, desk, village])
            assert.equal(await page.evaluate(() => window.hacked), undefined);
        // Ten megabytes pasted: cut at the field's longest, with a word about it, and the page goes on.
        await input(old.page, 'foods').evaluate((element) => {
            element.value = '长'.repeat(3_500_000);
            element.dispatchEvent(new InputEvent('input', { bubbles: true }));
        });
        await old.page.getByText(h('too-long').replace('{n}', '300')).waitFor();
        await until('the rest is not there', async () => (await value(old.page, 'foods')).length === 300 && (await value(desk.page, 'foods')).length === 300);
        await input(desk.page, 'foods').fill('米粉、包子');
        await until('the foods', async () => (await value(old.page, 'foods')) === '米粉、包子');

        // A photograph of the shop: the camera with its frame, the server's word on it, kept all the same, and seen at the desk.
        await old.page.locator(field('shop_photo')).getByRole('button', { name: new RegExp(h('capture.start')) }).click();
        await old.page.locator('dialog.capture video').waitFor();
        await screenshot(old.page, 'help-5-capture');
        await old.page.getByRole('button', { name: h('capture.shoot').replace('{n}', '1') }).click();
        await old.page.locator('dialog.capture .capture-hint:not(:has-text("框"))').waitFor();
        await screenshot(old.page, 'help-5-capture-judged');
        await old.page.locator('dialog.capture').press('Escape');
        await old.page.locator(`${field('shop_photo')} img`).waitFor();
        await until('the helper sees the picture', () => desk.page.locator(`${field('shop_photo')} img`).evaluate((image) => image.complete && image.naturalWidth > 0));

        // Section by section the applicant says it is right, then signs and submits.
        for (const confirm of await old.page.locator('.confirm').all())
            await old.page.locator('.confirm').first().click().then(() => confirm);
        await until('all is confirmed', async () => (await old.page.locator('.confirm').count()) === 0);
        await button(old.page, 'form.check').click();
        const pad = old.page.locator('.signature-pad svg[role=img]');
        const box = await pad.boundingBox();
        await old.page.mouse.move(box.x + 30, box.y + 30);
        await old.page.mouse.down();
        for (let i = 1; i <= 12; i++)
            await old.page.mouse.move(box.x + 30 + i * 15, box.y + 30 + (i % 3) * 25);
        await old.page.mouse.up();
        await screenshot(old.page, 'help-5-signature');
        await button(old.page, 'form.sign.done').click();
        await button(old.page, 'form.submit').click();
        await old.page.getByText(/表已提交/).waitFor();
        await desk.page.getByText(/表已提交/).waitFor();
        await screenshot(old.page, 'help-6-submitted');

        await button(desk.page, 'desk.end').click();
        await desk.page.locator('dialog button[type=submit]').click();
        await old.page.getByRole('heading', { name: h('ended.title') }).waitFor();

        // What was submitted is an instance of the form's schema, its digest is in the ledger, and no log has a value.
        const admin = await stack.signIn('admin');
        const { cases } = await admin.ask('GET', `/api/cases?q=${encodeURIComponent('王桂花')}`);
        const { forms } = await admin.ask('GET', `/api/cases/${cases[0].id}/forms`);
        const submitted = await admin.ask('GET', `/api/documents/${forms[0].id}`);
        assert.equal(submitted.state, 'submitted');
        assert.equal(submitted.instance.area, 32);
        assert.equal(submitted.instance.staff[0].name, '王桂花');
        assert.match(submitted.sha256, /^[0-9a-f]{64}$/);
        assert.equal(submitted.document.fields.area.source, 'speech');
        assert.ok(!stack.logs(100000).includes('11010519491231002X') && !stack.logs(100000).includes('桂花早点'));
        for (const one of [old, desk, village])
            assert.deepEqual(one.faults, []);
    } finally {
        await browser.close();
    }
}));
