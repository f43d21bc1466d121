// A UDP relay in front of a port, for tests that see, alter and repeat single datagrams; bad networks are netsim's job (netsim.mjs).
// One socket per client towards the server.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A link of so many bits per second with a queue of so many ms, that drops what does not fit: `relay.downlink = new Bottleneck(300_000)`. */
export class Bottleneck {
    constructor(bps, queueMs = 250) { Object.assign(this, { bps, queueMs, freeAt: 0 }); }

    /** ms until a datagram is through; null = dropped. */
    delay(bytes) {
        const now = performance.now();
        if (this.freeAt - now > this.queueMs)
            return null;
        this.freeAt = Math.max(this.freeAt, now) + (bytes + 28) * 8000 / this.bps;
        return this.freeAt - now;
    }
}

export class UdpRelay {
    static async open(target) {
        const relay = Object.assign(new UdpRelay(), { target, clients: new Map(), recorded: [], downlink: null });
        relay.socket = createSocket('udp4').bind(0, '127.0.0.1');
        relay.socket.unref(); // a test that failed before it closed the relay still ends
        await once(relay.socket, 'listening');
        relay.port = relay.socket.address().port;
        relay.socket.on('message', (data, from) => relay.#fromClient(data, from));
        return relay;
    }

    #fromClient(data, from) {
        const key = `${from.address}:${from.port}`;
        if (!this.clients.has(key)) {
            const upstream = createSocket('udp4').bind(0, '127.0.0.1');
            upstream.unref();
            upstream.on('message', (answer) => this.#fromServer(answer, from));
            this.clients.set(key, upstream);
        }
        if (this.recorded.length < 4000)
            this.recorded.push({ key, data });
        this.clients.get(key).send(data, this.target, '127.0.0.1');
    }

    #fromServer(answer, from) {
        const waits = this.downlink?.delay(answer.length) ?? 0;
        if (waits === null)
            return;
        if (waits <= 0)
            this.socket.send(answer, from.port, from.address);
        else
            setTimeout(() => this.closed || this.socket.send(answer, from.port, from.address), waits);
    }

    /** Sends bytes to the server as if from the client that sent `record`. */
    inject(record, data) { this.clients.get(record.key).send(data, this.target, '127.0.0.1'); }

    close() {
        this.closed = true;
        this.socket.close();
        for (const upstream of this.clients.values())
            upstream.close();
    }
}
