// A browser's camera through the media server into the recorder: what is recorded can be verified and played.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchBrowser, walkthroughCamera } from '../support/browser.mjs';
import { Caller, servePage } from '../support/media-server.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';
import { uuid7 } from '../support/uuid7.mjs';

/** ffprobe's view of a media file: its streams and how long it plays. */
function probe(path) {
    return JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path]));
}

/** The media server as Caller wants it, on the stack's socket. */
function mediaOf(stack) {
    return {
        offer: (room, { participant, publish = 1, order = 0 }, sdp) => stack.media('POST',
            `/rooms/${room}/connections?participant=${participant}&publish=${publish}&order=${order}`, sdp, { 'content-type': 'application/sdp' }),
    };
}

test('a camera is recorded, sealed and playable', () => withStack({ only: ['media', 'recorder'] }, async (stack) => {
    const [browser, page] = await Promise.all([launchBrowser({ camera: walkthroughCamera() }), servePage()]);
    const [recording, room, applicant] = [uuid7(), uuid7(), uuid7()];
    const info = () => stack.recorder('GET', `/recordings/${recording}`).then((answer) => answer.json);

    try {
        await stack.media('PUT', `/rooms/${room}`, {});
        const begun = await stack.recorder('PUT', `/recordings/${recording}`,
            { visit: room, case_number: 'XF-1', item: 'MKT-01', item_version: 1, title: '食品经营许可', site_participant: applicant });
        assert.equal(begun.status, 201, begun.text);
        await stack.media('PUT', `/rooms/${room}/feed`, { socket: join(stack.data, 'sockets/feed.sock'), recording });
        await Caller.open(browser, page.url, mediaOf(stack), room, applicant, { order: 0, video: { width: 640, height: 360 } });
        await until('8 s are recorded', async () => (await info()).duration_ms > 8000);
    } finally {
        await browser.close();
        page.close();
    }
    assert.equal((await stack.recorder('POST', `/recordings/${recording}/end`, {})).status, 200);
    assert.equal((await info()).state, 'ended');

    const folder = stack.folderOf(recording);
    const verdict = stack.verify(folder);
    assert.equal(verdict.verdict, 'intact', JSON.stringify(verdict));
    const site = probe(join(folder, 'site/part-0001.mp4'));
    assert.deepEqual(site.streams.map((stream) => stream.codec_name).sort(), ['h264', 'opus']);
    assert.ok(Number(site.format.duration) > 7, site.format.duration);
}));
