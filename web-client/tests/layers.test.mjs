/* In how many qualities a camera is sent, what the relay's word on it does, and what a paused line looks like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SITE_LAYERS, layersFor } from '../src/media/layers.js';
import { createPeer } from '../src/media/peer.js';
import { initialVisit, others, reduceVisit } from '../src/state/visit.js';

test('two layers where a phone can: HD, and what 300 kbit/s carry', () => {
    assert.equal(layersFor({ site: true, cores: 8, asked: null }), SITE_LAYERS);
    assert.equal(layersFor({ site: true, cores: 2, asked: null }), null);
    assert.equal(layersFor({ site: false, cores: 8, asked: null }), null);
    assert.equal(layersFor({ site: true, cores: 8, asked: '1' }), null);
    assert.equal(layersFor({ site: true, cores: 2, asked: '2' }), SITE_LAYERS);
    // The operator decides for all phones, the address for one.
    assert.equal(layersFor({ site: true, cores: 8, installation: 1, asked: null }), null);
    assert.equal(layersFor({ site: true, cores: 2, installation: 2, asked: null }), SITE_LAYERS);
    assert.equal(layersFor({ site: true, cores: 2, installation: 1, asked: '2' }), SITE_LAYERS);
    assert.equal(layersFor({ site: true, cores: 8, installation: 2, asked: '1' }), null);
    assert.deepEqual(SITE_LAYERS.map((layer) => layer.rid), ['l', 'h']);
    assert.ok(/** @type {number} */ (SITE_LAYERS[0]?.maxBitrate) <= 300_000);
});

/** A connection that remembers; `refuses`: as browsers that know no RID. */
function fakeConnection(refuses = false) {
    const lines = [];
    return {
        lines,
        addEventListener() {},
        addTransceiver(kind, init) {
            if (refuses && init.sendEncodings)
                throw new TypeError('rid');
            const encodings = (init.sendEncodings ?? [{}]).map((encoding) => ({ ...encoding }));
            const line = { kind, init, encodings, setCodecPreferences() {},
                sender: { getParameters: () => ({ encodings: encodings.map((encoding) => ({ ...encoding })) }),
                    async setParameters(parameters) { parameters.encodings.forEach((encoding, i) => Object.assign(encodings[i], encoding)); } } };
            lines.push(line);
            return line;
        },
        async setRemoteDescription() {},
    };
}

const peerOn = (connection, layers) => createPeer({ create: () => connection, iceServers: [], audio: null, video: null, receive: { audio: 0, video: 0 }, layers,
    videoCodecs: [], onState() {} });

test('layers keep limits of their own; one stream follows the relay, and is never above ours', async () => {
    const layered = fakeConnection();
    const peer = peerOn(layered, SITE_LAYERS);
    await peer.accept('answer');
    await peer.limitVideo(200_000);
    assert.deepEqual(layered.lines[1].encodings.map((encoding) => encoding.maxBitrate), [300_000, 2_200_000]);

    const single = fakeConnection();
    const other = peerOn(single, null);
    await other.accept('answer');
    await other.limitVideo(540_000);
    assert.equal(single.lines[1].encodings[0].maxBitrate, 540_000);
    await other.limitVideo(null);
    assert.equal(single.lines[1].encodings[0].maxBitrate, 2_500_000);
    await other.limitVideo(9_000_000);
    assert.equal(single.lines[1].encodings[0].maxBitrate, 2_500_000);
});

test('a browser that refuses layers sends one stream', () => {
    const connection = fakeConnection(true);
    peerOn(connection, SITE_LAYERS);
    assert.equal(connection.lines.length, 2);
    assert.equal(connection.lines[1].init.sendEncodings, undefined);
});

test('a paused line is told apart from an empty one', () => {
    const participant = { id: 'p', role: 'applicant', name: 'a', state: 'connected', audio: true, video: true, paused: false };
    let state = { ...initialVisit(0), room: { participants: [participant] } };
    for (const paused of [true, false]) {
        const message = { type: 'slots', slots: [{ mid: '3', kind: 'video', participant: 'p', paused }, { mid: '2', kind: 'audio', participant: 'p' }] };
        state = reduceVisit(/** @type {any} */ (state), /** @type {any} */ ({ type: 'message', message, atMs: 1 }));
        assert.equal(others(/** @type {any} */ (state))[0]?.paused, paused);
    }
});
