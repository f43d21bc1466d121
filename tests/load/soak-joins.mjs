// Joins and leaves for a long time: memory and descriptors of the three daemons must stay what they were.
//
//   ./dev bench soak [--minutes 60] [--rate 5] [--visits 2] [--staff 12]
//
// Real visits on the whole stack: a publisher (webrtcbin by WHIP) in each, recorded, and staff that come through the WebSocket, offer,
// connect by ICE and DTLS, get media, stay some seconds and go: by `leave`, by closing the socket, or by vanishing without a word, so
// that what expires by itself is exercised too. Writes soak.json; the exit status is 0 when nothing grew and (nearly) every join got media.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LiveClient } from '../support/live-client.mjs';
import { build, PASSWORD, withStack } from '../support/stack.mjs';
import { Peer } from '../support/webrtcbin-peer.mjs';
import { growth, percentile, summary } from './soak-report.mjs';

const { values: options } = parseArgs({
    options: {
        minutes: { type: 'string', default: '60' },
        rate: { type: 'string', default: '5' },
        visits: { type: 'string', default: '2' },
        staff: { type: 'string', default: '12' },
        every: { type: 'string', default: '10' },
        out: { type: 'string', default: 'build/bench' },
    },
});
const minutes = Number(options.minutes), rate = Number(options.rate), visits = Number(options.visits), staff = Number(options.staff);
if (!(minutes > 0) || !(rate > 0) || !(visits >= 1 && visits <= 8) || !(staff >= 1 && staff <= 13)) {
    console.error('--minutes M --rate JOINS-PER-SECOND --visits 1..8 --staff 1..13 (a visit has 16 places) --every SECONDS --out DIR');
    process.exit(2);
}

/** The peers' process: one request a line, one answer a line. */
class SoakPeers {
    constructor() {
        this.child = spawn(join(build, 'tests/load/soak-peers'), { stdio: ['pipe', 'pipe', 'inherit'] });
        this.waiting = new Map();
        this.next = 1;
        createInterface({ input: this.child.stdout }).on('line', (line) => {
            const message = JSON.parse(line);
            this.waiting.get(message.peer)?.(message);
            this.waiting.delete(message.peer);
        });
    }

    #answer(id, line) {
        const answer = new Promise((take) => this.waiting.set(id, take));
        this.child.stdin.write(`${line}\n`);
        return answer;
    }

    async offer() {
        const id = this.next++;
        return { id, ...await this.#answer(id, `offer ${id}`) };
    }

    answer(id, sdp) { return this.#answer(id, `answer ${id} ${JSON.stringify(sdp)}`); }
    drop(id) { this.child.stdin.write(`drop ${id}\n`); }
    end() { this.child.stdin.end(); }
}

function sample(stack, since, counts) {
    const row = { at_s: Math.round((Date.now() - since) / 1000), ...counts };
    for (const [name, daemon] of Object.entries(stack.daemons)) {
        const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
        const field = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)[1]);
        row[name] = { rss_kib: field('VmRSS'), anonymous_kib: field('RssAnon'), threads: field('Threads'), fds: readdirSync(`/proc/${daemon.pid}/fd`).length };
    }
    return row;
}

async function addStaff(stack) {
    const admin = await stack.signIn('admin');
    const accounts = Array.from({ length: staff }, (_, i) => `soak${i}`);
    for (const account of accounts)
        await admin.ask('POST', '/api/users', { account, name: account, role: 'inspector', password: PASSWORD });
    const people = [];
    for (const account of accounts) // one after the other: a password is dear to check, by design
        people.push({ account, api: await stack.signIn(account) });
    return people;
}

/** A live visit with a publisher: its id and what to end at the end. */
async function openVisit(stack, accounts) {
    const { visit, invitation } = await stack.openVisit({ staff: ['zhangwei', ...accounts] });
    const applicant = await connect(stack.client());
    await applicant.hello({ invitation: decodeURIComponent(new URL(invitation.path, 'https://x').hash.slice(1)) });
    await applicant.ask('consent', { notice: '2026-01' });
    await applicant.ask('wait');
    const api = await stack.signIn('zhangwei');
    const inspector = await connect(api);
    await inspector.hello({ visit: visit.id });
    await inspector.ask('admit', { participant: applicant.welcome.participant });
    await inspector.wait('room', (room) => room.visit.state === 'live');
    const token = await api.ask('POST', `/api/visits/${visit.id}/stream-tokens`, { allow: 'publish', name: 'camera' });
    const camera = new Peer('publish', '--insecure', '--url', new URL(token.path, stack.url).href, '--bearer', token.token,
        '--seconds', String(Math.ceil(minutes * 60 + 300)));
    await camera.connected();
    return { id: visit.id, camera, inspector, applicant };
}

