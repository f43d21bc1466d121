// netsim (tests/netsim) as a child process: one participant's bad network in front of a port, changed while a call runs.
//
//   const network = await Netsim.open(media.port);
//   await network.impair('up', { loss: 0.05, delay_ms: 150 });
//   await network.rebind();
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testEnvironment } from './daemon.mjs';
import { build } from './stack.mjs';

export class Netsim {
    /** @param {number} target port of the server @param {{ seed?: number, ip?: string, targetIp?: string, port?: number, program?: string }} options */
    static async open(target, { seed = 1, ip = '127.0.0.1', port = 0, targetIp = ip, program = join(build, 'tests/netsim/netsim') } = {}) {
        const network = new Netsim();
        const args = ['--listen', ip, '--port', String(port), '--target', `${targetIp}:${target}`, '--seed', String(seed)];
        network.child = spawn(program, args, { env: testEnvironment(build), stdio: ['pipe', 'pipe', 'pipe'] });
        network.exited = once(network.child, 'close');
        network.errors = '';
        network.child.stderr.on('data', (text) => { network.errors += text; });
        network.lines = createInterface(network.child.stdout)[Symbol.asyncIterator]();
        network.port = Number(/ready port=(\d+)/.exec(await network.#line())[1]);
        return network;
    }

    async #line() {
        const { value, done } = await this.lines.next();
        if (done)
            throw new Error(`netsim ended: ${this.errors}`);
        return value;
    }

    /** One command, one answer, in order. */
    async #say(command) {
        const turn = (this.turn ?? Promise.resolve()).then(async () => {
            this.child.stdin.write(`${JSON.stringify(command)}\n`);
            const answer = JSON.parse(await this.#line());
            if (!answer.ok)
                throw new Error(`netsim: ${answer.error}`);
            return answer;
        });
        this.turn = turn.catch(() => {});
        return turn;
    }

    /** Replaces the impairments of a direction: 'up' (toward the server), 'down' or 'both'; see tests/netsim/netsim-command.h. */
    impair(direction, settings = {}) { return this.#say({ do: 'impair', direction, ...settings }); }
    /** Which protocols pass at all. */
    pass(protocols) { return this.#say({ do: 'pass', ...protocols }); }
    /** A new address toward the server. */
    rebind() { return this.#say({ do: 'rebind' }); }
    statistics() { return this.#say({ do: 'statistics' }); }

    async close() {
        this.child.stdin.end();
        const [code, signal] = await this.exited;
        if (code !== 0)
            throw new Error(`netsim ended with ${signal ?? code}\n${this.errors}`);
    }
}
