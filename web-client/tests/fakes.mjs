// A clock that the test turns, a socket whose other end the test holds, and the patience that promises need.
export function fakeClock(start = 1_000_000) {
    let now = start;
    let next = 1;
    const timers = new Map();
    return {
        now: () => now,
        after: (ms, action) => (timers.set(next, { at: now + ms, action }), next++),
        every: (ms, action) => (timers.set(next, { at: now + ms, action, every: ms }), next++),
        cancel: (id) => timers.delete(id),
        pending: () => timers.size,
        async advance(ms) {
            const end = now + ms;
            for (;;) {
                const due = [...timers.entries()].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
                if (!due)
                    break;
                const [id, timer] = due;
                now = Math.max(now, timer.at);
                if (timer.every)
                    timer.at += timer.every;
                else
                    timers.delete(id);
                timer.action();
                await settle();
            }
            now = end;
            await settle();
        },
    };
}

/** Lets every promise that can go on go on. */
export const settle = () => new Promise((done) => setImmediate(done));

export function fakeServer() {
    const sockets = [];
    return {
        sockets,
        get last() { return sockets.at(-1); },
        connect() {
            const socket = {
                sent: [], closedWith: null, onopen: null, onmessage: null, onclose: null,
                send(text) { this.sent.push(JSON.parse(text)); },
                close(code) { this.closedWith = code; },
                get lastSent() { return this.sent.at(-1); },
                say(message) { this.onmessage?.(JSON.stringify(message)); },
                answer(fields = {}) { this.say({ type: 'ok', re: this.lastSent.id, ...fields }); },
                refuse(code, more = {}) { this.say({ type: 'error', re: this.lastSent.id, code, message: { zh: '不行', en: 'No' }, ...more }); },
            };
            sockets.push(socket);
            return socket;
        },
    };
}

export const welcome = (more = {}) => ({ type: 'welcome', version: 1, participant: 'P', role: 'applicant', name: 'N', resume: 'R1', media: 'none', state: 'invited',
    consent: null, visit: null, item: null, ice_servers: [], ...more });
