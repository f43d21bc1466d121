// An S3-compatible store (s3rver) behind a door that can be shut, and that can give other bytes back than it was given.
import http from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import S3rver from 's3rver';

export const BUCKET = 'recordings';

export class ObjectStore {
    /** @param {string} dir a folder of its own */
    static async start(dir) {
        const store = new ObjectStore();
        mkdirSync(dir, { recursive: true });
        store.credentials = join(dir, 'credentials');
        writeFileSync(store.credentials, 'S3RVER\nS3RVER\n');
        store.inner = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: join(dir, 'objects'), configureBuckets: [{ name: BUCKET }] });
        const { port } = await store.inner.run();
        store.open = true;
        store.forge = null; // (path) → may a GET of it give other bytes back?
        store.requests = [];
        store.outer = http.createServer((request, response) => store.pass(port, request, response));
        await new Promise((done) => store.outer.listen(0, '127.0.0.1', done));
        store.url = `http://127.0.0.1:${store.outer.address().port}/${BUCKET}`;
        return store;
    }

    pass(port, request, response) {
        const path = decodeURIComponent(request.url.split('?')[0]);
        this.requests.push({ method: request.method, path, range: request.headers.range ?? null });
        if (!this.open) {
            response.writeHead(503).end();
            return;
        }
        // The signature is over the Host that the client knows: it goes through as it is.
        const onward = http.request({ host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
            const headers = { ...answer.headers };
            response.writeHead(answer.statusCode, headers);
            const forged = request.method === 'GET' && this.forge?.(path);
            answer.on('data', (chunk) => response.write(forged ? Buffer.concat([Buffer.from([chunk[0] ^ 1]), chunk.subarray(1)]) : chunk));
            answer.on('end', () => response.end());
        });
        onward.on('error', () => response.destroy());
        request.pipe(onward);
    }

    count(method) { return this.requests.filter((request) => request.method === method).length; }

    async stop() {
        this.outer.closeAllConnections();
        await new Promise((done) => this.outer.close(done));
        await this.inner.close();
    }
}
