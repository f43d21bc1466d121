import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { decodeFromClient, decodeFromServer, encode, FRAME_MAX_BYTES, ProtocolError } from '../src/protocol/codec.js';

const document = readFileSync(new URL('../../docs/signaling-protocol.md', import.meta.url), 'utf8');
const block = (kind) => [...document.matchAll(new RegExp('^```' + kind + '\\n([\\s\\S]*?)^```', 'gm'))].flatMap((match) => match[1].trim().split('\n'));

test('every server message of the document is accepted unchanged', () => {
    const examples = block('json server');
    assert.ok(examples.length >= 15);
    for (const line of examples)
        assert.deepEqual(decodeFromServer(line), JSON.parse(line), line);
});

test('every client message of the document can be made by our encoder', () => {
    const examples = block('json client');
    assert.ok(examples.length >= 15);
    for (const line of examples) {
        const { id = '1', ...message } = JSON.parse(line);
        assert.deepEqual(JSON.parse(encode(message, id)), { ...message, id }, line);
        assert.deepEqual(decodeFromClient(line), JSON.parse(line));
    }
});

test('messages of the document are all known', () => {
    const types = [...document.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap((match) => [...match[1].matchAll(/`([a-z-]+)`/g)].map((name) => name[1]))
        .filter((type) => !['resume', 'visit', 'invitation', 'connection'].includes(type));
    for (const type of types) {
        try {
            decodeFromServer(`{"type":"${type}"}`);
        } catch (serverError) {
            if (!/unknown type/.test(serverError.message))
                continue;
            try {
                decodeFromClient(`{"type":"${type}"}`);
            } catch (clientError) {
                assert.doesNotMatch(clientError.message, /unknown type/, type);
            }
        }
    }
});

test('a message that is not ours is named, not passed on', () => {
    for (const frame of ['', 'x', '[]', 'null', '{"type":5}', '{"type":"dance"}', '{"type":"toString"}', '{"type":"slots"}', '{"type":"slots","slots":[{"mid":1}]}',
        '{"type":"room","visit":{"id":"V","state":"gone","case_number":"1","applicant":"a"}}', '{"type":"error","code":"x","message":"text"}'])
        assert.throws(() => decodeFromServer(frame), ProtocolError, frame);
});

test('unknown fields pass: a newer server may say more', () => {
    assert.equal(decodeFromServer('{"type":"media-lost","reason":"x","hint":{"a":[1]}}').hint.a[0], 1);
});

test('nothing longer than a frame leaves', () => {
    assert.throws(() => encode({ type: 'media-offer', sdp: 'x'.repeat(FRAME_MAX_BYTES) }, '1'), /longer than/);
    assert.throws(() => encode({ type: 'finding', checkpoint: 'c', result: 'great', note: '', revision: 0 }, '1'), /bad field result/);
});
