// A LiveClient whose line is plain requests (docs/signaling-protocol.md, section 6).
import { LiveClient } from './live-client.mjs';

export class PollClient extends LiveClient {
    static async connect(api) {
        const client = Object.assign(new PollClient(), { api, messages: [], last: {}, next: 1, waiting: new Map(), sent: 0, queue: Promise.resolve(), over: false });
        client.token = (await api.ask('POST', '/api/poll', {})).line;
        client.closed = client.receive();
        return client;
    }

    get headers() { return { authorization: `Bearer ${this.token}` }; }
    post(body) { return this.api.request('POST', '/api/poll/frames', body, this.headers); }

    sendText(text) {
        this.queue = this.queue.then(async () => {
            const { status } = await this.post({ first: this.sent, frames: [text] });
            if (status === 204)
                this.sent += 1;
        });
    }

    async receive() {
        for (let have = 0; ;) {
            const { status, json } = await this.api.request('GET', `/api/poll/frames?have=${have}`, undefined, this.headers);
            if (status !== 200)
                return status;
            for (const frame of json.frames.slice(Math.max(0, have - json.first)))
                (have += 1, this.take(JSON.parse(frame)));
            if (json.closed)
                return json.closed.code;
        }
    }

    leave() { return this.api.request('DELETE', '/api/poll', undefined, this.headers); }
}
