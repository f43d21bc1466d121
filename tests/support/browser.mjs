// Headless Chromium with a camera and a microphone that play files, for everything that needs a real browser.
import { X509Certificate, createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, stackCertificate } from './stack.mjs';
import { deskCamera, walkthrough } from './walkthrough.mjs';

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1440, height: 900 };

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Nothing leaves the machine: no updates, no sync, no QUIC; loopback is a network interface for WebRTC. */
/* Certificate errors are ignored by the verifier, not by ignoreHTTPSErrors alone: that starts every request of a new connection again and at last
 * gives one of them up (ERR_TOO_MANY_RETRIES), a style sheet for instance. */
const QUIET = ['--no-sandbox', '--ignore-certificate-errors', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--allow-loopback-in-peer-connection',
    '--autoplay-policy=no-user-gesture-required', '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows'];

/** A page's certificate is trusted by its key. Clicking its error away, as `ignoreHTTPSErrors` does, starts every request anew and
 *  loses some of them on a busy machine. */
function trust(certificate) {
    const key = new X509Certificate(readFileSync(certificate)).publicKey.export({ type: 'spki', format: 'der' });
    return `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`;
}

/** `camera`: {video, audio} files; null: Chromium's own test picture. `refuse`: the user says no to every question.
 *  `program`: another path to Chromium. `certificate`: PEM file of the server; default the one of every Stack. */
export async function launchBrowser({ camera = null, refuse = false, certificate = join(stackCertificate(), 'cert.pem'), program = CHROMIUM } = {}) {
    const args = [...QUIET, '--use-fake-device-for-media-stream', trust(certificate)];
    args.push(refuse ? '--deny-permission-prompts' : '--use-fake-ui-for-media-stream');
    if (camera)
        args.push(`--use-file-for-fake-video-capture=${camera.video}`, `--use-file-for-fake-audio-capture=${camera.audio}`);
    return chromium.launch({ executablePath: program, headless: true, args });
}

/** The applicant's phone: small picture for tests, so that several encoders fit on two cores. */
export function walkthroughCamera(size = { width: 640, height: 360, dwell: 4, walk: 2 }) {
    return walkthrough(join(build, 'media'), size);
}

/** The inspectors' webcam. */
export function officeCamera() { return deskCamera(join(build, 'media')); }

const XINFENG = { latitude: 25.3862, longitude: 114.9229, accuracy: 8 };

/** A context as a person's: viewport, language, permissions, an ear for errors in the page (`faults`). */
export async function person(browser, { viewport = DESKTOP, lang = 'zh-CN', permissions = ['camera', 'microphone', 'geolocation'] } = {}) {
    const phone = viewport.width < 600;
    const context = await browser.newContext({
        viewport, locale: lang, permissions, geolocation: XINFENG, timezoneId: 'Asia/Shanghai',
        isMobile: phone, hasTouch: phone, deviceScaleFactor: phone ? 2 : 1, acceptDownloads: true,
    });
    await keepPeers(context);
    const page = await context.newPage();
    const faults = [];

    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => faults.push(`${error.stack ?? error}`));
    // Asking who is signed in is how the page finds out that nobody is.
    const expected = (message) => message.location().url.endsWith('/api/me');
    page.on('console', (message) => { if (message.type() === 'error' && !expected(message)) faults.push(`${message.text()} ${message.location().url}`); });
    page.on('requestfailed', (request) => {
        const reason = request.failure()?.errorText ?? '';
        if (reason !== 'net::ERR_ABORTED') // what the page itself gave up, or a navigation
            faults.push(`${request.url()}: ${reason}`);
    });
    return { context, page, faults };
}

/** Pictures are for people to look at, and dear: they are made when YUNTAKAN_PICTURES is set (`all`: in English too). */
export const PICTURES = process.env.YUNTAKAN_PICTURES ?? '';

/** BUILD/screenshots/WIDTHxHEIGHT/NAME.png. */
export async function screenshot(page, name, options = {}) {
    if (!PICTURES)
        return;
    const { width, height } = page.viewportSize();
    const dir = join(build, 'screenshots', `${width}x${height}`);
    mkdirSync(dir, { recursive: true });
    await page.screenshot({ path: join(dir, `${name}.png`), ...options });
}

/** Decoded frames of a <video> so far; 0 when there is none. */
export function framesShown(page, selector) {
    return page.evaluate((s) => document.querySelector(s)?.getVideoPlaybackQuality?.().totalVideoFrames ?? 0, selector);
}

/** A number that tells pictures apart: mean brightness and detail of a <video>'s present frame. */
export function pictureOf(page, selector) {
    return page.evaluate((s) => {
        const video = document.querySelector(s);
        const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 });
        const context = canvas.getContext('2d');
        context.drawImage(video, 0, 0, 64, 36);
        const { data } = context.getImageData(0, 0, 64, 36);
        let sum = 0;
        let squares = 0;
        for (let i = 0; i < data.length; i += 4) {
            sum += data[i + 1];
            squares += data[i + 1] ** 2;
        }
        const mean = sum / (data.length / 4);
        return { mean, deviation: Math.sqrt(squares / (data.length / 4) - mean ** 2) };
    }, selector);
}

/** Keeps every RTCPeerConnection of the pages of a context, so that a test can ask what really arrives. Before the first page. */
export function keepPeers(context) {
    return context.addInitScript(() => {
        const Real = window.RTCPeerConnection;
        window.testPeers = [];
        window.RTCPeerConnection = class extends Real {
            constructor(...args) {
                super(...args);
                window.testPeers.push(this);
            }
        };
    });
}

/** What the page receives and sends over its open connection: frames, sound, bytes, the transport's state. */
export function mediaStats(page) {
    return page.evaluate(async () => {
        const peer = window.testPeers.filter((p) => p.connectionState !== 'closed').at(-1);
        const sum = { state: peer?.connectionState ?? 'none', frames: 0, sound: 0, videos: 0, sounds: 0, sent: 0, lost: 0, dtls: '', srtp: '' };
        for (const report of peer ? (await peer.getStats()).values() : []) {
            if (report.type === 'inbound-rtp' && report.kind === 'video') {
                sum.frames += report.framesDecoded ?? 0;
                sum.videos += report.framesDecoded > 0 ? 1 : 0;
                sum.lost += report.packetsLost ?? 0;
            } else if (report.type === 'inbound-rtp') {
                sum.sound += report.totalAudioEnergy ?? 0;
                sum.sounds += report.packetsReceived > 0 ? 1 : 0;
            } else if (report.type === 'outbound-rtp') {
                sum.sent += report.bytesSent ?? 0;
            } else if (report.type === 'transport') {
                sum.dtls = report.tlsVersion ?? '';
                sum.srtp = report.srtpCipher ?? '';
            }
        }
        return sum;
    });
}
