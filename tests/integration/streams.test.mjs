// WHIP and WHEP through the public port with an independent WebRTC stack, the pages, playback, and yuntakanctl: all against the real daemons.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { testEnvironment } from '../support/daemon.mjs';
import { LiveClient } from '../support/live-client.mjs';
import { build, PASSWORD, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const token = (path) => decodeURIComponent(path.slice(path.indexOf('#') + 1));
const OFFER = readFileSync(new URL('../vectors/sdp/webrtcbin-1.22.sdp', import.meta.url), 'utf8').replace(/\r?\n/g, '\r\n');
const UFRAG = /a=ice-ufrag:(\S+)/.exec(OFFER)[1];
const FRAGMENT = 'application/trickle-ice-sdpfrag';

/** A visit that an inspector has opened by admitting its applicant; made with the operator's tool. */
async function liveVisit(stack) {
    const number = `WH-${Date.now()}`;
    const opened = stack.ctl('case', 'add', '--number', number, '--item', 'MKT-01', '--applicant', '王芳', '--premises', '芳姐小厨');
    const visit = stack.ctl('visit', 'schedule', opened.case, '--at', '+0', '--inspectors', 'zhangwei,liujing');
    const invitation = stack.ctl('visit', 'invite', visit.visit, '--qr');
    const applicant = await LiveClient.connect(stack.client());
    await applicant.hello({ invitation: token(invitation.path) });
    await applicant.ask('consent', { notice: '2026-01' });
    await applicant.ask('wait');
    const inspector = await LiveClient.connect(await stack.signIn('zhangwei'));
    await inspector.hello({ visit: visit.visit });
    await inspector.ask('admit', { participant: applicant.welcome.participant });
    await inspector.wait('room', (room) => room.visit.state === 'live');
    return { id: visit.visit, applicant, inspector };
}

function peer(stack, role, path, bearer, ...options) {
    // GStreamer, libnice and curl keep what they allocate for good.
    const env = { ...testEnvironment(build), ASAN_OPTIONS: 'detect_leaks=0' };
    const child = spawn(join(build, 'tests/peers/webrtcbin-peer'),
        [role, '--url', `${stack.url}${path}`, '--bearer', bearer, '--insecure', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const running = { child, output: '' };
    for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => { running.output += chunk; });
    running.ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, output: running.output })));
    return running;
}

test('an encoder publishes by WHIP, the room and a WHEP player get it', () => withStack({}, async (stack) => {
    const visit = await liveVisit(stack);
    const publish = stack.ctl('visit', 'stream', visit.id, '--allow', 'publish', '--name', '固定摄像头');
    const play = stack.ctl('visit', 'stream', visit.id, '--allow', 'subscribe');

    assert.equal(publish.path, `/whip/${visit.id}`);
    const camera = peer(stack, 'publish', publish.path, publish.token, '--seconds', '60');
    try {
        await until('the encoder is connected', () => camera.output.includes('connected\n'));
        await visit.inspector.wait('room', (room) => room.participants.some((p) => p.name === '固定摄像头' && p.state === 'connected'));
        const viewer = await peer(stack, 'subscribe', play.path, play.token, '--seconds', '40', '--frames', '30').ended;
        assert.equal(viewer.code, 0, viewer.output);
    } finally {
        camera.child.kill('SIGKILL');
        await camera.ended;
    }
}));

