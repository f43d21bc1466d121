// Photographing documents: is there a sheet in the frame, and the ids of pages.
import test from 'node:test';
import assert from 'node:assert/strict';
import { FRAME, edgesOf, fitOf } from '../src/media/document-edges.js';
import { uuid7 } from '../src/base/uuid7.js';

const [WIDTH, HEIGHT] = [120, 160];

/** A light sheet on a darker, grainy table; `box` in shares of the picture. */
function table(box, { paper = 220, wood = 110, grain = 8, print = true } = {}) {
    let seed = 7;
    const chance = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648; };
    return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
        const [x, y] = [(i % WIDTH) / WIDTH, Math.floor(i / WIDTH) / HEIGHT];
        const inside = box && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
        const ink = inside && print && Math.floor(y * HEIGHT) % 6 < 2 && x > box.x + 0.12 && x < box.x + box.width - 0.12 && y > box.y + 0.12 && y < box.y + box.height - 0.12;
        return (ink ? 60 : inside ? paper : wood) + (chance() - 0.5) * grain;
    });
}

test('a sheet in the frame is found on all four sides, also when it lies a little off', () => {
    assert.equal(fitOf(edgesOf(table(FRAME), WIDTH, HEIGHT, FRAME)), 'all');
    assert.equal(fitOf(edgesOf(table({ x: FRAME.x + 0.03, y: FRAME.y + 0.02, width: FRAME.width - 0.05, height: FRAME.height - 0.03 }), WIDTH, HEIGHT, FRAME)), 'all');
    assert.equal(fitOf(edgesOf(table(FRAME, { paper: 90, wood: 200 }), WIDTH, HEIGHT, FRAME)), 'all', 'a dark folder on a light table');
});

test('one that is too far away, cut off or not there is not', () => {
    assert.equal(fitOf(edgesOf(table({ x: 0.3, y: 0.3, width: 0.4, height: 0.4 }), WIDTH, HEIGHT, FRAME)), 'none');
    assert.equal(fitOf(edgesOf(table(null), WIDTH, HEIGHT, FRAME)), 'none');
    const cut = edgesOf(table({ x: -0.5, y: FRAME.y, width: FRAME.x + FRAME.width + 0.5, height: FRAME.height }), WIDTH, HEIGHT, FRAME);
    assert.deepEqual([cut.left, cut.right, cut.top, cut.bottom], [false, true, true, true]);
});

test('ids of pages are such as the server takes', () => {
    const id = uuid7(1_795_420_800_000, new Uint8Array(10).fill(0xff));
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), 1_795_420_800_000);
});
