// Two network namespaces of the test's own: a server, and a phone that reaches it over Wi-Fi or over a mobile network. Needs root.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ip = (...args) => execFileSync('ip', args, { stdio: 'pipe' });

export class TwoNetworks {
    /** The server's address; from the phone there are two ways to it. */
    static SERVER = '10.77.9.1';

    /** null where namespaces cannot be made. */
    static make() {
        const nets = Object.assign(new TwoNetworks(), { server: `ytk-server-${process.pid}`, phone: `ytk-phone-${process.pid}`, folder: mkdtempSync(join(tmpdir(), 'ytk-nets-')) });
        try {
            ip('netns', 'add', nets.server);
            ip('netns', 'add', nets.phone);
        } catch {
            nets.close();
            return null;
        }
        const inServer = (...args) => ip('-n', nets.server, ...args), inPhone = (...args) => ip('-n', nets.phone, ...args);
        for (const [link, subnet] of [['wifi', 1], ['mobile', 2]]) {
            ip('link', 'add', link, 'netns', nets.phone, 'type', 'veth', 'peer', 'name', link, 'netns', nets.server);
            inPhone('addr', 'add', `10.77.${subnet}.2/24`, 'dev', link);
            inServer('addr', 'add', `10.77.${subnet}.1/24`, 'dev', link);
            inServer('link', 'set', link, 'up');
        }
        for (const inside of [inServer, inPhone])
            inside('link', 'set', 'lo', 'up');
        inServer('addr', 'add', `${TwoNetworks.SERVER}/32`, 'dev', 'lo');
        nets.up('wifi');
        return nets;
    }

    up(link) {
        ip('-n', this.phone, 'link', 'set', link, 'up');
        ip('-n', this.phone, 'route', 'add', 'default', 'via', `10.77.${link === 'wifi' ? 1 : 2}.1`, 'dev', link, 'metric', link === 'wifi' ? '100' : '200');
    }

    down(link) { ip('-n', this.phone, 'link', 'set', link, 'down'); }

    /** A program that runs `program` inside: for launchers that take a path and nothing else. */
    inside(namespace, program) {
        const path = join(this.folder, `${namespace}.sh`);
        writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${namespace} ${program} "$@"\n`);
        chmodSync(path, 0o755);
        return path;
    }

    close() {
        for (const namespace of [this.server, this.phone]) {
            try {
                ip('netns', 'del', namespace);
            } catch {
                /* never made */
            }
        }
        rmSync(this.folder, { recursive: true, force: true });
    }
}
