// netsim itself: an echo behind it, over UDP and TCP. What it does to packets is tested in tests/unit/netsim.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Netsim } from '../support/netsim.mjs';
import { until } from '../support/until.mjs';

describe('netsim', () => {
    let udp, tcp, network, port;
    const callers = new Set();

    before(async () => {
        udp = createSocket('udp4').bind(0, '127.0.0.1');
        await once(udp, 'listening');
        ({ port } = udp.address());
        udp.on('message', (data, from) => {
            callers.add(from.port);
            udp.send(data, from.port, from.address);
        });
        tcp = net.createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(port, '127.0.0.1');
        await once(tcp, 'listening');
        network = await Netsim.open(port, { seed: 7 });
    });
    after(async () => {
        await network?.close();
        udp?.close();
        tcp?.close();
    });

    async function client() {
        const socket = createSocket('udp4').bind(0, '127.0.0.1');
        const heard = [];
        socket.on('message', (data) => heard.push(data.toString()));
        await once(socket, 'listening');
        return { heard, say: (text) => socket.send(text, network.port, '127.0.0.1'), close: () => socket.close() };
    }

    test('passes datagrams, late, not at all, and from a new address', async () => {
        const one = await client();
        one.say('a');
        await until('the echo', () => one.heard.includes('a'));
        await network.impair('up', { delay_ms: 200 });
        const sent = Date.now();
        one.say('b');
        await until('the late echo', () => one.heard.includes('b'), { everyMs: 5 });
        assert.ok(Date.now() - sent >= 200, `${Date.now() - sent} ms`);
        await network.impair('both', { blackout: true });
        one.say('lost');
        await until('swallowed', async () => (await network.statistics()).up.blacked_out === 1);
        await network.impair('both');
        await network.pass({ udp: false });
        one.say('lost too');
        await network.pass({});
        const before = callers.size;
        await network.rebind();
        await until('the echo from the new address', () => (one.say('c'), one.heard.includes('c')));
        assert.equal(callers.size, before + 1);
        assert.ok(!one.heard.includes('lost'));
        one.close();
    });

    test('a stream arrives whole at the rate of the link, and is reset when the address changes', async () => {
        const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, i) => i * 7 & 255));
        const socket = net.connect(network.port, '127.0.0.1');
        const heard = [];
        let closed = false;
        socket.on('data', (data) => heard.push(data)).on('error', () => {}).on('close', () => { closed = true; });
        await network.impair('up', { rate_kbit: 800, delay_ms: 10, loss: 0.02 });
        const sent = Date.now();
        socket.write(bytes);
        await until('all of it', () => Buffer.concat(heard).length === bytes.length, { everyMs: 20 });
        assert.deepEqual(Buffer.concat(heard), bytes);
        assert.ok(Date.now() - sent >= 600, `${Date.now() - sent} ms for 60 kB at 800 kbit/s`);
        await network.rebind();
        await until('reset', () => closed);
        await network.impair('both');
    });

    test('says what it does not understand', async () => {
        await assert.rejects(network.impair('up', { loss: 2 }), /loss/);
        await assert.rejects(network.impair('sideways'), /direction/);
        assert.ok((await network.statistics()).up.packets > 0);
    });
});