test('WHIP and WHEP answer as RFC 9725 says, and refuse with reasons', () => withStack({}, async (stack) => {
    const visit = await liveVisit(stack);
    const anybody = stack.client();
    const publish = stack.ctl('visit', 'stream', visit.id, '--allow', 'publish');
    const play = stack.ctl('visit', 'stream', visit.id, '--allow', 'subscribe');
    const bearer = (of, more = {}) => ({ authorization: `Bearer ${of.token}`, 'content-type': 'application/sdp', ...more });
    const post = (path, headers, body = OFFER) => anybody.request('POST', path, body, headers);

    const preflight = await anybody.request('OPTIONS', publish.path);
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.equal(preflight.headers['accept-post'], 'application/sdp');
    assert.match(preflight.headers['access-control-allow-headers'], /Authorization/);

    for (const [headers, status, code] of [
        [{ 'content-type': 'application/sdp' }, 401, 'stream-token/invalid'],
        [bearer({ token: 'nonsense' }), 401, 'stream-token/invalid'],
        [bearer(play), 401, 'stream-token/invalid'],
        [bearer(publish, { 'content-type': 'text/plain' }), 415, 'request/content-type'],
    ]) {
        const refused = await post(publish.path, headers);
        assert.deepEqual([refused.status, refused.json?.code], [status, code]);
        assert.equal(refused.headers['access-control-allow-origin'], '*');
    }
    for (const body of ['', 'v=0\r\n', 'a=ice-ufrag:abcd\r\nnonsense', OFFER.replace(/H264|OPUS|opus/g, 'XYZ')]) {
        const refused = await post(publish.path, bearer(publish), body);
        assert.deepEqual([refused.status, refused.json?.code], [400, 'media/refused'], body.slice(0, 40));
    }
    assert.equal((await post(publish.path, bearer(publish), 'x'.repeat(70_000))).status, 413);
    assert.equal((await anybody.request('GET', publish.path)).status, 405);
    const elsewhere = await post('/whip/018bcfe5-6800-7000-8000-000000000000', bearer(publish));
    assert.equal(elsewhere.status, 401);

    const made = await post(publish.path, bearer(publish));
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers['content-type'], 'application/sdp');
    assert.match(made.headers.location, new RegExp(`^${publish.path}/[^/]+$`));
    assert.match(made.text, /^v=0\r\n/);

    const patch = (headers, body) => anybody.request('PATCH', made.headers.location, body, bearer(publish, { 'content-type': FRAGMENT, ...headers }));
    const trickle = `a=ice-ufrag:${UFRAG}\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n`
        + 'a=candidate:1 1 UDP 2122252543 127.0.0.1 50000 typ host\r\na=end-of-candidates\r\n';
    assert.equal((await patch({}, trickle)).status, 428);
    assert.equal((await patch({ 'if-match': '"other"' }, trickle)).status, 412);
    assert.equal((await patch({ 'if-match': made.headers.etag }, trickle)).status, 204);
    assert.equal((await patch({ 'if-match': made.headers.etag }, 'nonsense')).status, 400);
    assert.equal((await patch({ 'if-match': made.headers.etag, 'content-type': 'application/sdp' }, trickle)).status, 415);
    const restarted = await patch({ 'if-match': '*' }, 'a=ice-ufrag:newU\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n');
    assert.equal(restarted.status, 200, restarted.text);
    assert.equal(restarted.headers['content-type'], FRAGMENT);
    assert.match(restarted.text, /a=ice-ufrag:/);
    assert.notEqual(restarted.headers.etag, made.headers.etag);
    assert.equal((await patch({ 'if-match': restarted.headers.etag }, trickle)).status, 412); // the old session's

    const foreign = await anybody.request('DELETE', made.headers.location.replace('/whip/', '/whep/'), undefined, bearer(play));
    assert.equal(foreign.status, 404);
    const remove = () => anybody.request('DELETE', made.headers.location, undefined, bearer(publish));
    assert.equal((await remove()).status, 200);
    assert.equal((await remove()).status, 404);

    await visit.inspector.ask('visit-end', { conclusion: null });
    const late = await post(publish.path, bearer(publish));
    assert.equal(late.status, 409, late.text);
}));

