// What goes wrong during a visit, as the people in it meet it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, officeCamera, walkthroughCamera } from '../support/browser.mjs';
import { Applicant, Inspector } from '../support/journey.mjs';
import { withStack } from '../support/stack.mjs';
import { until } from '../support/until.mjs';

describe('faults', () => {
    let phone, desks;

    before(async () => {
        [phone, desks] = await Promise.all([launchBrowser({ camera: walkthroughCamera() }), launchBrowser({ camera: officeCamera() })]);
    });
    after(() => Promise.all([phone?.close(), desks?.close()]));

    /** One applicant and one inspector in a live, recorded visit. */
    async function liveVisit(stack) {
        const { case: opened, visit, link } = await stack.openVisit();
        const applicant = await Applicant.arrive(phone);
        const inspector = await Inspector.arrive(desks, 'zhangwei');
        await inspector.signIn(stack.url);
        await applicant.come(link);
        await inspector.openRoom(opened.case_number);
        await inspector.admitInRoom();
        await Promise.all([applicant, inspector].map((one) => one.seesAndHears({ videos: 1, sounds: 1 })));
        await inspector.seesRecording();
        const admin = await stack.signIn('admin');
        const { recording } = await admin.ask('GET', `/api/visits/${visit.id}`);
        const leave = () => Promise.all([applicant.leave(), inspector.leave()]);
        return { opened, visit, applicant, inspector, admin, recording, leave };
    }

    const recorded = (stack, recording) => stack.recorder('GET', `/recordings/${recording}`).then(({ json }) => json);

    /** The recording grows by so many seconds from now. */
    async function recordsOn(stack, recording, seconds = 3) {
        const from = (await until('the recorder answers', () => recorded(stack, recording))).duration_ms;
        await until(`${seconds} s more are recorded`, async () => (await recorded(stack, recording)).duration_ms > from + seconds * 1000, { timeoutMs: 60_000 });
    }

    async function endAndVerify(stack, { inspector, applicant, visit, admin, recording }) {
        await inspector.endVisit('');
        await applicant.seesTheEnd();
        await until('the recording is ended', async () => (await recorded(stack, recording)).state === 'ended');
        await until('everything is in the ledger', async () => (await admin.ask('GET', `/api/visits/${visit.id}`)).pending === 0);
        const verdict = stack.verify(stack.folderOf(recording));
        assert.equal(verdict.verdict, 'intact');
        return readFileSync(join(stack.folderOf(recording), 'ledger.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    }

    test('links that do not open say why and what to do', () => withStack({}, async (stack) => {
        const { invitation, link } = await stack.openVisit();
        const admin = await stack.signIn('admin');
        const someone = await Applicant.arrive(phone);
        const refused = async (address, pattern, shot) => {
            await someone.page.goto('about:blank');
            await someone.page.goto(address);
            await someone.heading('refused.title').waitFor();
            await someone.page.getByText(pattern).first().waitFor();
            await someone.photograph(shot);
        };

        await refused(new URL('/v', stack.url).href, /链接不完整/, 'refused-missing');
        await refused(`${link.slice(0, -3)}AAA`, /./, 'refused-wrong');
        await admin.ask('DELETE', `/api/invitations/${invitation.id}`);
        await refused(link, /撤销|作废|失效|取消/, 'refused-revoked');
        await someone.leave();
    }));

    test('a refused camera is explained and the visit can still be waited for', () => withStack({}, async (stack) => {
        const browser = await launchBrowser({ refuse: true });
        try {
            const { link } = await stack.openVisit();
            const applicant = await Applicant.arrive(browser, { permissions: [] });
            await applicant.open(link);
            await applicant.agree();
            await applicant.heading('check.help.title').or(applicant.page.getByText(applicant.words('check.help.title'))).first().waitFor();
            await applicant.photograph('applicant-2-refused');
            await applicant.press('check.enter-anyway');
            await applicant.heading('waiting.title').waitFor();
        } finally {
            await browser.close();
        }
    }));

    test('an inspector who is not assigned sees nothing of a visit', () => withStack({}, async (stack) => {
        const { case: opened } = await stack.openVisit();
        const other = await Inspector.arrive(desks, 'zhaomin');
        await other.signIn(stack.url);
        await other.see('desk.none');
        assert.equal(await other.page.getByText(opened.case_number).count(), 0);
        await other.leave();
    }));

    test('signaling is killed: the call goes on, the recording too, all come back', () => withStack({}, async (stack) => {
        const visit = await liveVisit(stack);
        const { applicant, inspector, recording } = visit;
        await stack.kill9('signaling');
        await Promise.all([applicant, inspector].map((one) => one.seesAndHears({ videos: 1, sounds: 1 })));
        await recordsOn(stack, recording);
        await inspector.see('room.line-lost');
        await inspector.photograph('room-line-lost');
        await stack.restart('signaling');
        await inspector.isConnected();
        await inspector.startCheckpoint(1);
        await applicant.seesGuide('门头与地址核对');
        await inspector.endCheckpoint(1);
        const ledger = await endAndVerify(stack, visit);
        assert.ok(ledger.some((line) => line.type === 'entry' && line.data.checkpoint === 'MKT-01-01'));
        assert.ok(!ledger.some((line) => line.type === 'gap' && line.to - line.from > 1_000_000), 'no gap: the media went on');
        await visit.leave();
    }));

    test('media is killed: the call comes back, the gap is declared', () => withStack({}, async (stack) => {
        const visit = await liveVisit(stack);
        const { applicant, inspector, recording } = visit;
        await recordsOn(stack, recording);
        await stack.kill9('media');
        await stack.restart('media');
        await Promise.all([applicant, inspector].map((one) => one.seesAndHears({ videos: 1, sounds: 1 }, 60_000)));
        await recordsOn(stack, recording);
        const ledger = await endAndVerify(stack, visit);
        assert.ok(ledger.some((line) => line.type === 'gap' && line.track === 'site' && line.to > line.from));
        await inspector.findInReview(stack.url, visit.opened.case_number);
        await inspector.hook('gap').first().waitFor({ state: 'attached' });
        await inspector.photograph('review-gap');
        await visit.leave();
    }));

    test('the recorder is killed: the call goes on, at most 2 s are lost, the gap is declared', () => withStack({}, async (stack) => {
        const visit = await liveVisit(stack);
        const { applicant, inspector, recording } = visit;
        await recordsOn(stack, recording, 4);
        const killedAt = Date.now() * 1000;
        await stack.kill9('recorder');
        await Promise.all([applicant, inspector].map((one) => one.seesAndHears({ videos: 1, sounds: 1 })));
        await stack.restart('recorder');
        await recordsOn(stack, recording);
        const ledger = await endAndVerify(stack, visit);
        const saved = Math.max(...ledger.filter((line) => line.type === 'fragment' && line.track === 'site' && line.captured < killedAt)
            .map((line) => line.captured + line.duration));
        assert.ok(killedAt - saved < 2_000_000, `${(killedAt - saved) / 1e6} s were lost`);
        assert.ok(ledger.some((line) => line.type === 'resume'));
        assert.ok(ledger.some((line) => line.type === 'gap' && line.track === 'site'));
        await visit.leave();
    }));

    test('a full disk: inspectors see the alarm, the call goes on', () => {
        const small = 'mkdir -p "$0" && mount -t tmpfs -o size=4m,mode=700 tmpfs "$0" && exec "$@"';
        const wrap = (data) => ({ recorder: ['unshare', process.getuid() === 0 ? '-m' : '-rm', 'sh', '-c', small, join(data, 'recordings')] });
        return withStack({ wrap }, async (stack) => {
            const visit = await liveVisit(stack);
            await visit.inspector.seesAlarm(90_000);
            await visit.inspector.photograph('room-disk-full');
            await Promise.all([visit.applicant, visit.inspector].map((one) => one.seesAndHears({ videos: 1, sounds: 1 })));
            const folder = join(`/proc/${stack.daemons.recorder.pid}/root`, stack.data, 'recordings');
            const { json: verdict } = await stack.recorder('GET', `/recordings/${visit.recording}/verdict`);
            assert.notEqual(verdict.verdict, 'altered', folder);
            await visit.leave();
        });
    });
});