/** Keeps no messages but the last of each type: an hour has many. */
async function connect(api) {
    const client = await LiveClient.connect(api);
    client.messages = { push() {} };
    return client;
}

const WAYS = ['leave', 'close', 'vanish', 'media-close'];

async function visitOnce(seat, peers, counts, times) {
    const client = await connect(seat.api);
    let peer = null;
    try {
        await client.hello({ visit: seat.visit });
        peer = await peers.offer();
        if (!peer.offer)
            throw new Error(peer.failed);
        const asked = performance.now();
        const { sdp } = await client.ask('media-offer', { sdp: peer.offer });
        const media = await peers.answer(peer.id, sdp);
        if (media.failed)
            throw new Error(`${media.failed} (visit ${seat.number})`);
        times.push(performance.now() - asked);
        counts.joins++;
        await wait(1000 + Math.random() * 2000);
        const way = WAYS[counts.joins % WAYS.length];
        counts[way]++;
        if (way === 'leave' || way === 'media-close')
            await client.request(way);
    } finally {
        client.socket[counts.joins % WAYS.length === WAYS.indexOf('vanish') ? 'terminate' : 'close']();
        if (peer)
            peers.drop(peer.id);
    }
}

async function soak(stack) {
    const people = await addStaff(stack);
    const opened = [];
    for (let i = 0; i < visits; i++)
        opened.push(await openVisit(stack, people.map((one) => one.account)));
    const free = opened.flatMap((visit, number) => people.map((one) => ({ api: one.api, visit: visit.id, number })));
    const peers = new SoakPeers();
    const counts = { started: 0, joins: 0, failures: 0, skipped: 0, ...Object.fromEntries(WAYS.map((way) => [way, 0])) };
    const times = [], reasons = {}, rows = [], since = Date.now(), end = since + minutes * 60_000;
    const pending = new Set();
    let nextSample = since;

    for (let i = 0; Date.now() < end; i++) {
        const due = since + i * 1000 / rate;
        await wait(Math.max(0, due - Date.now()));
        if (Date.now() >= nextSample) {
            rows.push(sample(stack, since, { joins: counts.joins, failures: counts.failures, here: pending.size }));
            nextSample += Number(options.every) * 1000;
            if (rows.length % 6 === 1)
                console.log(line(rows.at(-1)));
            save(stack, rows, counts, times, reasons);
        }
        const seat = free.shift();
        if (!seat) { // everybody is in a room: the machine is slower than the rate
            counts.skipped++;
            continue;
        }
        counts.started++;
        const one = visitOnce(seat, peers, counts, times)
            .catch((error) => { counts.failures++; reasons[error.message.slice(0, 120)] = (reasons[error.message.slice(0, 120)] ?? 0) + 1; })
            .finally(() => { pending.delete(one); free.push(seat); });
        pending.add(one);
    }
    await Promise.all(pending);
    await wait(35_000); // consent of those that vanished has expired: what is left is what would stay
    rows.push(sample(stack, since, { joins: counts.joins, failures: counts.failures, here: 0 }));
    peers.end();
    await Promise.all(opened.map((visit) => visit.camera.kill()));
    return save(stack, rows, counts, times, reasons);
}

const line = (row) => `${String(row.at_s).padStart(5)} s  joins ${String(row.joins).padStart(6)}  failed ${row.failures}  ` +
    ['signaling', 'media', 'recorder'].map((name) => `${name} ${(row[name].rss_kib / 1024).toFixed(1)} MiB ${row[name].fds} fds`).join('  ');

function save(stack, rows, counts, times, reasons) {
    const report = { minutes, rate, visits, staff, counts, reasons, join_ms: { median: percentile(times, 0.5), p95: percentile(times, 0.95), max: percentile(times, 1) },
        growth: Object.fromEntries(Object.keys(stack.daemons).map((name) => [name, growth(rows, name)])), rows };
    mkdirSync(resolve(options.out), { recursive: true });
    writeFileSync(join(resolve(options.out), 'soak.json'), JSON.stringify(report, null, 1));
    return report;
}

await withStack({}, async (stack) => {
    const report = await soak(stack);
    console.log(summary(report));
    if (!report.counts.joins || report.counts.failures > report.counts.started / 1000)
        process.exitCode = 1;
});
