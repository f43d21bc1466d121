// What ./dev bench network found, as Markdown: on the terminal's side one line per run, in docs/performance.md a table per case.
const cell = (value, digits = 0) => (value === null || value === undefined ? '–' : Number(value).toFixed(digits));
const RELAY = { yuntakan: 'yuntakan-media', janus: 'Janus' };

const COLUMNS = [
    ['case', (run) => run.case, 18], ['relay', (run) => RELAY[run.relay] ?? run.relay, 14],
    ['decoded', ({ result: r }) => `${r.frames_decoded}/${r.frames_sent}`, 9],
    ['freezes', ({ result: r }) => cell(r.freezes), 7], ['frozen s', ({ result: r }) => cell(r.frozen_s, 1), 8],
    ['longest ms', ({ result: r }) => cell(r.longest_gap_ms), 10], ['back after ms', ({ result: r }) => cell(r.recovery_ms), 13],
    ['sound made up %', ({ result: r }) => cell(r.concealed_percent, 1), 15], ['kbit/s', ({ result: r }) => cell(r.received_kbps), 6],
    ['key frames asked', ({ result: r }) => cell(r.pli), 16],
    ['recorded %', ({ result: r }) => cell(r.recorded_percent, 1), 10], ['parts/gaps', ({ result: r }) => (r.recording ? `${r.recording.parts}/${r.recording.gaps}` : '–'), 10],
];
const pad = (text, width, i) => (i < 2 ? text.padEnd(width) : text.padStart(width));

export const head = () => COLUMNS.map(([title, , width], i) => pad(title, width, i)).join(' ');
export function line(run) {
    if (!run.result)
        return `${pad(run.case, COLUMNS[0][2], 0)} ${pad(RELAY[run.relay] ?? run.relay, COLUMNS[1][2], 1)} FAILED: ${run.error.split('\n')[0].slice(0, 140)}`;
    return COLUMNS.map(([, of, width], i) => pad(of(run), width, i)).join(' ');
}

export function table(runs) {
    const rows = runs.map((run) => (run.result ? COLUMNS.map(([, of]) => of(run)) : [run.case, RELAY[run.relay] ?? run.relay, 'failed', ...COLUMNS.slice(3).map(() => '–')]));
    const cells = [COLUMNS.map(([title]) => title), ...rows];
    const widths = COLUMNS.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
    const text = cells.map((row) => `| ${row.map((one, i) => pad(one, widths[i], i)).join(' | ')} |`);
    text.splice(1, 0, `|${widths.map((width, i) => (i < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`);
    return text.join('\n');
}

/** What docs/performance.md carries between its marks. */
export function page({ when, machine, window_s: window, runs }) {
    const failed = runs.filter((run) => !run.result).length;
    const loads = runs.map((run) => run.load).sort((a, b) => a - b);
    return [`${when.slice(0, 10)}, ${machine.cpus} CPUs (${machine.cpu}), Linux ${machine.kernel}; windows of ${window} s, ${runs.length - failed} of ${runs.length} measurements taken; ` +
        `load average ${cell(loads[0], 1)} to ${cell(loads.at(-1), 1)}.`, '', table(runs), ''].join('\n');
}

/** The page's text with the newest figures between `<!-- bench network: begin -->` and end. */
export function intoDocument(text, report) {
    const [before, rest] = text.split('<!-- bench network: begin -->'), after = rest?.split('<!-- bench network: end -->')[1];
    if (after === undefined)
        throw new Error('the document has no <!-- bench network: begin --> and end');
    return `${before}<!-- bench network: begin -->\n\n${page(report)}\n<!-- bench network: end -->${after}`;
}
