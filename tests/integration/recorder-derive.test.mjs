// What is made beside a recording: a plain MP4 for any player, and thumbnails.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testEnvironment } from '../support/daemon.mjs';
import { FeedPlayer, recorded, withRecorder } from '../support/recorder.mjs';
import { build } from '../support/stack.mjs';

function derive(...args) {
    const { status, stdout, stderr } = spawnSync(join(build, 'recorder/derive/yuntakan-derive'), args, { encoding: 'utf8', 
        /* All of the machine's plug-ins, whose leaks at exit are theirs. */
        env: { ...testEnvironment(build), ASAN_OPTIONS: 'detect_leaks=0' } });
    assert.equal(status, 0, stderr);
    return stdout;
}

function probe(file) {
    const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height:format=duration', '-of', 'json', file], { encoding: 'utf8' });
    return JSON.parse(stdout);
}

test('a part becomes a plain MP4 with AAC, and a strip of thumbnails', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 4000);
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

    const out = join(recorder.data, 'strip');
    mkdirSync(out);
    assert.match(derive('strip', folder, out), /PROGRESS 1\/\d+/);
    const strip = JSON.parse(readFileSync(join(out, 'strip.json'), 'utf8'));
    assert.ok(strip.count >= 1);
    assert.equal(strip.thumbnails[0].t_ms, 0);
    assert.equal(probe(join(out, 't-0000.jpg')).streams[0].width, 160);
    assert.equal(statSync(join(folder, 'ledger.jsonl')).size, before, 'the evidence is left alone');
}));
