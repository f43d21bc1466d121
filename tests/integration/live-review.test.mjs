// An observer who watches a running visit on the review page is at most four seconds behind what happens on site, can look back while it runs and
// return to now; and the page asks for no more of the playlist than what is new.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchBrowser, person } from '../support/browser.mjs';
import { Applicant, assertNoFaults } from '../support/journey.mjs';
import { LiveClient } from '../support/live-client.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { ages, quantile, wallClockCamera, watchWallClock } from '../support/wall-clock.mjs';

const PLAYER = '[data-test="player"]';
const BEHIND_MAX_MS = 4000;

/** The newest pictures fit, of as many as come in a second or, on a busy machine, in longer. */
async function shows(page, what, fits) {
    const seen = [];
    await ages(page);
    return until(what, async () => {
        seen.push(...await ages(page));
        seen.splice(0, seen.length - 25);
        if (seen.length < 25 || !fits(quantile(seen, 0.5), quantile(seen, 0.95)))
            throw new Error(`median ${quantile(seen, 0.5)} ms, p95 ${quantile(seen, 0.95)} ms of ${seen.length}`);
        return seen;
    }, { timeoutMs: 120_000 });
}

test('live review: close behind, back while it runs, to now again, and to the end', () => withStack({}, async (stack) => {
    const browser = await launchBrowser();
    try {
        const { visit, link } = await stack.openVisit();
        const phone = await Applicant.arrive(browser);
        await wallClockCamera(phone.context);
        await phone.come(link);
        const inspector = await LiveClient.connect(await stack.signIn('zhangwei'));
        await inspector.hello({ visit: visit.id });
        const { participants } = await inspector.wait('room', (room) => room.participants.some(({ role }) => role === 'applicant'));
        await inspector.ask('admit', { participant: participants.find(({ role }) => role === 'applicant').id });
        await phone.inVisit();

        const observer = await stack.signIn('wuhao');
        const { page, context, faults } = await person(browser);
        await context.addCookies([{ name: 'yuntakan', value: observer.cookies.get('yuntakan'), url: stack.url }]);
        const playlists = [];
        page.on('response', async (answer) => {
            if (answer.url().includes('.parts.m3u8') && answer.ok())
                playlists.push({ address: answer.url(), length: (await answer.body().catch(() => '')).length });
        });
        const recording = await until('it is recorded', async () => (await observer.ask('GET', `/api/visits/${visit.id}`)).recording);
        await page.goto(new URL(`/review?visit=${visit.id}`, stack.url).href);
        await page.locator('[data-test="reason-ok"]').click();
        await page.locator('[data-test="live"]').click();
        await page.locator('[data-test="live"][aria-pressed="true"]').waitFor();
        await page.locator(PLAYER).waitFor();
        await watchWallClock(page, PLAYER);
        await shows(page, 'at most four seconds behind', (median, late) => median <= BEHIND_MAX_MS && late <= BEHIND_MAX_MS);

        // Long enough that an update leaves something out: it goes back by more than the updates reach.
        await until('32 s are recorded', async () => (await observer.ask('GET', `/api/recordings/${recording}`)).duration_ms > 32_000, { timeoutMs: 120_000 });
        await page.locator(PLAYER).focus();
        await page.keyboard.press('Home');
        await shows(page, 'the beginning, while it runs', (median) => median > 20_000);
        assert.equal(await page.locator('[data-test="live"]').getAttribute('aria-pressed'), 'false');
        await page.locator('[data-test="live"]').click();
        await shows(page, 'now again', (median, late) => median <= BEHIND_MAX_MS && late <= BEHIND_MAX_MS);

        const updates = playlists.filter(({ address }) => address.includes('_HLS_msn=') && address.includes('_HLS_skip=v2')).slice(-5);
        assert.ok(updates.length === 5 && updates.every(({ length }) => length < 8000), JSON.stringify(updates));

        await inspector.ask('visit-end', { conclusion: null });
        await page.locator('[data-test="live"]').waitFor({ state: 'detached' });
        await until('the end is played', () => page.evaluate((selector) => document.querySelector(selector).ended, PLAYER), { timeoutMs: 60_000 });
        assertNoFaults({ name: 'observer', faults });
    } finally {
        await browser.close();
    }
}));