test('pages come with their safety headers, playback only to who may', () => withStack({}, async (stack) => {
    const visit = await liveVisit(stack);
    const anybody = stack.client();
    const { recording } = visit.inspector.last.room.recording;

    for (const [path, type] of [['/', 'text/html'], ['/staff', 'text/html'], ['/v', 'text/html'], ['/src/pages/staff.js', 'text/javascript']]) {
        const page = await anybody.request('GET', path);
        assert.deepEqual([page.status, page.headers['content-type'].split(';')[0]], [200, type], path);
        assert.match(page.headers['content-security-policy'], /script-src 'self'/);
        assert.equal((await anybody.request('GET', path, undefined, { 'if-none-match': page.headers.etag })).status, 304);
        assert.equal((await anybody.request('HEAD', path)).headers['content-length'], String(page.bytes.length));
    }
    const small = await anybody.request('GET', '/src/pages/staff.js', undefined, { 'accept-encoding': 'gzip, br' });
    assert.deepEqual([small.headers['content-encoding'], small.headers.vary], ['br', 'Accept-Encoding']);
    assert.deepEqual(brotliDecompressSync(small.bytes), (await anybody.request('GET', '/src/pages/staff.js')).bytes);
    assert.equal((await anybody.request('GET', '/src/pages/staff.js.br')).status, 404);
    for (const path of ['/nothing', '/..%2fdata%2fsecret.key', '/src/../../data/secret.key', '/api/nothing'])
        assert.equal((await anybody.request('GET', path)).status, 404, path);
    assert.equal((await anybody.request('GET', '/api/sign-in')).status, 405);

    const inspector = await stack.signIn('liujing');
    const base = `/api/recordings/${recording}`;
    await until('the recording began', async () => (await inspector.request('GET', base)).json?.recording === recording);
    assert.equal((await anybody.request('GET', base)).json.code, 'access/required');
    assert.equal((await (await stack.signIn('zhaomin')).request('GET', `${base}/index`)).json.code, 'visit/not-assigned');
    assert.equal((await (await stack.signIn('wuhao')).request('GET', `${base}/index`)).status, 200);
    assert.equal((await inspector.request('GET', `${base}/files/..%2f..%2fsecret.key`)).status, 404);
    assert.equal((await inspector.request('GET', `${base}/entries`)).status, 404);
    const ledger = await inspector.request('GET', `${base}/files/ledger.jsonl`, undefined, { range: 'bytes=0-9' });
    assert.deepEqual([ledger.status, ledger.bytes.length], [206, 10]);

    await visit.inspector.ask('visit-end', { conclusion: '通过' });
    await until('the recording ended', async () => (await inspector.request('GET', base)).json.state === 'ended');
    const file = join(stack.dir, 'export.zip');
    const exported = stack.ctl('recording', 'export', recording, '-o', file);
    assert.equal(exported.bytes, readFileSync(file).length);
    assert.ok(!existsSync(`${file}.part`));
    rmSync(file);

    await stack.kill9('recorder');
    assert.equal((await inspector.request('GET', base)).json.code, 'http/upstream');
    await stack.restart('recorder');
    await until('the recorder is back', async () => (await inspector.request('GET', base)).status === 200);
}));

test('yuntakanctl says what is wrong, in the operator\'s language', () => withStack({}, async (stack) => {
    const env = { YUNTAKAN_SERVER: stack.url, YUNTAKAN_CA: join(stack.data, 'tls/cert.pem'), YUNTAKAN_ACCOUNT: 'admin', YUNTAKAN_PASSWORD: PASSWORD, XDG_CONFIG_HOME: join(stack.dir, 'config') };
    const ctl = (status, args, more = {}) => stack.run('tools/yuntakanctl', args, { status, env: { ...env, ...more } });
    const visit = '018bcfe5-6800-7000-8000-000000000000';

    assert.match(ctl(1, ['visit', 'show', visit], { LC_ALL: 'zh_CN.UTF-8' }).stderr, /没有这次踏勘.*\[visit\/not-found\]/);
    assert.match(ctl(1, ['visit', 'show', visit], { LC_ALL: 'C' }).stderr, /There is no such visit.*\[visit\/not-found\]/);
    assert.match(ctl(1, ['visit', 'show', visit], { YUNTAKAN_PASSWORD: 'wrong' }).stderr, /access\/credentials/);
    assert.match(ctl(3, ['visit', 'show', visit], { YUNTAKAN_CA: '/nonexistent' }).stderr, /unreachable/);
    assert.match(ctl(3, ['visit', 'show', visit], { YUNTAKAN_SERVER: 'http://127.0.0.1:1' }).stderr, /unreachable/);
    assert.match(ctl(2, ['visit', 'show', visit], { YUNTAKAN_PASSWORD: '' }).stderr, /not-signed-in/);
    assert.match(ctl(2, ['case', 'add']).stderr, /--number/);

    ctl(0, ['login']);
    const kept = { YUNTAKAN_ACCOUNT: '', YUNTAKAN_PASSWORD: '' };
    const added = ctl(0, ['user', 'add', 'sunli', '--role', 'inspector', '--name', '孙丽', '--json'], { ...kept, YUNTAKAN_NEW_PASSWORD: 'long enough 1' });
    assert.equal(JSON.parse(added.stdout).account, 'sunli');
    assert.match(ctl(1, ['user', 'add', 'sunli', '--role', 'inspector', '--name', 'x'], { ...kept, YUNTAKAN_NEW_PASSWORD: 'long enough 1' }).stderr, /user\/exists/);
    ctl(0, ['logout'], kept);
    assert.match(ctl(2, ['visit', 'show', visit], kept).stderr, /not-signed-in/);
}));
