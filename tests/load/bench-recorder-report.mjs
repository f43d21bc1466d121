// From single runs of ./dev bench recorder to its table and to what it says about each goal.
import { median } from './bench-report.mjs';

const OURS = 'yuntakan-recorder', PLAIN = 'gst-launch', JANUS = 'Janus + janus-pp-rec';

function summarize(runs) {
    const [first] = runs, middle = (pick) => median(runs.map(pick));
    const recorded = (run) => run.load.pictures / 30 / run.count; // seconds of each recording, the time before the window too
    return {
        count: first.count, audio: first.audio, name: first.name, family: first.family, runs: runs.length,
        cpu: middle((run) => run.load.cpu_s / run.load.seconds), // of a core, while it runs
        later: middle((run) => (run.later_cpu_s ?? 0) / recorded(run)), // of a core, for what is done afterwards
        resident_mib: middle((run) => run.load.resident_kib / 1024),
        each_mib: middle((run) => (run.load.resident_kib - run.idle_kib) / 1024 / run.count),
        threads: middle((run) => run.load.threads),
        kept: Math.min(...runs.map((run) => run.kept / (run.load.pictures / run.count))),
        gaps: first.family === 'ours' ? Math.max(...runs.map((run) => run.gaps)) : null,
        late_ms: middle((run) => run.load.late_ms), load: middle((run) => run.load.load),
    };
}

/** @param {object[]} runs one per measurement; failed ones carry `error` */
export function table(runs) {
    const groups = new Map();
    for (const run of runs.filter((one) => !one.error)) {
        const key = [run.count, run.audio, run.name].join('|');
        groups.set(key, [...(groups.get(key) ?? []), run]);
    }
    const rows = [...groups.values()].map(summarize);
    for (const row of rows) {
        const peer = (name) => rows.find((other) => other.count === row.count && other.audio === row.audio && other.name === name);
        const ratio = (other) => (other ? (row.cpu + row.later) / (other.cpu + other.later) : null);
        row.to_plain = ratio(peer(PLAIN));
        row.to_janus = ratio(peer(JANUS));
    }
    return rows;
}

const number = (value, digits) => (value === null || value === undefined ? '–' : value.toFixed(digits));

const COLUMNS = [
    ['recorder', (r) => r.name],
    ['CPU ms/s each', (r) => number(1000 * (r.cpu + r.later) / r.count, 2)],
    ['/gst-launch', (r) => number(r.to_plain, 2)], ['/Janus', (r) => number(r.to_janus, 2)],
    ['cores in all', (r) => number(r.cpu + r.later, 2)],
    ['MiB in all', (r) => number(r.resident_mib, 0)], ['MiB each', (r) => number(r.each_mib, 2)], ['threads', (r) => number(r.threads, 0)],
    ['pictures kept', (r) => `${number(100 * Math.min(1, r.kept), 1)} %`], ['gaps', (r) => number(r.gaps, 0)],
];

/** As Markdown, which is readable on a terminal too. */
export function print(rows) {
    const out = [];
    for (const audio of [false, true])
        for (const count of [...new Set(rows.map((row) => row.count))]) {
            const some = rows.filter((row) => row.audio === audio && row.count === count);
            if (some.length === 0)
                continue;
            const cells = [COLUMNS.map(([title]) => title), ...some.map((row) => COLUMNS.map(([, cell]) => cell(row)))];
            const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
            const text = cells.map((line) => `| ${line.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`);
            text.splice(1, 0, `|${widths.map((width, i) => (i ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`);
            out.push(`**${count} recording${count > 1 ? 's' : ''} of ${audio ? 'video and a voice (ours mixes, and keeps the voice by itself too)' : 'video'}**`, '', ...text, '');
        }
    return out.join('\n');
}

/** @returns {{ name: string, said: string, met: boolean }[]} */
export function goals(rows) {
    const ours = rows.filter((row) => row.name === OURS), silent = ours.filter((row) => !row.audio);
    const compared = silent.filter((row) => row.to_plain !== null), many = ours.filter((row) => row.count > 50);
    const list = [];
    if (compared.length)
        list.push({ name: 'without mixing: at most 1.3 times the CPU of gst-launch', said: compared.map((row) => `${number(row.to_plain, 2)} (${row.count})`).join(', '),
            met: compared.every((row) => row.to_plain <= 1.3) });
    if (ours.length)
        list.push({ name: 'at most 12 MB for each recording', said: ours.map((row) => `${number(row.each_mib, 1)} (${row.count}${row.audio ? ' with voice' : ''})`).join(', '),
            met: ours.every((row) => row.each_mib * 1.048576 <= 12) });
    if (many.length)
        list.push({ name: 'more than 50 recordings on two cores, fsync included, nothing missing',
            said: many.map((row) => `${row.count}${row.audio ? ' with voice' : ''}: ${number(row.cpu, 2)} cores, ${row.gaps} gaps, ${number(100 * Math.min(1, row.kept), 1)} % of the pictures`).join('; '),
            met: many.some((row) => row.audio && row.cpu < 2 && row.gaps === 0 && row.kept > 0.97) });
    return list;
}

/** What docs/performance.md carries between its marks. */
export function page({ when, machine, window_s, rounds, kbit, runs, rows }) {
    const failed = runs.filter((one) => one.error).length, loads = rows.map((row) => row.load);
    return [`${when.slice(0, 10)}, ${machine.cpus} CPUs (${machine.cpu}), Linux ${machine.kernel}; windows of ${window_s} s, ${rounds} round${rounds > 1 ? 's' : ''}; video of ${kbit} kbit/s; ` +
        `${runs.length - failed} of ${runs.length} measurements taken; load average ${number(Math.min(...loads), 1)} to ${number(Math.max(...loads), 1)}.`, '',
    '| goal | this run | |', '|---|---|---|', ...goals(rows).map((one) => `| ${one.name} | ${one.said} | ${one.met ? 'met' : '**missed**'} |`), '', print(rows)].join('\n');
}
