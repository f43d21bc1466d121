// The picture of the table: cost over subscribers for both pacings, and bars for the rooms of real use. No library: a chart is some lines.
import { shapeName } from './bench-report.mjs';

const STYLE = {
    'yuntakan-media': '#0b6bcb', 'Janus default': '#c0392b', 'Janus event_loops=1': '#e08e0b', floor: '#555', 'floor UDP_SEGMENT': '#999',
};
const PANEL = { width: 420, height: 300, left: 52, top: 66, gap: 210 };
const TICKS = [1, 2, 5, 10, 20, 50, 100, 200];
const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const text = (x, y, content, attributes = '') => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escape(content)}</text>`;
const line = (x1, y1, x2, y2, attributes) => `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" ${attributes}/>`;
const label = (row) => `${row.name}${row.family === 'floor' ? '' : row.profile === 'gcm' ? ' GCM' : ' CM'}`;

function scale(rows) {
    const costs = rows.flatMap((row) => [row.us_min, row.us_max]);
    const low = TICKS.findLast((tick) => tick <= Math.min(...costs)) ?? TICKS[0], high = TICKS.find((tick) => tick >= Math.max(...costs)) ?? TICKS.at(-1);
    const span = Math.log(high / low) || 1;
    return { ticks: TICKS.filter((tick) => tick >= low && tick <= high), at: (value) => Math.log(Math.min(high, Math.max(low, value)) / low) / span };
}

/** Names beside the ends of their lines, pushed apart where they would overlap. */
function endLabels(ends, x) {
    const sorted = ends.sort((a, b) => a.y - b.y);
    for (let i = 1; i < sorted.length; i++)
        sorted[i].y = Math.max(sorted[i].y, sorted[i - 1].y + 14);
    return sorted.map(({ y, name, color }) => text(x, y + 4, name, `fill="${color}" font-size="11"`));
}

function lines(rows, axis, left, title) {
    const { width, height, top } = PANEL, shapes = [...new Set(rows.map((row) => row.shape))];
    const x = (shape) => left + (shapes.length > 1 ? shapes.indexOf(shape) / (shapes.length - 1) : 0.5) * width, y = (us) => top + height * (1 - axis.at(us));
    const out = [text(left, top - 16, title, 'font-size="13" font-weight="600"')], ends = [];
    for (const tick of axis.ticks)
        out.push(line(left, y(tick), left + width, y(tick), 'stroke="#e4e4e4"'), text(left - 8, y(tick) + 4, String(tick), 'text-anchor="end" font-size="11" fill="#555"'));
    for (const shape of shapes)
        out.push(text(x(shape), top + height + 18, shape.split('x')[1], 'text-anchor="middle" font-size="11" fill="#555"'));
    out.push(text(left + width / 2, top + height + 36, 'subscribers of one publisher', 'text-anchor="middle" font-size="11" fill="#555"'));
    for (const name of [...new Set(rows.map(label))]) {
        const some = rows.filter((row) => label(row) === name), color = STYLE[some[0].name], dash = some[0].profile === 'cm' ? ' stroke-dasharray="5 4"' : '';
        out.push(`<polyline fill="none" stroke="${color}" stroke-width="${some[0].family === 'media' ? 3 : 1.7}"${dash} points="${some.map((row) => `${x(row.shape).toFixed(1)},${y(row.us).toFixed(1)}`).join(' ')}"/>`);
        for (const row of some)
            out.push(line(x(row.shape), y(row.us_min), x(row.shape), y(row.us_max), `stroke="${color}" stroke-opacity="0.45"`),
                `<circle cx="${x(row.shape).toFixed(1)}" cy="${y(row.us).toFixed(1)}" r="2.6" fill="${color}"/>`);
        ends.push({ y: y(some.at(-1).us), name: `${name}  ${some.at(-1).us.toFixed(1)}`, color });
    }
    return [...out, ...endLabels(ends, left + width + 10)];
}

function bars(rows, top, width) {
    const longest = Math.max(...rows.map((row) => row.us)), left = 240, out = [];
    let y = top + 10;
    for (const pacing of ['spaced', 'frame']) {
        const some = rows.filter((row) => row.pacing === pacing);
        if (some.length === 0)
            continue;
        out.push(text(PANEL.left, y + 12, `${shapeName(some[0].shape)}: ${pacing === 'spaced' ? 'packets 1.5 ms apart' : 'a frame at once'}`, 'font-size="13" font-weight="600"'));
        y += 22;
        for (const row of some.sort((a, b) => a.us - b.us)) {
            out.push(text(left - 8, y + 11, label(row), 'text-anchor="end" font-size="11"'),
                `<rect x="${left}" y="${y}" width="${(row.us / longest * (width - left - 90)).toFixed(1)}" height="13" fill="${STYLE[row.name]}"${row.profile === 'cm' ? ' fill-opacity="0.55"' : ''}/>`,
                text(left + row.us / longest * (width - left - 90) + 6, y + 11, row.us.toFixed(1), 'font-size="11" fill="#333"'));
            y += 18;
        }
        y += 14;
    }
    return { out, bottom: y };
}

export function draw(rows, when) {
    const single = rows.filter((row) => row.shape.startsWith('1x')), many = rows.filter((row) => !row.shape.startsWith('1x'));
    const width = 2 * (PANEL.width + PANEL.gap) + PANEL.left + 20, second = PANEL.left + PANEL.width + PANEL.gap + 20;
    const out = [text(PANEL.left, 28, 'What a relay costs: CPU µs per forwarded packet (user and system)', 'font-size="16" font-weight="600"'),
        text(width - 20, 28, when, 'text-anchor="end" font-size="11" fill="#777"')];
    for (const [pacing, left, title] of [['spaced', PANEL.left, 'packets of a frame 1.5 ms apart'], ['frame', second, 'packets of a frame at once, as browsers send']]) {
        const some = single.filter((row) => row.pacing === pacing);
        if (some.length)
            out.push(...lines(some, scale(single), left, title));
    }
    let bottom = PANEL.top + PANEL.height + 60;
    if (many.length) {
        const drawn = bars(many, bottom, width);
        out.push(...drawn.out);
        bottom = drawn.bottom;
    }
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom}" width="${width}" height="${bottom}" font-family="system-ui, sans-serif">\n<rect width="100%" height="100%" fill="#fff"/>\n${out.join('\n')}\n</svg>\n`;
}
