// A real coturn on loopback, from the shipped example configuration: only addresses, ports, secret and certificate are the test's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackCertificate, top } from './stack.mjs';
import { until } from './until.mjs';

const reachable = (port) => new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
});

export class Coturn {
    static async open({ port, tlsPort, secret }) {
        const turn = Object.assign(new Coturn(), { port, tlsPort, folder: mkdtempSync(join(tmpdir(), 'yuntakan-coturn-')), output: '' });
        const own = {
            'listening-ip': '127.0.0.1', 'relay-ip': '127.0.0.1', 'listening-port': port, 'tls-listening-port': tlsPort,
            cert: join(stackCertificate(), 'cert.pem'), pkey: join(stackCertificate(), 'key.pem'), 'static-auth-secret': secret, 'allowed-peer-ip': '127.0.0.1',
        };
        const example = readFileSync(join(top, 'data/coturn/turnserver.conf.example'), 'utf8').split('\n');
        const lines = example.map((line) => { const [key] = line.split('='); return key in own ? `${key}=${own[key]}` : line; }).filter((line) => line !== 'syslog');
        const file = join(turn.folder, 'turnserver.conf');
        // coturn refuses loopback peers unless told otherwise; no product machine wants that.
        writeFileSync(file, `${lines.join('\n')}\nallow-loopback-peers\nlog-file=stdout\npidfile=${join(turn.folder, 'pid')}\nuserdb=${join(turn.folder, 'db')}\n`);
        turn.child = spawn('turnserver', ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'], cwd: turn.folder });
        turn.exited = once(turn.child, 'close');
        for (const stream of [turn.child.stdout, turn.child.stderr])
            stream.on('data', (text) => { turn.output += text; });
        await until('coturn listens', async () => {
            if (turn.child.exitCode !== null)
                throw new Error(turn.output);
            return (await reachable(port)) && (await reachable(tlsPort));
        });
        return turn;
    }

    async close() {
        this.child.kill('SIGTERM');
        const killer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
        await this.exited;
        clearTimeout(killer);
        rmSync(this.folder, { recursive: true, force: true });
    }
}
