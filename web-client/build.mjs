/**
 * Builds the web root: pages, modules and styles as they are, and the few vendor files.
 *
 *   node build.mjs [--out DIR]        default DIR: ../build/web
 *
 * Nothing is bundled or minified: what an auditor reads is what the phone runs. Two things are written into the pages: the
 * list of their modules, so that a phone fetches them side by side instead of one import after the other, and the icons in
 * use, so that "the network broke" has its picture too. Beside every text lies what goes over the network: the same, compressed.
 */

import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(root, 'node_modules');

/** From the packages, to the web root. */
const vendor = [
    ['lit-html/lit-html.js', 'vendor/lit-html/lit-html.js'],
    ['lit-html/directive.js', 'vendor/lit-html/directive.js'],
    ['lit-html/directive-helpers.js', 'vendor/lit-html/directive-helpers.js'],
    ['lit-html/async-directive.js', 'vendor/lit-html/async-directive.js'],
    ...['class-map', 'if-defined', 'live', 'ref', 'repeat'].map((name) =>
        [`lit-html/directives/${name}.js`, `vendor/lit-html/directives/${name}.js`]),
    ['hls.js/dist/hls.light.min.mjs', 'vendor/hls.js'],
    ['qrcode-generator/dist/qrcode.mjs', 'vendor/qrcode-generator.js'],
];
/* What the device check downloads to measure the network; random, so that no proxy can shrink it. */
const PROBE_BYTES = 160 * 1024;
const licences = ['lit-html', 'hls.js', 'lucide-static', 'qrcode-generator'];

async function copyVendor(out) {
    for (const [from, to] of vendor) {
        const text = await readFile(path.join(modules, from), 'utf8');
        await mkdir(path.dirname(path.join(out, to)), { recursive: true });
        /* The maps are not shipped; a reference to them is a 404 in every console. */
        await writeFile(path.join(out, to), text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'));
    }
    const parts = [];
    for (const name of licences) {
        const folder = path.join(modules, name);
        const { version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
        const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
        parts.push(`${name} ${version} (${license})\n\n${file ? await readFile(path.join(folder, file), 'utf8') : ''}`);
    }
    await writeFile(path.join(out, 'vendor/LICENSES.txt'), parts.join('\n----\n\n'));
}

export async function makeSprite() {
    const source = await readFile(path.join(root, 'src/components/icon.js'), 'utf8');
    const list = /ICONS = [^[]*\(\[([\s\S]*?)\]\)/.exec(source);
    if (!list)
        throw new Error('src/components/icon.js: the list of icons was not found');
    const names = [...list[1].matchAll(/'([a-z0-9-]+)'/g)].map((match) => match[1]);
    const symbols = await Promise.all(names.map(async (name) => {
        const svg = await readFile(path.join(modules, 'lucide-static/icons', `${name}.svg`), 'utf8');
        const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).trim().replace(/\s*\n\s*/g, '');
        return `<symbol id="icon-${name}" viewBox="0 0 24 24">${inner}</symbol>`;
    }));
    return `<svg width="0" height="0" aria-hidden="true" hidden>${symbols.join('')}</svg>`;
}

/** Every module that `entry` needs, by its address, in the order in which it is met. */
async function moduleGraph(out, entry) {
    const seen = new Set();
    const visit = async (address) => {
        if (seen.has(address))
            return;
        seen.add(address);
        const text = await readFile(path.join(out, address), 'utf8');
        for (const match of text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*\s{},]*?from\s*)?["']([^"']+)["']/g))
            await visit(path.posix.resolve(path.posix.dirname(address), match[1]));
    };
    await visit(entry);
    return [...seen];
}

/** What the page's own script imports when its first view stands. */
async function laterGraph(out, entry, graph) {
    const text = await readFile(path.join(out, entry), 'utf8');
    const seen = new Set(graph);
    for (const [, address] of text.matchAll(/\b(?:await|void)\s+import\(["']([^"']+)["']\)/g)) {
        for (const module of await moduleGraph(out, path.posix.resolve(path.posix.dirname(entry), address)))
            seen.add(module);
    }
    return [...seen].slice(graph.length);
}

async function makePages(out) {
    const sprite = await makeSprite();
    for (const name of (await readdir(path.join(root, 'pages'))).filter((entry) => entry.endsWith('.html'))) {
        const page = await readFile(path.join(root, 'pages', name), 'utf8');
        const entry = /<script type="module" src="([^"]+)"/.exec(page)?.[1];
        const graph = entry ? await moduleGraph(out, entry) : [];
        const later = entry ? await laterGraph(out, entry, graph) : [];
        const links = [...graph.filter((address) => address !== entry).map((address) => `  <link rel="modulepreload" href="${address}">`),
            ...later.map((address) => `  <link rel="modulepreload" fetchpriority="low" href="${address}">`)];
        await writeFile(path.join(out, name), page.replace(/^ *<!-- modules -->$/m, links.join('\n'))
            .replace(/(<body[^>]*>)/, `$1\n  ${sprite}`));
    }
}

/* Less than one packet of the network stays as it is. */
const COMPRESSED_FROM = 600;

/** NAME.br and NAME.gz beside every text, where they are smaller; signaling/api/static.c serves them. */
async function compressTexts(out) {
    for (const name of await readdir(out, { recursive: true })) {
        if (!/\.(?:html|js|css|svg|txt)$/.test(name))
            continue;
        const text = await readFile(path.join(out, name));
        if (text.length < COMPRESSED_FROM)
            continue;
        const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
        await writeFile(path.join(out, `${name}.br`), brotliCompressSync(text, { params }));
        await writeFile(path.join(out, `${name}.gz`), gzipSync(text, { level: 9 }));
    }
}

export async function build(out) {
    if (!existsSync(path.join(modules, 'lit-html')))
        throw new Error('web-client/node_modules is missing: run `npm ci` in web-client first');
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
    await cp(path.join(root, 'src'), path.join(out, 'src'), { recursive: true });
    await cp(path.join(root, 'styles'), path.join(out, 'styles'), { recursive: true });
    await copyVendor(out);
    await writeFile(path.join(out, 'probe.bin'), randomBytes(PROBE_BYTES));
    await makePages(out);
    await compressTexts(out);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
    const at = process.argv.indexOf('--out');
    const out = path.resolve(at > 0 ? process.argv[at + 1] : path.join(root, '../build/web'));
    await build(out);
    console.log(`web client built in ${out}`);
}
