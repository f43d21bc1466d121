// The end of an inspection by the book: who may conclude and when, the record that everybody signs, its PDF, its signature and its place in the ledger.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LiveClient } from '../support/live-client.mjs';
import { liveVisit } from '../support/live-visit.mjs';
import { picture } from '../support/pictures.mjs';
import { PASSWORD, withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
/** A signature as the pad sends it: three strokes over the whole pad. */
const STROKES = [[50, 200, 400, 250, 700, 180], [100, 600, 500, 500, 900, 650], [500, 100, 480, 900]];

async function inRoom(stack, visit, account) {
    const api = await stack.signIn(account);
    const inspector = await LiveClient.connect(api);
    await inspector.hello({ visit });
    return Object.assign(inspector, { api });
}

/** A bearer's requests: what the applicant's phone sends. */
const asApplicant = (stack, applicant) => async (method, path, body) => stack.client().request(method, path, body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    { 'content-type': 'application/json', authorization: `Bearer ${applicant.welcome.resume}` });

async function judgeAll(inspector, except = []) {
    for (const { code, required } of inspector.welcome.item.checkpoints)
        if (required && !except.includes(code))
            await inspector.ask('finding', { checkpoint: code, result: 'conform', note: '', revision: 0 });
}

test('a record from the conclusion to the verified signature', () => withStack({}, async (stack) => {
    const { id, applicant } = await liveVisit(stack);
    const zhang = await inRoom(stack, id, 'zhangwei');
    const phone = asApplicant(stack, applicant);
    const path = `/api/visits/${id}/records`;
    const conclude = (body, api = zhang.api) => api.request('POST', path, body);
    const refusal = async (body, code) => {
        const { json } = await conclude(body);
        assert.equal(json.code, code, JSON.stringify(json));
        return json;
    };

    // The law's two inspectors, the check list, the reasons.
    assert.equal((await refusal({ decision: 'passed', remark: '' }, 'conclusion/inspectors')).detail, '1/2');
    const liu = await inRoom(stack, id, 'liujing');
    const { detail } = await refusal({ decision: 'passed', remark: '' }, 'conclusion/open');
    assert.match(detail, /^MKT-01-01, MKT-01-02/);
    await refusal({ decision: 'on-site', remark: '' }, 'conclusion/remark');
    await judgeAll(zhang, ['MKT-01-05']);
    assert.equal((await refusal({ decision: 'passed', remark: '' }, 'conclusion/open')).detail, 'MKT-01-05');
    await liu.ask('finding', { checkpoint: 'MKT-01-05', result: 'mostly', note: '', revision: 0 });
    assert.equal((await refusal({ decision: 'rectify', remark: '', deadline_days: 5 }, 'conclusion/reason')).detail, 'MKT-01-05');
    await liu.ask('finding', { checkpoint: 'MKT-01-05', result: 'nonconform', note: '保洁柜没有标识', revision: 1 });
    await refusal({ decision: 'passed', remark: '' }, 'conclusion/contradiction');
    await refusal({ decision: 'rectify', remark: '' }, 'conclusion/deadline');
    await refusal({ decision: 'maybe', remark: '' }, 'field/invalid');
    assert.equal((await conclude({ decision: 'passed', remark: '' }, await stack.signIn('chenfang'))).status, 403);
    assert.equal((await conclude({ decision: 'passed', remark: '' }, await stack.signIn('zhaomin'))).json.code, 'access/denied');
    assert.equal((await phone('POST', path, { decision: 'passed', remark: '' })).status, 401);

    // A still, upright in the document although the phone held it sideways.
    await zhang.ask('checkpoint-start', { checkpoint: 'MKT-01-05' });
    const { still } = await zhang.ask('still-take');
    const jpeg = picture({ width: 1600, height: 1200, orientation: 6 });
    const put = await stack.client().request('PUT', `/api/visits/${id}/stills/${still}`, jpeg, { 'content-type': 'image/jpeg', authorization: `Bearer ${applicant.welcome.resume}` });
    assert.equal(put.status, 201);

    const made = await conclude({ decision: 'rectify', remark: '保洁柜贴标识后报送照片', deadline_days: 5 });
    assert.equal(made.status, 201, JSON.stringify(made.json));
    assert.deepEqual([made.json.record.version, made.json.record.state, made.json.record.signatures.length], [1, 'open', 0]);
    const first = await applicant.wait('room', (room) => room.record?.version === 1);
    assert.ok(first.record.deadline_at > Date.now() * 1000 + 5 * 86400e6 - 86400e6);

    // What the applicant reads is what was found; a draft PDF says so.
    const { json: read } = await phone('GET', `${path}/latest`);
    const five = read.content.findings.find((finding) => finding.code === 'MKT-01-05');
    assert.deepEqual([five.result, five.note, five.by, five.stills], ['nonconform', '保洁柜没有标识', '刘静', [1]]);
    assert.equal(read.content.stills[0].sha256, sha256(jpeg));
    assert.equal(read.content.people.filter((person) => person.role === 'inspector' && person.present).length, 2);
    const draft = await zhang.api.request('GET', `${path}/1/pdf`);
    assert.deepEqual([draft.status, draft.headers['content-type']], [200, 'application/pdf']);

    // A finding that changes afterwards makes the record stale: nobody signs what is not so any more.
    const sign = (body) => phone('POST', `${path}/latest/signature`, body);
    await liu.ask('finding', { checkpoint: 'MKT-01-05', result: 'mostly', note: '保洁柜没有标识', revision: 2 });
    assert.equal((await sign({ digest: read.digest, words: '', strokes: STROKES })).json.code, 'record/stale');
    await applicant.wait('room', (room) => room.record?.stale === true);
    const second = (await conclude({ decision: 'rectify', remark: '保洁柜贴标识后报送照片', deadline_days: 5 })).json.record;
    assert.equal(second.version, 2);
    assert.equal((await sign({ digest: read.digest, words: '', strokes: STROKES })).json.code, 'record/stale');

    // Signatures: a dot is none; the wrong password signs nothing; a colleague who is not in the visit cannot.
    const { digest } = second;
    assert.equal((await sign({ digest, words: '', strokes: [[1, 1]] })).json.code, 'record/signature');
    assert.equal((await sign({ digest, words: '', strokes: [[0, 0, 2000, 1]] })).json.code, 'record/signature');
    assert.equal((await sign({ digest, words: '' })).json.code, 'field/invalid');
    const signed = await sign({ digest, words: '没有意见', strokes: STROKES });
    assert.equal(signed.status, 200, JSON.stringify(signed.json));
    const countersign = (api, password = PASSWORD) => api.request('POST', `${path}/2/countersignature`, { digest, password });
    assert.equal((await countersign(zhang.api, 'wrong password')).json.code, 'access/password');
    assert.equal((await countersign(await stack.signIn('zhaomin'))).json.code, 'access/denied');
    assert.equal((await countersign(zhang.api)).json.record.state, 'open');
    assert.equal((await countersign(zhang.api)).json.record.state, 'open', 'the same inspector twice is one signature');
    assert.equal((await countersign(liu.api)).json.record.state, 'signed');
    assert.equal((await countersign(liu.api)).json.code, 'record/signed');

    await zhang.wait('room', (room) => room.record?.made);
    const pdf = (await zhang.api.request('GET', `${path}/2/pdf`)).bytes;
    const cms = (await zhang.api.request('GET', `${path}/2/cms`)).bytes;
    const certificate = (await stack.client().request('GET', '/api/document-certificate')).bytes;
    const at = (name, bytes) => (writeFileSync(join(stack.dir, name), bytes), join(stack.dir, name));
    const [pdfFile, cmsFile, certificateFile] = [at('r.pdf', pdf), at('r.p7s', cms), at('c.pem', certificate)];
    const verify = (file) => execFileSync('openssl', ['cms', '-verify', '-binary', '-inform', 'DER', '-in', cmsFile, '-content', file, '-CAfile', certificateFile, '-out', '/dev/null'], { stdio: 'pipe' });
    verify(pdfFile);
    const altered = Buffer.from(pdf);
    altered[pdf.length >> 1] ^= 1;
    assert.throws(() => verify(at('altered.pdf', altered)));

    // The document: the template's fields in Chinese, every font embedded, the picture in it.
    const words = execFileSync('pdftotext', ['-layout', pdfFile, '-'], { encoding: 'utf8' });
    for (const expected of ['现场核查记录', '王芳', '阳明北路18号', '张伟', '刘静', '限期整改', '保洁柜没有标识', '没有意见', '基本符合', '照片1', sha256(jpeg).slice(0, 20), digest.slice(0, 20)])
        assert.ok(words.replaceAll(/\s/g, '').includes(expected.replaceAll(/\s/g, '')), `${expected} in\n${words}`);
    assert.ok(!words.includes('未签署'));
    const fonts = execFileSync('pdffonts', [pdfFile], { encoding: 'utf8' }).trim().split('\n').slice(2);
    assert.ok(fonts.length > 0 && fonts.every((line) => /\byes\s+yes\b/.test(line)), fonts.join('\n'));
    assert.match(execFileSync('pdfimages', ['-list', pdfFile], { encoding: 'utf8' }), /jpeg/);

    // The ledger has what was signed, by whom, and the digests of both files.
    await zhang.ask('visit-end', { conclusion: null });
    const recording = first.recording.recording;
    await until('the end of the recording', async () => (await stack.recorder('GET', `/recordings/${recording}`)).json.state === 'ended');
    const { entries } = (await stack.recorder('GET', `/recordings/${recording}/index`)).json;
    const record = entries.find((entry) => entry.type === 'record').data;
    assert.deepEqual([record.pdf, record.signature, record.record, record.certificate], [sha256(pdf), sha256(cms), digest, sha256(certificate)]);
    assert.deepEqual(entries.filter((entry) => entry.type === 'signature').map((entry) => entry.data.act), ['signed', 'signed', 'signed', 'signed']);
    const visit = await zhang.api.ask('GET', `/api/visits/${id}`);
    assert.deepEqual([visit.decision, visit.state], ['rectify', 'ended']);
    const { records } = await zhang.api.ask('GET', path);
    assert.deepEqual(records.map((one) => [one.version, one.state]), [[1, 'superseded'], [2, 'signed']]);
    assert.equal((await zhang.api.ask('GET', `${path}/1`)).content.findings.find((finding) => finding.code === 'MKT-01-05').result, 'nonconform');
}));

test('an applicant who will not sign; the recorder is away while the file is made', () => withStack({}, async (stack) => {
    const { id, applicant } = await liveVisit(stack);
    const [zhang, liu] = [await inRoom(stack, id, 'zhangwei'), await inRoom(stack, id, 'liujing')];
    const path = `/api/visits/${id}/records`;

    const { record: { digest } } = await zhang.api.ask('POST', path, { decision: 'on-site', remark: '网络太差,看不清楚' });
    await stack.kill9('recorder');
    assert.equal((await zhang.api.request('POST', `${path}/1/refusal`, { digest, reason: '' })).json.code, 'field/invalid');
    const { record } = await zhang.api.ask('POST', `${path}/1/refusal`, { digest, reason: '申请人认为应当现场踏勘' });
    assert.deepEqual(record.signatures.map((one) => [one.act, one.name, one.noted_by]), [['refused', '王芳', '张伟']]);
    await zhang.api.ask('POST', `${path}/1/countersignature`, { digest, password: PASSWORD });
    await liu.api.ask('POST', `${path}/1/countersignature`, { digest, password: PASSWORD });
    await applicant.wait('room', (room) => room.record?.state === 'signed' && !room.record.made);
    assert.equal((await zhang.request('visit-end', { conclusion: null })).code, 'record/in-progress');
    // It is made as soon as the recorder is back, even by another process than the one that was asked.
    await stack.kill9('signaling');
    await stack.restart('recorder');
    await stack.restart('signaling');
    const api = await stack.signIn('zhangwei');
    await until('the file', async () => (await api.ask('GET', `${path}/1`)).pdf_sha256, { timeoutMs: 40_000 });
    const pdf = (await api.request('GET', `${path}/1/pdf`)).bytes;
    writeFileSync(join(stack.dir, 'r.pdf'), pdf);
    assert.match(execFileSync('pdftotext', ['-layout', join(stack.dir, 'r.pdf'), '-'], { encoding: 'utf8' }), /拒绝签名/);
}));
