// The feed to the recorder, with a recorder made of a socket: framing, tracks, sender reports, key frames, reconnecting.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '../support/browser.mjs';
import { Caller, MediaServer, servePage } from '../support/media-server.mjs';
import { until } from '../support/until.mjs';

/** Accepts one feed at a time and takes its frames apart (RFC 4571). */
class FakeRecorder {
    constructor(path) { Object.assign(this, { path, control: [], rtp: [], rtcp: [], feeds: 0 }); }

    async open() {
        this.server = createServer((socket) => {
            let bytes = Buffer.alloc(0);
            this.socket = socket;
            this.feeds += 1;
            socket.on('error', () => {});
            socket.on('data', (chunk) => {
                bytes = Buffer.concat([bytes, chunk]);
                while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
                    this.#frame(bytes.subarray(2, 2 + bytes.readUInt16BE(0)));
                    bytes = bytes.subarray(2 + bytes.readUInt16BE(0));
                }
            });
        });
        await new Promise((resolve) => this.server.listen(this.path, resolve));
    }

    #frame(frame) {
        if (frame[0] === 0x7b)
            this.control.push(JSON.parse(frame.toString()));
        else if (frame[1] >= 192 && frame[1] <= 223)
            this.rtcp.push(Buffer.from(frame));
        else
            this.rtp.push({ ssrc: frame.readUInt32BE(8), sequence: frame.readUInt16BE(2), payloadType: frame[1] & 0x7f, header: frame[0],
                idr: (frame.subarray(12 + (frame[0] & 0x10 ? 4 + 4 * frame.readUInt16BE(14) : 0))[0] & 0x1f) });
    }

    forget() { Object.assign(this, { control: [], rtp: [], rtcp: [] }); }
    track(kind) { return this.control.findLast((frame) => frame.type === 'track' && frame.kind === kind); }
    packets(kind) { return this.rtp.filter((packet) => packet.ssrc === this.track(kind)?.ssrc); }

    askForKeyFrame(ssrc) {
        const frame = Buffer.from([0, 12, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0]);
        frame.writeUInt32BE(ssrc, 10);
        this.socket.write(frame);
    }

    async close() {
        this.socket?.destroy();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

describe('feed to the recorder', () => {
    let browser, media, page, recorder, applicant;

    before(async () => {
        [browser, media, page] = await Promise.all([launchBrowser(), new MediaServer().start(), servePage()]);
        recorder = new FakeRecorder(join(media.data, 'sockets/feed.sock'));
        await media.request('PUT', '/rooms/visit', {});
    });
    after(async () => {
        await browser?.close();
        page?.close();
        await recorder?.close();
        await media?.stop();
    });

    const feedState = async () => (await media.request('GET', '/rooms/visit')).json.feed?.state;

    test('connects when the recorder comes up, and repeats the tracks', async () => {
        const put = await media.request('PUT', '/rooms/visit/feed', { socket: recorder.path, recording: 'rec-1' });
        assert.equal(put.status, 200);
        assert.equal(await feedState(), 'lost');
        applicant = await Caller.open(browser, page.url, media, 'visit', 'applicant', { order: 0, slots: 0 });
        await until('connected', async () => (await applicant.state()) === 'connected');
        await recorder.open();
        await until('both tracks', () => recorder.track('audio') && recorder.track('video'));

        assert.deepEqual(recorder.control[0], { type: 'feed', recording: 'rec-1', room: 'visit' });
        const video = recorder.track('video');
        assert.deepEqual({ ...video, ssrc: 0, payload_type: 0, fmtp: '', cname: '' }, { type: 'track', ssrc: 0, participant: 'applicant', order: 0, camera: false,
            kind: 'video', codec: 'H264', payload_type: 0, clock_rate: 90000, fmtp: '', cname: '' });
        assert.match(video.fmtp, /packetization-mode=1/);
        assert.equal(video.cname, recorder.track('audio').cname);
        assert.ok(video.cname.length > 0);
        assert.equal(recorder.track('audio').clock_rate, 48000);
        assert.equal(await feedState(), 'connected');
    });

    test('packets come with the publisher\'s own numbers, and its sender reports', async () => {
        recorder.forget();
        applicant.sentBefore = await applicant.sent('video');
        await recorder.socket.pause();
        await until('some seconds of media wait', async () => (await applicant.sent('video')).framesSent > applicant.sentBefore.framesSent + 30);
        recorder.socket.resume(); // a recorder that stalled for a while gets everything
        await until('packets', () => recorder.rtp.length > 200);
        for (const ssrc of new Set(recorder.rtp.map((packet) => packet.ssrc))) {
            const numbers = recorder.rtp.filter((packet) => packet.ssrc === ssrc).map((packet) => packet.sequence);
            numbers.slice(1).forEach((number, i) => assert.equal(number, (numbers[i] + 1) & 0xffff));
        }
        const { ssrc } = await applicant.sent('video');
        assert.ok(recorder.rtp.some((packet) => packet.ssrc === ssrc));
        const report = await until('a sender report', () => recorder.rtcp.find((packet) => packet[1] === 200 && packet.readUInt32BE(4) === ssrc));
        const ntpSeconds = report.readUInt32BE(8) - 2208988800;
        assert.ok(Math.abs(ntpSeconds - Date.now() / 1000) < 3600, `${ntpSeconds}`);
        assert.ok(!recorder.control.some((frame) => frame.type === 'overflow'));
    });

    test('the recorder\'s request makes a key frame', async () => {
        const { ssrc, keyFramesEncoded } = await applicant.sent('video');
        recorder.forget();
        recorder.askForKeyFrame(ssrc);
        await until('a key frame', async () => (await applicant.sent('video')).keyFramesEncoded > keyFramesEncoded);
        await until('its parameter sets at the recorder', () => recorder.rtp.some((p) => p.ssrc === ssrc && [7, 24].includes(p.idr)));
        recorder.askForKeyFrame(4711); // of nobody
        recorder.socket.write(Buffer.from([0, 3, 1, 2, 3])); // no RTCP
    });

    test('comes back after the recorder was lost; a frame too long ends the connection', async () => {
        const { ssrc } = recorder.track('video') ?? await applicant.sent('video');
        const { feeds } = recorder;
        await recorder.close();
        await until('lost', () => media.last('feed').state === 'lost');
        recorder.forget();
        await recorder.open();
        await until('a new feed with its tracks', () => recorder.feeds > feeds && recorder.track('video')?.ssrc === ssrc);
        assert.equal(recorder.control[0].type, 'feed');
        await until('packets flow', () => recorder.packets('video').length > 10);
        recorder.forget();
        recorder.socket.write(Buffer.from([0xff, 0xff]));
        await until('another feed', () => recorder.feeds > feeds + 1 && recorder.control[0]?.type === 'feed');
    });

    test('says when a track ends', async () => {
        await until('the tracks again', () => recorder.track('video'));
        const { ssrc } = recorder.track('video');
        await media.request('DELETE', applicant.location);
        await until('track-ended', () => recorder.control.some((frame) => frame.type === 'track-ended' && frame.ssrc === ssrc));
        const ended = new Promise((resolve) => recorder.socket.once('close', resolve));
        assert.equal((await media.request('DELETE', '/rooms/visit/feed')).status, 200);
        await ended;
        assert.equal(await feedState(), undefined);
    });
});
