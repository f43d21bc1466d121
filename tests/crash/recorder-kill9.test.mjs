// kill -9 of the recorder at random moments: what was there 2 s before plays, is indexed and verifies, and the gap is declared.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { decode, FeedPlayer, withRecorder } from '../support/recorder.mjs';
import { until } from '../support/until.mjs';

const KILLS = Number(process.env.YUNTAKAN_KILLS ?? 20);
/** docs/evidence-format.md states it; the recorder aims at half. */
const LOSS_BOUND_MS = 2000;

/** xorshift32: the same moments in every run. */
function* random(seed) {
    for (;;) {
        seed ^= seed << 13; seed ^= seed >>> 17; seed ^= seed << 5;
        yield (seed >>> 0) / 2 ** 32;
    }
}

const fragments = (lines) => lines.filter((l) => l.type === 'fragment' && l.track === 'site');

test(`${KILLS} times kill -9 while it records`, { timeout: 280_000 }, () => withRecorder(async (recorder) => {
    const recording = await recorder.record();
    const player = new FeedPlayer(recorder, recording);
    const dice = random(20261123);
    const kills = [];
    let seen = 0;

    for (let i = 0; i < KILLS; i++) {
        // The media runs again; the next kill comes somewhere in the 3 s after, at any point of a fragment's life.
        await until(`fragments after kill ${i}`, async () => fragments(recorder.ledger(recording)).length > seen, { everyMs: 20 });
        await pause(300 + dice.next().value * 2700);
        await recorder.daemon.kill9();
        const killed = Date.now();
        const before = fragments(recorder.ledger(recording));
        const last = before.at(-1);
        kills.push({ killed, lostMs: killed - (last.captured + last.duration) / 1000 });
        seen = before.length;
        await recorder.start();
    }
    await until('fragments after the last kill', () => fragments(recorder.ledger(recording)).length > seen);
    const ended = (await recorder.end(recording)).json;
    await player.stop();

    const { status, report, stderr } = recorder.verify(recording);
    assert.equal(status, 0, `${JSON.stringify(report?.problems ?? report).slice(0, 2000)} ${stderr}`);

    const lines = recorder.ledger(recording);
    const resumes = lines.filter((l) => l.type === 'resume');
    assert.equal(resumes.length, KILLS);
    const gaps = lines.filter((l) => l.type === 'gap' && l.track === 'site' && l.reason === 'recorder-killed' && l.to !== null);
    assert.equal(gaps.length, KILLS, 'every interruption is declared, from the last fragment to the next');
    const all = fragments(lines);
    for (const [i, { killed, lostMs }] of kills.entries()) {
        const covers = gaps.some((g) => g.from <= killed * 1000 && g.to >= killed * 1000);
        assert.ok(covers, `kill ${i} lies in a declared gap`);
        assert.ok(lostMs <= LOSS_BOUND_MS, `kill ${i} lost ${lostMs} ms`);
        assert.ok(all.some((f) => f.captured <= (killed - LOSS_BOUND_MS) * 1000 && f.captured + f.duration >= (killed - LOSS_BOUND_MS) * 1000) ||
            gaps.some((g) => g.to / 1000 > killed - LOSS_BOUND_MS), `what was there 2 s before kill ${i} is indexed`);
    }

    let torn = 0;
    for (const resume of resumes)
        torn += resume.torn.reduce((sum, t) => sum + t.length, 0);
    for (const file of recorder.files(recording, 'site')) {
        const media = decode(file);
        const lines = all.filter((f) => file.endsWith(f.file));
        // A part that was torn in its first second has no fragment; one that has some plays.
        if (lines.length > 0)
            assert.ok(media.video.frames > 0 && media.audio.frames > 0, `${file}: ${JSON.stringify(media)}`);
        assert.ok(statSync(file).size > 0);
    }
    const lost = kills.map((k) => k.lostMs).sort((a, b) => a - b);
    console.log(`# ${KILLS} kills: lost ms min ${lost[0].toFixed(0)} median ${lost[KILLS >> 1].toFixed(0)} max ${lost.at(-1).toFixed(0)}; ` +
        `torn bytes declared ${torn}; ${ended.fragments} fragments, ${ended.bytes} bytes kept`);
}));
