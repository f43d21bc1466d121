// One call under measurement: a page that publishes a camera, a page that receives it, each behind a netsim of its own, and what the receiver saw and
// heard in a span of time. The relay between them is any object with publish(sdp) and subscribe(answerTo), so that two relays meet the same conditions.
import { Netsim } from './netsim.mjs';
import { until } from './until.mjs';

export const VIDEO = { width: 640, height: 360, frameRate: 25 };

/** Runs in the page: tells every frame's time, so that a standstill is seen however short it is. */
function watchFrames() {
    const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true, playsInline: true });
    window.shown = [];
    document.body.append(video);
    const next = (now) => {
        window.shown.push(performance.timeOrigin + now);
        video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    window.video = video;
}

/** The statistics that are compared, of the newest inbound or outbound streams. */
async function readStats() {
    const found = { video: null, audio: null, sent: null, rtt: null };
    for (const entry of (await window.pc.getStats()).values()) {
        if (entry.type === 'inbound-rtp')
            found[entry.kind] = entry;
        else if (entry.type === 'outbound-rtp' && entry.kind === 'video')
            found.sent = entry;
        else if (entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded')
            found.rtt = entry.currentRoundTripTime;
    }
    return found;
}

/** Puts a netsim in front of the relay's candidate and names it in the SDP instead; whatever else the SDP offers is left out. */
async function behind(sdp, seed, networks) {
    const candidate = /^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host.*$/im.exec(sdp);
    if (!candidate)
        throw new Error(`no candidate in ${sdp}`);
    const network = await Netsim.open(Number(candidate[2]), { seed, targetIp: candidate[1] });
    networks.push(network);
    let first = true;
    const lines = sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate') && !line.startsWith('a=end-of-candidates')).flatMap((line) => {
        if (!line.startsWith('a=ice-pwd') || !first)
            return [line];
        first = false;
        return [line, `a=candidate:1 1 udp 2130706431 127.0.0.1 ${network.port} typ host`, 'a=end-of-candidates'];
    });
    return { sdp: lines.join('\r\n'), network };
}

export class NetworkCall {
    /** `keepSize`: the encoder may drop frames, not pixels, so that a new part of the recording has another reason.
     *  @param {{ browser, url, relay, seed?: number, keepSize?: boolean }} options */
    static async open({ browser, url, relay, seed = 1, keepSize = false }) {
        const call = Object.assign(new NetworkCall(), { relay, keepSize, networks: [] });
        call.context = await browser.newContext({ permissions: ['camera', 'microphone'] });
        [call.publisher, call.subscriber] = [await call.context.newPage(), await call.context.newPage()];
        await Promise.all([call.publisher.goto(url), call.subscriber.goto(url)]);
        await call.#publish(seed);
        await call.#subscribe(seed + 1);
        await until('the first picture', async () => (await call.shown()).length > 10, { timeoutMs: 40_000 });
        return call;
    }

    async #publish(seed) {
        const offer = await this.publisher.evaluate(async (video) => {
            window.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
            const camera = await navigator.mediaDevices.getUserMedia({ audio: true, video });
            for (const track of camera.getTracks()) {
                const line = window.pc.addTransceiver(track, { direction: 'sendonly', streams: [camera] });
                if (track.kind === 'video')
                    line.setCodecPreferences(RTCRtpSender.getCapabilities('video').codecs.filter((c) => /H264|rtx/.test(c.mimeType)));
            }
            await window.pc.setLocalDescription();
            return window.pc.localDescription.sdp;
        }, VIDEO);
        const { sdp, network } = await behind(await this.relay.publish(offer), seed, this.networks);
        this.uplink = network;
        await this.publisher.evaluate(async ([answer, rate, keep]) => {
            await window.pc.setRemoteDescription({ type: 'answer', sdp: answer });
            const sender = window.pc.getSenders().find((one) => one.track?.kind === 'video');
            const parameters = sender.getParameters();
            parameters.encodings[0].maxBitrate = rate;
            if (keep)
                parameters.degradationPreference = 'maintain-resolution';
            await sender.setParameters(parameters);
        }, [sdp, 1_500_000, this.keepSize]);
    }

    /** Either the page offers to receive (WHEP), or it answers the relay's offer; `subscribe` gets the functions for both. */
    async #subscribe(seed) {
        const { subscriber } = this;
        await subscriber.evaluate(watchFrames);
        const prepare = () => subscriber.evaluate(() => {
            window.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
            window.pc.addEventListener('track', ({ track }) => {
                if (track.kind === 'video')
                    window.video.srcObject = new MediaStream([track]);
                else {
                    const audio = Object.assign(document.createElement('audio'), { autoplay: true });
                    audio.srcObject = new MediaStream([track]);
                    document.body.append(audio);
                }
            });
        });
        await prepare();
        await this.relay.subscribe({
            offer: () => subscriber.evaluate(async () => {
                for (const kind of ['audio', 'video'])
                    window.pc.addTransceiver(kind, { direction: 'recvonly' });
                await window.pc.setLocalDescription();
                return window.pc.localDescription.sdp;
            }),
            accept: async (answer) => {
                const { sdp, network } = await behind(answer, seed, this.networks);
                this.downlink = network;
                await subscriber.evaluate((text) => window.pc.setRemoteDescription({ type: 'answer', sdp: text }), sdp);
            },
            answer: async (offer) => {
                const { sdp, network } = await behind(offer, seed, this.networks);
                this.downlink = network;
                return subscriber.evaluate(async (text) => {
                    await window.pc.setRemoteDescription({ type: 'offer', sdp: text });
                    await window.pc.setLocalDescription();
                    return window.pc.localDescription.sdp;
                }, sdp);
            },
        });
    }

    shown() { return this.subscriber.evaluate(() => window.shown); }

    /** Measures while `during` runs (it says how long). */
    async measure(during) {
        const read = () => Promise.all([this.subscriber.evaluate(readStats), this.publisher.evaluate(readStats)]);
        const [before, sentBefore] = await read();
        const from = Date.now();
        await during();
        const [after, sentAfter] = await read();
        const to = Date.now();
        const times = (await this.shown()).filter((at) => at >= from && at <= to);
        const edges = [from, ...times, to];
        const gaps = edges.slice(1).map((at, i) => at - edges[i]);
        const of = (kind, key) => (after[kind]?.[key] ?? 0) - (before[kind]?.[key] ?? 0);
        const samples = of('audio', 'totalSamplesReceived');
        const concealed = of('audio', 'concealedSamples') - of('audio', 'silentConcealedSamples');
        return {
            seconds: (to - from) / 1000,
            frames_sent: (sentAfter.sent?.framesEncoded ?? 0) - (sentBefore.sent?.framesEncoded ?? 0),
            frames_decoded: of('video', 'framesDecoded'),
            frames_shown: times.length,
            freezes: of('video', 'freezeCount'),
            frozen_s: of('video', 'totalFreezesDuration'),
            longest_gap_ms: Math.round(Math.max(...gaps)),
            concealed_percent: samples > 0 ? 100 * concealed / samples : 100,
            received_kbps: Math.round(of('video', 'bytesReceived') * 8 / (to - from)),
            picture: `${after.video?.frameWidth ?? 0}x${after.video?.frameHeight ?? 0}`,
            pli: of('video', 'pliCount'), nack: of('video', 'nackCount'), packets_lost: of('video', 'packetsLost'),
            shown: times, from, to,
        };
    }

    async close() {
        await this.context.close();
        await Promise.all(this.networks.map((network) => network.close()));
    }
}
