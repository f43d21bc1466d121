// The office and the applicant's pages beside the visit, as people use them; a picture of every page for people to look at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, PHONE, launchBrowser, person, screenshot } from '../support/browser.mjs';
import { PASSWORD, withStack } from '../support/stack.mjs';

const { catalogues } = await import(new URL('../../web-client/src/i18n/office.js', import.meta.url));
const o = (key) => catalogues.zh[key];

/** The page at both sizes and in both languages. */
async function pictures(page, name, path, ready, url) {
    for (const viewport of [PHONE, DESKTOP]) {
        await page.setViewportSize(viewport);
        for (const lang of ['en', 'zh']) {
            await page.goto('about:blank');
            await page.goto(new URL(path.replace('?', `?lang=${lang}&`), url).href);
            await page.locator(ready).first().waitFor();
            await screenshot(page, `${name}.${lang}`, { fullPage: true });
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${name} ${lang}: nothing is wider than the screen`);
        }
    }
}

test('an item is edited, looked at as the applicant sees it, and published', () => withStack({ only: ['signaling'] }, async (stack) => {
    await stack.addStaff();
    const browser = await launchBrowser({});
    try {
        const { page, faults } = await person(browser, { viewport: DESKTOP });
        await page.goto(new URL('/office', stack.url).href);
        await page.locator('#account').fill('admin');
        await page.locator('#password').fill(PASSWORD);
        await page.locator('form button[type=submit]').click();
        await page.locator('a[href="#catalogue/MKT-01"]').click();
        await page.locator('#name_zh').fill('食品经营许可（新版）');
        await page.locator('#name_zh').press('Tab');
        await page.locator('.phone h2').first().getByText('食品经营许可（新版）').waitFor();
        await page.getByRole('button', { name: o('catalogue.publish'), exact: true }).click();
        await page.getByText(o('catalogue.published').replace('{n}', '2')).waitFor();
        assert.match(page.url(), /#catalogue\/MKT-01\/2$/);
        await pictures(page, 'office-catalogue', '/office?#catalogue', 'a[href="#catalogue/MKT-01"]', stack.url);
        await pictures(page, 'office-item', '/office?#catalogue/MKT-01', '.phone li', stack.url);
        const phone = await person(browser, { viewport: PHONE });
        await pictures(phone.page, 'guide', '/guide?item=MKT-01', '.prep-guide li', stack.url);
        assert.deepEqual([...faults, ...phone.faults], []);
    } finally {
        await browser.close();
    }
}));
