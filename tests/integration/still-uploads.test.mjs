// Pictures that come piece by piece: a connection cut in the middle of a piece, a server that dies between two, a picture that is not what was announced, one that comes late.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import https from 'node:https';
import { test } from 'node:test';
import { liveVisit } from '../support/live-visit.mjs';
import { picture } from '../support/pictures.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const PIECE = 16 * 1024;

/** Sends the head and half of the piece, then the line is gone. */
const cutInTheMiddle = (stack, path, headers, bytes) => new Promise((resolve) => {
    const request = https.request({ method: 'PATCH', path, ca: stack.ca, host: '127.0.0.1', port: stack.port, agent: false, headers: { ...headers, 'content-length': bytes.length } });
    request.on('error', () => {}).on('close', resolve);
    request.write(bytes.subarray(0, bytes.length >> 1), () => request.destroy());
});

test('a picture of the phone arrives byte for byte, whatever the line does', () => withStack({}, async (stack) => {
    const { id, applicant, inspector } = await liveVisit(stack);
    const bearer = { authorization: `Bearer ${applicant.welcome.resume}` };
    const pieces = { 'content-type': 'application/octet-stream', ...bearer };
    const take = async () => (await inspector.ask('still-take')).still;
    const at = (still) => `/api/visits/${id}/stills/${still}/upload`;
    const announce = (still, bytes, as = sha256(bytes)) => stack.client().request('POST', at(still), Buffer.from(JSON.stringify({ sha256: as, bytes: bytes.length })), { 'content-type': 'application/json', ...bearer });
    const piece = (still, bytes, offset, length = PIECE) => stack.client().request('PATCH', `${at(still)}?offset=${offset}`, bytes.subarray(offset, offset + length), pieces);
    const stillOf = (room, still) => room.stills.find((one) => one.id === still);

    // With EXIF, as the camera wrote it.
    const jpeg = picture({ width: 2400, height: 1800, orientation: 6 });
    assert.ok(jpeg.length > 3 * PIECE);
    const still = await take();
    assert.equal((await piece(still, jpeg, 0)).json.code, 'still/not-found', 'nothing comes that was not announced');
    assert.deepEqual((await announce(still, jpeg)).json, { still, stored: false, received: 0, bytes: jpeg.length });
    assert.equal((await announce(still, jpeg, sha256('other'))).json.code, 'still/conflict');
    assert.equal((await announce(still, jpeg, 'A'.repeat(64))).json.code, 'field/invalid');
    assert.equal((await piece(still, jpeg, 0)).json.received, PIECE);
    assert.equal(stillOf(await inspector.wait('room', (room) => stillOf(room, still)?.received === PIECE), still).bytes, jpeg.length, 'inspectors see how far it is');
    await cutInTheMiddle(stack, `${at(still)}?offset=${PIECE}`, pieces, jpeg.subarray(PIECE, 2 * PIECE));
    assert.equal((await announce(still, jpeg)).json.received, PIECE, 'half a piece is none');
    assert.equal((await piece(still, jpeg, 0)).json.code, 'still/offset');
    await piece(still, jpeg, PIECE);
    await stack.kill9('signaling');
    await stack.restart('signaling');
    assert.equal((await announce(still, jpeg)).json.received, 2 * PIECE, 'it survives the server');
    const whole = await piece(still, jpeg, 2 * PIECE, jpeg.length);
    assert.deepEqual([whole.status, whole.json.sha256], [201, sha256(jpeg)]);
    assert.equal((await piece(still, jpeg, 2 * PIECE)).json.stored, true, 'the answer may have been lost');

    const zhang = await stack.signIn('zhangwei');
    assert.ok((await zhang.request('GET', `/api/visits/${id}/stills/${still}`)).bytes.equals(jpeg), 'EXIF and all');
    await inspector.hello({ resume: inspector.welcome.resume, connection: null }).catch(() => {});

    // Another picture than the announced one, something that is no picture, somebody else's.
    const { LiveClient } = await import('../support/live-client.mjs');
    const again = await LiveClient.connect(zhang);
    await again.hello({ visit: id });
    const phone = await LiveClient.connect(stack.client());
    await phone.hello({ resume: applicant.welcome.resume, connection: null });
    const other = (await again.ask('still-take')).still;
    await announce(other, jpeg, sha256('other'));
    const refused = await piece(other, jpeg, 0, jpeg.length);
    assert.deepEqual([refused.status, refused.json.code], [422, 'still/digest']);
    const text = Buffer.from('<script>alert(1)</script>');
    const third = (await again.ask('still-take')).still;
    await announce(third, text);
    assert.equal((await piece(third, text, 0)).json.code, 'still/not-jpeg');
    assert.equal((await stack.client().request('PATCH', `${at(third)}?offset=0`, text, { 'content-type': 'application/octet-stream' })).status, 401);

    // The visit ends while one is on its way: its digest is in the ledger, so it may follow.
    const late = (await again.ask('still-take')).still;
    const small = picture({ hue: 90 });
    await announce(late, small);
    const { recording } = again.last.room.recording;
    await again.ask('visit-end', { conclusion: null });
    await until('the end of the recording', async () => (await stack.recorder('GET', `/recordings/${recording}`)).json.state === 'ended');
    assert.equal((await piece(late, small, 0, small.length)).status, 201);
    assert.ok((await zhang.request('GET', `/api/visits/${id}/stills/${late}`)).bytes.equals(small));
    const { entries, stills } = (await stack.recorder('GET', `/recordings/${recording}/index`)).json;
    assert.deepEqual(entries.filter((entry) => entry.type === 'still-taken').map((entry) => entry.data.sha256), [sha256(jpeg), sha256('other'), sha256(text), sha256(small)]);
    assert.deepEqual(stills.map((one) => one.sha256), [sha256(jpeg)]);
}));
