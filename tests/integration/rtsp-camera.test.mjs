// A fixed camera in a room of the media server: a real RTSP server (gst-rtsp-server), its death and return, and everywhere the server must not be
// led to.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { MediaServer } from '../support/media-server.mjs';
import { RtspCamera } from '../support/rtsp-camera.mjs';
import { until } from '../support/until.mjs';
import { Peer } from '../support/webrtcbin-peer.mjs';

const ROOM = 'site';
let media;

before(async () => {
    media = await new MediaServer('--camera-networks', '127.0.0.0/8').start();
    assert.equal((await media.request('PUT', `/rooms/${ROOM}`, {})).status, 201);
});
after(() => media.stop());

const put = (camera, url, extra = {}) => media.request('PUT', `/rooms/${ROOM}/cameras/${camera}`, { url, order: 1, ...extra });
const remove = (camera) => media.request('DELETE', `/rooms/${ROOM}/cameras/${camera}`);
const state = (camera, wanted) => until(`${camera} is ${wanted}`, () => {
    const last = media.last('camera', { camera });
    return last?.state === wanted && last;
}, { timeoutMs: 60_000 });

/** A TCP server that answers the first request with `answer(text)` and counts who knocks. */
async function listener(answer) {
    const server = createServer((socket) => {
        server.knocks++;
        socket.on('error', () => {});
        socket.on('data', (chunk) => { server.heard += chunk; socket.write(answer?.(String(chunk)) ?? ''); });
    });
    server.knocks = 0;
    server.heard = '';
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.port = server.address().port;
    return server;
}

test('a camera publishes, dies, comes back, and is seen all along by the same subscriber', async () => {
    const camera = await new RtspCamera('--sound').start();
    assert.equal((await put('lobby', camera.url)).status, 201);
    assert.equal((await put('lobby', camera.url)).status, 200, 'the same again changes nothing');
    await state('lobby', 'live');
    await until('picture and sound', () => media.last('tracks', { participant: 'lobby' })?.tracks.filter((track) => track.active).length === 2);

    const viewer = Peer.inRoom(media, 'subscribe', ROOM, 'viewer', '--seconds', '120', '--frames', '120');
    await viewer.connected();
    await until('the viewer has the camera', () => media.last('slots', { participant: 'viewer' })?.slots.every((slot) => slot.participant === 'lobby'));

    await camera.kill();
    assert.equal((await state('lobby', 'lost')).reason, 'ended');
    assert.ok(media.last('camera', { camera: 'lobby' }).retry_ms >= 1000);
    await camera.start();
    await state('lobby', 'live');
    const seen = await viewer.end();
    assert.equal(seen.code, 0, JSON.stringify(seen));
    assert.equal(seen.width, 640);

    assert.equal((await remove('lobby')).status, 200);
    assert.equal((await remove('lobby')).json.code, 'camera/not-found');
    assert.deepEqual((await media.request('GET', `/rooms/${ROOM}`)).json.cameras, []);
    await camera.kill();
});

test('passwords work, are not shown and not logged', async () => {
    const camera = await new RtspCamera('--user', 'admin', '--password', 'p@ss:word-7').start();
    const wrong = await put('gate', camera.url.replace('rtsp://', 'rtsp://admin:nearly-right@'));
    assert.equal(wrong.json.address, `rtsp://127.0.0.1:${camera.port}/…`);
    assert.equal((await state('gate', 'lost')).reason, 'unauthorized');
    assert.equal((await put('gate', camera.url.replace('rtsp://', 'rtsp://admin:p%40ss%3Aword-7@'))).status, 201, 'another URL takes its place');
    await state('gate', 'live');
    await remove('gate');
    await camera.kill();
    const everything = JSON.stringify(media.events) + media.daemon.text();
    for (const secret of ['nearly-right', 'p@ss', 'p%40ss', 'admin', '/live'])
        assert.ok(!everything.includes(secret), `${secret} is told to nobody`);
});

test('what cannot be used is named', async () => {
    const vp8 = await new RtspCamera('--codec', 'vp8').start();
    await put('vp8', vp8.url);
    assert.equal((await state('vp8', 'lost')).reason, 'no-h264');
    await put('vp8', vp8.url.replace('/live', '/nothing'));
    await until('not found', () => media.last('camera', { camera: 'vp8' }).reason === 'not-found');
    await vp8.kill();
    await until('unreachable', () => media.last('camera', { camera: 'vp8' }).reason === 'unreachable', { timeoutMs: 60_000 });
    await remove('vp8');

    assert.equal((await put('odd', 'http://127.0.0.1/')).json.code, 'camera/url');
    assert.equal((await put('odd', 'rtspt://127.0.0.1/')).json.code, 'camera/url');
    assert.equal((await put('odd', 5)).json.code, 'camera/url');
    assert.equal((await put('o%20d', 'rtsp://127.0.0.1/')).json.code, 'media/bad-body');
    assert.equal((await put('odd', 'rtsp://127.0.0.1/', { order: -1 })).json.code, 'media/bad-body');
    for (const i of [1, 2, 3, 4])
        assert.equal((await put(`many-${i}`, 'rtsp://127.0.0.1:1/')).status, 201);
    assert.equal((await put('many-5', 'rtsp://127.0.0.1:1/')).json.code, 'camera/limit');
    for (const i of [1, 2, 3, 4])
        await remove(`many-${i}`);
});

