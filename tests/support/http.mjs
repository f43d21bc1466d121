// A small HTTPS client that trusts one certificate and keeps cookies, and HTTP over Unix sockets.
import http from 'node:http';
import https from 'node:https';

const TIMEOUT_MS = 20_000;

function exchange(module, options, body) {
    return new Promise((resolve, reject) => {
        const request = module.request({ timeout: TIMEOUT_MS, agent: false, ...options }, (response) => {
            const chunks = [];
            response.on('data', (chunk) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => resolve(answer(response, Buffer.concat(chunks))));
        });
        request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms: ${options.method} ${options.path}`)));
        request.on('error', reject);
        body !== undefined && body.length > LONG_BODY ? writeSlices(request, Buffer.from(body)) : request.end(body);
    });
}

/** A long body goes slice by slice, with a look at the socket after each: the answer to its beginning is read before the rest is sent. */
async function writeSlices(request, body) {
    let answered = false;
    request.once('response', () => { answered = true; });
    for (let at = 0; at < body.length && !answered && !request.destroyed; at += SLICE)
        await new Promise((written) => request.write(body.subarray(at, at + SLICE), () => setImmediate(written)));
    if (!answered)
        request.end();
}

/** A server that refuses a long body may close while we still write; node then throws the answer away that is there already. */
const LONG_BODY = 64 * 1024;
const SLICE = 16 * 1024;
const ATTEMPTS = 5;

async function exchangeLong(module, options, body) {
    for (let attempt = 1; ; attempt++) {
        try {
            return await exchange(module, options, body);
        } catch (error) {
            const cutOff = ['EPIPE', 'ECONNRESET'].includes(error.code) && body !== undefined && body.length > LONG_BODY;
            if (!cutOff || attempt === ATTEMPTS)
                throw error;
        }
    }
}

function answer(response, bytes) {
    const type = response.headers['content-type'] ?? '';
    return {
        status: response.statusCode,
        headers: response.headers,
        bytes,
        get text() { return bytes.toString('utf8'); },
        get json() { return /json/.test(type) && bytes.length > 0 ? JSON.parse(bytes) : null; },
    };
}

function encode(body, headers) {
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body))
        return [body, headers];
    return [JSON.stringify(body), { 'content-type': 'application/json', ...headers }];
}

/** One caller of the public API, with a cookie jar of its own. */
export class ApiClient {
    constructor(base, ca) {
        this.base = new URL(base);
        this.ca = ca;
        this.cookies = new Map();
        this.agent = false; // a connection for each request
    }

    /** From now on over one connection: for tests that ask hundreds of times. */
    keepAlive() {
        this.agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
        return this;
    }

    async request(method, path, body, headers = {}) {
        const [bytes, all] = encode(body, { ...headers });
        if (this.cookies.size > 0)
            all.cookie = this.cookieHeader;
        if (bytes !== undefined)
            all['content-length'] = Buffer.byteLength(bytes);
        const response = await exchangeLong(https, {
            method, path, headers: all, ca: this.ca, agent: this.agent, host: this.base.hostname, port: this.base.port,
        }, bytes);
        for (const line of response.headers['set-cookie'] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            value === '' || /max-age=0/i.test(line) ? this.cookies.delete(name) : this.cookies.set(name, value);
        }
        return response;
    }

    get cookieHeader() { return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '); }

    /** Like request(), but anything else than 2xx throws with the server's own words. */
    async ask(method, path, body, headers) {
        const response = await this.request(method, path, body, headers);
        if (response.status < 200 || response.status > 299)
            throw new Error(`${method} ${path}: ${response.status} ${response.text.slice(0, 500)}`);
        return response.json ?? response;
    }
}

/** HTTP on a daemon's Unix socket. */
export async function unixRequest(socketPath, method, path, body, headers = {}) {
    const [bytes, all] = encode(body, { ...headers });
    if (bytes !== undefined)
        all['content-length'] = Buffer.byteLength(bytes);
    return exchangeLong(http, { socketPath, method, path, headers: { host: 'localhost', ...all } }, bytes);
}
