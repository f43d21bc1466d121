// Runs every test there is and adds up: `node tests/run.mjs --build build-test [FILTER]`; `./dev test` calls it.
// The last line is "N passed, N failed". A program that ends badly without saying which test failed counts as one failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { parseArgs } from 'node:util';
import { unitTestEnvironment } from './support/daemon.mjs';

const top = resolve(new URL('.', import.meta.url).pathname, '..');
const { values, positionals } = parseArgs({ options: { build: { type: 'string', default: 'build-test' } }, allowPositionals: true });
const build = resolve(top, values.build);
const filter = positionals[0] ?? '';
const total = { passed: 0, failed: 0 };
const failures = [];

/** A file of tests may take this long on two busy cores under sanitizers: node's limit is for the file. Every wait inside has its own. */
const FILE_TIMEOUT_MS = 900_000;

function passed(count = 1) { total.passed += count; }
function failed(name, detail = '') {
    total.failed += 1;
    failures.push(name);
    if (detail)
        console.log(`  ✗ ${name}\n${detail}`);
}

function heading(name) { console.log(`\n== ${name}  (${Math.round(process.uptime())} s)`); }

/** Check prints "87%: Checks: 8, Failures: 1, Errors: 0"; meson keeps it in its log. */
function countCheckCases(test) {
    const counts = /Checks: (\d+), Failures: (\d+), Errors: (\d+)/.exec(test.stdout ?? '');
    const bad = counts ? Number(counts[2]) + Number(counts[3]) : 0;
    const cases = counts ? Number(counts[1]) : 1;

    if (test.result === 'OK') {
        passed(cases);
        console.log(`  ✓ ${test.name}  ${cases} tests  ${test.duration.toFixed(1)} s`);
        return;
    }
    passed(counts ? cases - bad : 0);
    for (let i = 1; i < bad; i++)
        failed(test.name);
    failed(`${test.name} (${test.result})`, `${test.stdout ?? ''}${test.stderr ?? ''}`.slice(-8000));
}

function runMeson() {
    heading('C tests');
    const log = join(build, 'meson-logs/testlog.json');
    rmSync(log, { force: true });
    const env = unitTestEnvironment(build);
    const listed = JSON.parse(spawnSync('meson', ['introspect', build, '--tests'], { encoding: 'utf8' }).stdout);
    const names = listed.filter((test) => test.name.includes(filter)).map((test) => test.name);
    if (names.length === 0)
        return;
    const { status, stderr } = spawnSync('meson', ['test', '-C', build, '--no-rebuild', ...(filter ? names : [])], { encoding: 'utf8', env, maxBuffer: 64 << 20 });
    if (!existsSync(log))
        return failed('meson test', stderr);
    const tests = readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    tests.forEach(countCheckCases);
    if (status !== 0 && tests.every((test) => test.result === 'OK'))
        failed('meson test', stderr);
}

function runTypeCheck() {
    const dir = join(top, 'web-client');
    if (filter && !'types'.includes(filter))
        return;
    heading('types of the web client');
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'tsc', '--noEmit'], { cwd: dir, encoding: 'utf8' });
    status === 0 ? passed() : failed('tsc --noEmit', `${stdout}${stderr}`);
}

function filesBelow(folder) {
    const dir = join(top, folder);
    if (!existsSync(dir))
        return [];
    return readdirSync(dir, { recursive: true }).filter((name) => name.endsWith('.test.mjs') || name.endsWith('.test.js'))
        .map((name) => join(dir, name)).filter((path) => relative(top, path).includes(filter)).sort();
}

/** Runs the files and prints each test; what went wrong, for the caller to judge. */
async function runFiles(files, concurrency) {
    const bad = [];
    const ended = run({ files, concurrency, timeout: FILE_TIMEOUT_MS });
    // A file stands for itself only when it broke outside its tests; a suite never does.
    const isTest = (event) => event.details.type !== 'suite' && !files.includes(event.name);
    let good = 0;
    ended.on('test:pass', (event) => {
        if (!isTest(event) || event.skip !== undefined)
            return;
        good += 1;
        console.log(`  ✓ ${event.name}  ${(event.details.duration_ms / 1000).toFixed(1)} s`);
    });
    ended.on('test:fail', (event) => {
        const error = event.details.error?.cause ?? event.details.error;
        const isWrapper = files.includes(event.name) && /subtest/.test(String(error?.message ?? error));
        if (event.details.type === 'suite' || isWrapper)
            return;
        const file = files.includes(event.name) ? event.name : event.file;
        bad.push({ name: event.name, file, detail: `${relative(top, file ?? '')}\n${error?.stack ?? error}` });
        console.log(`  ✗ ${event.name}\n${bad.at(-1).detail}`);
    });
    for (const stream of ['test:stdout', 'test:stderr'])
        ended.on(stream, (event) => process.stdout.write(event.message));
    ended.on('test:diagnostic', (event) => { if (event.nesting > 0) console.log(`    ${event.message}`); });
    await new Promise((done) => ended.on('end', done).resume());
    return { good, bad };
}

/**
 * Tests with daemons and browsers carry media in real time: on a machine that others load too, one of them can miss its deadline.
 * So a file with a failure is run once more when nothing else runs, and that run counts; both are printed. A file that fails alone
 * has failed. More than a few are no accident and are not run again.
 */
const RERUN_FILES_MAX = 6;
const suspects = [];

async function runNode(name, folders, concurrency, { again = true } = {}) {
    const files = folders.flatMap(filesBelow);
    if (files.length === 0)
        return;
    heading(name);
    process.env.YUNTAKAN_BUILD = build;
    const { good, bad } = await runFiles(files, concurrency);
    passed(good);
    if (again)
        suspects.push(...bad);
    else
        bad.forEach((test) => failed(test.name));
}

async function runSuspects() {
    const files = [...new Set(suspects.map((test) => test.file))];
    if (files.length === 0)
        return;
    if (files.length > RERUN_FILES_MAX || files.some((file) => !file))
        return suspects.forEach((test) => failed(test.name));
    heading(`${files.length} files again, alone`);
    const { bad } = await runFiles(files, 1);
    bad.forEach((test) => failed(test.name));
    const names = new Set(bad.map((test) => test.name));
    for (const test of suspects.filter((suspect) => !names.has(suspect.name))) {
        passed();
        console.log(`  passed alone, failed beside others: ${test.name} (${relative(top, test.file)})`);
    }
}

runMeson();
runTypeCheck();
await runNode('web client', ['web-client/tests'], 2, { again: false });
// The crashes wait more than they work: beside the daemons' tests they cost little.
await runNode('integration, peers and crashes', ['tests/crash', 'tests/integration', 'tests/peers'], 2);
await runNode('browser', ['tests/e2e'], 1);
await runSuspects();
if (failures.length > 0)
    console.log(`\nfailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
console.log(`\n${Math.round(process.uptime())} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
