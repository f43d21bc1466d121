// What the table says about each goal of docs/performance.md: figures of one run, all of them ratios but memory and threads.

const find = (rows, what) => rows.find((row) => Object.entries(what).every(([key, value]) => row[key] === value));
const ours = (rows, what) => find(rows, { family: 'media', ...what });
const PROFILES = ['gcm', 'cm'], NAMES = { gcm: 'GCM', cm: 'CM' };
const text = (values, digits = 2) => values.map(([profile, value]) => `${value.toFixed(digits)} (${NAMES[profile]})`).join(', ');

/** One goal: the values of both profiles, and whether the worst of them keeps the bound. */
function goal(name, pick, bound, digits = 2) {
    const values = PROFILES.map((profile) => [profile, pick(profile)]).filter(([, value]) => Number.isFinite(value));
    return values.length ? { name, said: text(values, digits), met: values.every(([, value]) => value <= bound) } : null;
}

const ratioTo = (rows, name, what) => {
    const row = ours(rows, what), other = find(rows, { shape: what.shape, pacing: what.pacing, name });
    return row && other ? row.us / other.us : NaN;
};

/** Nothing may grow with the number; a wake-up's cost is shared by more packets, so that what falls is no fault. */
function flat(rows) {
    const cost = ['1x10', '1x30', '1x60', '1x120'].map((shape) => ours(rows, { shape, pacing: 'spaced', profile: 'gcm' })?.us);
    const floor = ['1x10', '1x30', '1x60', '1x120'].map((shape) => find(rows, { shape, pacing: 'spaced', name: 'floor' })?.us);
    if (!cost.every(Number.isFinite))
        return null;
    const said = (values) => values.map((us) => us?.toFixed(1) ?? '–').join(', ');
    const rise = Math.max(...cost.slice(1).map((us, i) => us / cost[i]));
    return { name: 'spaced, from 10 to 120 subscribers: a packet costs nowhere more than 1.1 times what it did with fewer',
        said: `${said(cost)} µs; the floor ${said(floor)}`, met: rise <= 1.1 };
}

function dearer(rows) {
    const [gcm, cm] = PROFILES.map((profile) => ours(rows, { shape: '1x60', pacing: 'spaced', profile })?.us);
    return Number.isFinite(gcm) && Number.isFinite(cm)
        ? { name: '60 subscribers, spaced: AES-CM at most 0.6 µs dearer than AES-GCM', said: `${(cm - gcm).toFixed(2)} µs`, met: cm - gcm <= 0.6 } : null;
}

function joining(rows) {
    return goal('60 subscribers: join at most half of Janus\'s median', (profile) => {
        const what = { shape: '1x60', pacing: 'spaced', profile }, row = ours(rows, what);
        const janus = rows.filter((other) => other.family === 'janus' && Object.entries(what).every(([key, value]) => other[key] === value));
        return row && janus.length ? row.join_ms / Math.min(...janus.map((other) => other.join_ms)) : NaN;
    }, 0.5);
}

/** What one more subscriber takes; the share of what the process takes once, with the first ones, is told beside it. */
function memory(rows) {
    const of = (shape) => rows.filter((row) => row.family === 'media' && row.shape === shape);
    const [few, many] = ['1x10', '1x120'].map((shape) => of(shape).map((row) => row.kib_per_subscriber));
    const sixty = [...of('1x60'), ...of('60x2')].map((row) => row.kib_per_subscriber);
    if (!sixty.length)
        return null;
    const more = few.length && many.length ? Math.max(...many.map((kib, i) => (kib * 120 - few[i] * 10) / 110)) : NaN;
    return { name: 'at most 64 KiB per subscriber, of 60 and more',
        said: `${Math.min(...sixty).toFixed(0)} to ${Math.max(...sixty).toFixed(0)}; each further one of 120 ${Number.isFinite(more) ? more.toFixed(0) : '–'}`,
        met: Math.max(...sixty) <= 64 };
}

function threads(rows) {
    const counts = rows.filter((row) => row.family === 'media').map((row) => row.threads);
    return counts.length ? { name: 'no thread per subscriber', said: `${Math.max(...counts)} in all`, met: Math.max(...counts) <= 4 } : null;
}

/** @returns {{ name: string, said: string, met: boolean }[]} those that the rows can tell of */
export function goals(rows) {
    const cell = (shape, pacing, key) => (profile) => ours(rows, { shape, pacing, profile })?.[key] ?? NaN;
    return [
        goal('60 subscribers, spaced: at most 1/3 of the best Janus', cell('1x60', 'spaced', 'to_janus'), 1 / 3),
        goal('60 subscribers, spaced: at most 1.4 times the floor', cell('1x60', 'spaced', 'to_floor'), 1.4),
        goal('60 subscribers, at once: below the floor of a call for each packet', cell('1x60', 'frame', 'to_floor'), 1),
        goal('60 subscribers, at once: beside the floor with UDP_SEGMENT (as near as can be)',
            (profile) => ratioTo(rows, 'floor UDP_SEGMENT', { shape: '1x60', pacing: 'frame', profile }), 1.4),
        goal('60 rooms of 1 and 2, spaced: at most 1/2 of the best Janus', cell('60x2', 'spaced', 'to_janus'), 0.5),
        goal('60 rooms of 1 and 2, at once: at most 1/2 of the best Janus', cell('60x2', 'frame', 'to_janus'), 0.5),
        flat(rows), dearer(rows), memory(rows), threads(rows), joining(rows),
    ].filter(Boolean);
}

/** As Markdown. */
export function printGoals(list) {
    return ['| goal | this run | |', '|---|---|---|', ...list.map((one) => `| ${one.name} | ${one.said} | ${one.met ? 'met' : '**missed**'} |`)].join('\n');
}