test('nobody is reached outside the allowed networks', async () => {
    for (const host of ['10.0.0.1', '192.168.1.1', '169.254.169.254', '0.0.0.0', '[::1]', '[fe80::1]', '[::ffff:10.0.0.1]', '[::ffff:169.254.169.254]', '255.255.255.255'])
        assert.equal((await put('out', `rtsp://${host}/`)).json.code, 'camera/network', host);
    // Names and shorthands are judged by what they stand for, and by all of it.
    for (const host of ['localhost.invalid', '10.1', '167772161'])
        await put('out', `rtsp://${host}/`).then(async () => {
            const lost = await state('out', 'lost');
            assert.ok(['unknown-host', 'network'].includes(lost.reason), `${host}: ${lost.reason}`);
            assert.equal(lost.retry_ms, null, 'and not tried again');
            await remove('out');
        });
    // An address that is allowed as mapped IPv6 is IPv4 and goes on.
    assert.equal((await put('mapped', 'rtsp://[::ffff:127.0.0.1]:1/')).status, 201);
    await remove('mapped');
});

test('a camera cannot send the server elsewhere', async () => {
    const elsewhere = await listener();
    const redirect = await listener((text) => {
        const sequence = /CSeq: *(\d+)/i.exec(text)?.[1] ?? 1;
        return `RTSP/1.0 302 Moved Temporarily\r\nCSeq: ${sequence}\r\nLocation: rtsp://127.0.0.2:${elsewhere.port}/x\r\n\r\n`;
    });
    const target = createServer(() => { target.knocks++; });
    target.knocks = 0;
    await new Promise((resolve) => target.listen(elsewhere.port, '127.0.0.2', resolve));
    await put('liar', `rtsp://u:secret@127.0.0.1:${redirect.port}/a`);
    await until('it was asked and asked again', () => redirect.knocks >= 2 || media.last('camera', { camera: 'liar' })?.state === 'lost', { timeoutMs: 60_000 });
    await state('liar', 'lost');
    assert.equal(target.knocks + elsewhere.knocks, 0, 'nobody else was asked');

    // A description whose streams are elsewhere: control URL, and a transport with UDP to somebody.
    const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\na=control:rtsp://127.0.0.2:${elsewhere.port}/\r\n`
        + `m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:rtsp://127.0.0.2:${elsewhere.port}/track1\r\n`;
    const crooked = await listener((text) => text.split('\r\n\r\n').filter(Boolean).map((one) => {
        const sequence = /CSeq: *(\d+)/i.exec(one)?.[1] ?? 1;
        const head = `RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\n`;
        if (one.startsWith('DESCRIBE'))
            return `${head}Content-Type: application/sdp\r\nContent-Base: rtsp://127.0.0.2:${elsewhere.port}/\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
        if (one.startsWith('SETUP'))
            return `${head}Session: 1\r\nTransport: RTP/AVP;unicast;client_port=5000-5001;server_port=${elsewhere.port}-${elsewhere.port + 1};source=127.0.0.2\r\n\r\n`;
        return `${head}Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\nSession: 1\r\n\r\n`;
    }).join(''));
    await put('crooked', `rtsp://127.0.0.1:${crooked.port}/a`);
    await state('crooked', 'lost');
    assert.ok(crooked.heard.includes('DESCRIBE'), crooked.heard);
    assert.equal(target.knocks + elsewhere.knocks, 0, 'nobody else was asked');
    await Promise.all(['liar', 'crooked'].map(remove));
    for (const server of [elsewhere, redirect, target, crooked]) {
        server.close();
        server.closeAllConnections?.();
    }
});

test('without allowed networks there are no cameras', async () => {
    const closed = await new MediaServer().start();
    await closed.request('PUT', `/rooms/${ROOM}`, {});
    const refused = await closed.request('PUT', `/rooms/${ROOM}/cameras/c`, { url: 'rtsp://127.0.0.1/' });
    assert.equal(refused.status, 403);
    assert.equal(refused.json.code, 'camera/disabled');
    assert.match(refused.json.title_zh, /摄像头/);
    await closed.stop();
});
