// yuntakan-media alone, with its events, and browsers that speak to it without the rest of the product.
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon, testEnvironment } from './daemon.mjs';
import { unixRequest } from './http.mjs';
import { build } from './stack.mjs';
import { until } from './until.mjs';

export class MediaServer {
    /** @param {...string} args further arguments of the daemon; `wrap` and `listen` may be set before start() */
    constructor(...args) {
        this.args = args;
        this.listen = '127.0.0.1';
        this.data = mkdtempSync(join(tmpdir(), 'yuntakan-media-'));
        this.socket = join(this.data, 'sockets/media.sock');
        this.events = [];
        this.port = 0;
    }

    async start() {
        this.daemon = new Daemon({
            name: 'media', program: join(build, 'media-server/yuntakan-media'), log: join(this.data, 'media.log'), env: testEnvironment(build), wrap: this.wrap,
            args: ['--data', this.data, '--listen', this.listen, '--udp-port', String(this.port), '--workers', '1', ...this.args],
        });
        await this.daemon.start();
        this.port = Number(/udp=(\d+)/.exec(this.daemon.readyLine)[1]);
        await this.#hearEvents();
        return this;
    }

    /** Reads /events until the daemon ends. */
    async #hearEvents() {
        const response = await new Promise((resolve, reject) => {
            http.get({ socketPath: this.socket, path: '/events', headers: { host: 'localhost' } }, resolve).once('error', reject);
        });
        let text = '';
        response.setEncoding('utf8');
        response.on('error', () => {});
        response.on('data', (chunk) => {
            const lines = (text + chunk).split('\n');
            text = lines.pop();
            this.events.push(...lines.map((line) => JSON.parse(line)));
        });
        const known = this.events.length;
        await until('hello on /events', () => this.events.slice(known).some((event) => event.type === 'hello'));
    }

    request(method, path, body, headers) { return unixRequest(this.socket, method, path, body, headers); }
    offer(room, { participant, publish = 1, order = 0 }, sdp) {
        return this.request('POST', `/rooms/${room}/connections?participant=${participant}&publish=${publish}&order=${order}`, sdp,
            { 'content-type': 'application/sdp' });
    }

    /** The last event that fits. */
    last(type, fields = {}) {
        return this.events.findLast((event) => event.type === type && Object.entries(fields).every(([k, v]) => event[k] === v));
    }

    async metric(name) {
        const { text } = await this.request('GET', '/metrics');
        return Number(new RegExp(`^yuntakan_media_${name} (\\d+)$`, 'm').exec(text)[1]);
    }

    async stop() {
        await this.daemon.stop();
        const report = this.daemon.sanitizerReport();
        if (report)
            throw new Error(report);
        rmSync(this.data, { recursive: true, force: true });
    }
}

const PAGE = '<!doctype html><meta charset="utf-8"><title>media</title><body></body>';

/** A page on a secure origin (127.0.0.1), for getUserMedia. */
export async function servePage() {
    const server = http.createServer((request, response) => response.setHeader('content-type', 'text/html').end(PAGE));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** One participant in a page of its own: publishes a camera and receives on slots. `options.configuration`: of its RTCPeerConnection. `options.port`: its datagrams go there, as to a Netsim or UdpRelay. */
export class Caller {
    static async open(browser, url, media, room, participant, options = {}) {
        const caller = Object.assign(new Caller(), { media, room, participant, options });
        caller.context = await browser.newContext({ permissions: ['camera', 'microphone'] });
        caller.page = await caller.context.newPage();
        await caller.page.goto(url);
        await caller.call();
        return caller;
    }

    /** Offers anew; the former RTCPeerConnection, if any, is left open as after a change of network: the server ends it. */
    async call() {
        const { send = true, slots = 2, codec = null, configuration = {}, order = 0, layers = null, video = { width: 320, height: 180, frameRate: 15 } } = this.options;
        const sdp = await this.page.evaluate(async ({ send, slots, codec, video, layers, configuration }) => {
            const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', ...configuration });
            (window.former ??= []).push(window.pc);
            window.pc = pc;
            document.body.replaceChildren();
            if (send) {
                window.camera ??= await navigator.mediaDevices.getUserMedia({ audio: true, video });
                for (const track of window.camera.getTracks()) {
                    const transceiver = pc.addTransceiver(track, { direction: 'sendonly', streams: [window.camera],
                        ...(layers && track.kind === 'video' ? { sendEncodings: layers } : {}) });
                    if (track.kind === 'video' && codec)
                        transceiver.setCodecPreferences(RTCRtpSender.getCapabilities('video').codecs
                            .filter((c) => c.mimeType === codec || c.mimeType === 'video/rtx'));
                }
            }
            for (let i = 0; i < slots; i++) {
                for (const kind of ['audio', 'video']) {
                    const { receiver } = pc.addTransceiver(kind, { direction: 'recvonly' });
                    const element = Object.assign(document.createElement(kind), { id: `${kind}${i}`, autoplay: true, muted: true });
                    element.srcObject = new MediaStream([receiver.track]);
                    document.body.append(element);
                }
            }
            await pc.setLocalDescription();
            return pc.localDescription.sdp;
        }, { send, slots, codec, video, layers, configuration });
        const answer = await this.media.offer(this.room, { participant: this.participant, publish: send ? 1 : 0, order }, sdp);
        if (answer.status !== 201)
            throw new Error(`offer of ${this.participant}: ${answer.status} ${answer.text}`);
        this.location = answer.headers.location;
        this.answer = this.options.port ? answer.text.replaceAll(` ${this.media.port} typ host`, ` ${this.options.port} typ host`) : answer.text;
        await this.page.evaluate((text) => window.pc.setRemoteDescription({ type: 'answer', sdp: text }), this.answer);
        return this;
    }

    /** Statistics of the received slots of one kind, in the order of the lines. */
    received(kind = 'video') {
        return this.page.evaluate(async (wanted) => {
            const found = [];
            for (const transceiver of window.pc.getTransceivers()) {
                if (transceiver.receiver.track.kind !== wanted || transceiver.direction !== 'recvonly')
                    continue;
                for (const entry of (await transceiver.receiver.getStats()).values())
                    if (entry.type === 'inbound-rtp')
                        found.push({ ...entry, mid: transceiver.mid });
            }
            return found;
        }, kind);
    }

    async framesDecoded(slot = 0) { return (await this.received('video'))[slot]?.framesDecoded ?? 0; }

    /** Statistics of what it publishes. */
    sent(kind = 'video') {
        return this.page.evaluate(async (wanted) => {
            for (const entry of (await window.pc.getStats()).values())
                if (entry.type === 'outbound-rtp' && entry.kind === wanted)
                    return entry;
            return null;
        }, kind);
    }

    state() { return this.page.evaluate(() => window.pc.connectionState); }
    close() { return this.context.close(); }
}
