// A UDP relay in front of a port, for tests that see, alter and repeat single datagrams; bad networks are netsim's job (netsim.mjs).
// One socket per client towards the server.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export class UdpRelay {
    static async open(target) {
        const relay = Object.assign(new UdpRelay(), { target, clients: new Map(), recorded: [] });
        relay.socket = createSocket('udp4').bind(0, '127.0.0.1');
        await once(relay.socket, 'listening');
        relay.port = relay.socket.address().port;
        relay.socket.on('message', (data, from) => relay.#fromClient(data, from));
        return relay;
    }

    #fromClient(data, from) {
        const key = `${from.address}:${from.port}`;
        if (!this.clients.has(key)) {
            const upstream = createSocket('udp4').bind(0, '127.0.0.1');
            upstream.on('message', (answer) => this.socket.send(answer, from.port, from.address));
            this.clients.set(key, upstream);
        }
        if (this.recorded.length < 4000)
            this.recorded.push({ key, data });
        this.clients.get(key).send(data, this.target, '127.0.0.1');
    }

    /** Sends bytes to the server as if from the client that sent `record`. */
    inject(record, data) { this.clients.get(record.key).send(data, this.target, '127.0.0.1'); }

    close() {
        this.socket.close();
        for (const upstream of this.clients.values())
            upstream.close();
    }
}
