// The picture of ./dev bench network: per case a pair of bars for each of what is seen, heard and kept. No library: a chart is some lines.
const COLOR = { yuntakan: '#0b6bcb', janus: '#e08e0b' };
const COLUMNS = [
    { title: 'frames shown of those sent, %', of: (r) => 100 * Math.min(1, r.frames_decoded / Math.max(1, r.frames_sent)), max: 100 },
    { title: 'longest standstill, ms (to 4000)', of: (r) => r.longest_gap_ms, max: 4000 },
    { title: 'sound made up, % (to 30)', of: (r) => r.concealed_percent, max: 30 },
    { title: 'video in the recording, %', of: (r) => r.recorded_percent ?? null, max: 100 },
];
const LEFT = 150, BAR = 190, GAP = 56, TOP = 84, ROW = 38;
const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const text = (x, y, content, attributes = '') => `<text x="${x}" y="${y}" ${attributes}>${escape(content)}</text>`;

function bar(x, y, value, column, color) {
    if (value === null || !Number.isFinite(value))
        return [];
    const width = Math.max(1, Math.min(1, value / column.max) * BAR);
    return [`<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="11" fill="${color}"/>`, text((x + width + 4).toFixed(1), y + 10, value.toFixed(value < 10 ? 1 : 0), 'font-size="10" fill="#333"')];
}

export function draw(runs, when) {
    const cases = [...new Set(runs.map((run) => run.case))], relays = [...new Set(runs.map((run) => run.relay))];
    const width = LEFT + COLUMNS.length * (BAR + GAP) + 20, height = TOP + cases.length * ROW + 20;
    const out = [text(20, 28, 'Calls on bad networks: Chromium behind netsim', 'font-size="16" font-weight="600"'), text(width - 20, 28, when, 'text-anchor="end" font-size="11" fill="#777"')];
    relays.forEach((relay, i) => out.push(`<rect x="${20 + i * 110}" y="40" width="11" height="11" fill="${COLOR[relay]}"/>`, text(36 + i * 110, 50, relay, 'font-size="12"')));
    COLUMNS.forEach((column, i) => out.push(text(LEFT + i * (BAR + GAP), TOP - 12, column.title, 'font-size="12" font-weight="600"')));
    cases.forEach((name, index) => {
        const y = TOP + index * ROW;
        out.push(text(LEFT - 12, y + 16, name, 'text-anchor="end" font-size="12"'), `<line x1="20" x2="${width - 20}" y1="${y - 5}" y2="${y - 5}" stroke="#eee"/>`);
        relays.forEach((relay, place) => {
            const run = runs.find((one) => one.case === name && one.relay === relay);
            COLUMNS.forEach((column, i) => out.push(...(run?.result ? bar(LEFT + i * (BAR + GAP), y + place * 14, column.of(run.result), column, COLOR[relay])
                : [text(LEFT + i * (BAR + GAP), y + place * 14 + 10, run ? 'failed' : '', 'font-size="10" fill="#c0392b"')])));
        });
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif">\n<rect width="100%" height="100%" fill="#fff"/>\n${out.join('\n')}\n</svg>\n`;
}
