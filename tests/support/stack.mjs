// The real three daemons in a directory of their own, on free loopback ports.
//
//   await withStack({}, async (stack) => {
//       const admin = await stack.login('admin');
//       await stack.kill9('media'); await stack.restart('media');
//   });
//
// The end fails the test when a daemon did not end with status 0 on SIGTERM or a sanitizer said anything.
import { execFileSync, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Daemon, daemonEnvironment, support } from './daemon.mjs';
import { ApiClient, unixRequest } from './http.mjs';

export const top = resolve(support, '../..');
export const build = resolve(top, process.env.YUNTAKAN_BUILD ?? 'build-test');
export const PASSWORD = 'correct horse battery';

/** Everybody a test may need; the names show up on the pages. */
export const STAFF = {
    zhangwei: { role: 'inspector', name: '张伟' },
    liujing: { role: 'inspector', name: '刘静' },
    zhaomin: { role: 'inspector', name: '赵敏' }, // assigned to nothing
    chenfang: { role: 'helper', name: '陈芳' },
    wuhao: { role: 'observer', name: '吴昊' },
};

const takes = {
    tcp: (port) => new Promise((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    }),
    udp: (port) => new Promise((resolve) => {
        const socket = createSocket('udp4');
        socket.once('error', () => resolve(false));
        socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
    }),
};

/** A port that is free for both protocols (the media server takes both), below those that the system gives to outgoing connections, so that it
 *  is still free when a daemon is started anew. */
export async function freePort() {
    for (;;) {
        const port = randomInt(15_000, 32_000);
        if (await takes.udp(port) && await takes.tcp(port))
            return port;
    }
}

/** One certificate serves every stack of a run; the folder of cert.pem and key.pem. */
export function stackCertificate() {
    const dir = join(build, 'test-tls');
    if (!existsSync(join(dir, 'cert.pem'))) {
        mkdirSync(dir, { recursive: true });
        execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
            '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
            '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')], { stdio: 'pipe' });
    }
    return dir;
}

export class Stack {
    static async create(options = {}) {
        const stack = new Stack();
        stack.options = options;
        stack.dir = options.dir ?? mkdtempSync(join(tmpdir(), 'yuntakan-'));
        stack.data = join(stack.dir, 'data');
        mkdirSync(join(stack.data, 'tls'), { recursive: true, mode: 0o700 });
        for (const file of ['cert.pem', 'key.pem'])
            copyFileSync(join(stackCertificate(), file), join(stack.data, 'tls', file));
        stack.ca = readFileSync(join(stack.data, 'tls/cert.pem'));
        stack.port = options.port ?? await freePort();
        stack.udpPort = await freePort();
        stack.url = `https://127.0.0.1:${stack.port}`;
        stack.env = daemonEnvironment(build);
        stack.daemons = {
            recorder: stack.daemon('recorder', 'recorder/yuntakan-recorder', []),
            media: stack.daemon('media', 'media-server/yuntakan-media',
                ['--listen', '127.0.0.1', '--udp-port', String(stack.udpPort), '--announce', '127.0.0.1', '--workers', '1', ...(options.mediaArgs ?? [])]),
            signaling: stack.daemon('signaling', 'signaling/yuntakan-signaling',
                ['--listen', '127.0.0.1', '--port', String(stack.port), '--web', join(build, 'web'), '--items', join(top, 'data/items'), ...(options.signalingArgs ?? [])]),
        };
        return stack;
    }

    daemon(name, program, args) {
        return new Daemon({
            name, program: join(build, program), args: ['--data', this.data, ...args], env: this.env,
            log: join(this.dir, `${name}.log`), wrap: this.options.wrap?.(this.data)[name],
        });
    }

    async start(names = Object.keys(this.daemons)) {
        if (names.includes('signaling'))
            this.addAdmin();
        await Promise.all(names.map((name) => this.daemons[name].start()));
        return this;
    }

    addAdmin() {
        const { status, stderr } = spawnSync(join(build, 'signaling/yuntakan-signaling'),
            ['--data', this.data, '--add-admin', 'admin'], { input: PASSWORD, env: this.env, encoding: 'utf8' });
        if (status !== 0)
            throw new Error(`--add-admin: ${status} ${stderr}`);
    }

    /** Adds the people of STAFF; once per data directory. */
    async addStaff() {
        const admin = await this.signIn('admin');
        for (const [account, { role, name }] of Object.entries(STAFF))
            await admin.ask('POST', '/api/users', { account, name, role, password: PASSWORD });
    }

