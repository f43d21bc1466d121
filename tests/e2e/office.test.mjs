// The office and the applicant's pages beside the visit, as people use them; a picture of every page for people to look at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, PHONE, PICTURES, launchBrowser, person, screenshot } from '../support/browser.mjs';
import { signedVisit } from '../support/signed-visit.mjs';
import { PASSWORD, withStack } from '../support/stack.mjs';

const { catalogues } = await import(new URL('../../web-client/src/i18n/office.js', import.meta.url));
const o = (key) => catalogues.zh[key];

/** The page at both sizes; in English too when YUNTAKAN_PICTURES=all. */
async function pictures(page, name, path, ready, url) {
    for (const lang of PICTURES === 'all' ? ['en', 'zh'] : ['zh']) {
        const { href, hash } = new URL(path.replace('?', `?lang=${lang}&`), url);
        if (hash && page.url().split('#')[0] === href.split('#')[0]) {
            await page.evaluate((place) => { location.hash = place; }, hash);
        } else {
            await page.goto('about:blank');
            await page.goto(href);
        }
        if (path.startsWith('/office'))
            await page.locator(`.sections a[aria-current][href="#${hash.slice(1).split('/')[0]}"]`).waitFor();
        await page.locator(ready).first().waitFor();
        for (const viewport of [PHONE, DESKTOP]) {
            await page.setViewportSize(viewport);
            await screenshot(page, `${name}.${lang}`, { fullPage: true });
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name} ${lang}: nothing is wider than the screen`);
        }
    }
}

async function signIn(page, url, account) {
    await page.goto(new URL('/office', url).href);
    await page.locator('#account').fill(account);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('form button[type=submit]').click();
    await page.locator('.sections').waitFor();
}

const button = (page, key) => page.getByRole('button', { name: o(key), exact: true }).first();

test('the office and the applicant, from the catalogue to a correction that is accepted', () => withStack({}, async (stack) => {
    const { visit } = await signedVisit(stack);
    const admin = await stack.signIn('admin');
    const link = await admin.ask('POST', `/api/cases/${visit.case}/links`, {});
    const fresh = await admin.ask('POST', '/api/cases', { case_number: 'XF-NEW', item_code: 'MKT-01', applicant: '李桂香', premises: '桂香米粉店' });
    const booking = await admin.ask('POST', `/api/cases/${fresh.id}/links`, {});
    const browser = await launchBrowser({});
    try {
        const { page, faults } = await person(browser, { viewport: DESKTOP });
        await signIn(page, stack.url, 'admin');
        await page.locator('a[href="#catalogue"]').click();
        await page.locator('a[href="#catalogue/MKT-01"]').click();
        await page.locator('#name_zh').fill('食品经营许可（新版）');
        await page.locator('#name_zh').press('Tab');
        await page.locator('.phone h2').first().getByText('食品经营许可（新版）').waitFor();
        await button(page, 'catalogue.publish').click();
        await page.getByText(o('catalogue.published').replace('{n}', '2')).waitFor();
        assert.match(page.url(), /#catalogue\/MKT-01\/2$/);
        await page.locator('a[href="#appointments"]').click();
        await page.locator('#weekday').selectOption('3');
        await page.locator('input[name=staff]').first().check();
        await button(page, 'slots.add').click();
        await page.getByText(o('slots.added')).waitFor();

        // The applicant's phone: books a time; corrects a point with a picture over the ghost of the old one.
        const phone = await person(browser, { viewport: PHONE });
        await phone.page.goto(new URL(booking.path, stack.url).href);
        await button(phone.page, 'book.choose').click();
        await phone.page.locator('fieldset').nth(1).locator('button').first().click();
        await screenshot(phone.page, 'my-book', { fullPage: true });
        await button(phone.page, 'book.go').click();
        await phone.page.getByText(o('book.yours')).waitFor();
        await phone.page.goto('about:blank');
        await phone.page.goto(new URL(link.path, stack.url).href);
        await phone.page.locator('.point-card img').waitFor();
        await screenshot(phone.page, 'my-rectification', { fullPage: true });
        await button(phone.page, 'rect.answer').click();
        await button(phone.page, 'rect.camera').click();
        await phone.page.waitForFunction(() => document.querySelector('.ghost-camera video')?.videoWidth > 0);
        await screenshot(phone.page, 'my-camera');
        await button(phone.page, 'rect.shoot').click();
        await phone.page.locator('.thumbs img').waitFor();
        await phone.page.locator('#words').fill('已贴标识');
        await button(phone.page, 'rect.send').click();
        await phone.page.getByText(o('rect.done')).waitFor();

        const desk = await person(browser, { viewport: DESKTOP });
        await signIn(desk.page, stack.url, 'zhangwei');
        await desk.page.locator('a[href="#rectifications"]').click();
        await desk.page.locator('a[href^="#rectifications/"]').click();
        await desk.page.locator('.pairs img').nth(1).waitFor();
        await screenshot(desk.page, 'office-rectification', { fullPage: true });
        await button(desk.page, 'rects.accept').click();
        await desk.page.getByText(o('rects.decided')).waitFor();

        await phone.page.reload();
        await phone.page.getByRole('button', { name: o('score.5'), exact: true }).click();
        await button(phone.page, 'eval.go').click();
        await phone.page.getByText(o('eval.done')).waitFor();
        await desk.page.goto(new URL(`/office#cases/${visit.case}`, stack.url).href);
        await desk.page.locator('.mini-stills img').first().waitFor();
        assert.ok(await desk.page.locator('tr.missing').count() > 0, 'required check points that were not filmed are seen to be missing');
        await desk.page.getByText(o('score.5')).waitFor();

        await desk.page.locator('a[href="#turns"]').click();
        await desk.page.locator('#name').fill('王芳');
        await button(desk.page, 'turns.add').click();
        await desk.page.locator('tbody tr').waitFor();
        await button(desk.page, 'turns.next').click();
        await button(desk.page, 'turns.begin').waitFor();
        await pictures(phone.page, 'display', '/display?', '.hall li b', stack.url);
        await pictures(phone.page, 'display-own', '/display?number=1', '.hall .own', stack.url);

        await pictures(page, 'office-case', `/office?#cases/${visit.case}`, '.mini-stills img', stack.url);
        for (const [section, ready] of [['cases', 'tbody tr'], ['audits', 'h1'], ['figures', '.tiles dd'], ['users', 'details'], ['keys', '#name'], ['trail', 'tbody tr'], ['mine', '#password'], ['turns', 'tbody tr']])
            await pictures(page, `office-${section}`, `/office?#${section}`, ready, stack.url);
        await pictures(page, 'office-catalogue', '/office?#catalogue', 'a[href="#catalogue/MKT-01"]', stack.url);
        await pictures(page, 'office-item', '/office?#catalogue/MKT-01', '.phone li', stack.url);
        await pictures(page, 'office-appointments', '/office?#appointments', '#weekday', stack.url);
        await pictures(page, 'office-deliveries', '/office?#deliveries', '#url', stack.url);
        await pictures(phone.page, 'guide', '/guide?item=MKT-01', '.prep-guide li', stack.url);
        await pictures(phone.page, 'my', `/my?${link.path.slice(link.path.indexOf('#'))}`, '.point-card', stack.url);
        assert.deepEqual([...faults, ...phone.faults, ...desk.faults], []);
    } finally {
        await browser.close();
    }
}));
