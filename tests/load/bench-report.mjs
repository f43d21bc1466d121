// From single runs to the table: medians over the rounds, and ratios to the best Janus and to the floor of the same shape and pacing.

export function median(values) {
    const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
    if (sorted.length === 0)
        return null;
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const keyOf = (run) => [run.shape, run.pacing, run.profile, run.name].join('|');
const sum = (runs, pick) => runs.reduce((total, run) => total + pick(run), 0);

const shapeOrder = (shape) => shape.split('x').reduce((order, count) => order * 1000 + Number(count), 0);

function summarize(runs) {
    const [first] = runs, cost = runs.map((run) => run.result.window.us_per_packet);
    const middle = (pick) => median(runs.map((run) => pick(run.result)));
    return {
        shape: first.shape, pacing: first.pacing, profile: first.profile, name: first.name, family: first.family, runs: runs.length,
        us: median(cost), us_min: Math.min(...cost), us_max: Math.max(...cost),
        system_share: middle((r) => r.window.system_share), cpu_share: middle((r) => r.window.cpu_share),
        threads: middle((r) => r.threads), kib_per_subscriber: middle((r) => r.kib_per_subscriber),
        connect_ms: middle((r) => r.connect_ms.median),
        join_ms: middle((r) => r.join_ms.median), join_p95_ms: middle((r) => r.join_ms.p95), picture_ms: middle((r) => r.picture_ms.median),
        others_on_cpu: middle((r) => r.window.others_on_cpu), send_ns: median(runs.map((run) => run.calibration.send_ns)),
        packets: {
            published: sum(runs, (r) => r.result.packets.published), forwarded: sum(runs, (r) => r.result.packets.forwarded),
            lost: sum(runs, (r) => r.result.packets.lost), withheld: sum(runs, (r) => r.result.packets.withheld ?? 0), out_of_order: sum(runs, (r) => r.result.packets.out_of_order),
            wrong: sum(runs, (r) => r.result.packets.refused + r.result.packets.misnumbered + r.result.packets.duplicates),
        },
    };
}

/** @param {object[]} runs one per measurement; failed ones carry `error` instead of `result` */
export function table(runs) {
    const groups = new Map();
    for (const run of runs.filter((one) => one.result))
        groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
    const rows = [...groups.values()].map(summarize).sort((a, b) => shapeOrder(a.shape) - shapeOrder(b.shape));
    for (const row of rows) {
        const peers = rows.filter((other) => other.shape === row.shape && other.pacing === row.pacing);
        const janus = peers.filter((other) => other.family === 'janus' && other.profile === row.profile).map((other) => other.us);
        const floor = peers.find((other) => other.name === 'floor');
        row.to_janus = janus.length ? row.us / Math.min(...janus) : null;
        row.to_floor = floor ? row.us / floor.us : null;
    }
    return rows;
}

const number = (value, digits = 1) => (value === null ? '–' : value.toFixed(digits));
const PROFILES = { gcm: 'GCM', cm: 'CM' };

const COLUMNS = [
    ['relay', (r) => r.name], ['SRTP', (r) => PROFILES[r.profile]],
    ['µs/packet', (r) => number(r.us, 2)], ['min–max', (r) => `${number(r.us_min, 2)}–${number(r.us_max, 2)}`],
    ['/Janus', (r) => number(r.to_janus, 2)], ['/floor', (r) => number(r.to_floor, 2)],
    ['threads', (r) => number(r.threads, 0)], ['KiB/sub', (r) => number(r.kib_per_subscriber, 0)],
    ['connect ms', (r) => (r.family === 'floor' ? '–' : number(r.connect_ms))], ['join ms', (r) => (r.family === 'floor' ? '–' : number(r.join_ms))], ['p95', (r) => (r.family === 'floor' ? '–' : number(r.join_p95_ms))],
    ['picture ms', (r) => (r.family === 'floor' ? '–' : number(r.picture_ms, 0))],
    ['forwarded', (r) => String(r.packets.forwarded)], ['lost', (r) => String(r.packets.lost)], ['held', (r) => String(r.packets.withheld)],
    ['late', (r) => String(r.packets.out_of_order)], ['wrong', (r) => String(r.packets.wrong)],
];

const PACINGS = { spaced: 'packets of a frame 1.5 ms apart', frame: 'packets of a frame at once' };

export function shapeName(shape) {
    const [rooms, subscribers] = shape.split('x').map(Number);
    return rooms === 1 ? `1 publisher, ${subscribers} subscriber${subscribers > 1 ? 's' : ''}` : `${rooms} rooms of 1 publisher and ${subscribers} subscribers`;
}

/** As Markdown, which is readable on a terminal too. */
export function print(rows) {
    const out = [];
    for (const pacing of Object.keys(PACINGS))
        for (const shape of [...new Set(rows.map((row) => row.shape))]) {
            const some = rows.filter((row) => row.pacing === pacing && row.shape === shape);
            if (some.length === 0)
                continue;
            const cells = [COLUMNS.map(([title]) => title), ...some.map((row) => COLUMNS.map(([, cell]) => cell(row)))];
            const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
            const text = cells.map((line) => `| ${line.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`);
            text.splice(1, 0, `|${widths.map((width, i) => (i < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`);
            out.push(`**${shapeName(shape)}, ${PACINGS[pacing]}**`, '', ...text, '');
        }
    return out.join('\n');
}

/** What the machine did meanwhile: a round whose calibration is off says little. */
export function noise(runs) {
    return [...new Set(runs.map((run) => run.round))].map((round) => {
        const some = runs.filter((run) => run.round === round);
        const send = some.map((run) => run.calibration.send_ns), seal = some.map((run) => run.calibration.seal_ns);
        const others = some.filter((run) => run.result).map((run) => run.result.window.others_on_cpu);
        return { round, send_ns: median(send), send_min: Math.min(...send), send_max: Math.max(...send), seal_ns: median(seal), seal_min: Math.min(...seal),
            seal_max: Math.max(...seal), others_on_cpu: median(others), load: median(some.filter((run) => run.result).map((run) => run.result.load)) };
    });
}
