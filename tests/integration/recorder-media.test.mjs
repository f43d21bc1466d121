// What a feed brings is in the files: whole, in time, and playable by others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, FeedPlayer, recorded, uuid7, withRecorder } from '../support/recorder.mjs';
import { until } from '../support/until.mjs';

const site = (index) => index.fragments.filter((f) => f.track === 'site');

test('a visit becomes a site track and a track of each voice, ended, sealed, intact', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const inspector = uuid7();
    const player = new FeedPlayer(recorder, recording, { second: inspector });

    assert.equal((await recorder.state(recording)).state, 'waiting');
    await recorded(recorder, recording, 6000);
    assert.equal((await recorder.state(recording)).state, 'recording');
    const ended = await recorder.end(recording);
    assert.equal(ended.status, 200);
    await player.stop();

    assert.equal(ended.json.state, 'ended');
    assert.deepEqual([...ended.json.tracks].sort(), [`audio-${inspector}`, `audio-${recording.participant}`, 'site'].sort());
    const [file] = recorder.files(recording, 'site');
    const media = decode(file);
    assert.equal(media.errors, '');
    assert.equal(media.video.codec_name, 'h264');
    assert.equal(media.audio.codec_name, 'opus');
    assert.ok(Math.abs(media.video.frames - media.audio.duration * 15) <= 4, JSON.stringify(media));
    assert.ok(Math.abs(media.audio.duration * 1000 - ended.json.duration_ms) < 150, JSON.stringify([media, ended.json]));
    assert.equal(decode(recorder.files(recording, `audio-${inspector}`)[0]).audio.codec_name, 'opus');
    assert.equal(recorder.verify(recording).status, 0);
    assert.ok(player.count('pli') >= 2, 'key frames were asked for');

    const index = await recorder.index(recording);
    assert.equal(index.gaps.length, 0, JSON.stringify(index.gaps));
    const keys = site(index).filter((f) => f.key).map((f) => f.t_ms);
    assert.ok(keys.every((t, i) => i === 0 || t - keys[i - 1] < 5000), `a place to seek to every few seconds: ${keys}`);
    assert.ok(site(index).every((f) => f.duration_ms <= 1500));
}));

test('another resolution is another part, and nothing is lost between them', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 2000);
    player.say('size 640x480');
    await until('a second part', async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === 2);
    await recorded(recorder, recording, 5000);
    await recorder.end(recording);
    await player.stop();

    const parts = (await recorder.index(recording)).parts.filter((p) => p.track === 'site');
    assert.deepEqual(parts.map((p) => [p.width, p.height]), [[320, 240], [640, 480]]);
    const media = recorder.files(recording, 'site').map(decode);
    assert.deepEqual(media.map((m) => m.errors), ['', '']);
    assert.equal(media[1].video.width, 640);
    const fragments = recorder.ledger(recording).filter((l) => l.type === 'fragment' && l.track === 'site');
    const last = fragments.filter((f) => f.part === 1).at(-1);
    const first = fragments.find((f) => f.part === 2);
    assert.ok(Math.abs(first.captured - (last.captured + last.duration)) < 1000, 'the second begins where the first ends');
    assert.equal(recorder.verify(recording).status, 0);
}));

test('a camera that pauses is declared; the voice goes on', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 2000);
    player.say('video off');
    await until('the gap', async () => (await recorder.index(recording)).gaps.some((g) => g.reason === 'video-paused'));
    player.say('video on');
    await until('a second part', async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === 2);
    await recorder.end(recording);
    await player.stop();

    const gaps = recorder.ledger(recording).filter((l) => l.type === 'gap');
    assert.deepEqual(gaps.map((g) => [g.track, g.reason, g.to === null]), [['site', 'video-paused', true], ['site', 'video-paused', false]]);
    const voice = decode(recorder.files(recording, `audio-${recording.participant}`)[0]);
    assert.equal(recorder.files(recording, `audio-${recording.participant}`).length, 1);
    assert.ok(voice.audio.duration > 5, 'the voice has no gap');
    assert.equal(voice.errors, '');
    assert.equal(recorder.verify(recording).status, 0);
}));

test('a muted microphone is silence of the right length', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 1500);
    player.say('audio off');
    await recorded(recorder, recording, 5000);
    player.say('audio on');
    await recorded(recorder, recording, 7000);
    await recorder.end(recording);
    await player.stop();
    const media = decode(recorder.files(recording, 'site')[0]);
    assert.equal(media.errors, '');
    assert.ok(Math.abs(media.audio.duration - media.video.frames / 15) < 0.4, JSON.stringify(media));
    assert.equal(recorder.files(recording, `audio-${recording.participant}`).length, 1);
}));

