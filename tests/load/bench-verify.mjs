// ./dev bench verify: how fast yuntakan-verify reads a recording, beside sha256sum on the same files. CPU time (user and system) of each, alternating, so that both see the same machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { build: { type: 'string', default: 'build-bench' }, mib: { type: 'string', default: '512' }, rounds: { type: 'string', default: '5' }, out: { type: 'string', default: 'build/bench' } } });
const dir = mkdtempSync(join(tmpdir(), 'ytk-bench-verify-'));

/** CPU seconds of a command, by the shell's own account. */
function cpu(command, args) {
    const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null';
    const { status, stderr } = spawnSync('bash', ['-c', script, '-', command, ...args], { encoding: 'utf8' });
    if (status !== 0)
        throw new Error(`${command}: ${status} ${stderr}`);
    const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return user + system;
}
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

try {
    const results = {};
    for (const algorithm of ['ed25519', 'sm2']) {
        const folder = join(dir, algorithm);
        mkdirSync(folder);
        execFileSync(join(values.build, 'tests/load/make-recording'), [folder, values.mib, algorithm]);
        const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
        const times = { verify: [], sha256sum: [] };
        for (let round = 0; round < Number(values.rounds); round++) {
            times.sha256sum.push(cpu('sha256sum', files));
            times.verify.push(cpu(join(values.build, 'tools/verify/yuntakan-verify'), [folder]));
        }
        const [verify, sum] = [median(times.verify), median(times.sha256sum)];
        results[algorithm] = { mib: Number(values.mib), verify_s: verify, sha256sum_s: sum, speed_of_sha256sum: sum / verify };
        console.log(`${algorithm}: yuntakan-verify ${(values.mib / verify).toFixed(0)} MiB/s, sha256sum ${(values.mib / sum).toFixed(0)} MiB/s of CPU time: ${(100 * sum / verify).toFixed(0)} % of its speed`);
    }
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, 'verify.json'), `${JSON.stringify(results, null, 1)}\n`);
} finally {
    rmSync(dir, { recursive: true, force: true });
}
