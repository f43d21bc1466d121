// The load client of ./dev bench relay against yuntakan-media: a second stack of ICE, DTLS and SRTP, and every packet accounted for.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { testEnvironment } from '../support/daemon.mjs';
import { MediaServer } from '../support/media-server.mjs';
import { build } from '../support/stack.mjs';

const run = promisify(execFile);
let media;

before(async () => { media = await new MediaServer().start(); });
after(() => media.stop());

async function load(...args) {
    const { stdout } = await run(join(build, 'tests/load/relay-load'), ['--target', 'media', '--socket', media.socket, '--pid', String(media.daemon.pid),
        '--warm', '0.5', '--window', '1', ...args], { timeout: 120_000, env: testEnvironment(build) });
    return JSON.parse(stdout);
}

for (const [profile, pacing] of [['gcm', 'spaced'], ['cm', 'frame']]) {
    test(`every packet arrives once, in order and authentic: ${profile}, ${pacing}`, async () => {
        const { packets, window, threads } = await load('--rooms', '2', '--subscribers', '3', '--profile', profile, '--pacing', pacing);

        assert.ok(window.forwarded > 2 * 3 * 100, `${window.forwarded} forwarded in the window`);
        // What came before a subscriber's first key frame is withheld on purpose.
        assert.deepEqual({ ...packets, published: 0, forwarded: 0, authenticated: 0, withheld: 0 },
            { published: 0, forwarded: 0, authenticated: 0, withheld: 0, lost: 0, duplicates: 0, out_of_order: 0, refused: 0, misnumbered: 0, foreign: 0 });
        assert.ok(packets.authenticated >= 2 * 3 * 2 * 20);
        assert.ok(threads < 8, `${threads} threads: none per subscriber`);
    });
}

test('what cannot be reached is said and ends with status 1', async () => {
    await assert.rejects(load('--socket', join(media.data, 'nothing.sock')), (error) => error.code === 1 && /nothing\.sock/.test(error.stderr));
});