test('lost packets cost pictures up to the next key frame, and the loss is declared', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 1500);
    player.say('loss 3');
    await recorded(recorder, recording, 8000);
    player.say('loss 0');
    await recorded(recorder, recording, 10_000);
    await recorder.end(recording);
    await player.stop();

    const damages = recorder.ledger(recording).filter((l) => l.type === 'damage' && l.track === 'site');
    assert.ok(damages.some((d) => d.to === null) && damages.some((d) => d.to > d.from && d.packets > 0), JSON.stringify(damages));
    const shown = (await recorder.index(recording)).damages.filter((d) => d.track === 'site');
    assert.ok(shown.length > 0 && shown.every((d) => d.media === 'video' && d.to_ms > d.from_ms), JSON.stringify(shown));
    for (const file of recorder.files(recording, 'site'))
        assert.equal(decode(file).errors, '', 'what is there decodes without a complaint');
    assert.equal(recorder.verify(recording).status, 0);
}));

test('a jump of the sender\'s clock never becomes a duration', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);
    const began = Date.now();

    await recorded(recorder, recording, 1500);
    player.say('jump 7200000');
    await recorded(recorder, recording, 3500);
    player.say('jump -7000000');
    await recorded(recorder, recording, 6000);
    const ended = (await recorder.end(recording)).json;
    await player.stop();
    assert.ok(ended.duration_ms <= Date.now() - began, JSON.stringify(ended));
    assert.equal(decode(recorder.files(recording, 'site')[0]).errors, '');
}));

test('the feed is lost and comes back: declared, and a new part', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 2000);
    player.say('disconnect');
    await until('waiting', async () => (await recorder.state(recording)).state === 'waiting');
    const lasting = await until('a gap of the site and one of the applicant\'s voice', async () => {
        const gaps = (await recorder.index(recording)).gaps.filter((g) => g.reason === 'feed-lost');
        return gaps.length === 2 ? gaps : null;
    });
    assert.ok(lasting.every((g) => g.to_ms === null || g.to === null || g.to_ms === undefined), JSON.stringify(lasting));
    player.say('connect');
    await until('recording', async () => (await recorder.state(recording)).state === 'recording');
    await until('a new part of the site', async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === 2);
    await recorder.end(recording);
    await player.stop();
    assert.equal(recorder.verify(recording).status, 0);
}));

test('a camera without H.264 or VP8 is refused with an alarm, and the voice is recorded', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);

    await recorded(recorder, recording, 1500);
    player.say('codec AV1');
    const state = await until('the alarm', async () => {
        const now = await recorder.state(recording);
        return now.state === 'alarm' && now;
    });
    assert.equal(state.alarm, 'video-codec');
    const voice = `audio-${recording.participant}`;
    const before = (await recorder.index(recording)).fragments.filter((f) => f.track === voice).length;
    await until('more of the voice', async () => (await recorder.index(recording)).fragments.filter((f) => f.track === voice).length > before + 2);
    await recorder.end(recording);
    await player.stop();
    assert.ok(recorder.ledger(recording).some((l) => l.type === 'gap' && l.reason === 'video-codec'));
    assert.equal(recorder.verify(recording).status, 0);
}));

test('a camera that changes to VP8 goes on in a WebM part, in the same second', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording, { vp8: true });

    await recorded(recorder, recording, 2000);
    player.say('codec VP8');
    await until('a second part', async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === 2);
    await recorded(recorder, recording, 6000);
    player.say('codec H264');
    await until('a third part', async () => (await recorder.index(recording)).parts.filter((p) => p.track === 'site').length === 3);
    await recorded(recorder, recording, 8000);
    await recorder.end(recording);
    await player.stop();

    const index = await recorder.index(recording);
    const parts = index.parts.filter((p) => p.track === 'site');
    assert.deepEqual(parts.map((p) => p.file), ['site/part-0001.mp4', 'site/part-0002.webm', 'site/part-0003.mp4']);
    assert.equal(parts[1].codecs, 'vp8,opus');
    assert.deepEqual(index.gaps, []);
    const media = recorder.files(recording, 'site').map(decode);
    assert.deepEqual(media.map((m) => [m.errors, m.video.codec_name, m.audio.codec_name]), [['', 'h264', 'opus'], ['', 'vp8', 'opus'], ['', 'h264', 'opus']]);
    const seconds = site(index).filter((f) => f.part === 2).reduce((sum, f) => sum + f.duration_ms, 0) / 1000;
    assert.ok(media[1].video.frames > seconds * 15 - 12, `${media[1].video.frames} pictures in ${seconds} s`);
    const fragments = site(index);
    for (let i = 1; i < fragments.length; i++)
        assert.ok(Math.abs(fragments[i].at - fragments[i - 1].at - fragments[i - 1].duration_ms * 1000) < 1500, 'the parts join');
    assert.equal(recorder.verify(recording).status, 0);
}));

test('a feed out of step is closed, and one for no recording is, too', () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);
    const stray = new FeedPlayer(recorder, { ...recording, id: uuid7() });

    await recorded(recorder, recording, 1500);
    const connections = player.count('connected');
    player.say('garbage');
    await until('a new connection', () => player.count('connected') > connections);
    await until('stray refused', () => stray.count('lost') >= 2);
    await stray.stop();
    player.say('overflow 10 200');
    await until('recording', async () => (await recorder.state(recording)).state === 'recording');
    await recorder.end(recording);
    await player.stop();
    assert.equal(recorder.verify(recording).status, 0);
}));
