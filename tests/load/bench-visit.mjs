// What one recorded visit with two inspectors costs each daemon, and how long it takes until they see the site.
//
//   ./dev bench visit [--seconds 30]
//
// Real Chromium on all three ends, over loopback. CPU is user and system time from /proc over the window, memory is VmRSS at its end.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser, officeCamera, walkthroughCamera } from '../support/browser.mjs';
import { Applicant, Inspector } from '../support/journey.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const seconds = Number(values.seconds);
const TICKS_PER_SECOND = 100; // USER_HZ, proc(5)

function cpuSeconds(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function status(pid, name) {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

await withStack({}, async (stack) => {
    const [phone, desks] = await Promise.all([launchBrowser({ camera: walkthroughCamera() }), launchBrowser({ camera: officeCamera() })]);
    try {
        const { case: opened, link } = await stack.openVisit();
        const applicant = await Applicant.arrive(phone);
        const inspectors = await Promise.all(['zhangwei', 'liujing'].map((name) => Inspector.arrive(desks, name)));
        await Promise.all(inspectors.map((one) => one.signIn(stack.url)));
        const openedAt = Date.now();
        await applicant.open(link);
        await applicant.agree();
        await applicant.check();
        await applicant.wait();
        for (const one of inspectors) {
            await one.seesWaiting(opened.case_number);
            await one.openRoom(opened.case_number);
        }
        const admittedAt = Date.now();
        await inspectors[0].admitInRoom();
        await until('the first decoded frame', async () => (await inspectors[0].media()).frames > 0, { everyMs: 10 });
        const firstFrameAt = Date.now();
        await Promise.all(inspectors.map((one) => one.seesAndHears({ videos: 2, sounds: 2 })));
        await inspectors[0].seesRecording();
        await wait(5000); // the bitrate of the browsers has settled

        const names = Object.keys(stack.daemons);
        const pid = (name) => stack.daemons[name].pid;
        const before = Object.fromEntries(names.map((name) => [name, cpuSeconds(pid(name))]));
        const began = performance.now();
        await wait(seconds * 1000);
        const elapsed = (performance.now() - began) / 1000;
        const rows = names.map((name) => ({ daemon: name, cpu: (cpuSeconds(pid(name)) - before[name]) / elapsed * 100,
            rss: status(pid(name), 'VmRSS') / 1024, threads: status(pid(name), 'Threads') }));

        console.log(`from opening the invitation to the first decoded frame: ${((firstFrameAt - openedAt) / 1000).toFixed(1)} s` +
            ` (from admission: ${((firstFrameAt - admittedAt) / 1000).toFixed(2)} s)`);
        console.log(`one recorded visit, an applicant and two inspectors, ${elapsed.toFixed(0)} s`);
        console.log('daemon      CPU of a core   memory   threads');
        for (const row of rows)
            console.log(`${row.daemon.padEnd(10)} ${row.cpu.toFixed(1).padStart(10)} % ${row.rss.toFixed(1).padStart(9)} MiB ${String(row.threads).padStart(7)}`);
    } finally {
        await Promise.all([phone.close(), desks.close()]);
    }
});
