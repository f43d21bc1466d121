// Every state of every screen in a real browser, at 360×740 and 1440×900, in both languages, under the strict content policy:
// nothing overflows, everything that can be pressed is large enough and has a name, every word can be read.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { serve } from './harness/server.mjs';

const SIZES = [{ width: 360, height: 740 }, { width: 1440, height: 900 }];
/* Touch targets: 48 px for applicants, 32 px for staff. */
const PAGES = { applicant: 48, staff: 32 };

let server;
let browser;
before(async () => {
    server = await serve();
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
});
after(async () => {
    await browser?.close();
    server?.close();
});

/** Runs in the page: what is wrong with what it shows. */
function faultsOfPage(target) {
    const faults = [];
    const root = document.scrollingElement;
    if (root.scrollWidth > window.innerWidth + 1)
        faults.push(`wider than the screen: ${root.scrollWidth}`);
    const dialog = document.querySelector('dialog[open]');
    const scope = dialog ?? document;
    const visible = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';

    for (const element of scope.querySelectorAll('button, a[href], input, select, textarea, [role=slider]')) {
        if (!visible(element))
            continue;
        const own = element.matches('[type=checkbox], [type=radio]') ? element.closest('label') ?? element : element;
        const box = own.getBoundingClientRect();
        const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
        if (!name?.trim())
            faults.push(`no name: ${element.outerHTML.slice(0, 80)}`);
        if (box.height < target - 0.5)
            faults.push(`${Math.round(box.height)} px high: ${name.trim().slice(0, 20)}`);
        if (box.left < -1 || box.right > window.innerWidth + 1)
            faults.push(`outside the screen: ${name.trim().slice(0, 20)}`);
    }

    /* WCAG 2.2, 1.4.3, on the nearest opaque ground; over the moving picture the bars have their own. */
    const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
    const luminance = ({ r, g, b }) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const over = (top, bottom) => ({ r: top.r * top.a + bottom.r * (1 - top.a), g: top.g * top.a + bottom.g * (1 - top.a), b: top.b * top.a + bottom.b * (1 - top.a), a: 1 });
    const groundOf = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.a > 0)
                layers.push(color);
            if (color.a === 1)
                break;
        }
        return layers.reverse().reduce((ground, layer) => over(layer, ground), { r: 255, g: 255, b: 255, a: 1 });
    };
    const walker = document.createTreeWalker(dialog ?? document.getElementById('app'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.textContent.trim() || !visible(element) || element.closest('.visually-hidden, [disabled], kbd, svg, option'))
            continue;
        const style = getComputedStyle(element);
        const ground = groundOf(element);
        const ink = over(parse(style.color), ground);
        const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dark + 0.05);
        if (ratio < 4.5)
            faults.push(`contrast ${ratio.toFixed(2)}: ${walker.currentNode.textContent.trim().slice(0, 20)}`);
    }

    for (const [id, list] of Object.entries(Object.groupBy(scope.querySelectorAll('[id]'), (element) => element.id))) {
        if (list.length > 1)
            faults.push(`id twice: ${id}`);
    }
    if (!document.documentElement.lang)
        faults.push('no language');
    return faults;
}

for (const [page, target] of Object.entries(PAGES)) {
    for (const viewport of SIZES) {
        test(`${page} at ${viewport.width}×${viewport.height}: fits, can be pressed, can be read`, async () => {
            const tab = await browser.newPage({ viewport, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' });
            const errors = [];
            tab.on('pageerror', (error) => errors.push(String(error)));
            tab.on('console', (message) => {
                if (/Content.Security.Policy/i.test(message.text()))
                    errors.push(message.text());
            });
            await tab.goto(`${server.address}/harness/${page}.html`);
            await tab.waitForFunction(() => window.ready);
            const found = [];
            for (const name of await tab.evaluate(() => window.names)) {
                for (const language of ['zh', 'en']) {
                    await tab.evaluate(([n, l]) => window.show(n, l), [name, language]);
                    found.push(...(await tab.evaluate(faultsOfPage, target)).map((fault) => `${name}.${language}: ${fault}`));
                }
            }
            assert.deepEqual(errors, []);
            assert.deepEqual(found, []);
            await tab.close();
        });
    }
}

test('large type still fits the applicant’s phone', async () => {
    const tab = await browser.newPage({ viewport: SIZES[0] });
    await tab.goto(`${server.address}/harness/applicant.html`);
    await tab.waitForFunction(() => window.ready);
    const found = [];
    for (const name of await tab.evaluate(() => window.names)) {
        await tab.evaluate(([n, l]) => window.show(n, l, true), [name, 'zh']);
        found.push(...(await tab.evaluate(faultsOfPage, 48)).map((fault) => `${name}: ${fault}`));
    }
    assert.deepEqual(found, []);
    await tab.close();
});

test('the applicant’s page weighs at most 120 kB compressed, and brings neither player nor QR code', () => {
    const page = readFileSync(join(server.root, 'v.html'), 'utf8');
    const parts = [...page.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map((match) => match[1]);
    assert.ok(!parts.some((part) => /hls|qrcode/.test(part)));
    assert.ok(parts.length > 30, 'modules are named in the page, so that they come side by side');
    const bytes = [page, ...parts.map((part) => readFileSync(join(server.root, part)))].reduce((sum, part) => sum + gzipSync(part).length, 0);
    assert.ok(bytes <= 120_000, `${bytes} bytes`);
});
