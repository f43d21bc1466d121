// Firefox ESR by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), with the few calls of playwright's that our pages' drivers use:
// browser.newContext(), context.newPage(), page.goto(), page.evaluate(function, argument), close().
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';

const START_MS = 120_000;
const COMMAND_MS = 120_000;

/** A fake camera and microphone, no questions, nothing that goes out to a network. */
const PREFERENCES = {
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
    'media.peerconnection.ice.loopback': true,
    'media.peerconnection.ice.obfuscate_host_addresses': false,
    'media.autoplay.default': 0,
    'media.gmp-manager.updateEnabled': false,
    'media.gmp-provider.enabled': false,
    'app.update.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.homepage_override.mstone': 'ignore',
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.reportingpolicy.firstRun': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'extensions.update.enabled': false,
    'services.settings.server': 'data:,',
    'remote.active-protocols': 1,
};

class Session {
    #next = 1;
    #waiting = new Map();

    static open(url) {
        const session = new Session();
        session.socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 << 20 });
        session.socket.on('message', (text) => session.#take(JSON.parse(text)));
        return new Promise((resolve, reject) => {
            session.socket.once('open', () => resolve(session));
            session.socket.once('error', reject);
        });
    }

    #take(message) {
        const waiting = this.#waiting.get(message.id);
        if (!waiting)
            return;
        this.#waiting.delete(message.id);
        clearTimeout(waiting.timer);
        message.type === 'error' ? waiting.reject(new Error(`${waiting.method}: ${message.error}: ${message.message}`)) : waiting.resolve(message.result);
    }

    send(method, params = {}) {
        const id = this.#next++;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`${method}: no answer in ${COMMAND_MS} ms`)), COMMAND_MS);
            this.#waiting.set(id, { method, resolve, reject, timer });
            this.socket.send(JSON.stringify({ id, method, params }));
        });
    }
}

class Page {
    constructor(session, context) { Object.assign(this, { session, context }); }

    goto(url) { return this.session.send('browsingContext.navigate', { context: this.context, url, wait: 'complete' }); }

    /** The function's value as JSON; as in playwright it may be a promise. */
    async evaluate(body, argument) {
        const expression = `(async () => JSON.stringify(await (${body})(${JSON.stringify(argument) ?? ''})) ?? 'null')()`;
        const { type, result, exceptionDetails } = await this.session.send('script.evaluate',
            { expression, target: { context: this.context }, awaitPromise: true, userActivation: true });
        if (type !== 'success')
            throw new Error(exceptionDetails.text);
        return JSON.parse(result.value);
    }

    close() { return this.session.send('browsingContext.close', { context: this.context }); }
}

/** Where a server for Firefox listens: it gathers no candidate of 127.0.0.1 beside those of another interface, whatever its preferences say, and so never
 *  pairs one with a server's. What a machine sends to its own address passes through its loopback device alone. */
export function ownAddress() {
    return Object.values(networkInterfaces()).flat().find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? '127.0.0.1';
}

/** @returns a browser of its own profile; close() ends it. */
export async function launchFirefox() {
    const profile = mkdtempSync(join(tmpdir(), 'yuntakan-firefox-'));
    writeFileSync(join(profile, 'user.js'), Object.entries(PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
    const child = spawn('firefox-esr', ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'],
        { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' } });
    const gone = new Promise((resolve) => child.once('close', resolve));
    let said = '';
    const url = await new Promise((resolve, reject) => {
        const timer = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`Firefox does not listen: ${said.slice(-500)}`)); }, START_MS);
        child.stderr.on('data', (chunk) => {
            said = (said + chunk).slice(-10_000);
            const found = /WebDriver BiDi listening on (ws:\/\/[\d.]+:\d+)/.exec(said);
            if (found)
                (clearTimeout(timer), resolve(found[1]));
        });
        child.once('error', reject);
    });
    const session = await Session.open(`${url}/session`);
    const { capabilities } = await session.send('session.new', { capabilities: {} });
    return {
        version: capabilities.browserVersion,
        async newContext() {
            const { userContext } = await session.send('browser.createUserContext');
            return {
                async newPage() { return new Page(session, (await session.send('browsingContext.create', { type: 'tab', userContext })).context); },
                close: () => session.send('browser.removeUserContext', { userContext }),
            };
        },
        async close() {
            session.socket.terminate();
            child.kill('SIGTERM');
            const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
            await gone;
            clearTimeout(timer);
            rmSync(profile, { recursive: true, force: true });
        },
    };
}
