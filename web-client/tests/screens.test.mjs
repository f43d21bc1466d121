// Every state of every screen in a real browser, at 360×740 and 1440×900, in both languages, under the strict content policy:
// nothing overflows, everything that can be pressed is large enough and has a name, every word can be read, and axe finds no violation of WCAG 2.2 AA.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { serve } from './harness/server.mjs';

const SIZES = [{ width: 360, height: 740 }, { width: 1440, height: 900 }];
/* Touch targets: 48 px for applicants, 32 px for staff. */
const PAGES = { applicant: 48, help: 48, staff: 32, helpdesk: 32, review: 32, archive: 32 };
/* axe takes its time. These see it in both languages at both sizes; every other state in Chinese on the phone and in English on the desktop. */
const WHOLE = ['welcome', 'visit', 'choose', 'form', 'desk', 'room', 'list'];
/* What axe checks by itself: WCAG 2.2, levels A and AA. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

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
        const own = element.matches('[type=checkbox], [type=radio], [type=file]') ? element.closest('label') ?? element : element;
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

/** Runs in the page. */
async function violations(tags) {
    const { violations: found } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], preload: false });
    return found.flatMap(({ id, nodes }) => nodes.map((node) => `axe ${id}: ${node.html.slice(0, 120)} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`));
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
            await tab.evaluate(axe);
            const found = [];
            for (const name of await tab.evaluate(() => window.names)) {
                for (const language of ['zh', 'en']) {
                    await tab.evaluate(([n, l]) => window.show(n, l), [name, language]);
                    const faults = await tab.evaluate(faultsOfPage, target);
                    if (WHOLE.includes(name) || (language === 'zh') === (viewport.width < 600))
                        faults.push(...await tab.evaluate(violations, WCAG));
                    found.push(...faults.map((fault) => `${name}.${language}: ${fault}`));
                }
            }
            assert.deepEqual(errors, []);
            assert.deepEqual(found, []);
            assert.equal(await tab.evaluate(() => window.hacked), undefined, 'what people write is text');
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

test('the first page, as it is', async () => {
    for (const viewport of SIZES) {
        const tab = await browser.newPage({ viewport, reducedMotion: 'reduce' });
        for (const language of ['zh', 'en']) {
            await tab.goto(`${server.address}/?lang=${language}`);
            await tab.locator('h1').waitFor();
            await tab.evaluate(axe);
            assert.deepEqual([...await tab.evaluate(faultsOfPage, 40), ...await tab.evaluate(violations, WCAG)], [], language);
        }
        await tab.close();
    }
});

test('by keyboard alone: everything on the form is reached in reading order and seen to be, a dialog keeps the focus, a signature is written', async () => {
    const tab = await browser.newPage({ viewport: SIZES[0], reducedMotion: 'reduce' });
    await tab.goto(`${server.address}/harness/help.html`);
    await tab.waitForFunction(() => window.ready);
    await tab.evaluate(() => window.show('form-pointed', 'zh'));
    const wanted = await tab.evaluate(() => [...document.querySelectorAll('#app :is(button, a[href], input, select, textarea, summary, [tabindex="0"])')]
        .filter((element) => element.getClientRects().length > 0 && !element.disabled && (element.type !== 'radio' || element.checked)).map((element, n) => (element.dataset.stop = String(n)) && n));
    const reached = [];
    while (reached.at(-1) !== wanted.at(-1) && reached.length < 2 * wanted.length) {
        await tab.keyboard.press('Tab');
        const stop = await tab.evaluate(() => {
            const element = document.activeElement;
            return getComputedStyle(element).outlineStyle === 'none' ? `no focus to be seen: ${element.outerHTML.slice(0, 80)}` : Number(element.dataset.stop);
        });
        /* A date has several stops of its own. */
        if (stop !== reached.at(-1))
            reached.push(stop);
    }
    assert.deepEqual(reached, wanted);

    await tab.evaluate(() => window.show('sign', 'zh'));
    const inDialog = [];
    for (let n = 0; n < 6; n++) {
        await tab.keyboard.press('Tab');
        inDialog.push(await tab.evaluate(() => document.activeElement.closest('dialog') !== null || document.activeElement === document.body));
    }
    assert.ok(inDialog.every(Boolean));
    const pad = tab.locator('.signature-pad svg[role=img]');
    await pad.focus();
    await tab.keyboard.press('Space');
    for (let n = 0; n < 4; n++)
        await tab.keyboard.press('ArrowRight');
    assert.deepEqual(await tab.evaluate(() => [window.strokes.length, window.strokes.at(-1)]), [2, [250, 500, 275, 500, 300, 500, 325, 500, 350, 500]]);
    await tab.close();
});

/** The parts that a page names, each once: its address, whether it may wait, and its bytes as they go over the network with this coding. */
function partsOf(name, suffix) {
    const page = readFileSync(join(server.root, `${name}.html`), 'utf8');
    const named = [...page.matchAll(/<(?:link|script)[^>]*(?:href|src)="(\/[^"]+)"[^>]*>/g)].map(([tag, address]) => ({ address, later: tag.includes('fetchpriority="low"') }));
    return [{ address: `/${name}.html`, later: false }, ...named].map((part) => {
        const file = join(server.root, part.address);
        return { ...part, bytes: statSync(existsSync(`${file}${suffix}`) ? `${file}${suffix}` : file).size };
    });
}

for (const name of ['v', 'help']) {
    test(`/${name} weighs at most 120 kB compressed, and brings neither player nor QR code`, () => {
        for (const suffix of ['.br', '.gz']) {
            const parts = partsOf(name, suffix);
            const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
            assert.ok(bytes <= 120_000, `${suffix}: ${bytes} bytes`);
            assert.ok(!parts.some(({ address }) => /hls|qrcode/.test(address)));
            assert.ok(parts.length > 30, 'modules are named in the page, so that they come side by side');
        }
    });
}

test('what is compressed is what is there', () => {
    for (const address of ['/src/pages/help.js', '/help.html', '/styles/help.css']) {
        const plain = readFileSync(join(server.root, address));
        assert.deepEqual(brotliDecompressSync(readFileSync(join(server.root, `${address}.br`))), plain);
        assert.deepEqual(gunzipSync(readFileSync(join(server.root, `${address}.gz`))), plain);
    }
});

test('the first view of assisted service needs little: the form and the call come after it', () => {
    const first = partsOf('help', '.br').filter((part) => !part.later);
    const bytes = first.reduce((sum, part) => sum + part.bytes, 0);
    assert.ok(first.length <= 22 && bytes <= 35_000, `${first.length} files, ${bytes} bytes`);
});
