// A participant without a browser: the signalling protocol over a WebSocket (docs/signaling-protocol.md).
import { once } from 'node:events';
import WebSocket from 'ws';
import { until } from './until.mjs';

export class LiveClient {
    /** `api`: a signed-in ApiClient for staff, any for an applicant. Resolves when the socket is open. */
    static async connect(api, { origin = api.base.origin } = {}) {
        const client = new LiveClient();
        const url = new URL('/ws', api.base);
        url.protocol = 'wss:';
        client.socket = new WebSocket(url, 'yuntakan.v1', { ca: api.ca, origin, localAddress: api.localAddress, headers: api.cookies.size > 0 ? { cookie: api.cookieHeader } : {} });
        client.messages = [];
        client.last = {};
        client.closed = new Promise((resolve) => client.socket.on('close', (code) => resolve(code)));
        client.socket.on('message', (text) => client.take(JSON.parse(text)));
        client.socket.on('error', () => {}); // the close that follows tells
        client.next = 1;
        client.waiting = new Map();
        await once(client.socket, 'open');
        return client;
    }

    take(message) {
        this.messages.push(message);
        this.last[message.type] = message;
        const answer = this.waiting.get(message.re);
        if (answer)
            (this.waiting.delete(message.re), answer(message));
    }

    sendText(text) { this.socket.send(text); }

    /** Sends a request and returns its answer, an error included. */
    async request(type, fields = {}) {
        const id = String(this.next++);
        const answer = new Promise((resolve) => this.waiting.set(id, resolve));
        this.sendText(JSON.stringify({ type, id, ...fields }));
        const closed = this.closed.then((code) => ({ type: 'closed', code }));
        const message = await Promise.race([answer, closed, late(`answer to ${type}`)]);
        return message;
    }

    /** Like request(), but anything else than ok or welcome throws. */
    async ask(type, fields) {
        const message = await this.request(type, fields);
        if (message.type !== 'ok' && message.type !== 'welcome')
            throw new Error(`${type}: ${JSON.stringify(message)}`);
        return message;
    }

    async hello(fields = {}) {
        this.welcome = await this.ask('hello', { versions: [1], lang: 'zh', ...fields });
        return this.welcome;
    }

    /** Waits until the newest message of that type fulfils the predicate. */
    wait(type, predicate = () => true) {
        return until(`message ${type}`, () => this.last[type] && predicate(this.last[type]) && this.last[type], { timeoutMs: 20_000, everyMs: 20 });
    }

    close() { this.socket.close(); return this.closed; }
}

function late(what) {
    return new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what} in 20 s`)), 20_000).unref());
}
