// What is made beside a recording: a plain MP4 for any player, thumbnails, and when who spoke.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testEnvironment } from '../support/daemon.mjs';
import { FeedPlayer, recorded, withRecorder } from '../support/recorder.mjs';
import { build } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

/* All of the machine's plug-ins, whose leaks at exit are theirs; of the recorder itself the other tests see the leaks. */
const env = { ...testEnvironment(build), ASAN_OPTIONS: 'detect_leaks=0' };

function derive(...args) {
    const { status, stdout, stderr } = spawnSync(join(build, 'recorder/derive/yuntakan-derive'), args, { encoding: 'utf8', env });
    assert.equal(status, 0, stderr);
    return stdout;
}

function probe(file) {
    const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height:format=duration', '-of', 'json', file], { encoding: 'utf8' });
    return JSON.parse(stdout);
}

test('a part becomes a plain MP4 with AAC, and a strip of thumbnails', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording, { talk: true });
    const derived = async (path = '') => recorder.call('GET', `/recordings/${recording.id}/derived${path}`);

    await recorded(recorder, recording, 4000);
    assert.deepEqual((await derived()).json, { state: 'none', percent: 0 }, 'nothing is made of what runs');
    await player.stop();
    await recorder.end(recording);
    const folder = recorder.folder(recording);
    const before = statSync(join(folder, 'ledger.jsonl')).size;
    const plain = join(recorder.data, 'plain.mp4');
    derive('plain', join(folder, 'site/part-0001.mp4'), plain);
    const { streams, format } = probe(plain);
    assert.deepEqual(streams.map((stream) => stream.codec_name).sort(), ['aac', 'h264']);
    const bytes = readFileSync(plain);
    assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'it starts before it is there');
    assert.ok(Number(format.duration) > 3.5 && Number(format.duration) < 15, format.duration);

    // The recorder has the rest made as soon as somebody asks, and says how far it is.
    const states = [];
    await until('thumbnails and speech', async () => {
        const { json } = await derived();
        states.push(json);
        return json.state === 'ready';
    }, { timeoutMs: 120_000 });
    assert.deepEqual([...new Set(states.map(({ state }) => state))], ['making', 'ready']);
    assert.ok(states.every(({ percent }) => percent >= 0 && percent <= 100));
    const { json: strip } = await derived('/strip.json');
    assert.ok(strip.count >= 1);
    assert.equal(strip.thumbnails[0].t_ms, 0);
    const picture = await derived('/t-0000.jpg');
    assert.equal(picture.headers['content-type'], 'image/jpeg');
    const copy = join(recorder.data, 'copy.jpg');
    writeFileSync(copy, picture.bytes);
    assert.equal(probe(copy).streams[0].width, 160);
    const { duration_ms: length } = await recorder.index(recording);
    const [{ participant, spans }] = (await derived('/speech.json')).json.voices;
    assert.equal(participant, recording.participant);
    const spoken = spans.reduce((sum, [from, to]) => sum + to - from, 0);
    assert.ok(spans.length === 1 && spoken > length * 0.7, `${JSON.stringify(spans)} of ${length}`);
    for (const outside of ['/../ledger.jsonl', '/cert.pem', '/t-1.jpg', '/strip.json.x'])
        assert.equal((await derived(outside)).status, 404, outside);
    assert.equal(statSync(join(folder, 'ledger.jsonl')).size, before, 'the evidence is left alone');
}, { env }));
