// node tests/harness/shoot.mjs applicant|staff OUT [name…]: pictures of every state, to be looked at by people.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const [page, out, ...only] = process.argv.slice(2);
const sizes = [{ width: 360, height: 740 }, { width: 1440, height: 900 }];
const server = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
    for (const viewport of sizes) {
        const tab = await browser.newPage({ viewport, deviceScaleFactor: viewport.width < 600 ? 2 : 1, timezoneId: 'Asia/Shanghai' });
        tab.on('console', (message) => { if (['error', 'warning'].includes(message.type())) console.log(message.text()); });
        tab.on('pageerror', (error) => console.log(String(error.stack)));
        await tab.goto(`${server.address}/harness/${page}.html`);
        await tab.waitForFunction(() => window.ready);
        const names = await tab.evaluate(() => window.names);
        for (const name of names.filter((entry) => only.length === 0 || only.includes(entry))) {
            for (const language of ['zh', 'en']) {
                await tab.evaluate(([n, l]) => window.show(n, l), [name, language]);
                const dir = join(out, `${viewport.width}`);
                mkdirSync(dir, { recursive: true });
                await tab.screenshot({ path: join(dir, `${name}.${language}.png`) });
            }
        }
    }
} finally {
    await browser.close();
    server.close();
}