    async signIn(account) {
        const client = this.client();
        client.user = await client.ask('POST', '/api/sign-in', { account, password: PASSWORD });
        return client;
    }

    /** A case with a visit for now and an invitation, as an administrator makes them. */
    async openVisit({ item = 'MKT-01', applicant = '王芳', premises = '芳姐小厨 · 阳明北路18号', staff = ['zhangwei', 'liujing'], expires_in_s = 3600 } = {}) {
        const admin = await this.signIn('admin');
        const number = `XF-${process.pid}-${this.cases = (this.cases ?? 0) + 1}`;
        const opened = await admin.ask('POST', '/api/cases', { case_number: number, item_code: item, applicant, premises });
        const visit = await admin.ask('POST', '/api/visits', { case: opened.id, scheduled_at: Date.now() * 1000, staff });
        const invitation = await admin.ask('POST', `/api/visits/${visit.id}/invitations`, { expires_in_s });
        return { case: opened, visit, invitation, link: new URL(invitation.path, this.url).href };
    }

    kill9(name) { return this.daemons[name].kill9(); }
    restart(name) { return this.daemons[name].start(); }

    /** A command-line program of the build; throws on another exit status than expected. */
    run(program, args, { status = 0, env = {} } = {}) {
        const result = spawnSync(join(build, program), args, { env: { ...this.env, ...env }, encoding: 'utf8', maxBuffer: 64 << 20 });
        if (result.status !== status)
            throw new Error(`${program} ${args.join(' ')}: exit ${result.status ?? result.signal}, wanted ${status}\n${result.stdout}${result.stderr}`);
        return result;
    }

    /** yuntakanctl as the administrator; the parsed answer. */
    ctl(...args) {
        const { stdout } = this.run('tools/yuntakanctl', [...args, '--json'], {
            env: {
                YUNTAKAN_SERVER: this.url, YUNTAKAN_CA: join(this.data, 'tls/cert.pem'),
                YUNTAKAN_ACCOUNT: 'admin', YUNTAKAN_PASSWORD: PASSWORD,
            },
        });
        return JSON.parse(stdout);
    }

    verify(path, { status = 0 } = {}) { return JSON.parse(this.run('tools/verify/yuntakan-verify', [path, '--json'], { status }).stdout); }

    client() { return new ApiClient(this.url, this.ca); }
    media(method, path, body, headers) { return unixRequest(join(this.data, 'sockets/media.sock'), method, path, body, headers); }
    recorder(method, path, body, headers) { return unixRequest(join(this.data, 'sockets/recorder.sock'), method, path, body, headers); }

    /** The folder of a recording on the disk. */
    folderOf(recording) {
        const root = join(this.data, 'recordings');
        const found = readdirSync(root, { recursive: true }).find((name) => name.endsWith(`/${recording}`));
        if (!found)
            throw new Error(`no folder of recording ${recording}`);
        return join(root, found);
    }

    logs(lines) { return Object.values(this.daemons).map((d) => `---- ${d.name}\n${d.tail(lines)}`).join('\n'); }

    /** Ends everything; returns what was wrong with it, one text each. */
    async stop() {
        const faults = [];
        for (const daemon of [this.daemons.signaling, this.daemons.media, this.daemons.recorder])
            await daemon.stop().catch((error) => faults.push(error.message));
        for (const daemon of Object.values(this.daemons)) {
            const report = daemon.sanitizerReport();
            if (report)
                faults.push(`${daemon.name}: sanitizer report\n${report}`);
        }
        return faults;
    }
}

/** Runs `body(stack)` on a running stack, then ends and checks it; shows the daemons' logs when anything was wrong.
 *  `only`: names of the daemons to start, without accounts; default all. */
export async function withStack(options, body) {
    const stack = await Stack.create(options);
    const faults = [];

    try {
        await stack.start(options.only);
        if (!options.only)
            await stack.addStaff();
        await body(stack);
    } catch (error) {
        faults.push(error);
    }
    faults.push(...(await stack.stop()).map((text) => new Error(text)));
    if (faults.length === 0) {
        rmSync(stack.dir, { recursive: true, force: true });
        return;
    }
    console.error(`${stack.logs(40)}\nkept: ${stack.dir}`);
    if (faults.length > 1)
        console.error(faults.slice(1).map((fault) => fault.message).join('\n'));
    throw faults[0];
}
