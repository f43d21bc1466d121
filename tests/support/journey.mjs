// The people of an inspection and what each of them does on the pages: used by the browser tests and by the demo.
import assert from 'node:assert/strict';
import { DESKTOP, PHONE, framesShown, mediaStats, person, screenshot } from './browser.mjs';
import { PASSWORD } from './stack.mjs';
import { until } from './until.mjs';

const sources = new URL('../../web-client/src/i18n/', import.meta.url);
const { zh } = await import(new URL('zh.js', sources));
const { en } = await import(new URL('en.js', sources));

/** The words of a page as its reader sees them; "{n}" and the like stand for anything. */
function words(lang, key) {
    const text = (lang.startsWith('en') ? en : zh)[key];
    assert.ok(text, `no words for ${key}`);
    return new RegExp(`^\\s*${text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}\\s*$`);
}

class Person {
    static async arrive(browser, options) {
        const self = new this();
        Object.assign(self, options, await person(browser, options));
        return self;
    }

    words(key) { return words(this.lang, key); }
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
    static arrive(browser, account, options = {}) { return super.arrive(browser, { name: account, lang: 'zh-CN', account, viewport: DESKTOP, ...options }); }

    async signIn(url, password = PASSWORD) {
        await this.page.goto(new URL('/staff', url).href);
        await this.find('account').fill(this.account);
        await this.find('password').fill(password);
        await this.press('sign-in');
        await this.see('lobby');
    }

    async openRoom(visit) {
        await this.press('open-room', `[data-visit="${visit}"]`);
        await this.see('room');
    }

    async admit() { await this.press('admit'); }

    async startCheckpoint(code) {
        await this.press('checkpoint', `[data-code="${code}"]`);
        await this.press('checkpoint-start', `[data-code="${code}"]`);
    }

    async endCheckpoint(code) { await this.press('checkpoint-end', `[data-code="${code}"]`); }

    async find_(code, result, note) {
        await this.press(`result-${result}`, `[data-code="${code}"]`);
        if (note) {
            await this.find('note', `[data-code="${code}"]`).fill(note);
            await this.find('note', `[data-code="${code}"]`).blur();
        }
    }

    /** Frames of the site's picture so far. */
    siteFrames() { return framesShown(this.page, `video${hook('site-video')}`); }
}

/** No page of these people complained to its console. */
export function assertNoFaults(...people) {
    for (const someone of people)
        assert.deepEqual(someone.faults, [], `errors in the page of ${someone.name}`);
}
