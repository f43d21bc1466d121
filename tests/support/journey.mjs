// The people of an inspection and what each of them does on the pages: used by the browser tests and by the demo.
import assert from 'node:assert/strict';
import { DESKTOP, PHONE, framesShown, mediaStats, person, screenshot } from './browser.mjs';
import { PASSWORD } from './stack.mjs';
import { until } from './until.mjs';

const sources = new URL('../../web-client/src/i18n/', import.meta.url);
const { zh } = await import(new URL('zh.js', sources));
const { en } = await import(new URL('en.js', sources));

/** The words of a page as its reader sees them, as a pattern: "{n}" and the like stand for anything. */
function pattern(lang, key) {
    const text = (lang.startsWith('en') ? en : zh)[key];
    assert.ok(text, `no words for ${key}`);
    return text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
}

class Person {
    static async arrive(browser, options) {
        const self = new this();
        Object.assign(self, options, await person(browser, options));
        return self;
    }

    words(key) { return new RegExp(`^\\s*${pattern(this.lang, key)}\\s*$`); }
    /** Words of a button that shows its key beside them. */
    wordsWithKey(key) { return new RegExp(`^\\s*${pattern(this.lang, key)}`); }
    button(key) { return this.page.getByRole('button', { name: this.words(key) }).first(); }
    heading(key) { return this.page.getByRole('heading', { name: this.words(key) }).first(); }
    see(key) { return this.page.getByText(this.words(key)).first().waitFor(); }
    press(key) { return this.button(key).click(); }
    photograph(name) { return screenshot(this.page, this.shots ? `${this.shots}-${name}` : name); }
    media() { return mediaStats(this.page); }

    /** Frames are decoded and sound is heard, of at least so many others. */
    async seesAndHears({ videos, sounds }, timeoutMs = 30_000) {
        const before = await this.media();
        return until(`${this.name} sees ${videos} and hears ${sounds}`, async () => {
            const now = await this.media();
            const moving = videos === 0 || now.frames > before.frames;
            return now.state === 'connected' && moving && now.videos >= videos && now.sounds >= sounds && now.sound > before.sound ? now : null;
        }, { timeoutMs });
    }

    leave() { return this.context.close(); }
}

export class Applicant extends Person {
    static arrive(browser, options = {}) { return super.arrive(browser, { name: 'applicant', lang: 'zh-CN', viewport: PHONE, ...options }); }

    async open(link) {
        await this.page.goto(link);
        await this.heading('welcome.title').waitFor();
    }

    async agree() {
        await this.page.locator('#consent').check();
        await this.press('consent.start');
        await this.heading('check.title').waitFor();
    }

    /** Camera, microphone, network and location are all found good, or good enough. */
    async check() {
        await until('the device check', async () => (await this.page.locator('.check-row.good, .check-row.attention').count()) === 4);
    }

    async wait() {
        await this.press('check.enter');
        await this.heading('waiting.title').waitFor();
    }

    async inVisit() { await this.page.locator('.visit video.site').waitFor(); }

    /** The guide of the check point is there, in large type. */
    async seesGuide(text) { await this.page.locator('.guide').getByText(text).first().waitFor(); }

    async seesTheEnd() { await this.heading('ended.title').waitFor(); }

    /** All the way into the waiting room. */
    async come(link) {
        await this.open(link);
        await this.agree();
        await this.check();
        await this.wait();
    }
}

export class Inspector extends Person {
    static arrive(browser, account, options = {}) {
        return super.arrive(browser, { name: account, account, lang: 'zh-CN', viewport: DESKTOP, ...options });
    }

    async signIn(url, password = PASSWORD) {
        await this.page.goto(new URL('/staff', url).href);
        await this.page.locator('#account').fill(this.account);
        await this.page.locator('#password').fill(password);
        await this.press('sign-in.enter');
        await this.page.locator('.desk').waitFor();
    }

    /** The card of somebody who waits, on the desk. */
    async seesWaiting(caseNumber) { await this.page.locator('.waiting-card', { hasText: caseNumber }).waitFor(); }

    async openRoom(caseNumber) {
        await this.page.locator('tr', { hasText: caseNumber }).getByRole('button', { name: this.words('desk.enter') }).click();
        await this.page.locator('.room').waitFor();
    }

    async admitInRoom() { await this.page.locator('.over').getByRole('button', { name: this.words('room.admit') }).click(); }

    async seesRecording(timeoutMs = 30_000) { await this.page.locator('.rec.on').waitFor({ timeout: timeoutMs }); }
    async seesAlarm(timeoutMs = 60_000) { await this.page.locator('.rec.alarm').waitFor({ timeout: timeoutMs }); }

