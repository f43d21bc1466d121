// One origin with the page's own modules and a recorder's bytes: what the players of the web client need, without accounts and pages.
import { createReadStream } from 'node:fs';
import http from 'node:http';
import { join, normalize } from 'node:path';
import { top } from './stack.mjs';

const PAGE = '<!doctype html><meta charset="utf-8"><title>player</title><body></body>';
const VENDOR = { '/vendor/hls.js': 'web-client/node_modules/hls.js/dist/hls.light.min.mjs' };

/** `/api/…` goes to the recorder's socket, `/src/…` to the client's modules. @param {string} socketPath */
export async function servePlayers(socketPath) {
    const server = http.createServer((request, response) => {
        const { pathname } = new URL(request.url, 'http://localhost');
        if (pathname === '/')
            return response.setHeader('content-type', 'text/html').end(PAGE);
        if (pathname.startsWith('/src/') || VENDOR[pathname]) {
            const file = createReadStream(join(top, VENDOR[pathname] ?? join('web-client', normalize(pathname))));
            return file.on('error', () => response.writeHead(404).end()).pipe(response.setHeader('content-type', 'text/javascript'));
        }
        if (!pathname.startsWith('/api/'))
            return response.writeHead(204).end();
        const upstream = http.get({ socketPath, path: request.url.slice('/api'.length), headers: request.headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        response.on('close', () => upstream.destroy());
        return upstream.on('error', () => response.destroy());
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${server.address().port}/`, close: () => { server.closeAllConnections(); server.close(); } };
}
