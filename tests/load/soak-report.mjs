// What a soak's samples say: where each daemon began and ended, and how fast it grew once it was warm.
const WARM = 0.2; // caches, pools and the first visits fill in the first fifth

export function percentile(values, fraction) {
    if (values.length === 0)
        return null;
    const sorted = [...values].sort((a, b) => a - b);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]);
}

/** Least squares; per hour. */
function slope(points) {
    const n = points.length;
    if (n < 2)
        return 0;
    const x0 = points.reduce((sum, [x]) => sum + x, 0) / n, y0 = points.reduce((sum, [, y]) => sum + y, 0) / n;
    const over = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0), under = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
    return under === 0 ? 0 : over / under * 3600;
}

/** @returns start (warm) and end of memory, descriptors and threads of one daemon, and memory's slope in KiB per hour and bytes per join. */
export function growth(rows, name) {
    const warm = rows.slice(Math.floor(rows.length * WARM));
    const first = warm[0] ?? rows[0], last = rows.at(-1);
    const perHour = slope(warm.map((row) => [row.at_s, row[name].anonymous_kib]));
    const joins = last.joins - first.joins;
    return {
        rss_kib: [rows[0][name].rss_kib, first[name].rss_kib, last[name].rss_kib],
        anonymous_kib: [rows[0][name].anonymous_kib, first[name].anonymous_kib, last[name].anonymous_kib],
        fds: [rows[0][name].fds, first[name].fds, last[name].fds],
        threads: [rows[0][name].threads, first[name].threads, last[name].threads],
        kib_per_hour: Math.round(perHour),
        bytes_per_join: joins > 0 ? Math.round((last[name].anonymous_kib - first[name].anonymous_kib) * 1024 / joins) : null,
    };
}

const mib = (kib) => (kib / 1024).toFixed(1);

export function summary(report) {
    const { counts } = report;
    const lines = [
        `${report.minutes} min at ${report.rate} joins a second: ${counts.joins} joins, ${counts.failures} failed, ${counts.skipped} skipped for want of a seat; ` +
        `offer to first packet ${report.join_ms.median} ms median, ${report.join_ms.p95} ms p95`,
        ...Object.entries(report.reasons).map(([why, n]) => `  ${n} x ${why}`),
        'daemon      memory MiB: start, warm, end    KiB/h   B/join   descriptors   threads',
    ];
    for (const [name, g] of Object.entries(report.growth))
        lines.push(`${name.padEnd(10)}  ${g.rss_kib.map(mib).join(', ').padEnd(28)} ${String(g.kib_per_hour).padStart(8)} ${String(g.bytes_per_join).padStart(8)}   ` +
            `${g.fds.join(', ').padEnd(13)} ${g.threads.join(', ')}`);
    return lines.join('\n');
}