    /** The room speaks with the server (again). */
    async isConnected(timeoutMs = 30_000) {
        await until('the room is connected', async () => (await this.page.getByText(this.words('room.line-lost')).count()) === 0, { timeoutMs });
    }

    /** Opens a check point of the list, by its place from 1. */
    async select(number) {
        const point = this.page.locator('.checklist .point').nth(number - 1);
        if (!/selected/.test(await point.getAttribute('class')))
            await point.locator('.point-head').click();
        await point.locator('.point-body').waitFor();
        return point;
    }

    async startCheckpoint(number) {
        const point = await this.select(number);
        await point.getByRole('button', { name: this.wordsWithKey('room.point.start') }).click();
        await point.locator('.now').waitFor();
    }

    async endCheckpoint(number) {
        const point = await this.select(number);
        await point.getByRole('button', { name: this.wordsWithKey('room.point.end') }).click();
        await point.locator('.now').waitFor({ state: 'detached' });
    }

    async judge(number, result, note) {
        const point = await this.select(number);
        await point.locator(`.result-button.${result}`).click();
        await this.page.locator('#note').fill(note);
        await this.page.locator('#note').blur();
        await point.locator('.saved').getByText(this.words('room.saved-by')).waitFor();
    }

    /** A still of the open check point; resolves when the picture has come. */
    async takeStill() {
        const before = await this.page.locator('.stills img').count();
        await this.page.locator('.stage-bar button.main').first().click();
        await until('the still has come', async () => (await this.page.locator('.stills img').count()) > before, { timeoutMs: 60_000 });
        await until('the still is shown', () => this.page.locator('.stills img').last().evaluate((image) => image.naturalWidth > 0), { timeoutMs: 30_000 });
    }

    /** Drags the timeline back to a part of it, 0 to 1; resolves when the past plays. */
    async rewind(place = 0.3) {
        const track = this.page.locator('.timeline svg.track');
        const { width, height } = await track.boundingBox();
        await track.click({ position: { x: width * place, y: height / 2 } });
        await this.page.locator('.site.rewind video.replay').waitFor();
        await until('the past plays', async () => (await framesShown(this.page, 'video.replay')) > 5, { timeoutMs: 60_000 });
    }

    async backToLive() {
        await this.page.locator('.timeline').getByRole('button', { name: this.wordsWithKey('room.live') }).click();
        await this.page.locator('.site.live').waitFor();
    }

    async endVisit(conclusion = '') {
        await this.page.locator('.room-top button.danger').click();
        await this.page.locator('#conclusion').fill(conclusion);
        await this.page.getByRole('dialog').getByRole('button', { name: this.words('room.end.yes') }).click();
        await this.heading('room.ended.title').waitFor();
    }

    hook(name) { return this.page.locator(`[data-test="${name}"]`); }

    /** Finds a case on the review page by words and opens its visit. */
    async findInReview(url, words, caseNumber = words) {
        await this.page.goto(new URL('/review', url).href);
        await this.hook('search').fill(words);
        await this.hook('search-go').click();
        await this.page.locator(`[data-test="result-row"][data-case="${caseNumber}"]`).locator('[data-test="review-visit"]').first().click();
        await this.hook('reason-ok').click();
        await this.hook('verdict').waitFor({ timeout: 60_000 });
    }

    verdict() { return this.hook('verdict').getAttribute('data-verdict'); }

    /** Plays a check point from the list; resolves with the position (s) once it moves. */
    async playCheckpoint(code) {
        const position = () => this.page.evaluate(() => document.querySelector('[data-test="player"]').currentTime);
        const before = await framesShown(this.page, '[data-test="player"]');
        await this.page.locator(`[data-test="checkpoint"][data-code="${code}"]`).click();
        const start = await position();
        await until(`${code} plays`, async () => (await framesShown(this.page, '[data-test="player"]')) > before + 5 && (await position()) > start, { timeoutMs: 60_000 });
        return position();
    }

    async downloadExport(path) {
        const [download] = await Promise.all([this.page.waitForEvent('download'), this.hook('export').click()]);
        await download.saveAs(path);
    }

    /** Frames of the site's live picture so far. */
    siteFrames() { return framesShown(this.page, 'video.live'); }
}

/** No page of these people complained to its console. */
export function assertNoFaults(...people) {
    for (const someone of people)
        assert.deepEqual(someone.faults, [], `errors in the page of ${someone.name}`);
}
