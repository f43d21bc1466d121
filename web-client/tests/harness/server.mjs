// Serves the built web root, and the harness beside it, on loopback; with the headers the pages must live under.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, dirname, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, makeSprite } from '../../build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.bin': 'application/octet-stream', '.json': 'application/json' };

/** As strict as the shipped pages allow: no inline script, no inline style. */
export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: mediastream:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

export async function serve() {
    const root = mkdtempSync(join(tmpdir(), 'yuntakan-web-'));
    await build(root);
    const sprite = await makeSprite();
    const server = createServer(async (request, response) => {
        const path = normalize(new URL(request.url, 'http://x').pathname);
        const file = path.startsWith('/data/') ? join(here, '../../..', path) : path.startsWith('/harness/') ? join(here, path.slice(9)) : join(root, path === '/' ? 'index.html' : extname(path) ? path : `${path}.html`);
        try {
            let body = await readFile(file);
            if (path.startsWith('/harness/') && path.endsWith('.html'))
                body = body.toString().replace(/<body[^>]*>/, (tag) => `${tag}${sprite}`);
            response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY }).end(body);
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return { root, address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
