// One whole inspection, played by itself on the real stack: `./dev demo`. Leaves a recording that `./dev up` replays.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { build: { type: 'string' }, data: { type: 'string' }, port: { type: 'string' } } });
const top = resolve(new URL('..', import.meta.url).pathname);
const build = process.env.YUNTAKAN_BUILD = resolve(top, values.build);
const data = resolve(values.data);
const url = `https://127.0.0.1:${values.port}`;

const { deskCamera, walkthrough } = await import('./support/walkthrough.mjs');
const { launchBrowser } = await import('./support/browser.mjs');
const { Applicant, Inspector } = await import('./support/journey.mjs');
const { ApiClient } = await import('./support/http.mjs');
const { until } = await import('./support/until.mjs');

const CHECKPOINTS = [
    { number: 1, code: 'MKT-01-01', title: '门头与地址核对', result: 'conform', note: '门头、门牌号与申请一致' },
    { number: 4, code: 'MKT-01-04', title: '食品原料清洗水池', result: 'conform', note: '三个水池有用途标识,上下水正常' },
    { number: 5, code: 'MKT-01-05', title: '餐用具清洗消毒与保洁', result: 'mostly', note: '消毒柜通电 125℃;保洁柜请贴标识' },
];

async function step(what, action) {
    const from = Date.now();
    if (process.stdout.isTTY)
        process.stdout.write(`  … ${what}`);
    const said = await action();
    process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[K' : ''}  ✓ ${what}${typeof said === 'string' ? `: ${said}` : ''}  ${((Date.now() - from) / 1000).toFixed(1)} s\n`);
    return said;
}

/** Uses the Yuntakan that runs on this data already, or starts one; returns how to end it. */
async function serve() {
    const pidFile = join(data, 'dev.pid');
    if (existsSync(pidFile) && spawnSync('kill', ['-0', readFileSync(pidFile, 'utf8').trim()]).status === 0)
        return async () => {};
    const child = spawn('./dev', ['up', '--data', data, '--port', values.port], { cwd: top, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => { text += chunk; });
    const exited = once(child, 'exit');
    process.on('exit', () => child.kill('SIGINT'));
    await until('./dev up is ready', () => {
        if (child.exitCode !== null)
            throw new Error(text);
        return /^Logs /m.test(text);
    }, { timeoutMs: 120_000 });
    return async () => { child.kill('SIGINT'); await exited; };
}

function passwordOf(account) {
    const line = readFileSync(join(data, 'accounts.txt'), 'utf8').split('\n').find((l) => l.startsWith(`${account} `));
    return line.split(' ')[1];
}

/** CPU seconds and resident memory of each daemon, from /proc. */
function usage() {
    const ticks = Number(execFileSync('getconf', ['CLK_TCK']));
    const daemons = {};
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        let command;
        try { command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'); } catch { continue; }
        const name = /yuntakan-(signaling|media|recorder)$/.exec(command[0] ?? '')?.[1];
        if (!name || !command.includes(data))
            continue;
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
        const [, rss] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
        daemons[name] = { cpu: (Number(fields[11]) + Number(fields[12])) / ticks, megabytes: Math.round(Number(rss) / 1024) };
    }
    return daemons;
}

function sizeOf(dir) {
    return readdirSync(dir, { recursive: true }).map((name) => statSync(join(dir, name)))
        .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

function folderOf(recording) {
    const found = readdirSync(join(data, 'recordings'), { recursive: true }).find((name) => name.endsWith(recording));
    return join(data, 'recordings', found);
}

async function inspect(applicant, inspectors, sceneSeconds) {
    for (const [i, point] of CHECKPOINTS.entries()) {
        const inspector = inspectors[i % inspectors.length];
        await step(`${point.code} ${point.title}: started, shown, judged${i === 1 ? ', a still taken' : ''}`, async () => {
            await inspector.startCheckpoint(point.number);
            await applicant.seesGuide(point.title);
            await applicant.page.waitForTimeout(sceneSeconds * 1000); // the seconds of it that the recording will show
            if (i === 1)
                await inspector.takeStill();
            await inspector.judge(point.number, point.result, point.note);
            await inspector.endCheckpoint(point.number);
        });
    }
    await step('rewind while live, and back', async () => {
        await inspectors[1].rewind();
        await inspectors[1].backToLive();
    });
}

async function main() {
    const started = Date.now();
    const [walk, office] = await step('walk-through video and voices', () =>
        [walkthrough(join(build, 'media')), deskCamera(join(build, 'media'))]);
    const end = await step('three daemons', serve);
    const admin = new ApiClient(url, readFileSync(join(data, 'tls/cert.pem')));
    await admin.ask('POST', '/api/sign-in', { account: 'admin', password: passwordOf('admin') });

    const number = `XF-DEMO-${new Date().toISOString().replace(/\D/g, '').slice(2, 14)}`;
    const visit = await step('case, visit', async () => {
        const opened = await admin.ask('POST', '/api/cases', { case_number: number, item_code: 'MKT-01', applicant: '王芳', premises: '芳姐小厨 · 阳明北路18号' });
        return admin.ask('POST', '/api/visits', { case: opened.id, scheduled_at: Date.now() * 1000, staff: ['zhangwei', 'liujing'] });
    });
    const invitation = await step('invitation', () => admin.ask('POST', `/api/visits/${visit.id}/invitations`, {}));

    const certificate = join(data, 'tls/cert.pem');
    const phone = await launchBrowser({ camera: walk, certificate });
    const desks = await launchBrowser({ camera: office, certificate });
    const applicant = await Applicant.arrive(phone);
    const inspectors = await Promise.all(['zhangwei', 'liujing'].map((account) => Inspector.arrive(desks, account)));

    await step('two inspectors sign in and open the room', async () => {
        for (const inspector of inspectors) {
            await inspector.signIn(url, passwordOf(inspector.account));
            await inspector.openRoom(number);
        }
    });
    await step('the applicant opens the link, agrees, checks the phone and waits', () => applicant.come(new URL(invitation.path, url).href));
    const before = usage();
    const admittedAt = Date.now();
    await step('admitted; all see and hear each other', async () => {
        await inspectors[0].admitInRoom();
        await Promise.all([
            applicant.seesAndHears({ videos: 2, sounds: 2 }), ...inspectors.map((inspector) => inspector.seesAndHears({ videos: 2, sounds: 2 })),
        ]);
    });
    await inspect(applicant, inspectors, walk.sceneSeconds);
    const after = usage();
    const seconds = (Date.now() - admittedAt) / 1000;
    await step('the visit is ended', async () => {
        await inspectors[0].endVisit('现场符合要求');
        await applicant.seesTheEnd();
    });
    const { recording } = await until('the recording ends', async () => {
        const now = await admin.ask('GET', `/api/visits/${visit.id}`);
        return now.state === 'ended' && now.pending === 0 ? now : null;
    });
    await step('review: found by its number, played at the check point', async () => {
        await inspectors[0].findInReview(url, number);
        await inspectors[0].playCheckpoint(CHECKPOINTS[2].code);
    });
    await Promise.all([phone.close(), desks.close()]);

    const folder = folderOf(recording);
    const verdict = spawnSync(join(build, 'tools/verify/yuntakan-verify'), [folder], { encoding: 'utf8' });
    await end();

    console.log(`\n${verdict.stdout.trim()}`);
    console.log(`\nSize on disk  ${(sizeOf(folder) / 1e6).toFixed(1)} MB   ${folder}`);
    for (const name of Object.keys(after))
        console.log(`${name.padEnd(12)}  ${((after[name].cpu - before[name].cpu) / seconds * 100).toFixed(1)} % of a core, ${after[name].megabytes} MB`);
    console.log(`Whole run     ${((Date.now() - started) / 1000).toFixed(0)} s`);
    console.log(`Replay        ./dev up --data ${values.data} --port ${values.port}   then   ${url}/review?visit=${visit.id}`);
    console.log('              sign in as zhangwei; the password is in accounts.txt of the data directory');
    process.exitCode = verdict.status === 0 ? 0 : 1;
}

main().catch((error) => {
    console.error(`\n✗ ${error.stack ?? error}`);
    process.exit(1);
});
